//! The end of a supervisor: close, ask, wait, abort, drain. One driver does it; everybody else waits for its result.
//!
//! All deadlines follow from the one that is fixed when the stop is requested:
//!
//! | what | from the request on | default |
//! |---|---|---:|
//! | tasks end by themselves, or are aborted | `grace` | 20 s |
//! | those that block are confirmed as stuck, those about to end do so ([`LAST_ENDS_MARGIN`]) | + 0.5 s | 20.5 s |
//! | subscribers handle what is left, states are dropped | + `drain` | 25.5 s |
//! | an observer outside of the runtime takes over ([`TAKEOVER_MARGIN`](crate::overdue::TAKEOVER_MARGIN)) | + 0.2 s | 25.7 s |
//! | the watchdog of an application looks twice ([`STUCK_CONFIRMATION`]) and writes its reason | + 0.2 s | 25.9 s |
//!
//! A step that needs less time leaves the rest unused: the drain begins when the last task is gone, and is not spent
//! twice. The timers are [`StopTimer`]s, so that a body that blocks the thread which drives the runtime's timers holds up
//! none of this.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::overdue::{LAST_ENDS_MARGIN, ObserverWait, describe_all, force_ends};
use crate::event::{EventKind, EventName};
use crate::runtime::body::AppContext;
use crate::runtime::cell::{STUCK_CONFIRMATION, StopRequest, saturating_deadline};
use crate::runtime::current_task;
use crate::runtime::shared::{Shared, ShutdownState};
use crate::sync::wakers::WaiterId;
use crate::sync::{Raced, StopTimer, race, watch};
use crate::task::{Rejection, Report, RuntimeError, StopCause, StuckTask};

impl Shared {
    /// The runtime all tasks are spawned on: the one given, or the first one a call came from.
    pub(crate) fn bind(self: &Arc<Self>) -> Result<&Handle, RuntimeError> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let current = Handle::try_current().map_err(|_| RuntimeError::NoRuntime)?;
        Ok(self.bind_to(current))
    }

    pub(crate) fn bind_to(self: &Arc<Self>, runtime: Handle) -> &Handle {
        let mut first = false;
        let bound = self.runtime.get_or_init(|| {
            first = true;
            runtime
        });
        if first {
            let waiting = std::mem::take(&mut *self.subscribers.lock());
            let app = AppContext::new(Arc::clone(self));
            let workers: Vec<_> = waiting
                .into_iter()
                .map(|(subscriber, inbox)| {
                    bound.spawn(subscriber.into_work(app.clone(), inbox)).abort_handle()
                })
                .collect();
            *self.workers.lock() = workers;
            bound.spawn(drive(Driver::new(self)));
        }
        bound
    }

    /// Closes admission and asks every task to stop, the newest first. Asked again, it can only hurry.
    pub(crate) fn request_stop_all(&self, grace: Duration) {
        let now = self.now();
        let deadline = saturating_deadline(now, grace);
        // The door is shut and the end told before the driver can see it: finding nobody in, it would be through at once.
        let inside = self.registry.close_admission();
        if inside.was_open && self.bus.wants(EventName::ShutdownRequested) {
            self.bus.publish(now, None, EventKind::ShutdownRequested);
        }
        for cell in inside.waiting {
            cell.request_stop(StopRequest::reject(Rejection::ShuttingDown, now));
        }
        for cell in inside.running.iter().rev() {
            cell.request_stop(StopRequest::stop(StopCause::Shutdown, now, grace));
        }
        self.room.notify_waiters();
        self.update_shutdown(|stop| {
            let earlier = stop.result.is_none() && stop.deadline.is_none_or(|known| deadline < known);
            if earlier {
                stop.deadline = Some(deadline);
            }
            stop.requested |= inside.was_open;
            earlier || inside.was_open
        });
    }

    /// Begins the end if nothing runs or waits, in one step with closing admission.
    pub(crate) fn stop_if_idle(&self) -> bool {
        let idle = self.registry.close_if_idle();
        if idle {
            let now = self.now();
            self.update_shutdown(|stop| {
                stop.deadline.get_or_insert(now);
                stop.requested = true;
                true
            });
        }
        idle
    }

    /// How the tasks have ended.
    pub(crate) fn report(&self) -> Report {
        self.tally.report(self.bus.panics())
    }

    /// Why nothing is accepted any more.
    pub(crate) fn closed(&self) -> RuntimeError {
        if self.stop.borrow().runtime_gone { RuntimeError::RuntimeGone } else { RuntimeError::ShuttingDown }
    }

    /// Changes how far the shutdown is, and notifies everybody who watches it if `change` says that it changed.
    fn update_shutdown(&self, change: impl FnOnce(&mut ShutdownState) -> bool) {
        if self.stop.send_if_modified(change) {
            if let Some(observer) = self.stop_observer.get() {
                observer();
            }
        }
    }

    /// The result of the shutdown, the same for everybody who waits. If the driver cannot give it, because its runtime
    /// is gone or blocked, whoever waits on another one finds out who is left.
    pub(crate) async fn stopped(&self) -> Result<Report, RuntimeError> {
        let stuck = match race(self.driver_result(), self.tasks_left()).await {
            Raced::Left(stuck) => stuck,
            Raced::Right(left) => left.into(),
        };
        let mut report = self.report();
        report.stuck = stuck.to_vec();
        if report.grace_exceeded() {
            return Err(RuntimeError::GraceExceeded { report: Arc::new(report) });
        }
        Ok(report)
    }

    /// What the driver has found.
    async fn driver_result(&self) -> Arc<[StuckTask]> {
        let stuck = match self.stop.subscribe().wait_for(|stop| stop.result.is_some()).await {
            Ok(stop) => stop.result.clone().unwrap_or_default(),
            Err(_) => return Arc::default(),
        };
        if stuck.is_empty() {
            // At once, unless the runtime was dropped under the tasks: then they are being dropped.
            self.idle().await;
        }
        stuck
    }

    /// Completes when the driver should have answered long ago, with the tasks that are left.
    async fn tasks_left(&self) -> Vec<StuckTask> {
        let mut stop = self.stop.subscribe();
        loop {
            let known = stop.borrow_and_update().clone();
            let now = Instant::now();
            let until = match known.observer_wait(self.config.drain_timeout, now) {
                ObserverWait::Endless => {
                    let _ = stop.changed().await;
                    continue;
                }
                ObserverWait::Until(until) => until,
                ObserverWait::WhileSomethingIsLeft => {
                    let (stuck, _) = force_ends(&self.registry, now);
                    if !stuck.is_empty() && self.bus.is_drained() {
                        return describe_all(&stuck, now);
                    }
                    saturating_deadline(now, STUCK_CONFIRMATION)
                }
                ObserverWait::Over => {
                    // Looked at twice: nothing but a poll that goes on is stuck.
                    force_ends(&self.registry, now);
                    StopTimer::new(saturating_deadline(now, STUCK_CONFIRMATION)).await;
                    let now = Instant::now();
                    let (mut stuck, others) = force_ends(&self.registry, now);
                    stuck.extend(others);
                    return describe_all(&stuck, now);
                }
            };
            let _ = race(stop.changed(), StopTimer::new(until)).await;
        }
    }

    /// Completes when nothing runs or waits.
    pub(crate) async fn idle(&self) {
        let mut waiting = IdleWaiter { shared: self, place: None };
        poll_fn(|context| self.registry.poll_idle(&mut waiting.place, context)).await;
    }

    pub(crate) fn is_caller_inside(&self) -> bool {
        current_task::caller().is_some_and(|caller| caller.supervisor == self.address())
    }
}

