//! Reports of a start or a shutdown that takes long: an event that says what is blocking.

use std::future::pending;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::TaskHandle;
use super::blocking::{blocking_start, blocking_stop, whole_seconds};
use super::ready::wait_for_start;
use crate::event::{EventKind, EventName};
use crate::runtime::cell::{TaskCell, saturating_deadline};
use crate::runtime::shared::{Shared, ShutdownState};
use crate::runtime::startup_set::AwaitedTasks;
use crate::sync::{Raced, StopTimer, race, watch};
use crate::task::StartError;

/// The time after which a start is reported for the first time. Each later report comes after twice the time.
const FIRST_REPORT: Duration = Duration::from_secs(10);

impl Shared {
    /// Begins to watch the start, if a task must become ready. Called after tasks were started; later calls change nothing.
    pub(super) fn watch_start(self: &Arc<Self>) {
        if let Some(runtime) = self.runtime.get().filter(|_| self.startup_set.claim_watch()) {
            runtime.spawn(watch_start(Arc::downgrade(self)));
        }
    }
}

/// Reports what is blocking until the supervisor has started, or a shutdown begins.
// Weak, and only upgraded for a moment: a watch must not keep the states of the application alive.
async fn watch_start(shared: Weak<Shared>) {
    let began = Instant::now();
    let mut waited = FIRST_REPORT;
    let mut awaited = AwaitedTasks::default();
    while let Some(strong) = shared.upgrade() {
        let mut shutdown = strong.shutdown.subscribe();
        let Some(task) = next_to_watch(&mut awaited, &strong) else { return };
        let task = TaskHandle::new(task, &strong);
        drop(strong);
        let mut stopping = pin!(async {
            let _ = shutdown.wait_for(|shutdown| shutdown.grace_deadline.is_some()).await;
        });
        loop {
            let due = saturating_deadline(began, waited);
            match race(has_started(&task), race(stopping.as_mut(), sleep_until(due))).await {
                // A task that has ended is not waited for, unless another one is added under its name.
                Raced::Left(_) => break,
                Raced::Right(Raced::Left(())) => return,
                Raced::Right(Raced::Right(())) => {
                    let Some(strong) = shared.upgrade() else { return };
                    report_start(&strong, waited);
                    waited = waited.saturating_mul(2);
                }
            }
        }
        awaited.was_ready(task.id());
    }
}

/// Completes once the task does not hold up the start any more: it is ready, counts as ready there, or has ended.
async fn has_started(task: &TaskHandle) {
    // A task that gave up is paused, and is reported until it is resumed or ends.
    if let Err(StartError::GaveUp { .. }) = wait_for_start(task).await {
        let _ = task.ready().await;
    }
}

/// Returns the next task to wait for. Without one, the watch is over.
fn next_to_watch(awaited: &mut AwaitedTasks, shared: &Shared) -> Option<Arc<TaskCell>> {
    let set = &shared.startup_set;
    awaited.next(set).or_else(|| {
        set.release_watch();
        // A task that has joined the set meanwhile may have found it watched.
        awaited.next(set).filter(|_| set.claim_watch())
    })
}

fn report_start(shared: &Shared, after: Duration) {
    if shared.bus.wants(EventName::StillStarting) {
        let blocking = blocking_start(shared);
        if !blocking.is_empty() {
            shared.bus.publish(
                shared.now(),
                None,
                EventKind::StillStarting { after, blocking: blocking.into() },
            );
        }
    }
}

/// Reports what is blocking once half of the grace is over, without the delay of the shutdown. Never completes.
pub(super) async fn watch_stop(shared: &Shared, mut shutdown: watch::Receiver<ShutdownState>) {
    let (requested_at, delay_until, grace_deadline) = {
        let shutdown = shutdown.borrow_and_update();
        (shutdown.requested_at, shutdown.delay_until, shutdown.grace_deadline)
    };
    let now = Instant::now();
    // Not the time of this poll, which is later: half of 14 s would be reported as 6 s. A delay may have been cut short.
    let requested_at = requested_at.unwrap_or(now);
    let began = delay_until.map_or(requested_at, |until| until.min(now));
    let deadline = grace_deadline.unwrap_or(began);
    let half = deadline.saturating_duration_since(began) / 2;
    if shared.bus.wants(EventName::StillStopping) && !half.is_zero() {
        StopTimer::new(saturating_deadline(began, half)).await;
        let blocking = blocking_stop(shared, Instant::now());
        if !blocking.is_empty() {
            let after = whole_seconds(began.saturating_duration_since(requested_at) + half);
            let kind = EventKind::StillStopping { after, blocking: blocking.into() };
            shared.bus.publish(Instant::now(), None, kind);
        }
    }
    pending::<()>().await;
}
