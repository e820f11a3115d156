//! The handle of one task, and the future of its outcome.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::Instant;

use super::operator::By;
use crate::runtime::cell::{
    Flag, InterruptError, OutcomePoll, STUCK_CONFIRMATION, StopRequest, TaskCell, saturating_deadline,
};
use crate::runtime::instrument::metrics::StuckObserver;
use crate::runtime::registry::Withdrawal;
use crate::runtime::shared::Shared;
use crate::sync::StopTimer;
use crate::sync::wakers::WaiterId;
use crate::task::{InterruptCause, Operation, Outcome, RuntimeError, StopCause, TaskId, TaskStatus};

/// A handle of an accepted task: shows its status, requests its stop, waits for its outcome. Dropping the handle does not
/// affect the task.
///
/// ```
/// use taskvisor::{Config, Outcome, StopCause, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let watch = TaskFn::arc("watch", |ctx: TaskContext| async move {
///     ctx.cancelled().await;
///     Ok(())
/// });
/// let handle = supervisor.add_task(TaskSpec::once(watch))?;
/// assert_eq!(handle.name(), "watch");
/// assert!(!handle.is_finished());
///
/// handle.cancel(); // requests the stop
/// assert_eq!(handle.outcome().await, Outcome::canceled(StopCause::Cancel));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TaskHandle {
    cell: Arc<TaskCell>,
    /// Can be upgraded while the task is live, because its registration owns the supervisor's state.
    shared: Weak<Shared>,
}

impl TaskHandle {
    pub(crate) fn new(cell: Arc<TaskCell>, shared: &Arc<Shared>) -> Self {
        Self { cell, shared: Arc::downgrade(shared) }
    }

    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    /// The supervisor, while the task is live.
    #[cfg(any(feature = "controller", feature = "macros"))]
    pub(crate) fn supervisor(&self) -> Option<Arc<Shared>> {
        self.shared.upgrade()
    }

    /// The supervisor, if this is a submission with a slot.
    pub(crate) fn slot_supervisor(&self) -> Option<Arc<Shared>> {
        self.cell.slot().and_then(|_| self.shared.upgrade())
    }

    /// Returns the name of the task.
    #[must_use]
    pub fn name(&self) -> &str {
        self.cell.name()
    }

