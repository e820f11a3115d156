//! Registration of submissions: as the owner of a slot, or in its queue.
//!
//! Everything is decided under the lock of the slot's shard. The tasks that must be stopped or ended are returned, and the
//! caller acts on them after the lock: both lock and wake other tasks, and ending one drops values of the user.
//!
//! # Who ends a submission
//!
//! A busy slot has one lane: the actor of its owner, which takes the next submission in place when the owner has ended. A
//! waiting submission has no actor. It is a [`QueuedSubmission`] with its cell and its work, and at any moment one of these
//! holds it:
//!
//! | holder | duty |
//! |---|---|
//! | the queue of the slot | none |
//! | the lane | took it as the next owner: runs and ends it |
//! | the code that withdrew it from the queue: a cancellation, a clear, a shutdown, a superseding submission, the timer of the slot at its expiry | ends it |
//! | the code that checked it out | checks it in again with [`Registry::check_in`], which says what to do next |
//!
//! A submission is checked out while an event of its wait is published: its submitter publishes `Added` and `Queued`, and the
//! timer of the slot publishes `Delayed`. Events are published without locks, and none of these may follow `Admitted`. The
//! entry stays in the queue without its work. Meanwhile
//!
//! - a lane that finds it next makes it the owner and ends: the check-in finds that it owns the slot, and starts a new lane;
//! - code that withdraws it leaves its id and the stop request in the shard: the check-in finds them, and ends it.
//!
//! Both are decided under the lock of the shard, so that exactly one party runs it or ends it.

use std::sync::Arc;

use hashbrown::hash_table::{Entry, OccupiedEntry};
use tokio::time::Instant;

use super::room::RoomWakeups;
use super::slot::{Admission, NoRoom, QueueEffects, QueuedSubmission, SlotQueue, SlotTimer, TimerChange};
use super::{RegisterError, Registry, Shard};
use crate::policy::{Milliseconds, Policy};
use crate::runtime::actor::delayed::next_report;
use crate::runtime::body::ErasedBody;
use crate::runtime::cell::{StopRequest, TaskCell};
use crate::task::{Rejection, TaskId};

/// What a submission runs.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) body: ErasedBody,
    pub(crate) policy: Policy,
}

pub(crate) type Slot = SlotQueue<Arc<TaskCell>, Work>;

/// The limits of waiting submissions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) per_slot: usize,
    pub(crate) total: usize,
}

/// A submission that arrives at its slot.
// An in-out parameter: large values in each variant of the result would be copied several times.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) admission: Admission,
    pub(crate) limits: Limits,
    pub(crate) at: Instant,
    /// The time within which it must start.
    pub(crate) expires: Option<Milliseconds>,
    /// Whether a submission that must wait is checked out at once, because its submitter publishes the wait.
    pub(crate) check_out: bool,
    /// Whether a timer must report long waits.
    pub(crate) reports_delays: bool,
    /// What the submission runs. A submission that must wait takes it into the queue, unless it is checked out.
    pub(crate) work: Option<Work>,
    /// Receives the waiting submission that this one supersedes. The caller ends it.
    pub(crate) superseded: Option<WithdrawnSubmission>,
}

/// Where a submission was registered.
#[derive(Debug)]
pub(crate) enum Placement {
    /// As the owner of its slot. It may run.
    Owner,
    /// In the queue of its slot.
    Queued {
        /// The owner, if the caller must stop it.
        replaced: Option<Arc<TaskCell>>,
        /// The owner, if the caller must stop it between two attempts.
        outdated: Option<Arc<TaskCell>>,
        /// What the caller must do for the timer of the slot.
        timer: Option<TimerChange>,
    },
}

/// What became of a submission while it was checked out.
#[derive(Debug)]
pub(crate) enum CheckIn {
    /// It waits. The queue has its work again.
    Queued,
    /// It owns its slot. The caller starts a lane.
    Owner,
    /// It was withdrawn. The caller ends it, for the reason of this request.
    Withdrawn(Option<StopRequest>),
}

/// A submission that was withdrawn from the queue of its slot. The code that withdrew it ends it.
#[derive(Debug)]
pub(crate) struct WithdrawnSubmission {
    pub(crate) cell: Arc<TaskCell>,
    pub(crate) work: Work,
}

/// The next owner of a slot, for the lane to run.
#[derive(Debug)]
pub(crate) struct NextOwner {
    pub(crate) cell: Arc<TaskCell>,
    /// When it acquired the slot.
    pub(crate) since: Instant,
    pub(crate) work: Work,
}

/// The tasks of a slot that was cleared.
#[derive(Debug)]
pub(crate) struct Cleared {
    pub(crate) owner: Arc<TaskCell>,
    pub(crate) waiting: Vec<WithdrawnSubmission>,
}

