//! The shutdown: closes admission, requests stops, waits, aborts, drains.
//!
//! One [`Driver`] per supervisor does this on the bound runtime; every other party waits for its result. All deadlines
//! follow from the grace deadline, which the request of the shutdown fixes:
//!
//! | step | time added | default | ends by |
//! |---|---|---:|---:|
//! | tasks go on, and the health is not ready (`shutdown_delay.rs`) | [`shutdown_delay`](crate::Config::with_shutdown_delay), a part of the grace | 0 s | 0.0 s |
//! | tasks stop, or the attempts are dropped | [`grace`](crate::Config::with_grace) | 20 s | 20.0 s |
//! | the driver confirms stuck tasks; dropped tasks finish | [`LAST_ENDS_MARGIN`] | 0.5 s | 20.5 s |
//! | subscribers handle queued events; states are dropped | [`drain_timeout`](crate::Config::with_drain_timeout) | 5 s | 25.5 s |
//! | an observer outside of the runtime may return early: a task is confirmed as stuck, and all subscribers are drained | [`STUCK_CONFIRMATION`] after the driver's margin | 0.1 s | from 20.6 s on |
//! | an observer outside of the runtime takes over from the driver | [`TAKEOVER_MARGIN`] | 0.2 s | 25.7 s |
//! | the observer confirms stuck tasks by a second check | [`STUCK_CONFIRMATION`] | 0.1 s | 25.8 s |
//! | an application writes the reason to stderr | `FLUSH_TIMEOUT` in `app/stderr.rs` | 0.1 s | 25.9 s |
//!
//! The grace includes all waves: `stop_waves.rs` divides it. The sum without the early return, 25.9 s, is the upper bound of a
//! shutdown; `app/process.rs` lists the margins of the process around it. A step that needs less time leaves the rest unused: the
//! drain begins when the last task has ended. Timers are [`StopTimer`]s: a body that blocks the thread which drives the runtime's
//! timers does not delay them.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::shutdown_delay::wait_for_stops;
use super::still_waiting::watch_stop;
use super::stop_waves::stop_in_waves;
use super::stuck::{describe_all, force_ends};
use crate::event::{EventKind, EventName};
use crate::runtime::cell::{STUCK_CONFIRMATION, StopRequest, saturating_deadline};
use crate::runtime::current_task;
use crate::runtime::shared::{Shared, ShutdownState};
use crate::sync::wakers::WaiterId;
use crate::sync::{Raced, StopTimer, race, watch};
use crate::task::{FailedTask, Rejection, Report, RuntimeError, StuckTask};

/// How long after the grace the driver waits for live tasks. Long enough for two checks [`STUCK_CONFIRMATION`] apart, which
/// confirm a stuck task, and for tasks whose attempts were just dropped.
pub(crate) const LAST_ENDS_MARGIN: Duration = Duration::from_millis(500);

/// How many checks after the last progress must find live tasks before the driver stops waiting. The second check confirms
/// every poll that the first one observed.
const CHECKS_WITHOUT_PROGRESS: u32 = 2;

/// How long after the last deadline an observer waits for the driver, or for the process, before it takes over.
pub(crate) const TAKEOVER_MARGIN: Duration = Duration::from_millis(200);

/// How long an observer of a shutdown waits for the driver.
pub(crate) enum ObserverWait {
    /// No shutdown was requested.
    Endless,
    /// The driver is within its deadlines.
    Until(Instant),
    /// The driver is late. The observer returns early once a task is confirmed as stuck and all subscribers are drained.
    WhileProgressIsPossible,
    /// All deadlines have passed.
    Expired,
}

impl ShutdownState {
    pub(crate) fn observer_wait(&self, drain: Duration, now: Instant) -> ObserverWait {
        let Some(deadline) = self.grace_deadline else { return ObserverWait::Endless };
        let last_ends = saturating_deadline(deadline, LAST_ENDS_MARGIN);
        // The driver has left the task phase, so only its drain can be late.
        if let Some(drain_deadline) = self.drain_deadline {
            let due = saturating_deadline(drain_deadline, TAKEOVER_MARGIN);
            return if now < due { ObserverWait::Until(due) } else { ObserverWait::Expired };
        }
        if now < saturating_deadline(last_ends, STUCK_CONFIRMATION) {
            ObserverWait::Until(saturating_deadline(last_ends, STUCK_CONFIRMATION))
        } else if now < saturating_deadline(saturating_deadline(last_ends, drain), TAKEOVER_MARGIN) {
            ObserverWait::WhileProgressIsPossible
        } else {
            ObserverWait::Expired
        }
    }
}

