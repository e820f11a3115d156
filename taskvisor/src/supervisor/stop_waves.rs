//! The stop requests of a shutdown, wave after wave.
//!
//! The call that requests the shutdown stops the first wave. The driver stops each later one once all tasks of the wave before it
//! have ended or are past their deadlines. A wave may take its share of what is left of the grace, which is the rest divided by the
//! number of waves that are left: time that a wave does not use goes on to the later ones. A task with a `stop_timeout` has that
//! time instead, at most the rest of the grace. An attempt that may finish receives its stop request only when a tenth of the time
//! of its wave is left. A shutdown without grace stops all waves at once.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use crate::policy::OnShutdown;
use crate::runtime::cell::{OutcomePoll, StopRequest, TaskCell, saturating_deadline};
use crate::runtime::dependency::{FinishingAttempts, waves};
use crate::runtime::shared::{Shared, ShutdownState};
use crate::sync::wakers::WaiterId;
use crate::sync::{Raced, StopTimer, race, watch};
use crate::task::StopCause;

impl Shared {
    /// Requests the stop of the tasks that were live when admission closed, the newest first: of the first wave now, of the others by
    /// the driver.
    pub(super) fn stop_first_wave(&self, running: &[Arc<TaskCell>], now: Instant, grace: Duration) {
        let dependents = self.graph.dependents();
        let is_ordered = !dependents.is_empty() && !grace.is_zero();
        let mut later = VecDeque::from(if is_ordered { waves(running, &dependents) } else { Vec::new() });
        let (current, wave_count) = (later.pop_front(), later.len() + 1);
        let earlier = self.stop_waves.lock().begin(current.clone().unwrap_or_default(), later);
        let grace = earlier.map_or(grace, |deadline| grace.min(deadline.saturating_duration_since(now)));
        match current {
            Some(current) => self.stop_wave(current.iter(), now, grace, wave_count),
            None => self.stop_wave(running.iter().rev(), now, grace, 1),
        }
    }

    /// A repeated request of a shutdown: brings the deadlines forward. Without grace, no wave waits any more.
    pub(super) fn stop_again(&self, running: &[Arc<TaskCell>], now: Instant, grace: Duration) {
        let (is_known, has_later) = {
            let mut waves = self.stop_waves.lock();
            (waves.repeat(saturating_deadline(now, grace)), !waves.later.is_empty())
        };
        if grace.is_zero() {
            // Before the requests: a task that is aborted now missed the end of the grace.
            self.stop_waves.lock().forget_shares();
        }
        if grace.is_zero() || is_known && !has_later {
            return stop_all(running, now, grace);
        }
        // Until the first call has stored the waves, they look as if none were left, and all tasks would stop at once.
        if !is_known {
            return;
        }
        for cell in running.iter().rev().filter(|cell| cell.stop_requested()) {
            cell.request_stop(StopRequest::stop(StopCause::Shutdown, now, grace));
        }
    }
}

impl Shared {
    /// Requests the stops of a wave, except of attempts that may finish. `left` is what is left of the grace, for this wave and those
    /// after it.
    fn stop_wave<'a>(
        &self,
        wave: impl Iterator<Item = &'a Arc<TaskCell>> + Clone,
        now: Instant,
        left: Duration,
        waves: usize,
    ) {
        let share = share_of(left, waves);
        if waves > 1 {
            // Before the requests: a task that misses its share is reported with it.
            let share = Duration::from_millis(u64::try_from(share.as_millis()).unwrap_or(u64::MAX));
            self.stop_waves.lock().limit(wave.clone(), share);
        }
        let mut tasks = Vec::new();
        for cell in wave {
            // The cell limits the time to its `stop_timeout`.
            let grace = if cell.stop_timeout().is_some() { left } else { share };
            let request = StopRequest::stop(StopCause::Shutdown, now, grace);
            // Without any time, no attempt can finish.
            let may_finish = !share.is_zero()
                && cell.rare().is_some_and(|rare| rare.options().on_shutdown() == OnShutdown::Finish);
            if !may_finish {
                cell.request_stop(request);
            } else if cell.allow_finish_or_stop(request) {
                tasks.push(Arc::clone(cell));
            }
        }
        if !tasks.is_empty() {
            let deadline = saturating_deadline(now, share);
            // Of the time until the deadline, and not of the share, which may be longer than the range of the clock.
            let stop_time = deadline.saturating_duration_since(now) / FINISHING_PARTS;
            let finishing = FinishingAttempts { tasks, deadline, stop_time };
            self.stop_waves.lock().set_finishing(finishing);
        }
    }
}

