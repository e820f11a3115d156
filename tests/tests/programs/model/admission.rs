//! Admission to slots: contract 6.

use taskvisor::{Rejection, StopCause};

use super::World;
use super::place::Place;
use super::task::{Key, Request, RequestKind};
use crate::program::{Admission, Ms};
use crate::vocabulary::Refusal;

/// A slot that has an owner.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) owner: usize,
    pub(super) since: Ms,
    /// The waiting `Replace`, which precedes the queue.
    front: Option<usize>,
    line: Vec<(usize, Admission)>,
}

impl Slot {
    pub(super) fn waiting(&self) -> impl Iterator<Item = (usize, Admission)> + '_ {
        self.front.iter().map(|number| (*number, Admission::Replace)).chain(self.line.iter().copied())
    }
}

/// The decision on a submission.
pub(super) enum Decision {
    Starts,
    Waits,
    Refused(Refusal),
}

impl World<'_> {
    /// Decides on the submission that will be task number `number`.
    pub(super) fn decide(&mut self, key: usize, admission: Admission, number: usize) -> Decision {
        let now = self.now;
        let waiting_in_all: usize = self.slots.values().map(|slot| slot.waiting().count()).sum();
        let limits = &self.program.limits;
        let place = match self.slots.get(&key).map(|slot| &self.tasks[slot.owner]) {
            None => "an idle slot",
            Some(owner) if owner.is_stopping() => "a slot whose owner is stopping",
            Some(owner) if matches!(owner.place, Place::Paused { .. }) => "a slot whose owner is paused",
            Some(owner) if owner.is_between_attempts() => "a slot whose owner is between two attempts",
            Some(_) => "an owned slot",
        };
        self.met.insert(format!("{admission:?} to {place}"));
        let Some(slot) = self.slots.get_mut(&key) else {
            let slot = Slot { owner: number, since: now, front: None, line: Vec::new() };
            self.slots.insert(key, slot);
            return Decision::Starts;
        };
        let (mut superseded, mut replaced) = (None, None);
        match admission {
            Admission::DropIfRunning => return Decision::Refused(Refusal::Busy),
            Admission::Queue => {
                if slot.waiting().count() >= limits.per_slot || waiting_in_all >= limits.total {
                    return Decision::Refused(Refusal::QueueFull);
                }
                slot.line.push((number, admission));
            }
            Admission::Replace => {
                superseded = slot.front.replace(number);
                replaced = Some(slot.owner);
            }
            Admission::Latest => {
                let older = slot.line.iter().position(|(_, admission)| *admission == Admission::Latest);
                superseded = older.map(|index| slot.line.remove(index).0);
                slot.line.push((number, admission));
                // `Latest` stops an owner only between two attempts, not during one or before the first.
                replaced = Some(slot.owner).filter(|owner| self.tasks[*owner].is_between_attempts());
            }
        }
        if let Some(number) = superseded {
            self.reject_waiter(number, Rejection::Superseded);
        }
        if let Some(number) = replaced {
            self.request_stop(number, StopCause::Replace, None);
        }
        Decision::Waits
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

    /// Whether this task owns a slot for which a `Latest` waits.
    pub(super) fn is_outdated(&self, number: usize) -> bool {
        let Key::Slot(key) = self.tasks[number].key else { return false };
        let slot = self.slots.get(&key).filter(|slot| slot.owner == number);
        slot.is_some_and(|slot| slot.line.iter().any(|(_, admission)| *admission == Admission::Latest))
    }

    pub(super) fn withdraw(&mut self, number: usize) {
        for slot in self.slots.values_mut() {
            slot.line.retain(|(other, _)| *other != number);
            slot.front = slot.front.filter(|other| *other != number);
        }
    }

    /// Empties the queue of a slot and rejects its waiters.
    pub(super) fn empty_line(&mut self, key: usize, why: Rejection) {
        let Some(slot) = self.slots.get_mut(&key) else { return };
        let waited: Vec<_> = slot.waiting().map(|(number, _)| number).collect();
        slot.front = None;
        slot.line.clear();
        for number in waited {
            self.reject_waiter(number, why);
        }
    }

    /// Grants the slot of an ended owner to the next waiter, or releases it.
    pub(super) fn pass_on(&mut self, key: usize) {
        let now = self.now;
        let Some(slot) = self.slots.get_mut(&key) else { return };
        let next = match slot.front.take() {
            Some(front) => Some(front),
            None if slot.line.is_empty() => None,
            None => Some(slot.line.remove(0).0),
        };
        match next {
            Some(next) => {
                slot.owner = next;
                slot.since = now;
            }
            None => {
                self.slots.remove(&key);
            }
        }
    }
}
