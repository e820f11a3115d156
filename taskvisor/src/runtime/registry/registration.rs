//! The registration of one task, from the moment its name or slot is taken until its end is visible.

use std::sync::Arc;

use tokio::time::Instant;

use super::slot::Admission;
use super::{Limits, Placement, RegisterError};
use crate::event::{EventKind, EventName, Subject};
use crate::runtime::body::TaskContext;
use crate::runtime::cell::{PendingStop, StopRequest, TaskCell, TaskEnd};
use crate::runtime::shared::Shared;
use crate::task::StopCause;

/// The registration of a task. The actor owns it.
///
/// Only finishing or dropping it frees a name and passes a slot on. Dropping it without `finish` aborts the task.
// No reaper: dropping the registration always finishes the task.
pub(crate) struct Registration {
    shared: Arc<Shared>,
    cell: Arc<TaskCell>,
    step: LifecycleStep,
}

/// How far the events of the task have got. It decides which events must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LifecycleStep {
    /// The name or slot is taken. No event was published, and freeing it again publishes none.
    Reserved,
    /// The task has an outcome from here on. `Added` is published by the first poll, or before its end.
    Accepted,
    Added,
    /// Added, and waiting for its slot.
    Queued,
    /// An attempt has started. Its end must be published before that of the task.
    Attempt,
    Finished,
}

impl Registration {
    /// Registers a task under its name. Returns the cell with the error, so that the caller can return the task's name.
    pub(crate) fn register(
        shared: Arc<Shared>,
        cell: Arc<TaskCell>,
    ) -> Result<Self, (RegisterError, Arc<TaskCell>)> {
        match shared.registry.register(&cell) {
            Ok(()) => Ok(Self { shared, cell, step: LifecycleStep::Reserved }),
            Err(error) => Err((error, cell)),
        }
    }

    /// Registers a submission: as the owner of its slot, or in the queue of the slot.
    pub(crate) fn for_submission(
        shared: Arc<Shared>,
        cell: &Arc<TaskCell>,
        admission: Admission,
        limits: Limits,
        now: Instant,
    ) -> Result<(Self, Placement), RegisterError> {
        let placement = shared.registry.register_submission(cell, admission, limits, now)?;
        Ok((Self { shared, cell: Arc::clone(cell), step: LifecycleStep::Reserved }, placement))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    /// Creates the context of an attempt.
    pub(crate) fn context(&self, attempt: u64) -> TaskContext {
        TaskContext::new(Arc::clone(&self.shared), Arc::clone(&self.cell), attempt)
    }

    /// Accepts the task: from here on it has exactly one outcome.
    pub(crate) fn accept(&mut self) {
        if self.step == LifecycleStep::Reserved {
            self.step = LifecycleStep::Accepted;
        }
    }

    /// Publishes that a submission was accepted, and whether it is queued.
    // Called before the actor is spawned: the slot may be granted at any time, and no later event may come before these.
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
        // A `Latest` that was enqueued during the attempt did not stop it, and is found here. One that is enqueued after
        // this check finds in the cell that no attempt is running, and requests the stop itself.
        if self.cell.slot().is_some() && self.shared.registry.latest_waits(&self.cell) {
            self.cell.request_stop_between_attempts(StopRequest::stop(
                StopCause::Replace,
                now,
                self.shared.config.grace,
            ));
        }
        self.cell.begin_sleep(now, until, failures)
    }

    /// Publishes an event of the task, if a subscriber wants it. Reads the clock unless `now` is given.
    pub(crate) fn publish(&self, name: EventName, now: Option<Instant>, kind: impl FnOnce() -> EventKind) {
        // Checked first: without a subscriber, neither the event nor a reference to the cell is created.
        if self.shared.bus.wants(name) {
            let cell: Arc<dyn Subject> = Arc::clone(&self.cell) as _;
            self.shared.bus.publish(now.unwrap_or_else(Instant::now), Some(cell), kind());
        }
    }

    /// Ends the task.
    ///
    /// The order is: decide the end, publish it, count it, free the name or pass the slot on, publish `Removed`, make the
    /// outcome visible and wake the waiters, count the task out.
    pub(crate) fn finish(&mut self, end: TaskEnd, now: Instant) {
        debug_assert_ne!(self.step, LifecycleStep::Finished, "a task finishes once");
        if self.step == LifecycleStep::Reserved {
            self.deregister(now);
            self.cell.decide_end(TaskEnd::Aborted);
        } else {
            self.publish_end(end, now);
        }
        // Set before the waiters wake: whatever follows, the destructor does not finish the task a second time.
        self.step = LifecycleStep::Finished;
        // After `deregister`: a waiter that adds a task of the same name must find the name free.
        self.cell.finish(now);
        // Last: once the registry is idle, every outcome is visible.
        self.shared.registry.count_out();
    }

    /// Frees the name, or passes the slot on.
    fn deregister(&self, now: Instant) {
        if let Some(next) = self.shared.registry.deregister(&self.cell, now) {
            // Granted after the lock of the shard: this wakes the next actor.
            next.grant_slot();
        }
        // Notified also if nothing was queued: an idle slot admits a submission that waits for room.
        if self.cell.slot().is_some() {
            self.shared.room.notify_waiters();
        }
    }

    fn publish_end(&mut self, end: TaskEnd, now: Instant) {
        // The actor may be dropped before its first poll, or during an attempt: the events that are missing come first.
        self.publish_added(Some(now));
        if self.step == LifecycleStep::Attempt {
            let attempt = || EventKind::Aborted { attempt: self.cell.status().attempt };
            self.publish(EventName::Aborted, Some(now), attempt);
        }
        // A waiter may have forced another end meanwhile. Events and counters use the one that was decided.
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