impl Shared {
    /// Requests the shutdown: begins its delay, or without one stops the tasks at once. A repeated call can only shorten the deadlines.
    pub(crate) fn request_shutdown(self: &Arc<Self>, grace: Duration) {
        if !self.delays_shutdown(grace) || !self.begin_delay(grace) {
            self.stop_tasks(grace, None);
        }
    }

    /// Closes admission and requests the stops of the first wave, the newest task first; the driver requests those of the later
    /// waves. `critical` is the critical task whose failure is the cause. A repeated call can only shorten the deadlines.
    pub(super) fn stop_tasks(self: &Arc<Self>, grace: Duration, critical: Option<FailedTask>) {
        if critical.is_some() && self.registry.is_closed() {
            return;
        }
        let now = self.now();
        // First: a caller that finds a task stopped or refused finds the supervisor not ready.
        self.startup_set.count().begin_shutdown(now);
        let grace = self.undelayed_grace(grace, now);
        let deadline = saturating_deadline(now, grace);
        // Order: first close admission and publish `ShutdownRequested`, then signal the driver. If the registry is idle,
        // the driver finishes at once and closes the bus, which would discard the event.
        let rejection = StopRequest::reject(Rejection::ShuttingDown, now);
        let closed = self.registry.close_admission(Some(rejection));
        // Only the call that closed admission: the first cause wins. Not after a delay, which another cause has begun and announced.
        if closed.was_open && self.claims_announcement() {
            // Before the driver begins, which reports it.
            if let Some(task) = critical {
                self.tally.critical(task);
            }
            self.announce_shutdown(now);
        }
        // `close_admission` has emptied the slot queues, so an owner that ends now starts none of these.
        self.end_withdrawn(closed.waiting, Some(rejection));
        if closed.was_open {
            self.stop_first_wave(&closed.running, now, grace);
        } else {
            self.stop_again(&closed.running, now, grace);
        }
        // Callers of `submit_wait` try again and get `ShuttingDown`.
        closed.room.wake();
        self.update_shutdown(|shutdown| {
            // Once the driver has a result, a new deadline means nothing.
            let earlier = shutdown.stuck_tasks.is_none()
                && shutdown.grace_deadline.is_none_or(|known| deadline < known);
            if earlier {
                shutdown.grace_deadline = Some(deadline);
            }
            shutdown.requested_at.get_or_insert(now);
            // Only the call that closed admission releases the driver. A concurrent call may set the deadline earlier, but
            // the first call has not yet requested the stops of the first wave at that point.
            shutdown.requested |= closed.was_open;
            earlier || closed.was_open
        });
    }

    pub(super) fn announce_shutdown(&self, now: Instant) {
        if self.bus.wants(EventName::ShutdownRequested) {
            self.bus.publish(now, None, EventKind::ShutdownRequested);
        }
    }

    /// As `request_shutdown`, on the thread that handles signals.
    // All tasks may end before this call returns, and then this reference would be the last one. The runtime drops it, and not
    // this thread: the destructors of states are user code, which may block, and may wait for the next signal.
    pub(crate) fn request_shutdown_by_signal(self: Arc<Self>, grace: Duration) {
        self.request_shutdown(grace);
        if let Some(runtime) = self.runtime.get().cloned() {
            runtime.spawn(async move { drop(self) });
        }
    }

    /// Begins the shutdown if no task is live, in one step with closing admission. Returns whether it did.
    pub(crate) fn shut_down_if_idle(&self) -> bool {
        let idle = self.registry.close_if_idle();
        if idle {
            let now = self.now();
            self.startup_set.count().begin_shutdown(now);
            self.update_shutdown(|shutdown| {
                shutdown.grace_deadline.get_or_insert(now);
                shutdown.requested = true;
                true
            });
        }
        idle
    }

    /// The outcomes of all tasks that have ended so far.
    pub(crate) fn report(&self) -> Report {
        self.tally.report(self.bus.panics())
    }

    /// Applies `change` to the shutdown state. Notifies the waiters and the observer if `change` returns true.
    pub(super) fn update_shutdown(&self, change: impl FnOnce(&mut ShutdownState) -> bool) {
        // The observer runs after the lock of the state is released, because it takes locks of its own.
        if self.shutdown.send_if_modified(change) {
            if let Some(observer) = self.shutdown_observer.get() {
                observer();
            }
        }
    }

