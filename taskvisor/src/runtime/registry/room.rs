//! Callers of `submit_wait`, in lists by what refused them.
//!
//! | refused by | waits for | woken by |
//! |---|---|---|
//! | the limit of its slot | the queue of the slot | a submission that leaves the queue, or a free place |
//! | the limit of all slots | the total, and its slot | a submission that leaves any queue, or a free place |
//!
//! A place is free if the slot is idle, or if it has several places and no submission waits for the free ones.
//!
//! Room that becomes free wakes one waiter of the list, the oldest. Waking all of them would be quadratic, because all but one
//! are refused again. A waiter that was woken is responsible for the room that woke it:
//!
//! | the waiter | the room |
//! |---|---|
//! | was admitted, refused for another reason, or dropped | is passed on: [`RoomWait`] wakes the next waiters on drop, if there is room |
//! | was refused by the limit of its slot | there is none in the slot; room in the total is passed on |
//! | was refused by the limit of all slots | there is none in the total; room in the slot is passed on when the waiter leaves |
//!
//! Each waiter is in a list of its slot, so that a close of admission finds all of them there.
//!
//! Jobs that share a slot may have different limits and capacities. A queue may have room for some of them only, so that each
//! limit with each capacity has a list of its own, and room wakes the oldest waiter of each list whose limit is not reached.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::capacity::Capacity;
use super::slot::{Admission, SlotQueue};
use super::slots::{Limits, Slot};
use super::{Registry, Shard};
use crate::runtime::cell::TaskCell;
use crate::sync::panics::contain;
use crate::sync::{AtomicUsize, Mutex, Notify, Ordering};
use crate::task::TaskId;

/// The number of submissions that wait for a slot, in all shards, and the waiters for room in this total.
///
/// One atomic word holds the number and a flag, so that a submission that leaves a queue learns without a further access
/// whether a waiter exists.
///
/// | bits | name | meaning |
/// |---|---|---|
/// | 0 | `AWAITED` | `waiters` is not empty. Written under its lock only |
/// | 1 and up | × `ONE` | the number of waiting submissions |
#[derive(Debug)]
pub(super) struct WaitingTotal {
    word: AtomicUsize,
    waiters: Mutex<BTreeMap<TaskId, Arc<Notify>>>,
}

const AWAITED: usize = 1;
const ONE: usize = 2;

impl WaitingTotal {
    pub(super) fn new() -> Self {
        Self { word: AtomicUsize::new(0), waiters: Mutex::default() }
    }

