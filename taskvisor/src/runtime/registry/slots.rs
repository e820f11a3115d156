//! Registration of submissions: as the owner of a slot, or in its queue.
//!
//! Everything is decided under the lock of the slot's shard. The tasks that must be stopped or granted the slot are
//! returned, and the caller acts on them after the lock: both lock and wake another task.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_table::{Entry, OccupiedEntry};
use tokio::time::Instant;

use super::slot::{Admission, Departure, NoRoom, QueueEffects, QueuedSubmission, SlotQueue};
use super::{RegisterError, Registry, Shard};
use crate::runtime::actor::delayed::next_report;
use crate::runtime::cell::TaskCell;
use crate::sync::Ordering;
use crate::task::TaskId;

/// The limits of waiting submissions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) per_slot: usize,
    pub(crate) total: usize,
}

/// Where a submission was registered.
#[derive(Debug)]
pub(crate) enum Placement {
    /// As the owner of its slot. It may run.
    Owner,
    /// In the queue of its slot.
    Queued {
        effects: QueueEffects<Arc<TaskCell>>,
        /// Whether no timer reports long waits for this slot yet. The caller starts one.
        unwatched: bool,
    },
}

/// The tasks of a slot that was cleared.
#[derive(Debug)]
pub(crate) struct Cleared {
    pub(crate) owner: Arc<TaskCell>,
    pub(crate) waiting: Vec<Arc<TaskCell>>,
}

impl Registry {
    /// Registers a submission in its slot. Without a slot, it is registered like a task without a name.
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
        let mut entry = match shard.slots.entry(cell.hash(), same, |other| other.owner.hash()) {
            Entry::Vacant(idle) => {
                idle.insert(SlotQueue::new(Arc::clone(cell), now));
                return Ok(Placement::Owner);
            }
            Entry::Occupied(entry) => entry,
        };
        entry.get().admits(admission, limits.per_slot).map_err(RegisterError::NoRoom)?;
        let is_limited = admission == Admission::Queue;
        // The total counts the queues of all shards, and this holds the lock of one: reserve first, enqueue afterwards.
        if is_limited && !self.reserve_waiting(limits.total) {
            return Err(RegisterError::NoRoom(NoRoom::QueueFull));
        }
        let effects =
            entry.get_mut().enqueue(QueuedSubmission { task: Arc::clone(cell), admission, since: now });
        // A superseded submission leaves its count to the new one.
        if !is_limited && effects.superseded.is_none() {
            self.waiting.fetch_add(1, Ordering::AcqRel);
        }
        // A timer that sleeps beyond the first report of this submission would report it late: another one takes its place.
        let first_report = next_report(now, now);
        let unwatched = entry.get().watch.is_none_or(|(_, next_check)| first_report < next_check);
        if unwatched {
            entry.get_mut().watch = Some((cell.id(), first_report));
        }
        Ok(Placement::Queued { effects, unwatched })
    }

    /// Counts one waiting submission, unless `total` is reached.
    // A compare-and-exchange loop: an addition that is undone would let another submission fail in between.
    fn reserve_waiting(&self, total: usize) -> bool {
        let more = |waiting| (waiting < total).then_some(waiting + 1);
        self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    /// Stops counting submissions that no longer wait.
    // Called under the lock that dequeued them: a submission that finds them gone must not be rejected because of them.
    fn release_waiting(&self, dequeued: usize) {
        self.waiting.fetch_sub(dequeued, Ordering::AcqRel);
    }

    /// Removes a submission from its slot. Returns the submission that owns the slot now, if the owner was removed.
    pub(super) fn deregister_from_slot(&self, cell: &Arc<TaskCell>, now: Instant) -> Option<Arc<TaskCell>> {
        let (next, _emptied) = {
            let mut shard = self.shard(cell.hash()).lock();
            let mut entry = shard.slot_of(cell)?;
            match entry.get_mut().remove(cell, now) {
                Departure::Passed(next) => {
                    self.release_waiting(1);
                    (Some(next), None)
                }
                Departure::Withdrawn => {
                    self.release_waiting(1);
                    (None, None)
                }
                // The queue frees its buffer when it is dropped: after the lock.
                Departure::Empty => (None, Some(entry.remove().0)),
                Departure::Absent => (None, None),
            }
        };
        next
    }

    /// Removes a submission from the queue of its slot. Returns whether it was queued, so that there is room again.
    pub(crate) fn withdraw(&self, cell: &Arc<TaskCell>) -> bool {
        let mut shard = self.shard(cell.hash()).lock();
        let withdrawn = shard.slot_of(cell).is_some_and(|mut entry| entry.get_mut().withdraw(cell));
        if withdrawn {
            self.release_waiting(1);
        }
        withdrawn
    }

    /// Empties the queue of a slot. Returns its tasks; `None` if the slot is idle.
    pub(crate) fn clear(&self, slot: &str) -> Option<Cleared> {
        let hash = self.hasher.hash_one(slot);
        let mut shard = self.shard(hash).lock();
        let queue = shard.slots.find_mut(hash, |other| other.is(slot))?;
        // Owner and queue are read under one lock, so that no submission is granted the slot between the two.
        let cleared = Cleared { owner: Arc::clone(&queue.owner), waiting: queue.clear() };
        self.release_waiting(cleared.waiting.len());
        Some(cleared)
    }

    /// Returns the waiting submissions of a slot and when each was enqueued, for the timer that `watch` started.
    ///
    /// `None` ends that timer: the slot was idle meanwhile, or no submission waits. The next one that waits starts another.
    pub(crate) fn waits(
        &self,
        slot: &str,
        watch: TaskId,
        now: Instant,
    ) -> Option<Vec<(Arc<TaskCell>, Instant)>> {
        let hash = self.hasher.hash_one(slot);
        let mut shard = self.shard(hash).lock();
        let queue = shard.slots.find_mut(hash, |other| other.is(slot))?;
        // Another submission has started a timer since, because the slot was idle or because this timer slept for too long.
        if queue.watch.is_none_or(|(id, _)| id != watch) {
            return None;
        }
        let Some(next_check) = queue.queued().map(|queued| next_report(queued.since, now)).min() else {
            queue.watch = None;
            return None;
        };
        queue.watch = Some((watch, next_check));
        Some(queue.queued().map(|queued| (Arc::clone(&queued.task), queued.since)).collect())
    }

    /// Returns the owner of a slot.
    pub(crate) fn owner(&self, slot: &str) -> Option<Arc<TaskCell>> {
        let hash = self.hasher.hash_one(slot);
        let shard = self.shard(hash).lock();
        shard.slots.find(hash, |other| other.is(slot)).map(|queue| Arc::clone(&queue.owner))
    }

    /// Whether a `Latest` waits for the slot of this submission.
    pub(crate) fn latest_waits(&self, cell: &TaskCell) -> bool {
        let mut shard = self.shard(cell.hash()).lock();
        shard.slot_of(cell).is_some_and(|entry| entry.get().has_latest())
    }

    /// Calls `read` for every slot that has an owner. Shards are locked one by one, so that this is not a snapshot.
    pub(crate) fn slots<T>(&self, read: impl Fn(&SlotQueue<Arc<TaskCell>>) -> T) -> Vec<T> {
        let mut slots = Vec::new();
        for shard in &self.shards {
            slots.extend(shard.lock().slots.iter().map(&read));
        }
        slots
    }
}

impl Shard {
    /// Finds the slot of a submission, which may own it or wait for it.
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
