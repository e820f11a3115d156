//! Admission to slots: contract 6.

use taskvisor::{Rejection, StopCause};

use super::place::Place;
use super::slots::{Slot, Waiter};
use super::task::{Key, Request, RequestKind};
use super::{Unclear, World};
use crate::program::{Admission, Ms};
use crate::vocabulary::Refusal;

/// The decision on a submission.
pub(super) enum Decision {
    Starts,
    Waits,
    Refused(Refusal),
}

impl World<'_> {
    /// Decides on the submission that will be task number `number`.
    pub(super) fn decide(
        &mut self,
        key: usize,
        admission: Admission,
        capacity: usize,
        number: usize,
    ) -> Decision {
        let now = self.now;
        let waiting_in_all: usize = self.slots.values().map(|slot| slot.waiting().count()).sum();
        let limits = &self.program.limits;
        let waiter = Waiter { number, admission, capacity };
        self.meet_admission(key, waiter);
        let Some(slot) = self.slots.get_mut(&key) else {
            self.slots.insert(key, Slot::new(waiter, now));
            return Decision::Starts;
        };
        if slot.starts_at_once(admission, capacity) {
            let superseded = slot.take_superseded(admission);
            slot.add_owner(waiter, now);
            self.supersede(key, superseded);
            return Decision::Starts;
        }
        match admission {
            Admission::DropIfRunning => return Decision::Refused(Refusal::Busy),
            Admission::Queue
                if slot.waiting().count() >= limits.per_slot || waiting_in_all >= limits.total =>
            {
                return Decision::Refused(Refusal::QueueFull);
            }
            _ => {}
        }
        let superseded = slot.take_superseded(admission);
        slot.enqueue(waiter);
        let replaced =
            if admission == Admission::Replace { slot.in_the_way_of(capacity) } else { Vec::new() };
        if replaced.len() > 1 {
            self.met.insert("a replace of several owners".to_owned());
        }
        self.supersede(key, superseded);
        for owner in replaced {
            self.request_stop(owner, StopCause::Replace, None);
        }
        if admission == Admission::Latest {
            self.stop_outdated(key);
        }
        Decision::Waits
    }

    /// `Latest` stops an owner only between two attempts, not during one or before the first: the oldest such, unless another owner
    /// ends for it.
    fn stop_outdated(&mut self, key: usize) {
        let Some(slot) = self.slots.get(&key) else { return };
        let is_outdated =
            |number: &usize| slot.may_yield(*number) && self.tasks[*number].is_between_attempts();
        let Some(outdated) = slot.owners().map(|owner| owner.number).find(is_outdated) else { return };
        if slot.owners().count() > 1 {
            self.met.insert("a latest stops one of several owners".to_owned());
        }
        self.yields(key, outdated);
        self.request_stop(outdated, StopCause::Replace, None);
    }

    pub(super) fn yields(&mut self, key: usize, number: usize) {
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.yields(number);
        }
    }

    /// Rejects a superseded waiter. Those that waited behind it may start.
    fn supersede(&mut self, key: usize, superseded: Option<usize>) {
        let Some(number) = superseded else { return };
        self.reject_waiter(number, Rejection::Superseded);
        self.start_waiting(key, "a superseded one");
    }

    fn start_waiting(&mut self, key: usize, why: &str) {
        let now = self.now;
        let Some(slot) = self.slots.get_mut(&key) else { return };
        let (started, owners) = (slot.start_waiting(now), slot.owners().count());
        if started > 0 && owners > 1 {
            self.met.insert(format!("a place beside another owner after {why}"));
        }
        if started > 1 {
            self.met.insert("several submissions that start at once".to_owned());
        }
    }

    fn meet_admission(&mut self, key: usize, Waiter { admission, capacity, .. }: Waiter) {
        let slot = self.slots.get(&key);
        let oldest = slot.and_then(|slot| slot.owners().next()).map(|owner| &self.tasks[owner.number]);
        let place = match oldest {
            None => "an idle slot",
            _ if slot.is_some_and(|slot| slot.starts_at_once(admission, capacity)) => "a free place",
            _ if slot.is_some_and(|slot| slot.fits(capacity)) => "a free place behind others",
            Some(owner) if owner.is_stopping() => "a slot whose owner is stopping",
            Some(owner) if matches!(owner.place, Place::Paused { .. }) => "a slot whose owner is paused",
            Some(owner) if owner.is_between_attempts() => "a slot whose owner is between two attempts",
            Some(_) => "an owned slot",
        };
        self.met.insert(format!("{admission:?} to {place}"));
    }

    /// Requests a task to stop. Returns whether this was the first request; a later one can bring the deadline forward.
    pub(super) fn request_stop(&mut self, number: usize, cause: StopCause, grace: Option<Ms>) -> bool {
        let now = self.now;
        let grace = grace.unwrap_or(self.program.limits.grace);
        let task = &mut self.tasks[number];
        let deadline = now + task.time_to_stop(grace);
        if task.place == Place::Gone {
            return false;
        }
        self.end_readiness(number);
        let task = &mut self.tasks[number];
        if task.is_interrupted() {
            // A stop request replaces an interrupt. The token was canceled by the interrupt.
            let at = task.request.map_or(now, |request| request.at);
            task.request = Some(Request { kind: RequestKind::Stop(cause), at, deadline, enforcer: cause });
            self.met.insert("a stop request during an interrupt".to_owned());
            return true;
        }
        if let Some(request) = &mut task.request {
            if deadline < request.deadline {
                request.deadline = deadline;
                request.enforcer = cause;
            }
            return false;
        }
        if task.finishing && cause != StopCause::Shutdown {
            self.met.insert("a stop request during a time to finish".to_owned());
        }
        task.request = Some(Request { kind: RequestKind::Stop(cause), at: now, deadline, enforcer: cause });
        // A stopping task leaves the queue of its slot at once and does not count towards its limit.
        self.withdraw(number);
        true
    }

    /// Rejects a waiter that was removed from its queue.
    pub(super) fn reject_waiter(&mut self, number: usize, why: Rejection) {
        let now = self.now;
        let task = &mut self.tasks[number];
        // The deadline has no effect: a waiter runs no attempt.
        let request =
            Request { kind: RequestKind::Reject(why), at: now, deadline: now, enforcer: StopCause::Cancel };
        task.request.get_or_insert(request);
    }

    /// Whether this task owns a slot for which a `Latest` waits, and ends for it.
    pub(super) fn is_outdated(&self, number: usize) -> bool {
        let Key::Slot(key) = self.tasks[number].key else { return false };
        self.slots.get(&key).is_some_and(|slot| slot.may_yield(number))
    }

    pub(super) fn owns_slot(&self, number: usize) -> bool {
        let Key::Slot(key) = self.tasks[number].key else { return false };
        self.slots.get(&key).is_some_and(|slot| slot.is_owner(number))
    }

    /// Removes a waiter. Those behind it may start.
    pub(super) fn withdraw(&mut self, number: usize) {
        let Key::Slot(key) = self.tasks[number].key else { return };
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.remove_waiter(number);
            self.start_waiting(key, "one that left the queue");
        }
    }

    /// Empties the queue of a slot and rejects its waiters.
    pub(super) fn empty_line(&mut self, key: usize, why: Rejection) {
        let Some(slot) = self.slots.get_mut(&key) else { return };
        for number in slot.take_waiting() {
            self.reject_waiter(number, why);
        }
    }

    /// Removes an owner that has ended. The waiters that fit become owners; without any owner the slot is released.
    pub(super) fn pass_on(&mut self, key: usize, number: usize) {
        let Some(slot) = self.slots.get_mut(&key) else { return };
        slot.remove_owner(number);
        self.start_waiting(key, "one that has ended");
        if self.slots.get(&key).is_some_and(|slot| slot.owners().next().is_none()) {
            self.slots.remove(&key);
        }
    }

    /// Records that the attempt of an owner ends, or that the owner does. For a waiting `Latest` it matters which owner is the first.
    pub(super) fn meet_latest(&mut self, number: usize) {
        let Key::Slot(key) = self.tasks[number].key else { return };
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.meet_latest(number);
        }
    }

    /// Rejects a moment in which two owners of a slot act for which a `Latest` waits: the first one ends for it.
    pub(super) fn check_yields(&self) -> Result<(), Unclear> {
        if self.slots.values().any(Slot::is_contested) {
            return Err(Unclear::Tie("two owners of a slot act in one moment, and a latest waits"));
        }
        Ok(())
    }
}