/// A wave has this many equal parts of its time. At the start of the last part, the stops of attempts that may finish are requested.
const FINISHING_PARTS: u32 = 10;

/// Requests the stops of all later waves, each in its time. Returns once the last one is requested.
pub(super) async fn stop_in_waves(shared: &Shared, shutdown: &mut watch::Receiver<ShutdownState>) {
    loop {
        stop_finishing(shared, shutdown).await;
        let Some(current) = shared.stop_waves.lock().current_before_another() else { return };
        wait_for_wave(&current, shutdown).await;
        let (next, left_after) = {
            let mut waves = shared.stop_waves.lock();
            (waves.advance(), waves.later.len())
        };
        let Some(next) = next else { return };
        let now = Instant::now();
        let deadline = shutdown.borrow_and_update().grace_deadline.unwrap_or(now);
        let left = deadline.saturating_duration_since(now);
        shared.stop_wave(next.iter(), now, left, left_after + 1);
    }
}

/// Waits until the attempts of the current wave that may finish have ended, and requests the stops of the rest when little time is
/// left.
async fn stop_finishing(shared: &Shared, shutdown: &mut watch::Receiver<ShutdownState>) {
    let Some(FinishingAttempts { tasks, deadline, stop_time }) = shared.stop_waves.lock().take_finishing()
    else {
        return;
    };
    let deadline_now = |shutdown: &mut watch::Receiver<ShutdownState>| {
        shutdown.borrow_and_update().grace_deadline.map_or(deadline, |grace| grace.min(deadline))
    };
    'tasks: for cell in &tasks {
        let mut ended = std::pin::pin!(end_of(cell));
        loop {
            let now = Instant::now();
            // A repeated request of the shutdown may have brought it forward.
            let left = deadline_now(shutdown).saturating_duration_since(now);
            let Some(until) = left.checked_sub(stop_time).filter(|time| !time.is_zero()) else {
                break 'tasks;
            };
            let timer = StopTimer::new(saturating_deadline(now, until));
            if let Raced::Left(()) = race(ended.as_mut(), race(shutdown.changed(), timer)).await {
                break;
            }
        }
    }
    let now = Instant::now();
    let left = deadline_now(shutdown).saturating_duration_since(now);
    // Also for a task that another call has requested to stop, with a later deadline.
    for cell in &tasks {
        cell.request_stop(StopRequest::stop(StopCause::Shutdown, now, left));
    }
}

/// Waits until all tasks of a wave have ended, are past their deadlines, or a shutdown without grace stops all.
async fn wait_for_wave(wave: &[Arc<TaskCell>], shutdown: &mut watch::Receiver<ShutdownState>) {
    let latest = latest_deadline(wave);
    for cell in wave {
        let mut ended = std::pin::pin!(end_of(cell));
        loop {
            let now = Instant::now();
            let deadline = shutdown.borrow_and_update().grace_deadline.unwrap_or(now);
            let until = latest.min(deadline);
            if until <= now {
                return;
            }
            match race(ended.as_mut(), race(shutdown.changed(), StopTimer::new(until))).await {
                Raced::Left(()) => break,
                // The deadline was brought forward, or has passed: look again.
                Raced::Right(_) => {}
            }
        }
    }
}

/// Completes once the end of a task is visible.
async fn end_of(cell: &TaskCell) {
    let mut waiting = EndWaiter { cell, waiter: None };
    poll_fn(|context| match waiting.cell.poll_outcome(&mut waiting.waiter, context) {
        OutcomePoll::Over(_) => Poll::Ready(()),
        OutcomePoll::Until(_) => Poll::Pending,
    })
    .await;
}

struct EndWaiter<'a> {
    cell: &'a TaskCell,
    waiter: Option<WaiterId>,
}

impl Drop for EndWaiter<'_> {
    fn drop(&mut self) {
        self.cell.remove_waiter(self.waiter);
    }
}

/// Requests the stops of all tasks. With a grace, an attempt that may finish is left to the driver, which knows the new deadline.
fn stop_all(running: &[Arc<TaskCell>], now: Instant, grace: Duration) {
    for cell in running.iter().rev().filter(|cell| grace.is_zero() || !cell.is_finishing()) {
        cell.request_stop(StopRequest::stop(StopCause::Shutdown, now, grace));
    }
}

fn share_of(left: Duration, waves: usize) -> Duration {
    left / u32::try_from(waves).unwrap_or(u32::MAX)
}

/// The time at which the last task of a wave is past its deadline.
fn latest_deadline(wave: &[Arc<TaskCell>]) -> Instant {
    let deadlines = wave.iter().filter_map(|cell| cell.stop_deadline());
    deadlines.max().unwrap_or_else(Instant::now)
}