    /// Waits for the result of the shutdown, which is the same for every caller.
    ///
    /// If the driver's runtime is gone or blocked, a caller on another runtime takes over once the driver is overdue.
    pub(crate) async fn wait_for_shutdown(&self) -> Result<Report, RuntimeError> {
        let stuck = match race(self.driver_result(), self.overdue_result()).await {
            Raced::Left(stuck) => stuck,
            Raced::Right(live) => live.into(),
        };
        let mut report = self.report();
        report.stuck = stuck.to_vec();
        if let Some(task) = &report.critical_task {
            let name = task.name.clone();
            return Err(RuntimeError::CriticalTask { name, report: Arc::new(report) });
        }
        if report.grace_exceeded() {
            return Err(RuntimeError::GraceExceeded { report: Arc::new(report) });
        }
        Ok(report)
    }

    /// Waits for the driver and returns the tasks that it found stuck.
    async fn driver_result(&self) -> Arc<[StuckTask]> {
        let stuck = match self.shutdown.subscribe().wait_for(|shutdown| shutdown.stuck_tasks.is_some()).await
        {
            Ok(shutdown) => shutdown.stuck_tasks.clone().unwrap_or_default(),
            // Unreachable while `self` is borrowed, because `self` owns the sender.
            Err(_) => return Arc::default(),
        };
        if stuck.is_empty() {
            // Ready at once after a normal shutdown. If the runtime was dropped, its tasks may still be being dropped.
            self.wait_for_idle().await;
        }
        stuck
    }

    /// Completes once the driver is overdue, with the tasks that are still live.
    async fn overdue_result(&self) -> Vec<StuckTask> {
        let mut shutdown = self.shutdown.subscribe();
        loop {
            // Marks the state as seen before the wait, so that `changed` reports every later change.
            let known = shutdown.borrow_and_update().clone();
            let now = Instant::now();
            let until = match known.observer_wait(self.config.drain_timeout, now) {
                ObserverWait::Endless => {
                    let _ = shutdown.changed().await;
                    continue;
                }
                ObserverWait::Until(until) => until,
                ObserverWait::WhileProgressIsPossible => {
                    let remaining = force_ends(&self.registry, now);
                    if !remaining.stuck.is_empty() && self.bus.is_drained() {
                        return describe_all(&remaining.stuck, now);
                    }
                    saturating_deadline(now, STUCK_CONFIRMATION)
                }
                ObserverWait::Expired => {
                    // Check twice to force the ends of tasks that block. The other live tasks are reported too: no deadline is
                    // left to wait for them.
                    force_ends(&self.registry, now);
                    StopTimer::new(saturating_deadline(now, STUCK_CONFIRMATION)).await;
                    let now = Instant::now();
                    let mut remaining = force_ends(&self.registry, now);
                    remaining.stuck.extend(remaining.unconfirmed);
                    return describe_all(&remaining.stuck, now);
                }
            };
            let _ = race(shutdown.changed(), StopTimer::new(until)).await;
        }
    }

    /// Completes when no task is live.
    pub(crate) async fn wait_for_idle(&self) {
        let mut waiter = IdleWaiter { shared: self, id: None };
        poll_fn(|context| self.registry.poll_idle(&mut waiter.id, context)).await;
    }

    /// Whether the caller is a task or a subscriber of this supervisor, which would deadlock if it awaited the shutdown.
    pub(crate) fn is_caller_inside(&self) -> bool {
        current_task::caller().is_some_and(|caller| caller.supervisor == self.address())
    }
}

/// A waiter for idleness. Deregisters its waker on drop.
struct IdleWaiter<'a> {
    shared: &'a Shared,
    id: Option<WaiterId>,
}

impl Drop for IdleWaiter<'_> {
    fn drop(&mut self) {
        self.shared.registry.remove_idle_waiter(self.id);
    }
}