impl Registry {
    /// Registers a submission in its slot. Without a slot, it is registered like a task without a name.
    pub(crate) fn register_submission(
        &self,
        cell: &Arc<TaskCell>,
        arrival: &mut Arrival,
    ) -> Result<Placement, RegisterError> {
        let Arrival { admission, limits, at: now, expires, check_out, reports_delays, .. } = *arrival;
        self.count_in(|| {
            let mut shard = self.shard(cell.hash()).lock();
            let Some(slot) = cell.slot() else { return shard.insert(cell).map(|()| Placement::Owner) };
            if shard.closed {
                return Err(RegisterError::Closed);
            }
            let Shard { slots, withdrawn, .. } = &mut *shard;
            let same = |other: &Slot| other.is(slot);
            let mut entry = match slots.entry(cell.hash(), same, |other| other.owner.hash()) {
                Entry::Vacant(idle) => {
                    idle.insert(SlotQueue::new(Arc::clone(cell), now));
                    return Ok(Placement::Owner);
                }
                Entry::Occupied(entry) => entry,
            };
            let queue = entry.get_mut();
            queue.admits(admission, limits.per_slot).map_err(RegisterError::NoRoom)?;
            let is_limited = admission == Admission::Queue;
            // The total counts the queues of all shards, and this holds the lock of one: reserve first, enqueue afterwards.
            if is_limited && !self.waiting.reserve(limits.total) {
                return Err(RegisterError::NoRoom(NoRoom::QueueFull));
            }
            let work = if check_out { None } else { arrival.work.take() };
            let task = Arc::clone(cell);
            let queued = QueuedSubmission { task, admission, since: now, expires, work };
            // A subscriber of its delays needs a check at the time of the first report.
            let report = reports_delays.then(|| next_report(now, now));
            let check = report.into_iter().chain(queued.expiry()).min();
            let QueueEffects { superseded, replaced, outdated } = queue.enqueue(queued);
            // The new submission replaces a superseded one: the number of waiting submissions stays the same.
            if !is_limited && superseded.is_none() {
                self.waiting.add();
            }
            let request = StopRequest::reject(Rejection::Superseded, now);
            arrival.superseded = superseded.and_then(|older| take_or_defer(older, Some(request), withdrawn));
            let timer = check.and_then(|check| queue.schedule_check(check));
            Ok(Placement::Queued { replaced, outdated, timer })
        })
    }

    /// Returns a submission that was checked out, with its work. See [`CheckIn`] for what the caller must do.
    pub(crate) fn check_in(&self, cell: &Arc<TaskCell>, work: &mut Option<Work>) -> CheckIn {
        let mut shard = self.shard(cell.hash()).lock();
        if let Some(mut entry) = shard.slot_of(cell) {
            let queue = entry.get_mut();
            if queue.owner == *cell {
                return CheckIn::Owner;
            }
            if let Some(queued) = queue.queued_mut(cell) {
                queued.work = work.take();
                return CheckIn::Queued;
            }
        }
        let index = shard.withdrawn.iter().position(|(id, _)| *id == cell.id());
        CheckIn::Withdrawn(index.and_then(|index| shard.withdrawn.swap_remove(index).1))
    }

    /// Removes the owner of a slot. Returns the next owner, if the calling lane must run it.
    pub(super) fn deregister_owner(&self, cell: &Arc<TaskCell>, now: Instant) -> Option<NextOwner> {
        let slot = cell.slot()?;
        let (mut wakeups, mut total_awaited) = (RoomWakeups::default(), false);
        let (next, emptied) = {
            let mut shard = self.shard(cell.hash()).lock();
            let Shard { slots, room, .. } = &mut *shard;
            let mut entry = slots.find_entry(cell.hash(), |other| other.is(slot)).ok()?;
            if entry.get().owner != *cell {
                return None;
            }
            match entry.get_mut().pass_on(now) {
                Some(QueuedSubmission { task, since, work, .. }) => {
                    total_awaited = self.waiting.release(1);
                    if !room.is_empty() {
                        wakeups = room.take_next(slot, Some(entry.get()));
                    }
                    // One that is checked out owns the slot now, and its check-in starts a lane.
                    let next = |work| NextOwner { cell: task, since: now.max(since), work };
                    (work.map(next), None)
                }
                // The queue frees its buffer when it is dropped: after the lock.
                None => {
                    if !room.is_empty() {
                        wakeups = room.take_next(slot, None);
                    }
                    (None, Some(entry.remove().0))
                }
            }
        };
        if total_awaited || !wakeups.is_empty() {
            self.wake_for_room(wakeups, total_awaited);
        }
        // Otherwise the timer of an idle slot would sleep until its next check: one more for each time that the slot is used.
        if let Some(SlotTimer { wakeup, .. }) = emptied.and_then(|queue| queue.timer) {
            wakeup.notify_one();
        }
        next
    }

