//! Membership of one task: from the moment its name or slot is taken to the moment its end is shown.

use std::sync::Arc;

use tokio::time::Instant;

use super::slot::Admission;
use super::{Limits, Refusal, Taken};
use crate::event::{EventKind, EventName, Subject};
use crate::runtime::body::TaskContext;
use crate::runtime::cell::{Ask, End, StopRequest, TaskCell};
use crate::runtime::shared::Shared;
use crate::task::StopCause;

/// Held by the actor. Dropping it is the only way a name becomes free and a slot is passed on; a task that did not end
/// itself is aborted so.
pub(crate) struct Ticket {
    shared: Arc<Shared>,
    cell: Arc<TaskCell>,
    reached: Reached,
}

/// How much of the task has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    /// The name is taken, and may be given back without a word.
    Reserved,
    Accepted,
    Added,
    /// Added to the queue of its slot.
    Queued,
    Attempt,
    Gone,
}

impl Ticket {
    /// Takes the name of the task, or gives the task back.
    pub(crate) fn take(shared: Arc<Shared>, cell: Arc<TaskCell>) -> Result<Self, (Refusal, Arc<TaskCell>)> {
        match shared.registry.enter(&cell) {
            Ok(()) => Ok(Self { shared, cell, reached: Reached::Reserved }),
            Err(refusal) => Err((refusal, cell)),
        }
    }

    /// Takes a place in a slot, which may be one among those who wait.
    pub(crate) fn take_place(
        shared: Arc<Shared>,
        cell: &Arc<TaskCell>,
        admission: Admission,
        limits: Limits,
        now: Instant,
    ) -> Result<(Self, Taken), Refusal> {
        let taken = shared.registry.submit(cell, admission, limits, now)?;
        Ok((Self { shared, cell: Arc::clone(cell), reached: Reached::Reserved }, taken))
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
        if self.reached == Reached::Reserved {
            self.reached = Reached::Accepted;
        }
    }

    /// Publishes that a submission was accepted, and whether it waits for its slot. Called before its actor is spawned:
    /// whatever happens to the slot meanwhile, no later event of the submission is published before these.
    #[cfg(feature = "controller")]
    pub(crate) fn submitted(&mut self, queued: bool, now: Instant) {
        self.accept();
        self.added(Some(now));
        if let (true, Some(slot)) = (queued, self.cell.slot()) {
            self.reached = Reached::Queued;
            self.tell(EventName::Queued, Some(now), || EventKind::Queued { slot: Arc::clone(slot) });
        }
    }

    pub(crate) fn is_queued(&self) -> bool {
        self.reached == Reached::Queued
    }

    pub(crate) fn admitted(&mut self) {
        self.reached = Reached::Added;
        self.tell(EventName::Admitted, None, || EventKind::Admitted);
    }

    pub(crate) fn added(&mut self, now: Option<Instant>) {
        if self.reached == Reached::Accepted {
            self.reached = Reached::Added;
            self.tell(EventName::Added, now, || EventKind::Added);
        }
    }

    pub(crate) fn started(&mut self, attempt: u64, now: Instant) {
        self.reached = Reached::Attempt;
        self.tell(EventName::Started, Some(now), || EventKind::Started { attempt });
    }

    pub(crate) fn attempted(
        &mut self,
        name: EventName,
        now: Instant,
        kind: impl FnOnce(&TaskCell) -> EventKind,
    ) {
        self.reached = Reached::Added;
        self.tell(name, Some(now), || kind(&self.cell));
    }

    /// Sleeps until the next attempt, unless a stop was requested or a `Latest` waits behind this owner: then the next
    /// attempt would be out of date.
    pub(crate) fn sleep(&self, now: Instant, until: Instant, failures: u32) -> Result<(), Ask> {
        // A `Latest` that came while the attempt ran left it alone, and is found here. One that joins the queue after this
        // look finds in the cell that no attempt runs any more, and requests the stop itself.
        if self.cell.slot().is_some() && self.shared.registry.latest_waits(&self.cell) {
            self.cell.ask_between_attempts(StopRequest::stop(
                StopCause::Replace,
                now,
                self.shared.config.grace,
            ));
        }
        self.cell.sleep(now, until, failures)
    }

    pub(crate) fn tell(&self, name: EventName, now: Option<Instant>, kind: impl FnOnce() -> EventKind) {
        if self.shared.bus.wants(name) {
            let cell: Arc<dyn Subject> = Arc::clone(&self.cell) as _;
            self.shared.bus.publish(now.unwrap_or_else(Instant::now), Some(cell), kind());
        }
    }

    /// Ends the task: the name becomes free before any waiter wakes.
    pub(crate) fn end(&mut self, end: End, now: Instant) {
        debug_assert_ne!(self.reached, Reached::Gone, "it ends once");
        if self.reached == Reached::Reserved {
            self.leave(now);
            self.cell.settle(End::Aborted);
        } else {
            self.tell_end(end, now);
        }
        self.reached = Reached::Gone;
        self.cell.end(now);
        self.shared.registry.depart();
    }

    /// Frees the name, or passes the slot on.
    fn leave(&self, now: Instant) {
        if let Some(next) = self.shared.registry.leave(&self.cell, now) {
            next.grant_turn();
        }
        if self.cell.slot().is_some() {
            self.shared.room.notify_waiters();
        }
    }

    fn tell_end(&mut self, end: End, now: Instant) {
        self.added(Some(now));
        if self.reached == Reached::Attempt {
            let attempt = || EventKind::Aborted { attempt: self.cell.status().attempt };
            self.tell(EventName::Aborted, Some(now), attempt);
        }
        let end = self.cell.settle(end);
        let outcome = || EventKind::Ended { outcome: self.cell.settled_outcome(end) };
        self.tell(EventName::Ended, Some(now), outcome);
        self.shared.tally.count(&self.cell, end);
        self.leave(now);
        self.tell(EventName::Removed, Some(now), || EventKind::Removed);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.reached != Reached::Gone {
            self.end(End::Aborted, Instant::now());
        }
    }
}
