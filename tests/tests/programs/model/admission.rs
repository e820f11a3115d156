//! Slots: contract 6.

use taskvisor::{Rejection, StopCause};

use super::World;
use super::task::{Ask, Asked, Key, Place};
use crate::program::{Admission, Ms};
use crate::vocabulary::Refusal;

/// A slot that is taken.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) owner: usize,
    pub(super) since: Ms,
    /// The `Replace` that waits in front.
    front: Option<usize>,
    line: Vec<(usize, Admission)>,
}

impl Slot {
    pub(super) fn waiting(&self) -> impl Iterator<Item = (usize, Admission)> + '_ {
        self.front.iter().map(|number| (*number, Admission::Replace)).chain(self.line.iter().copied())
    }
}

/// What a submission gets.
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
            Some(owner) if owner.asked.is_some() => "a slot whose owner was asked to stop",
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
                // An attempt goes on, and so does one that has had none yet.
                replaced = Some(slot.owner).filter(|owner| self.tasks[*owner].is_between_attempts());
            }
        }
        if let Some(number) = superseded {
            self.leave_line(number, Rejection::Superseded);
        }
        if let Some(number) = replaced {
            self.ask_to_stop(number, StopCause::Replace, None);
        }
        Decision::Waits
    }

    /// Requests a task to stop. Returns whether this was the first request; a later one can bring the deadline forward.
    pub(super) fn ask_to_stop(&mut self, number: usize, cause: StopCause, grace: Option<Ms>) -> bool {
        let deadline = self.now + grace.unwrap_or(self.program.limits.grace);
        let now = self.now;
        let task = &mut self.tasks[number];
        if task.place == Place::Gone {
            return false;
        }
        if let Some(ask) = &mut task.asked {
            if deadline < ask.deadline {
                ask.deadline = deadline;
                ask.enforcer = cause;
            }
            return false;
        }
        task.asked = Some(Ask { what: Asked::Stop(cause), at: now, deadline, enforcer: cause });
        // Whoever waits for its slot has left the line already, and does not count.
        self.withdraw(number);
        true
    }

    /// Tells one that waited, and does not any more, that it is not needed.
    pub(super) fn leave_line(&mut self, number: usize, why: Rejection) {
        let now = self.now;
        let task = &mut self.tasks[number];
        // What it would do with a deadline does not matter: it runs nothing.
        let ask = Ask { what: Asked::Leave(why), at: now, deadline: now, enforcer: StopCause::Cancel };
        task.asked.get_or_insert(ask);
    }

    /// Whether a `Latest` waits for the slot that this one has.
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

    /// Everybody who waits for a slot does not any more.
    pub(super) fn empty_line(&mut self, key: usize, why: Rejection) {
        let Some(slot) = self.slots.get_mut(&key) else { return };
        let waited: Vec<_> = slot.waiting().map(|(number, _)| number).collect();
        slot.front = None;
        slot.line.clear();
        for number in waited {
            self.leave_line(number, why);
        }
    }

    /// The owner of a slot is gone: grants the slot to the next submission.
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