    /// Counts one waiting submission, unless `limit` is reached.
    // A compare-and-exchange loop: an addition that is undone would let another submission fail in between.
    pub(super) fn reserve(&self, limit: usize) -> bool {
        let more = |word| (word / ONE < limit).then_some(word + ONE);
        self.word.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    /// Counts one waiting submission without a limit.
    pub(super) fn add(&self) {
        self.word.fetch_add(ONE, Ordering::AcqRel);
    }

    /// Stops counting submissions that no longer wait. Returns whether the caller must call `wake_next`, after its lock.
    // Called under the lock that dequeued them: a submission that finds them gone must not be refused because of them.
    #[must_use = "a waiter for room must be woken"]
    pub(super) fn release(&self, dequeued: usize) -> bool {
        // One operation subtracts and reads the flag: see `register`.
        self.word.fetch_sub(dequeued * ONE, Ordering::AcqRel) & AWAITED != 0
    }

    /// Registers a waiter, unless there is room. Returns whether it is registered.
    fn register(&self, id: TaskId, waiter: &Arc<Notify>, limit: usize) -> bool {
        let mut waiters = self.waiters.lock();
        // One operation sets the flag and reads the number. A `release` came before it, and this finds room; or it comes after
        // it, sees the flag, and takes this lock once the waiter is in the list.
        let full = self.word.fetch_or(AWAITED, Ordering::AcqRel) / ONE >= limit;
        if full {
            waiters.insert(id, Arc::clone(waiter));
        }
        self.update_flag(&waiters);
        full
    }

    /// Wakes the oldest waiter.
    pub(super) fn wake_next(&self) {
        let next = {
            let mut waiters = self.waiters.lock();
            let next = waiters.pop_first();
            self.update_flag(&waiters);
            next
        };
        RoomWakeups(next.into_iter().map(|(_, waiter)| waiter).collect()).wake();
    }

    /// Wakes the oldest waiter, if there is room.
    fn wake_next_if_room(&self, limit: usize) {
        // Acquire: a caller that was woken sees the release that woke it. A later release wakes a waiter itself.
        let word = self.word.load(Ordering::Acquire);
        if word & AWAITED != 0 && word / ONE < limit {
            self.wake_next();
        }
    }

    fn remove(&self, id: TaskId) {
        let mut waiters = self.waiters.lock();
        waiters.remove(&id);
        self.update_flag(&waiters);
    }

    /// Clears the flag if the list is empty. The caller holds its lock.
    fn update_flag(&self, waiters: &BTreeMap<TaskId, Arc<Notify>>) {
        if waiters.is_empty() {
            self.word.fetch_and(!AWAITED, Ordering::AcqRel);
        }
    }
}

/// The waiters for room in the slots of one shard: by slot, by limit, by capacity, and then by age.
#[derive(Debug, Default)]
pub(super) struct SlotWaiters(BTreeMap<(Arc<str>, usize, Capacity, TaskId), Arc<Notify>>);

/// The limit of a waiter that only a free place admits.
const ONLY_FREE_PLACE: usize = 0;

impl SlotWaiters {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out the oldest waiter of each list whose limit `queue` has not reached. An idle slot, which is `None`, or one with a free
    /// place admits any of them.
    // Cold: the end of every submission checks `is_empty` first.
    #[cold]
    pub(super) fn take_next(&mut self, slot: &Arc<str>, queue: Option<&Slot>) -> RoomWakeups {
        let mut wakeups = RoomWakeups::default();
        let full = queue.filter(|queue| !queue.has_free_place());
        let least = full.map_or(Some(ONLY_FREE_PLACE), |queue| queue.waiting().checked_add(1));
        let mut list = least.map(|limit| (limit, Capacity::ONE));
        while let Some((limit, capacity)) = list {
            let oldest = self.0.range((Arc::clone(slot), limit, capacity, TaskId::MIN)..).next();
            let Some((key, _)) = oldest.filter(|(key, _)| key.0 == *slot) else { break };
            let key = key.clone();
            list = match key.2.successor() {
                Some(larger) => Some((key.1, larger)),
                None => key.1.checked_add(1).map(|limit| (limit, Capacity::ONE)),
            };
            wakeups.0.extend(self.0.remove(&key));
        }
        wakeups
    }

    pub(super) fn take_all(&mut self) -> RoomWakeups {
        RoomWakeups(std::mem::take(&mut self.0).into_values().collect())
    }
}

/// Waiters for room that were taken out of their list, to be woken once the lock is released.
#[must_use = "wake them after the lock"]
#[derive(Debug, Default)]
pub(crate) struct RoomWakeups(Vec<Arc<Notify>>);

impl RoomWakeups {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn wake(self) {
        for waiter in self.0 {
            // Contained, because a waker runs code of its executor: a panic must not keep the other waiters asleep, nor end
            // the lane that made the room. A waiter that is not polled yet finds this notification later.
            let _ = contain(|| waiter.notify_one());
        }
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// The wait of one `submit_wait`. Empty until the first refusal. On drop it passes its room on.
#[derive(Debug, Default)]
pub struct RoomWait(Option<Waiter>);

#[derive(Debug)]
struct Waiter {
    registry: Arc<Registry>,
    /// The id of the first refused submission. It is the age of the waiter, which keeps its place if it is refused again.
    id: TaskId,
    hash: u64,
    slot: Arc<str>,
    limits: Limits,
    capacity: Capacity,
    notify: Arc<Notify>,
    /// The list of the slot in which it is or was.
    listed_under: usize,
    /// Whether it is or was in the list of the total.
    waits_for_total: bool,
}

impl RoomWait {
    pub(crate) fn is_waiting(&self) -> bool {
        self.0.is_some()
    }

