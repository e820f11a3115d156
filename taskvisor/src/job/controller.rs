//! The controller's methods of a supervisor: submissions, slots and jobs.

use std::sync::Arc;

use tokio::time::Instant;

use super::{JobDescriptor, SlotOwner, SlotStatus, SlotWaiter, Submit, SubmitError};
use crate::event::{EventKind, EventName};
use crate::runtime::cell::StopRequest;
use crate::runtime::registry::room::RoomWait;
use crate::runtime::shared::Shared;
use crate::supervisor::{By, Operator, SupervisorHandle};
use crate::task::{Operation, Rejection, RuntimeError, StopCause};

impl SupervisorHandle {
    /// Submits a job, or a task with an [`Admission`](crate::Admission).
    ///
    /// An accepted submission (`Ok`) has exactly one outcome. A refused one (`Err`) never runs.
    ///
    /// ```
    /// use taskvisor::{Config, ControllerSpec, Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let sync = || TaskSpec::inherit(TaskFn::arc("sync", || async { Ok(()) }));
    /// let first = supervisor.submit(ControllerSpec::queue(sync()).with_slot("tenant-42"))?;
    /// let busy = supervisor.submit(ControllerSpec::drop_if_running(sync()).with_slot("tenant-42"));
    /// assert!(busy.is_err());
    /// assert!(first.outcome().await.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The slot is busy, a queue is full, a state is missing, the options contradict each other, the supervisor is shutting
    /// down or was dropped, it has no runtime, or its builder had an error. The error carries the submission.
    ///
    /// # Panics
    ///
    /// Panics if `Clone` of a job's argument panics, or `Display` of an argument in its slot's key. Then nothing was
    /// submitted.
    pub fn submit<S: Submit>(&self, submission: S) -> Result<S::Handle, SubmitError<S>> {
        submission.submit_to(self, None)
    }

    /// Submits like [`submit`](Self::submit), but waits for room if a queue is full.
    ///
    /// Waiting callers are admitted in no particular order. The owner of a slot deadlocks if it waits here for room in the
    /// queue of its own slot.
    ///
    /// ```
    /// use taskvisor::{Config, ControllerSpec, Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::builder(Config::default()).controller(|limits| limits.with_per_slot(1)).build();
    /// let mut handles = Vec::new();
    /// for number in 0..10 {
    ///     let import = TaskFn::arc("import", || async { Ok(()) });
    ///     handles.push(supervisor.submit_wait(ControllerSpec::queue(TaskSpec::once(import))).await?);
    /// }
    /// assert_eq!(handles.len(), 10); // the queue held one at a time, and none was refused
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit), except for a full queue.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, nothing was submitted, and the submission is lost.
    pub async fn submit_wait<S: Submit>(&self, submission: S) -> Result<S::Handle, SubmitError<S>> {
        let mut submission = submission;
        let mut room = RoomWait::default();
        loop {
            match submission.submit_to(self, Some(&mut room)) {
                // The refusal has registered the caller: room that is made from here on notifies it.
                Err(error)
                    if matches!(error.reason(), RuntimeError::QueueFull { .. }) && room.is_waiting() =>
                {
                    submission = error.into_submission();
                    room.notified().await;
                }
                decided => return decided,
            }
        }
    }

    /// Requests the stop of a slot's owners, and rejects all submissions that wait for the slot. Returns whether the slot was
    /// taken.
    ///
    /// No submission that was waiting at the time of the call starts. The slot is free once its owners have ended.
    ///
    /// ```
    /// use taskvisor::{Config, ControllerSpec, Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let sync = || TaskSpec::once(TaskFn::arc("sync", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) }));
    /// let owner = supervisor.submit(ControllerSpec::queue(sync()))?;
    /// let waiting = supervisor.submit(ControllerSpec::queue(sync()))?;
    /// assert!(supervisor.clear_slot("sync"));
    /// assert!(waiting.outcome().await.is_rejected());
    /// assert!(owner.outcome().await.is_canceled());
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_slot(&self, slot: &str) -> bool {
        self.clear_slot_by(slot, None)
    }

    fn clear_slot_by(&self, slot: &str, by: By<'_>) -> bool {
        let Ok(shared) = self.shared() else { return false };
        let now = shared.now();
        let rejection = StopRequest::reject(Rejection::Cleared, now);
        let Some(cleared) = shared.registry.clear(slot, rejection) else { return false };
        shared.publish_cleared(slot, now, by);
        // `clear` has emptied the queue under the slot's lock; the submissions end after it, because that wakes tasks.
        shared.end_withdrawn(cleared.waiting, Some(rejection));
        let stop = StopRequest::stop(StopCause::Clear, now, shared.config.grace);
        for owner in cleared.owners {
            owner.request_stop(stop);
        }
        true
    }

    /// Returns a snapshot of all taken slots, sorted by key. Each entry is consistent in itself; the list as a whole is not one
    /// moment.
    #[must_use]
    pub fn slots(&self) -> Vec<SlotStatus> {
        let Ok(shared) = self.shared() else { return Vec::new() };
        let mut slots = shared.registry.slots(|slot| SlotStatus {
            key: slot.key().map(Arc::clone).unwrap_or_default(),
            owner: slot.owner.task.name().to_owned(),
            owner_id: slot.owner.task.id(),
            since: slot.owner.since,
            capacity: slot.capacity().get(),
            more_owners: slot
                .owners()
                .skip(1)
                .map(|owner| SlotOwner {
                    name: owner.task.name().to_owned(),
                    id: owner.task.id(),
                    since: owner.since,
                })
                .collect(),
            waiting: slot
                .queued()
                .map(|waiter| SlotWaiter {
                    name: waiter.task.name().to_owned(),
                    id: waiter.task.id(),
                    admission: waiter.admission,
                    since: waiter.since,
                })
                .collect(),
        });
        slots.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        slots
    }

    /// Returns the jobs of the application: those that its package and the crates named in `crates` declare, except disabled
    /// ones. It returns the declarations: a job that the setup has tuned is listed as declared. Empty without
    /// `#[taskvisor::main]`.
    #[must_use]
    pub fn jobs(&self) -> Vec<&'static JobDescriptor> {
        let Ok(shared) = self.shared() else { return Vec::new() };
        shared.jobs.get().cloned().unwrap_or_default()
    }
}

impl Operator {
    /// See [`SupervisorHandle::clear_slot`].
    pub fn clear_slot(&self, slot: &str) -> bool {
        self.supervisor.clear_slot_by(slot, Some(&self.by))
    }
}

impl Shared {
    /// Publishes that a slot was cleared. Before the ends of its submissions, because the call has emptied the slot already.
    fn publish_cleared(&self, slot: &str, now: Instant, by: By<'_>) {
        if self.bus.wants(EventName::Operated) {
            let (by, slot) = (by.cloned(), Some(slot.into()));
            let kind = EventKind::Operated { action: Operation::ClearSlot, by, slot };
            self.bus.publish(now, None, kind);
        }
    }
}
