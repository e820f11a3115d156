//! Submissions: who has which slot, and who waits for it.
//!
//! Decided under the lock of the slot's shard; whoever has to be told is handed out, to be told after it.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use tokio::time::Instant;

use super::{Refusal, Registry, Shard};
use crate::cell::{Key, TaskCell};
use crate::slot::{Admission, Left, NoRoom, Slot, Waiter, Waits};
use crate::sync::Ordering;

/// How many submissions may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) in_slot: usize,
    pub(crate) in_all: usize,
}

/// A place was taken.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It may run.
    Turn,
    /// It waits; these are to be told.
    Waits(Waits<Arc<TaskCell>>),
}

/// Who was in a slot when it was cleared.
#[derive(Debug)]
pub(crate) struct Cleared {
    pub(crate) owner: Arc<TaskCell>,
    pub(crate) waiting: Vec<Arc<TaskCell>>,
}

impl Registry {
    /// Takes a place in the slot of a submission, or says why there is none.
    pub(crate) fn submit(
        &self,
        cell: &Arc<TaskCell>,
        admission: Admission,
        limits: Limits,
        now: Instant,
    ) -> Result<Taken, Refusal> {
        self.count_in(|| match cell.key() {
            Key::Slot(slot) => {
                let mut shard = self.shard(&**slot).lock();
                self.take_place(&mut shard, Arc::clone(slot), cell, admission, limits, now)
            }
            Key::Name | Key::Free => {
                let mut shard = self.shard(&cell.id()).lock();
                if shard.closed {
                    return Err(Refusal::Closed);
                }
                shard.free.insert(cell.id(), Arc::clone(cell));
                Ok(Taken::Turn)
            }
        })
    }

    fn take_place(
        &self,
        shard: &mut Shard,
        slot: Arc<str>,
        cell: &Arc<TaskCell>,
        admission: Admission,
        limits: Limits,
        now: Instant,
    ) -> Result<Taken, Refusal> {
        if shard.closed {
            return Err(Refusal::Closed);
        }
        let mut taken = match shard.slots.entry(slot) {
            Entry::Vacant(idle) => {
                idle.insert(Slot::new(Arc::clone(cell), now));
                return Ok(Taken::Turn);
            }
            Entry::Occupied(taken) => taken,
        };
        let queues = admission == Admission::Queue;
        // Slots of other shards count on the same number: a place in all is taken before the place in the line.
        if queues && (taken.get().waiting() >= limits.in_slot || !self.take_room(limits.in_all)) {
            return Err(Refusal::NoRoom(NoRoom::QueueFull));
        }
        let waiter = Waiter { who: Arc::clone(cell), admission, since: now };
        let waits = taken.get_mut().wait(waiter, limits.in_slot).map_err(Refusal::NoRoom)?;
        if !queues && waits.superseded.is_none() {
            self.waiting.fetch_add(1, Ordering::AcqRel);
        }
        Ok(Taken::Waits(waits))
    }

    fn take_room(&self, in_all: usize) -> bool {
        let more = |waiting| (waiting < in_all).then_some(waiting + 1);
        self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    /// Under the lock under which they left the line, so that nobody is refused for one who is gone.
    fn make_room(&self, left: usize) {
        self.waiting.fetch_sub(left, Ordering::AcqRel);
    }

    pub(super) fn leave_slot(&self, cell: &Arc<TaskCell>, slot: &Arc<str>) -> Option<Arc<TaskCell>> {
        let (next, _emptied) = {
            let mut shard = self.shard(&**slot).lock();
            match shard.slots.get_mut(slot).map(|taken| taken.leave(cell, Instant::now())) {
                Some(Left::Passed(next)) => {
                    self.make_room(1);
                    (Some(next), None)
                }
                Some(Left::Withdrawn) => {
                    self.make_room(1);
                    (None, None)
                }
                Some(Left::Empty) => (None, shard.slots.remove_entry(slot)),
                Some(Left::Absent) | None => (None, None),
            }
        };
        next
    }

    /// Takes a submission out of those who wait, if it waits. Says whether there is more room now.
    pub(crate) fn withdraw(&self, cell: &Arc<TaskCell>) -> bool {
        let Key::Slot(slot) = cell.key() else { return false };
        let mut shard = self.shard(&**slot).lock();
        let withdrawn = shard.slots.get_mut(slot).is_some_and(|taken| taken.withdraw(cell));
        if withdrawn {
            self.make_room(1);
        }
        withdrawn
    }

    /// Takes everybody out who waits for a slot.
    pub(crate) fn clear(&self, slot: &str) -> Option<Cleared> {
        let mut shard = self.shard(slot).lock();
        let taken = shard.slots.get_mut(slot)?;
        let cleared = Cleared { owner: Arc::clone(&taken.owner), waiting: taken.clear() };
        self.make_room(cleared.waiting.len());
        Some(cleared)
    }

    /// Whose slot it is.
    pub(crate) fn owner(&self, slot: &str) -> Option<Arc<TaskCell>> {
        let shard = self.shard(slot).lock();
        shard.slots.get(slot).map(|taken| Arc::clone(&taken.owner))
    }

    /// Every slot that is taken, as `read` sees it.
    pub(crate) fn slots<T>(&self, read: impl Fn(&Arc<str>, &Slot<Arc<TaskCell>>) -> T) -> Vec<T> {
        let mut slots = Vec::new();
        for shard in &self.shards {
            slots.extend(shard.lock().slots.iter().map(|(key, slot)| read(key, slot)));
        }
        slots
    }
}
