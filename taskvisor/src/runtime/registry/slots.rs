//! Registration of submissions: as the owner of a slot, or in its queue.
//!
//! Everything is decided under the lock of the slot's shard. The tasks that must be stopped or ended are returned, and the
//! caller acts on them after the lock: both lock and wake other tasks, and ending one drops values of the user.
//!
//! # Who ends a submission
//!
//! A slot has one lane for each owner: its actor, which takes the next submission in place when the owner has ended. A waiting
//! submission has no actor. It is a [`QueuedSubmission`] with its cell and its work, and at any moment one of these holds it:
//!
//! | holder | duty |
//! |---|---|
//! | the queue of the slot | none |
//! | the lane | took it as the next owner: runs and ends it |
//! | the code after whose change it started beside other owners (`shared_slots.rs`) | spawns a lane |
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

use super::capacity::Capacity;
use super::room::RoomWakeups;
use super::shared_slots::{ArrivalEffects, start_with_others};
use super::slot::{Admission, NoRoom, QueueEffects, QueuedSubmission, SlotQueue, TimerChange};
use super::started::{StartedOwners, next_owner, start_waiting};
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
    pub(crate) capacity: Capacity,
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
    /// Receives what else the caller must do, if the slot has several places.
    pub(crate) effects: Option<Box<ArrivalEffects>>,
}

/// Where a submission was registered.
#[derive(Debug)]
pub(crate) enum Placement {
    /// As an owner of its slot. It may run.
    Owner,
    /// In the queue of its slot. A slot with several places has its owners in `ArrivalEffects`.
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
    /// The submissions that started beside it. Each needs a lane of its own.
    pub(crate) others: StartedOwners,
}

/// The tasks of a slot that was cleared.
#[derive(Debug)]
pub(crate) struct Cleared {
    pub(crate) owners: Vec<Arc<TaskCell>>,
    pub(crate) waiting: Vec<WithdrawnSubmission>,
}

impl Registry {
    /// Registers a submission in its slot. Without a slot, it is registered like a task without a name.
    pub(crate) fn register_submission(
        &self,
        cell: &Arc<TaskCell>,
        arrival: &mut Arrival,
    ) -> Result<Placement, RegisterError> {
        let Arrival { admission, capacity, limits, at: now, expires, check_out, reports_delays, .. } =
            *arrival;
        let placed = self.count_in(|| {
            let mut shard = self.shard(cell.hash()).lock();
            let Some(slot) = cell.slot() else { return shard.insert(cell).map(|()| Placement::Owner) };
            if shard.closed {
                return Err(RegisterError::Closed);
            }
            let Shard { slots, withdrawn, room, .. } = &mut *shard;
            let same = |other: &Slot| other.is(slot);
            let mut entry = match slots.entry(cell.hash(), same, |other| other.owner.task.hash()) {
                Entry::Vacant(idle) => {
                    idle.insert(SlotQueue::new(Arc::clone(cell), now, capacity));
                    return Ok(Placement::Owner);
                }
                Entry::Occupied(entry) => entry,
            };
            let queue = entry.get_mut();
            let request = Some(StopRequest::reject(Rejection::Superseded, now));
            if queue.is_shared() && queue.starts_at_once(admission, capacity) {
                let superseded = self.start_beside(cell, arrival, queue, room);
                arrival.superseded = superseded.and_then(|older| take_or_defer(older, request, withdrawn));
                return Ok(Placement::Owner);
            }
            queue.admits(admission, limits.per_slot).map_err(RegisterError::NoRoom)?;
            let is_limited = admission == Admission::Queue;
            // The total counts the queues of all shards, and this holds the lock of one: reserve first, enqueue afterwards.
            if is_limited && !self.waiting.reserve(limits.total) {
                return Err(RegisterError::NoRoom(NoRoom::QueueFull));
            }
            let work = if check_out { None } else { arrival.work.take() };
            let task = Arc::clone(cell);
            let queued = QueuedSubmission { task, admission, since: now, expires, capacity, work };
            // A subscriber of its delays needs a check at the time of the first report.
            let report = reports_delays.then(|| next_report(now, now));
            let check = report.into_iter().chain(queued.expiry()).min();
            let QueueEffects { superseded, replaced, outdated } = queue.enqueue(queued);
            // The new submission replaces a superseded one: the number of waiting submissions stays the same.
            if !is_limited && superseded.is_none() {
                self.waiting.add();
            }
            let has_superseded = superseded.is_some();
            arrival.superseded = superseded.and_then(|older| take_or_defer(older, request, withdrawn));
            let timer = check.and_then(|check| queue.schedule_check(check));
            if queue.is_shared() {
                self.wait_behind_several(arrival, has_superseded, queue, room);
                return Ok(Placement::Queued { replaced: None, outdated: None, timer });
            }
            Ok(Placement::Queued { replaced, outdated, timer })
        });
        if let Some(effects) = &mut arrival.effects {
            self.wake_for_room(std::mem::take(&mut effects.wakeups), effects.total_awaited);
        }
        placed
    }