    /// Returns the id of the task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.cell.id()
    }

    /// Returns a snapshot of the task's state.
    #[must_use]
    pub fn status(&self) -> TaskStatus {
        // Only a wait for a dependency needs the supervisor. Without it no task is live, and none waits.
        if self.cell.has_flag(Flag::HasDependencies) {
            if let Some(shared) = self.shared.upgrade() {
                return shared.status(&self.cell);
            }
        }
        self.cell.status()
    }

    /// Returns whether the task has ended. Then [`outcome`](Self::outcome) completes at once.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.cell.is_finished()
    }

    /// Requests the stop of the task within the configured grace, and returns at once.
    ///
    /// Returns whether this was the first request: `false` if a stop was requested before or the task has ended.
    pub fn cancel(&self) -> bool {
        self.shared.upgrade().is_some_and(|shared| self.request_stop(&shared, shared.config.grace, None))
    }

    /// Requests the stop of the task within `grace`, after which its attempt is dropped, and returns at once.
    ///
    /// A later request can bring the deadline forward, but not postpone it. A submission that waits for its slot has left the
    /// queue when the call returns. Returns whether this was the first request, as [`cancel`](Self::cancel) does.
    pub fn cancel_with_grace(&self, grace: Duration) -> bool {
        self.cancel_by(grace, None)
    }

    pub(super) fn cancel_by(&self, grace: Duration, by: By<'_>) -> bool {
        self.shared.upgrade().is_some_and(|shared| self.request_stop(&shared, grace, by))
    }

    fn request_stop(&self, shared: &Arc<Shared>, grace: Duration, by: By<'_>) -> bool {
        let request = StopRequest::stop(StopCause::Cancel, shared.now(), grace);
        let first = self.cell.request_stop(request);
        if first {
            // Before the withdrawal, which publishes the end of a submission.
            shared.publish_operated(&self.cell, Operation::Cancel, by);
        }
        // Withdraw after the request: if it owns the slot in between, its lane finds the stop and starts no attempt.
        if first && self.cell.slot().is_some() {
            let (withdrawal, started) = shared.registry.withdraw(&self.cell, request);
            if let Withdrawal::Taken(withdrawn) = withdrawal {
                shared.end_withdrawn([withdrawn], None);
            }
            shared.start_lanes(started);
        }
        first
    }

    /// Restarts the task, and returns at once: its running attempt is interrupted, or its wait for the next attempt ends. Then the
    /// next attempt begins, and the count of consecutive failures starts at zero.
    ///
    /// The attempt's token is canceled, as for a stop request. The attempt has its `stop_timeout` to return, or the configured
    /// [`grace`](crate::Config::with_grace) without one; then its future is dropped. What it returns decides nothing, because `Ok`
    /// may only mean that it has cleaned up: another attempt follows under every restart policy. There are two exceptions: a
    /// panic counts as a failure, and a job that returns its value has completed.
    ///
    /// A task that already waits to begin an attempt is not delayed. A body that blocks its thread is not interrupted before it
    /// returns to the runtime.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let feed = TaskFn::arc("feed", |ctx: TaskContext| async move {
    ///     ctx.cancelled().await;
    ///     if ctx.attempt() == 1 { Err(TaskError::Canceled) } else { Ok(()) }
    /// });
    /// let spec = TaskSpec::once(feed);
    /// let task = supervisor.add_task(spec)?;
    /// # tokio::task::yield_now().await;
    /// task.restart()?;
    /// # for _ in 0..3 { tokio::task::yield_now().await; }
    /// assert_eq!(task.status().attempt, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The task has ended ([`Ended`](RuntimeError::Ended)), a stop was requested ([`Stopping`](RuntimeError::Stopping)), it is paused or
    /// will be paused after its attempt ([`Paused`](RuntimeError::Paused)), it is a submission that waits for its slot
    /// ([`Queued`](RuntimeError::Queued)), or the supervisor is shutting down. Then nothing was interrupted.
    pub fn restart(&self) -> Result<(), RuntimeError> {
        self.restart_by(None).map(|_| ())
    }

    /// Restarts the task, and returns `true`.
    pub(super) fn restart_by(&self, by: By<'_>) -> Result<bool, RuntimeError> {
        self.operate(Operation::Restart, by, |cell, shared| {
            cell.interrupt(InterruptCause::Restart, shared.now(), shared.config.grace).map(|()| true)
        })
    }

    /// Changes the task, and publishes the operation if `change` returns `true`.
    pub(super) fn operate(
        &self,
        action: Operation,
        by: By<'_>,
        change: impl FnOnce(&TaskCell, &Shared) -> Result<bool, InterruptError>,
    ) -> Result<bool, RuntimeError> {
        let shared = self.operable()?;
        let changed = change(&self.cell, &shared).map_err(|error| self.control_error(error))?;
        if changed {
            shared.publish_operated(&self.cell, action, by);
        }
        Ok(changed)
    }

    /// Returns the supervisor of a task that an operator may control. Fails if the task has ended or waits for its slot, and during a
    /// shutdown.
    fn operable(&self) -> Result<Arc<Shared>, RuntimeError> {
        // The registration of a live task owns the supervisor's state.
        let shared = self.shared.upgrade().ok_or_else(|| self.control_error(InterruptError::Ended))?;
        if self.is_finished() {
            return Err(self.control_error(InterruptError::Ended));
        }
        if shared.registry.is_closed() {
            return Err(shared.closed_error());
        }
        if let Some(slot) = shared.registry.awaited_slot(&self.cell) {
            return Err(RuntimeError::Queued { name: self.name().to_owned(), slot: slot.to_string() });
        }
        Ok(shared)
    }

    pub(super) fn control_error(&self, error: InterruptError) -> RuntimeError {
        let name = self.name().to_owned();
        match error {
            InterruptError::Ended => RuntimeError::Ended { name },
            InterruptError::Stopping => RuntimeError::Stopping { name },
            InterruptError::Paused => RuntimeError::Paused { name },
        }
    }

    /// Waits until the first attempt of the task begins. A later call completes at once.
    ///
    /// # Errors
    ///
    /// The outcome, if the task ended without an attempt: it was canceled or rejected before, or its runtime was shut down.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe. Any number of callers can wait.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let feed = TaskFn::arc("feed", |ctx: TaskContext| async move {
    ///     ctx.cancelled().await;
    ///     Err(TaskError::Canceled)
    /// });
    /// let task = supervisor.add_task(TaskSpec::once(feed))?;
    /// assert_eq!(task.started().await, Ok(()));
    /// assert!(task.status().phase.is_running());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn started(&self) -> Result<(), Outcome> {
        let mut waiting = StartWaiter { cell: &self.cell, waiter: None };
        poll_fn(|context| {
            let StartWaiter { cell, waiter } = &mut waiting;
            cell.poll_started(waiter, context)
        })
        .await
    }

    /// Waits until the task has ended, and returns its outcome.
    ///
    /// Afterwards the task is gone: its future and its value are dropped, and its name is free. The exception is a body that
    /// blocks its thread past its grace. Its outcome is `Aborted`, its [`status`](Self::status) is `Stuck`, and its name
    /// stays taken until the body returns.
    ///
    /// A task that awaits its own outcome deadlocks until it is stopped. So does the owner of a slot that awaits a
    /// submission queued behind it. (Awaiting a `JobHandle` returns an error in that case.)
    ///
    /// # Cancel safety
    ///
    /// Cancel safe. Any number of waiters can await the outcome, before and after the end.
    #[must_use = "futures do nothing unless awaited"]
    pub fn outcome(&self) -> OutcomeFuture {
        let stuck = StuckObserver::new(&self.cell, &self.shared);
        OutcomeFuture { cell: Arc::clone(&self.cell), waiter: None, timer: None, yielded: false, stuck }
    }
}

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle")
            .field("name", &self.name())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