    /// Removes a submission from the queue of its slot, for the reason of `request`. The caller ends it.
    pub(crate) fn withdraw(&self, cell: &Arc<TaskCell>, request: StopRequest) -> Withdrawal {
        let Some(slot) = cell.slot() else { return Withdrawal::Absent };
        let (taken, awaited, wakeups) = {
            let mut shard = self.shard(cell.hash()).lock();
            let Shard { slots, withdrawn, room, .. } = &mut *shard;
            let Some(queue) = slots.find_mut(cell.hash(), |other| other.is(slot)) else {
                return Withdrawal::Absent;
            };
            let Some(queued) = queue.withdraw(cell) else { return Withdrawal::Absent };
            let awaited = self.waiting.release(1);
            (take_or_defer(queued, Some(request), withdrawn), awaited, room.take_next(slot, Some(queue)))
        };
        self.wake_for_room(wakeups, awaited);
        taken.map_or(Withdrawal::CheckedOut, Withdrawal::Taken)
    }

    /// Wakes the waiters for room that a change has made, after its lock is released.
    #[cold]
    pub(super) fn wake_for_room(&self, wakeups: RoomWakeups, total_awaited: bool) {
        wakeups.wake();
        if total_awaited {
            self.waiting.wake_next();
        }
    }

    /// Empties the queue of a slot, for the reason of `request`. The caller ends the returned submissions. `None` if the slot is
    /// idle.
    pub(crate) fn clear(&self, slot: &str, request: StopRequest) -> Option<Cleared> {
        let hash = self.hash_of(slot);
        let (cleared, awaited, wakeups) = {
            let mut shard = self.shard(hash).lock();
            let Shard { slots, withdrawn, room, .. } = &mut *shard;
            let queue = slots.find_mut(hash, |other| other.is(slot))?;
            let awaited = self.waiting.release(queue.waiting());
            // Owner and queue are read under one lock, so that no submission owns the slot between the two.
            let owner = Arc::clone(&queue.owner);
            let waiting =
                queue.clear().filter_map(|queued| take_or_defer(queued, Some(request), withdrawn)).collect();
            let wakeups = owner.slot().map(|slot| room.take_next(slot, Some(queue))).unwrap_or_default();
            (Cleared { owner, waiting }, awaited, wakeups)
        };
        self.wake_for_room(wakeups, awaited);
        Some(cleared)
    }

    /// Returns the slot that this submission waits for.
    pub(crate) fn awaited_slot(&self, cell: &TaskCell) -> Option<Arc<str>> {
        let mut shard = self.shard(cell.hash()).lock();
        // Not every submission that does not own its slot waits for it: a withdrawn one is about to end.
        let waits = shard.slot_of(cell).is_some_and(|entry| entry.get().is_queued(cell));
        if waits { cell.slot().map(Arc::clone) } else { None }
    }

    /// Returns the owner of a slot.
    pub(crate) fn owner(&self, slot: &str) -> Option<Arc<TaskCell>> {
        let hash = self.hash_of(slot);
        let shard = self.shard(hash).lock();
        shard.slots.find(hash, |other| other.is(slot)).map(|queue| Arc::clone(&queue.owner))
    }

    /// Whether a `Latest` waits for the slot of this submission.
    pub(crate) fn latest_waits(&self, cell: &TaskCell) -> bool {
        let mut shard = self.shard(cell.hash()).lock();
        shard.slot_of(cell).is_some_and(|entry| entry.get().has_latest())
    }

    /// Calls `read` for every slot that has an owner. Shards are locked one by one, so that this is not a snapshot.
    pub(crate) fn slots<T>(&self, read: impl Fn(&Slot) -> T) -> Vec<T> {
        let mut slots = Vec::new();
        for shard in &self.shards {
            slots.extend(shard.lock().slots.iter().map(&read));
        }
        slots
    }
}

impl Shard {
    /// Finds the slot of a submission, which may own it or wait for it.
    fn slot_of(&mut self, cell: &TaskCell) -> Option<OccupiedEntry<'_, Slot>> {
        let slot = cell.slot()?;
        self.slots.find_entry(cell.hash(), |other| other.is(slot)).ok()
    }
}

impl Slot {
    fn is_queued(&self, cell: &TaskCell) -> bool {
        self.queued().any(|queued| *queued.task == *cell)
    }

    pub(super) fn is(&self, slot: &str) -> bool {
        self.owner.slot().is_some_and(|own| **own == *slot)
    }
}

/// The result of withdrawing a submission.
#[derive(Debug)]
pub(crate) enum Withdrawal {
    /// It was waiting. The caller ends it.
    Taken(WithdrawnSubmission),
    /// It was waiting and is checked out. Its check-in ends it.
    CheckedOut,
    /// It was not waiting.
    Absent,
}

/// Returns a submission that was taken out of its queue, for the caller to end it. If it is checked out, records its id, so that
/// its check-in ends it.
pub(super) fn take_or_defer(
    queued: QueuedSubmission<Arc<TaskCell>, Work>,
    request: Option<StopRequest>,
    withdrawn: &mut Vec<(TaskId, Option<StopRequest>)>,
) -> Option<WithdrawnSubmission> {
    let QueuedSubmission { task: cell, work, .. } = queued;
    if work.is_none() {
        withdrawn.push((cell.id(), request));
    }
    work.map(|work| WithdrawnSubmission { cell, work })
}
