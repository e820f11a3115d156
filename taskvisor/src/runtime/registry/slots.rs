//! Submissions: who has which slot, and who waits for it.
//!
//! Decided under the lock of the slot's shard; whoever has to be told is handed out, to be told after it.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_table::{Entry, OccupiedEntry};
use tokio::time::Instant;

use super::slot::{Admission, Departure, NoRoom, QueueEffects, SlotQueue, Waiter};
use super::{RegisterError, Registry, Shard};
use crate::runtime::cell::TaskCell;
use crate::sync::Ordering;
use crate::task::TaskId;

/// How many submissions may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) per_slot: usize,
    pub(crate) total: usize,
}

/// A place was taken.
#[derive(Debug)]
pub(crate) enum Placement {
    /// It may run.
    Owner,
    /// It waits.
    Queued {
        /// Those whom this concerns.
        effects: QueueEffects<Arc<TaskCell>>,
        /// Whether nothing watches yet how long submissions wait for this slot.
        unwatched: bool,
    },
}

/// Who was in a slot when it was cleared.
#[derive(Debug)]
pub(crate) struct Cleared {
    pub(crate) owner: Arc<TaskCell>,
    pub(crate) waiting: Vec<Arc<TaskCell>>,
}

impl Registry {
    /// Takes a place in the slot of a submission, or says why there is none.
    pub(crate) fn register_submission(
        &self,
        cell: &Arc<TaskCell>,
        admission: Admission,
        limits: Limits,
        now: Instant,
    ) -> Result<Placement, RegisterError> {
        self.count_in(|| {
            let mut shard = self.shard(cell.hash()).lock();
            match cell.slot() {
                Some(slot) => self.register_in_slot(&mut shard, slot, cell, admission, limits, now),
                None => shard.insert(cell).map(|()| Placement::Owner),
            }
        })
    }

    fn register_in_slot(
        &self,
        shard: &mut Shard,
        slot: &str,
        cell: &Arc<TaskCell>,
        admission: Admission,
        limits: Limits,
        now: Instant,
    ) -> Result<Placement, RegisterError> {
        if shard.closed {
            return Err(RegisterError::Closed);
        }
        let same = |other: &SlotQueue<Arc<TaskCell>>| other.is(slot);
        let mut taken = match shard.slots.entry(cell.hash(), same, |other| other.owner.hash()) {
            Entry::Vacant(idle) => {
                idle.insert(SlotQueue::new(Arc::clone(cell), now));
                return Ok(Placement::Owner);
            }
            Entry::Occupied(taken) => taken,
        };
        taken.get().admits(admission, limits.per_slot).map_err(RegisterError::NoRoom)?;
        let queues = admission == Admission::Queue;
        // Slots of other shards count on the same number: a place in all is taken before the place in the line.
        if queues && !self.take_room(limits.total) {
            return Err(RegisterError::NoRoom(NoRoom::QueueFull));
        }
        let waits = taken.get_mut().wait(Waiter { task: Arc::clone(cell), admission, since: now });
        if !queues && waits.superseded.is_none() {
            self.waiting.fetch_add(1, Ordering::AcqRel);
        }
        let unwatched = taken.get().watch.is_none();
        taken.get_mut().watch.get_or_insert(cell.id());
        Ok(Placement::Queued { effects: waits, unwatched })
    }

    fn take_room(&self, total: usize) -> bool {
        let more = |waiting| (waiting < total).then_some(waiting + 1);
        self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    /// Under the lock under which they left the line, so that nobody is refused for one who is gone.
    fn make_room(&self, left: usize) {
        self.waiting.fetch_sub(left, Ordering::AcqRel);
    }

    pub(super) fn deregister_from_slot(&self, cell: &Arc<TaskCell>, now: Instant) -> Option<Arc<TaskCell>> {
        let (next, _emptied) = {
            let mut shard = self.shard(cell.hash()).lock();
            let mut taken = shard.slot_of(cell)?;
            match taken.get_mut().leave(cell, now) {
                Departure::Passed(next) => {
                    self.make_room(1);
                    (Some(next), None)
                }
                Departure::Withdrawn => {
                    self.make_room(1);
                    (None, None)
                }
                Departure::Empty => (None, Some(taken.remove().0)),
                Departure::Absent => (None, None),
            }
        };
        next
    }

    /// Takes a submission out of those who wait, if it waits. Says whether there is more room now.
    pub(crate) fn withdraw(&self, cell: &Arc<TaskCell>) -> bool {
        let mut shard = self.shard(cell.hash()).lock();
        let withdrawn = shard.slot_of(cell).is_some_and(|mut taken| taken.get_mut().withdraw(cell));
        if withdrawn {
            self.make_room(1);
        }
        withdrawn
    }

    /// Takes everybody out who waits for a slot.
    pub(crate) fn clear(&self, slot: &str) -> Option<Cleared> {
        let hash = self.hasher.hash_one(slot);
        let mut shard = self.shard(hash).lock();
        let taken = shard.slots.find_mut(hash, |other| other.is(slot))?;
        let cleared = Cleared { owner: Arc::clone(&taken.owner), waiting: taken.clear() };
        self.make_room(cleared.waiting.len());
        Some(cleared)
    }

    /// Who waits for a slot, and since when, for the watch that was begun with this submission. Nothing if that is over: the
    /// slot was idle meanwhile, or nobody waits, and then the next one to wait begins another.
    pub(crate) fn waits(&self, slot: &str, watch: TaskId) -> Option<Vec<(Arc<TaskCell>, Instant)>> {
        let hash = self.hasher.hash_one(slot);
        let mut shard = self.shard(hash).lock();
        let taken = shard.slots.find_mut(hash, |other| other.is(slot))?;
        if taken.watch != Some(watch) {
            return None;
        }
        if taken.waiting() == 0 {
            taken.watch = None;
            return None;
        }
        Some(taken.waiters().map(|waiter| (Arc::clone(&waiter.task), waiter.since)).collect())
    }

    /// Whose slot it is.
    pub(crate) fn owner(&self, slot: &str) -> Option<Arc<TaskCell>> {
        let hash = self.hasher.hash_one(slot);
        let shard = self.shard(hash).lock();
        shard.slots.find(hash, |other| other.is(slot)).map(|taken| Arc::clone(&taken.owner))
    }

    /// Whether a `Latest` waits for the slot of this submission.
    pub(crate) fn latest_waits(&self, cell: &TaskCell) -> bool {
        let mut shard = self.shard(cell.hash()).lock();
        shard.slot_of(cell).is_some_and(|taken| taken.get().has_latest())
    }

    /// Every slot that is taken, as `read` sees it.
    pub(crate) fn slots<T>(&self, read: impl Fn(&SlotQueue<Arc<TaskCell>>) -> T) -> Vec<T> {
        let mut slots = Vec::new();
        for shard in &self.shards {
            slots.extend(shard.lock().slots.iter().map(&read));
        }
        slots
    }
}

impl Shard {
    /// The slot of a submission, whether it has it or waits for it.
    fn slot_of(&mut self, cell: &TaskCell) -> Option<OccupiedEntry<'_, SlotQueue<Arc<TaskCell>>>> {
        let slot = cell.slot()?;
        self.slots.find_entry(cell.hash(), |other| other.is(slot)).ok()
    }
}

impl SlotQueue<Arc<TaskCell>> {
    fn is(&self, slot: &str) -> bool {
        self.owner.slot().is_some_and(|own| **own == *slot)
    }
}