/// A registration of [`TaskHandle::started`].
struct StartWaiter<'a> {
    cell: &'a TaskCell,
    waiter: Option<WaiterId>,
}

impl Drop for StartWaiter<'_> {
    fn drop(&mut self) {
        if self.waiter.is_some() {
            self.cell.remove_waiter(self.waiter);
        }
    }
}

/// The future that [`TaskHandle::outcome`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct OutcomeFuture {
    cell: Arc<TaskCell>,
    waiter: Option<WaiterId>,
    /// The timer of the requested stop, with the deadline that it was set for. `None` before a stop request.
    timer: Option<Box<(Instant, StopTimer)>>,
    /// Whether the future has yielded once since the stop request, before it creates a timer.
    yielded: bool,
    stuck: StuckObserver,
}

impl OutcomeFuture {
    /// Waits for the deadline of the stop, then force-ends a task that blocks past it.
    fn enforce(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<()> {
        // Most tasks stop in their next poll. Yield once, to save them the timer.
        if !self.yielded {
            self.yielded = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let due = saturating_deadline(deadline, STUCK_CONFIRMATION);
        let timer = self.timer.get_or_insert_with(|| Box::new((deadline, StopTimer::new(due))));
        let (set_for, timer) = &mut **timer;
        // A later request can only bring the deadline forward.
        if deadline < *set_for {
            *set_for = deadline;
            timer.reset(due);
        }
        ready!(Pin::new(&mut *timer).poll(context));
        let now = Instant::now();
        if self.cell.force_end(now) {
            self.stuck.state_changed(&self.cell);
        } else {
            // The task is outside of a poll, or inside one that is seen for the first time. It ends, or the next check
            // confirms that it blocks.
            timer.reset(saturating_deadline(now, STUCK_CONFIRMATION));
        }
        Poll::Ready(())
    }
}

impl Future for OutcomeFuture {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let this = &mut *self;
        loop {
            match this.cell.poll_outcome(&mut this.waiter, context) {
                OutcomePoll::Over(outcome) => {
                    // The end deregisters all waiters, so `drop` has nothing to deregister.
                    this.waiter = None;
                    return Poll::Ready(outcome);
                }
                OutcomePoll::Until(None) => return Poll::Pending,
                OutcomePoll::Until(Some(deadline)) => ready!(this.enforce(deadline, context)),
            }
        }
    }
}

impl Drop for OutcomeFuture {
    fn drop(&mut self) {
        if self.waiter.is_some() {
            self.cell.remove_waiter(self.waiter);
        }
    }
}

impl fmt::Debug for OutcomeFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutcomeFuture").field("task", &self.cell.name()).finish_non_exhaustive()
    }
}