/// Publishes the result of the shutdown on drop, so that waiters get one even if the runtime drops the driver's future.
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
        // Close admission before publishing the result: a task that is added after it could never run.
        let closed = self.shared.registry.close_admission(None);
        self.shared.end_withdrawn(closed.waiting, None);
        self.shared.stop_waves.lock().abandon();
        let now = self.shared.now();
        self.shared.startup_set.count().begin_shutdown(now);
        self.shared.registry.metrics().shut_down(&self.shared.shutdown, now);
        self.shared.update_shutdown(|shutdown| {
            // Before a shutdown is requested, only the end of the runtime drops the driver.
            shutdown.runtime_gone = !shutdown.requested;
            shutdown.grace_deadline.get_or_insert(now);
            shutdown.drain_deadline.get_or_insert(now);
            shutdown.stuck_tasks = Some(stuck.into());
            true
        });
        // After the state is set, which says why they are refused.
        closed.room.wake();
    }
}

/// Waits for the request, then shuts the supervisor down.
pub(crate) async fn drive(mut driver: Driver) {
    let shared = Arc::clone(&driver.shared);
    let mut shutdown = shared.shutdown.subscribe();
    // Then admission is closed, and all stops of the first wave are requested.
    wait_for_stops(&shared, &mut shutdown).await;
    let watched = shared.shutdown.subscribe();
    let stopped = async {
        stop_in_waves(&shared, &mut shutdown).await;
        wait_for_tasks(&shared, &mut shutdown).await
    };
    // The watch never completes.
    if let Raced::Left(stuck) = race(stopped, watch_stop(&shared, watched)).await {
        driver.stuck = stuck;
    }
    let now = Instant::now();
    // `Stopped` is the last event: publish it before closing the bus, which refuses later events of stuck tasks.
    if shared.bus.wants(EventName::Stopped) {
        shared.bus.publish(now, None, EventKind::Stopped);
    }
    shared.bus.close();
    let deadline = shutdown.borrow_and_update().grace_deadline.unwrap_or(now);
    let drain = shared.config.drain_timeout;
    // The drain begins now, but ends no later than the table at the top allows.
    let drain_deadline = saturating_deadline(now, drain)
        .min(saturating_deadline(saturating_deadline(deadline, LAST_ENDS_MARGIN), drain));
    shared.update_shutdown(|shutdown| {
        shutdown.drain_deadline = Some(drain_deadline);
        true
    });
    if let Raced::Right(()) = race(shared.bus.drained(), StopTimer::new(drain_deadline)).await {
        shared.tally.undrained(shared.bus.undrained());
    }
    // Taken out under the lock, aborted after it: no lock is held across calls into Tokio.
    let workers = std::mem::take(&mut *shared.workers.lock());
    for worker in workers {
        worker.abort();
    }
}

/// Waits until no task is live. Past the deadline, force-ends tasks that block. Returns the tasks that are still live.
async fn wait_for_tasks(shared: &Shared, shutdown: &mut watch::Receiver<ShutdownState>) -> Vec<StuckTask> {
    let mut checks = 0;
    let mut fewest_unconfirmed = usize::MAX;
    let mut checked_at = None::<Instant>;
    loop {
        let deadline = shutdown.borrow_and_update().grace_deadline.unwrap_or_else(Instant::now);
        let due = saturating_deadline(
            checked_at.map_or(deadline, |checked_at| checked_at.max(deadline)),
            STUCK_CONFIRMATION,
        );
        match race(shared.wait_for_idle(), race(shutdown.changed(), StopTimer::new(due))).await {
            Raced::Left(()) => return Vec::new(),
            // A later request of the shutdown brought the deadline forward: compute `due` again.
            Raced::Right(Raced::Left(_)) => continue,
            Raced::Right(Raced::Right(())) => checks += 1,
        }
        let now = Instant::now();
        checked_at = Some(now);
        let mut remaining = force_ends(&shared.registry, now);
        // Start over while the number of unconfirmed tasks falls, but only within the margin: with many tasks, each of
        // which blocks a little, this could otherwise go on without bound.
        let has_progress = remaining.unconfirmed.len() < fewest_unconfirmed;
        if has_progress && now < saturating_deadline(deadline, LAST_ENDS_MARGIN) {
            fewest_unconfirmed = remaining.unconfirmed.len();
            checks = 0;
        }
        let all_are_stuck = remaining.unconfirmed.is_empty() && !remaining.stuck.is_empty();
        // A task outside of a poll ends in its next poll. If the checks still find it, a stuck task blocks its thread.
        if all_are_stuck || checks == CHECKS_WITHOUT_PROGRESS {
            remaining.stuck.extend(remaining.unconfirmed);
            return describe_all(&remaining.stuck, now);
        }
    }
}