    /// Waits until there may be room.
    pub(crate) async fn notified(&self) {
        if let Some(waiter) = &self.0 {
            waiter.notify.notified().await;
        }
    }
}

impl Drop for RoomWait {
    fn drop(&mut self) {
        if let Some(waiter) = self.0.take() {
            waiter.registry.leave_room(&waiter);
        }
    }
}

impl Registry {
    /// Registers a caller whose submission a full queue has refused, so that room wakes it. If there is room meanwhile, notifies
    /// it at once.
    pub(crate) fn wait_for_room(
        self: &Arc<Self>,
        refused: &TaskCell,
        limits: Limits,
        capacity: Capacity,
        wait: &mut RoomWait,
    ) {
        let Some(slot) = refused.slot() else { return };
        // The key of a job's slot is computed for each attempt to submit it, by code of the user, and may differ.
        if wait.0.as_ref().is_some_and(|waiter| waiter.slot != *slot) {
            drop(std::mem::take(wait));
        }
        let waiter = wait.0.get_or_insert_with(|| Waiter {
            registry: Arc::clone(self),
            id: refused.id(),
            hash: refused.hash(),
            slot: Arc::clone(slot),
            limits,
            capacity,
            notify: Arc::new(Notify::new()),
            listed_under: ONLY_FREE_PLACE,
            waits_for_total: false,
        });
        let waited_for_total = std::mem::take(&mut waiter.waits_for_total);
        if waited_for_total {
            self.waiting.remove(waiter.id);
        }
        let may_submit = {
            let mut shard = self.shard(waiter.hash).lock();
            shard.remove_waiter(waiter);
            // Decided again under the lock, because the refusal was under an earlier one.
            let starts = |queue: &&Slot| queue.starts_at_once(Admission::Queue, capacity);
            let taken = shard.find_slot(waiter).filter(|queue| !shard.closed && !starts(queue));
            let waiting = taken.map(SlotQueue::waiting);
            if let Some(waiting) = waiting {
                waiter.waits_for_total = waiting < limits.per_slot;
                waiter.listed_under = if waiter.waits_for_total { ONLY_FREE_PLACE } else { limits.per_slot };
                shard.room.0.insert(waiter.key(), Arc::clone(&waiter.notify));
            }
            waiting.is_none()
        };
        if waiter.waits_for_total {
            if !self.waiting.register(waiter.id, &waiter.notify, limits.total) {
                waiter.notify.notify_one();
            }
            return;
        }
        if may_submit {
            waiter.notify.notify_one();
        }
        if waited_for_total {
            // The room in the total that may have woken it is of no use to it.
            self.waiting.wake_next_if_room(limits.total);
        }
    }

    /// Removes a waiter, and wakes the next ones that find room.
    fn leave_room(&self, waiter: &Waiter) {
        if waiter.waits_for_total {
            self.waiting.remove(waiter.id);
        }
        let wakeups = {
            let mut shard = self.shard(waiter.hash).lock();
            shard.remove_waiter(waiter);
            let Shard { slots, room, .. } = &mut *shard;
            room.take_next(&waiter.slot, slots.find(waiter.hash, |slot| slot.is(&waiter.slot)))
        };
        wakeups.wake();
        self.waiting.wake_next_if_room(waiter.limits.total);
    }
}

impl Shard {
    fn find_slot(&self, waiter: &Waiter) -> Option<&Slot> {
        self.slots.find(waiter.hash, |slot| slot.is(&waiter.slot))
    }

    fn remove_waiter(&mut self, waiter: &Waiter) {
        self.room.0.remove(&waiter.key());
    }
}

impl Waiter {
    fn key(&self) -> (Arc<str>, usize, Capacity, TaskId) {
        (Arc::clone(&self.slot), self.listed_under, self.capacity, self.id)
    }
}
