//! A task as seen from outside.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::{OutcomePoll, STUCK_CONFIRMATION, StopRequest, TaskCell, saturating_deadline};
use crate::runtime::shared::Shared;
use crate::sync::StopTimer;
use crate::sync::wakers::WaiterId;
use crate::task::{Outcome, StopCause, TaskId, TaskStatus};

/// A task that was accepted: to look at, to stop, to wait for. Dropping it changes nothing for the task.
#[derive(Clone)]
pub struct TaskHandle {
    cell: Arc<TaskCell>,
    /// Alive at least as long as the task, which owns it too.
    shared: Weak<Shared>,
}

impl TaskHandle {
    pub(crate) fn new(cell: Arc<TaskCell>, shared: &Arc<Shared>) -> Self {
        Self { cell, shared: Arc::downgrade(shared) }
    }

    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    /// The supervisor of a submission that competes for a slot; nothing for anybody else.
    pub(crate) fn competes_in(&self) -> Option<Arc<Shared>> {
        self.cell.slot().and_then(|_| self.shared.upgrade())
    }

    /// The name of the task.
    #[must_use]
    pub fn name(&self) -> &str {
        self.cell.name()
    }

    /// The id of the task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.cell.id()
    }

    /// What the task is doing now.
    #[must_use]
    pub fn status(&self) -> TaskStatus {
        self.cell.status()
    }

    /// Whether it is over: then its outcome is there without a wait.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.cell.is_finished()
    }

    /// Asks the task to stop within the grace of the configuration, and returns at once. Says whether this call was
    /// the one: `false` if somebody had asked before or the task was over.
    pub fn cancel(&self) -> bool {
        self.shared.upgrade().is_some_and(|shared| self.request_stop(&shared, shared.config.grace))
    }

    /// Asks the task to stop within `grace`, after which its attempt is dropped. The deadline of an earlier ask can be
    /// brought forward, not put off. A submission that waits for its slot has left the queue when this returns.
    pub fn cancel_with_timeout(&self, grace: Duration) -> bool {
        self.shared.upgrade().is_some_and(|shared| self.request_stop(&shared, grace))
    }

    fn request_stop(&self, shared: &Shared, grace: Duration) -> bool {
        let first = self.cell.request_stop(StopRequest::stop(StopCause::Cancel, shared.now(), grace));
        if first && self.cell.slot().is_some() && shared.registry.withdraw(&self.cell) {
            shared.room.notify_waiters();
        }
        first
    }

    /// Waits for the end of the task.
    ///
    /// When it returns, the task is gone: its future and its value are dropped and its name is free. The one exception
    /// is a body that blocks its thread past its grace: that is `Aborted` while `status()` says `Stuck`, and the name
    /// stays taken until the body really returns.
    ///
    /// A task that waits for its own end, or a submission that waits for one queued behind it in its own slot, waits
    /// until it is stopped. (Awaiting a `JobHandle` tells it instead.)
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the outcome stays, for any number of waiters.
    #[must_use = "futures do nothing unless awaited"]
    pub fn outcome(&self) -> OutcomeFuture {
        OutcomeFuture { cell: Arc::clone(&self.cell), place: None, timer: None, yielded: false }
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

/// The future of [`TaskHandle::outcome`].
#[must_use = "futures do nothing unless awaited"]
pub struct OutcomeFuture {
    cell: Arc<TaskCell>,
    place: Option<WaiterId>,
    /// Rings when the grace of an asked stop is over, with the deadline it was set for. Set only then.
    timer: Option<Box<(Instant, StopTimer)>>,
    /// It was polled once after the stop was asked, and let others run before it set an timer.
    yielded: bool,
}

impl OutcomeFuture {
    /// Waits for the deadline of the stop, then ends a task that blocks past it.
    fn enforce(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<()> {
        // Most tasks stop in their next poll: then the timer would be set for nothing.
        if !self.yielded {
            self.yielded = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let due = saturating_deadline(deadline, STUCK_CONFIRMATION);
        let timer = self.timer.get_or_insert_with(|| Box::new((deadline, StopTimer::new(due))));
        let (set_for, timer) = &mut **timer;
        if deadline < *set_for {
            *set_for = deadline;
            timer.reset(due);
        }
        ready!(Pin::new(&mut *timer).poll(context));
        let now = Instant::now();
        if !self.cell.force_end(now) {
            // It is not inside a poll, or in one that was not seen before: it ends by itself, or blocks.
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
            match this.cell.poll_outcome(&mut this.place, context) {
                OutcomePoll::Over(outcome) => {
                    // All places are given up at the end, so that there is nothing to give up when this is dropped.
                    this.place = None;
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
        if self.place.is_some() {
            self.cell.remove_waiter(self.place);
        }
    }
}

impl fmt::Debug for OutcomeFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutcomeFuture").field("task", &self.cell.name()).finish_non_exhaustive()
    }
}