    /// Returns a submission that was checked out, with its work. See [`CheckIn`] for what the caller must do.
    pub(crate) fn check_in(&self, cell: &Arc<TaskCell>, work: &mut Option<Work>) -> CheckIn {
        let mut shard = self.shard(cell.hash()).lock();
        if let Some(mut entry) = shard.slot_of(cell) {
            let queue = entry.get_mut();
            if queue.is_owner(cell) {
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

    /// Removes an owner of a slot. Returns the next owner, if the calling lane must run it.
    pub(super) fn deregister_owner(&self, cell: &Arc<TaskCell>, now: Instant) -> Option<NextOwner> {
        let slot = cell.slot()?;
        let (mut wakeups, mut total_awaited) = (RoomWakeups::default(), false);
        let (next, emptied) = {
            let mut shard = self.shard(cell.hash()).lock();
            let Shard { slots, room, .. } = &mut *shard;
            let mut entry = slots.find_entry(cell.hash(), |other| other.is(slot)).ok()?;
            let queue = entry.get_mut();
            if queue.is_shared() {
                drop(shard);
                return self.deregister_one_of_several(slot, cell, now);
            }
            if queue.owner.task != *cell {
                return None;
            }
            match queue.pass_on(now) {
                Some(queued) => {
                    let (next, dequeued) = if queue.is_shared() {
                        start_with_others(queue, queued, now)
                    } else {
                        (next_owner(queued, now), 1)
                    };
                    total_awaited = self.waiting.release(dequeued);
                    if !room.is_empty() {
                        wakeups = room.take_next(slot, Some(queue));
                    }
                    (next, None)
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
        if let Some(timer) = emptied.and_then(|queue| queue.timer) {
            timer.wakeup.notify_one();
        }
        next
    }

    /// Removes a submission from the queue of its slot, for the reason of `request`. The caller ends it, and spawns a lane for each
    /// submission that started because of it.
    pub(crate) fn withdraw(&self, cell: &Arc<TaskCell>, request: StopRequest) -> (Withdrawal, StartedOwners) {
        let absent = (Withdrawal::Absent, StartedOwners::default());
        let Some(slot) = cell.slot() else { return absent };
        let (taken, started, awaited, wakeups) = {
            let mut shard = self.shard(cell.hash()).lock();
            let Shard { slots, withdrawn, room, .. } = &mut *shard;
            let Some(queue) = slots.find_mut(cell.hash(), |other| other.is(slot)) else { return absent };
            let Some(queued) = queue.withdraw(cell) else { return absent };
            let (started, dequeued) = if queue.is_shared() {
                // The next submissions may have waited only because this one did not fit. They own the slot since the stop request.
                start_waiting(queue, request.at())
            } else {
                (StartedOwners::default(), 0)
            };
            let awaited = self.waiting.release(1 + dequeued);
            let wakeups = room.take_next(slot, Some(queue));
            (take_or_defer(queued, Some(request), withdrawn), started, awaited, wakeups)
        };
        self.wake_for_room(wakeups, awaited);
        (taken.map_or(Withdrawal::CheckedOut, Withdrawal::Taken), started)
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
            // Owners and queue are read under one lock, so that no submission owns the slot between the two.
            let owners = queue.owners().map(|owner| Arc::clone(&owner.task)).collect();
            let waiting =
                queue.clear().filter_map(|queued| take_or_defer(queued, Some(request), withdrawn)).collect();
            let wakeups = queue.key().map(|slot| room.take_next(slot, Some(queue))).unwrap_or_default();
            (Cleared { owners, waiting }, awaited, wakeups)
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

    /// Whether this owner of a slot must end after its attempt, because a `Latest` waits.
    pub(crate) fn must_yield(&self, cell: &Arc<TaskCell>) -> bool {
        let mut shard = self.shard(cell.hash()).lock();
        shard.slot_of(cell).is_some_and(|mut entry| entry.get_mut().must_yield(cell))
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
    pub(super) fn slot_of(&mut self, cell: &TaskCell) -> Option<OccupiedEntry<'_, Slot>> {
        let slot = cell.slot()?;
        self.slots.find_entry(cell.hash(), |other| other.is(slot)).ok()
    }
}

impl Slot {
    fn is_queued(&self, cell: &TaskCell) -> bool {
        self.queued().any(|queued| *queued.task == *cell)
    }

    pub(super) fn is(&self, slot: &str) -> bool {
        self.key().is_some_and(|own| **own == *slot)
    }

    /// Its key. Always present, because every owner has a slot.
    pub(crate) fn key(&self) -> Option<&Arc<str>> {
        self.owner.task.slot()
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