/// Among those who wait for idleness until it is dropped.
struct IdleWaiter<'a> {
    shared: &'a Shared,
    place: Option<WaiterId>,
}

impl Drop for IdleWaiter<'_> {
    fn drop(&mut self) {
        self.shared.registry.remove_idle_waiter(self.place);
    }
}

/// Answers those who wait for the shutdown, whatever becomes of the driver.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    stuck: Vec<StuckTask>,
}

impl Driver {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), stuck: Vec::new() }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let stuck = std::mem::take(&mut self.stuck);
        self.shared.registry.close_admission();
        let now = self.shared.now();
        self.shared.update_shutdown(|stop| {
            // Nothing else drops a driver before a stop was requested.
            stop.runtime_gone = !stop.requested;
            stop.deadline.get_or_insert(now);
            stop.drained_by.get_or_insert(now);
            stop.result = Some(stuck.into());
            true
        });
    }
}

pub(crate) async fn drive(mut driver: Driver) {
    let shared = Arc::clone(&driver.shared);
    let mut stop = shared.stop.subscribe();
    // The sender lives in `shared`, so it cannot be gone.
    let _ = stop.wait_for(|stop| stop.requested && stop.deadline.is_some()).await;
    driver.stuck = wait_for_tasks(&shared, &mut stop).await;
    let now = Instant::now();
    if shared.bus.wants(EventName::Stopped) {
        shared.bus.publish(now, None, EventKind::Stopped);
    }
    shared.bus.close();
    let deadline = stop.borrow_and_update().deadline.unwrap_or(now);
    let drain = shared.config.drain_timeout;
    // The drain begins now, unless the tasks took longer than all that was granted to them.
    let drained_by = saturating_deadline(now, drain)
        .min(saturating_deadline(saturating_deadline(deadline, LAST_ENDS_MARGIN), drain));
    shared.update_shutdown(|stop| {
        stop.drained_by = Some(drained_by);
        true
    });
    if let Raced::Right(()) = race(shared.bus.drained(), StopTimer::new(drained_by)).await {
        shared.tally.undrained(shared.bus.undrained());
    }
    let workers = std::mem::take(&mut *shared.workers.lock());
    for worker in workers {
        worker.abort();
    }
}

/// Waits until all tasks are gone; past the deadline, ends those that block. Says who is left.
async fn wait_for_tasks(shared: &Shared, stop: &mut watch::Receiver<ShutdownState>) -> Vec<StuckTask> {
    let (mut tries, mut left, mut checked) = (0, usize::MAX, None::<Instant>);
    loop {
        let deadline = stop.borrow_and_update().deadline.unwrap_or_else(Instant::now);
        let due = saturating_deadline(
            checked.map_or(deadline, |checked| checked.max(deadline)),
            STUCK_CONFIRMATION,
        );
        match race(shared.idle(), race(stop.changed(), StopTimer::new(due))).await {
            Raced::Left(()) => return Vec::new(),
            Raced::Right(Raced::Left(_)) => continue,
            Raced::Right(Raced::Right(())) => tries += 1,
        }
        let now = Instant::now();
        checked = Some(now);
        let (mut stuck, others) = force_ends(&shared.registry, now);
        // While others still go, they are given time, but not for ever: every one of them may block a little.
        if others.len() < left && now < saturating_deadline(deadline, LAST_ENDS_MARGIN) {
            left = others.len();
            tries = 0;
        }
        // One that is not inside a poll is about to end; if it does not, its thread is blocked by another.
        if others.is_empty() && !stuck.is_empty() || tries == 2 {
            stuck.extend(others);
            return describe_all(&stuck, now);
        }
    }
}
