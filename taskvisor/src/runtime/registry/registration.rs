//! Membership of one task: from the moment its name or slot is taken to the moment its end is shown.

use std::sync::Arc;

use tokio::time::Instant;

use super::slot::Admission;
use super::{Limits, Placement, RegisterError};
use crate::event::{EventKind, EventName, Subject};
use crate::runtime::body::TaskContext;
use crate::runtime::cell::{PendingStop, StopRequest, TaskCell, TaskEnd};
use crate::runtime::shared::Shared;
use crate::task::StopCause;

/// Held by the actor. Dropping it is the only way a name becomes free and a slot is passed on; a task that did not end
/// itself is aborted so.
pub(crate) struct Registration {
    shared: Arc<Shared>,
    cell: Arc<TaskCell>,
    step: LifecycleStep,
}

/// How much of the task has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LifecycleStep {
    /// The name is taken, and may be given back without a word.
    Reserved,
    Accepted,
    Added,
    /// Added to the queue of its slot.
    Queued,
    Attempt,
    Finished,
}

impl Registration {
    /// Takes the name of the task, or gives the task back.
    pub(crate) fn register(
        shared: Arc<Shared>,
        cell: Arc<TaskCell>,
    ) -> Result<Self, (RegisterError, Arc<TaskCell>)> {
        match shared.registry.register(&cell) {
            Ok(()) => Ok(Self { shared, cell, step: LifecycleStep::Reserved }),
            Err(refusal) => Err((refusal, cell)),
        }
    }

    /// Takes a place in a slot, which may be one among those who wait.
    pub(crate) fn for_submission(
        shared: Arc<Shared>,
        cell: &Arc<TaskCell>,
        admission: Admission,
        limits: Limits,
        now: Instant,
    ) -> Result<(Self, Placement), RegisterError> {
        let taken = shared.registry.register_submission(cell, admission, limits, now)?;
        Ok((Self { shared, cell: Arc::clone(cell), step: LifecycleStep::Reserved }, taken))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    /// What an attempt of it is told.
    pub(crate) fn context(&self, attempt: u64) -> TaskContext {
        TaskContext::new(Arc::clone(&self.shared) as _, Arc::clone(&self.cell), attempt)
    }

    /// From here on the task has an outcome.
    pub(crate) fn accept(&mut self) {
        if self.step == LifecycleStep::Reserved {
            self.step = LifecycleStep::Accepted;
        }
    }

    /// Publishes that a submission was accepted, and whether it waits for its slot. Called before its actor is spawned:
    /// whatever happens to the slot meanwhile, no later event of the submission is published before these.
    #[cfg(feature = "controller")]
    pub(crate) fn publish_submitted(&mut self, queued: bool, now: Instant) {
        self.accept();
        self.publish_added(Some(now));
        if let (true, Some(slot)) = (queued, self.cell.slot()) {
            self.step = LifecycleStep::Queued;
            self.publish(EventName::Queued, Some(now), || EventKind::Queued { slot: Arc::clone(slot) });
        }
    }

    pub(crate) fn is_queued(&self) -> bool {
        self.step == LifecycleStep::Queued
    }

    pub(crate) fn publish_admitted(&mut self) {
        self.step = LifecycleStep::Added;
        self.publish(EventName::Admitted, None, || EventKind::Admitted);
    }

    pub(crate) fn publish_added(&mut self, now: Option<Instant>) {
        if self.step == LifecycleStep::Accepted {
            self.step = LifecycleStep::Added;
            self.publish(EventName::Added, now, || EventKind::Added);
        }
    }

    pub(crate) fn publish_started(&mut self, attempt: u64, now: Instant) {
        self.step = LifecycleStep::Attempt;
        self.publish(EventName::Started, Some(now), || EventKind::Started { attempt });
    }

    pub(crate) fn publish_attempt_end(
        &mut self,
        name: EventName,
        now: Instant,
        kind: impl FnOnce(&TaskCell) -> EventKind,
    ) {
        self.step = LifecycleStep::Added;
        self.publish(name, Some(now), || kind(&self.cell));
    }

    /// Sleeps until the next attempt, unless a stop was requested or a `Latest` waits behind this owner: then the next
    /// attempt would be out of date.
    pub(crate) fn begin_sleep(&self, now: Instant, until: Instant, failures: u32) -> Result<(), PendingStop> {
        // A `Latest` that came while the attempt ran left it alone, and is found here. One that joins the queue after this
        // look finds in the cell that no attempt runs any more, and requests the stop itself.
        if self.cell.slot().is_some() && self.shared.registry.latest_waits(&self.cell) {
            self.cell.request_stop_between_attempts(StopRequest::stop(
                StopCause::Replace,
                now,
                self.shared.config.grace,
            ));
        }
        self.cell.begin_sleep(now, until, failures)
    }

    pub(crate) fn publish(&self, name: EventName, now: Option<Instant>, kind: impl FnOnce() -> EventKind) {
        if self.shared.bus.wants(name) {
            let cell: Arc<dyn Subject> = Arc::clone(&self.cell) as _;
            self.shared.bus.publish(now.unwrap_or_else(Instant::now), Some(cell), kind());
        }
    }

    /// Ends the task: the name becomes free before any waiter wakes.
    pub(crate) fn finish(&mut self, end: TaskEnd, now: Instant) {
        debug_assert_ne!(self.step, LifecycleStep::Finished, "it ends once");
        if self.step == LifecycleStep::Reserved {
            self.deregister(now);
            self.cell.decide_end(TaskEnd::Aborted);
        } else {
            self.publish_end(end, now);
        }
        self.step = LifecycleStep::Finished;
        self.cell.finish(now);
        self.shared.registry.count_out();
    }

    /// Frees the name, or passes the slot on.
    fn deregister(&self, now: Instant) {
        if let Some(next) = self.shared.registry.deregister(&self.cell, now) {
            next.grant_slot();
        }
        if self.cell.slot().is_some() {
            self.shared.room.notify_waiters();
        }
    }

    fn publish_end(&mut self, end: TaskEnd, now: Instant) {
        self.publish_added(Some(now));
        if self.step == LifecycleStep::Attempt {
            let attempt = || EventKind::Aborted { attempt: self.cell.status().attempt };
            self.publish(EventName::Aborted, Some(now), attempt);
        }
        let end = self.cell.decide_end(end);
        let outcome = || EventKind::Ended { outcome: self.cell.decided_outcome(end) };
        self.publish(EventName::Ended, Some(now), outcome);
        self.shared.tally.count(&self.cell, end);
        self.deregister(now);
        self.publish(EventName::Removed, Some(now), || EventKind::Removed);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if self.step != LifecycleStep::Finished {
            self.finish(TaskEnd::Aborted, Instant::now());
        }
    }
}
