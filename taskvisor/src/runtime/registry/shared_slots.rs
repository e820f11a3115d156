//! Slots with several places: what follows when a submission arrives or an owner ends.
//!
//! Apart from `slots.rs`, so that a slot of capacity 1 pays for none of it.

use std::sync::Arc;

use tokio::time::Instant;

use super::owners::{Owner, Removal};
use super::room::{RoomWakeups, SlotWaiters};
use super::slot::{Admission, QueuedSubmission};
use super::slots::{Arrival, NextOwner, Slot, Work};
use super::started::{StartedOwners, next_owner, start_waiting};
use super::{Registry, Shard};
use crate::runtime::cell::TaskCell;
#[cfg(feature = "controller")]
use crate::task::TaskId;

/// What the caller must do for others after a submission arrived at a slot with several places.
#[derive(Debug, Default)]
pub(crate) struct ArrivalEffects {
    /// Waiting submissions that started, because the new one superseded a submission before them.
    pub(crate) started: StartedOwners,
    /// The owners to be stopped, oldest first.
    pub(crate) replaced: Vec<Arc<TaskCell>>,
    /// The owners, oldest first. The first one between two attempts is to be stopped.
    pub(crate) outdated: Vec<Arc<TaskCell>>,
    /// For the registry, after its lock.
    pub(super) wakeups: RoomWakeups,
    pub(super) total_awaited: bool,
}

/// Lets further submissions start beside `queued`, which has become an owner of a shared slot. Returns the next owner for the lane to
/// run, and how many submissions have left the queue.
#[cold]
pub(super) fn start_with_others(
    queue: &mut Slot,
    queued: QueuedSubmission<Arc<TaskCell>, Work>,
    now: Instant,
) -> (Option<NextOwner>, usize) {
    let (others, dequeued) = start_waiting(queue, now);
    let next = match next_owner(queued, now) {
        Some(first) => Some(NextOwner { others, ..first }),
        // `queued` is checked out, and its check-in starts a lane.
        None => others.into_first(),
    };
    (next, 1 + dequeued)
}

impl Registry {
    /// Removes an owner of a slot with several places. Returns the next owner, if the calling lane must run it.
    #[cold]
    pub(super) fn deregister_one_of_several(
        &self,
        slot: &Arc<str>,
        cell: &Arc<TaskCell>,
        now: Instant,
    ) -> Option<NextOwner> {
        let (mut next, mut dequeued) = (None, 0);
        let (emptied, wakeups, total_awaited) = {
            let mut shard = self.shard(cell.hash()).lock();
            let Shard { slots, room, .. } = &mut *shard;
            let mut entry = slots.find_entry(cell.hash(), |other| other.is(slot)).ok()?;
            let queue = entry.get_mut();
            let is_idle = match queue.remove_owner(cell) {
                Removal::Absent => return None,
                Removal::Last => match queue.pass_on(now) {
                    Some(queued) => {
                        (next, dequeued) = start_with_others(queue, queued, now);
                        false
                    }
                    None => true,
                },
                Removal::Removed => {
                    let (started, more) = start_waiting(queue, now);
                    (next, dequeued) = (started.into_first(), more);
                    false
                }
            };
            // Under the lock that dequeued them, as everywhere.
            let total_awaited = dequeued > 0 && self.waiting.release(dequeued);
            if is_idle {
                let emptied = entry.remove().0;
                (Some(emptied), room.take_next(slot, None), total_awaited)
            } else {
                (None, room.take_next(slot, Some(queue)), total_awaited)
            }
        };
        self.wake_for_room(wakeups, total_awaited);
        // As in `deregister_owner`: an idle slot needs no timer.
        if let Some(timer) = emptied.and_then(|queue| queue.timer) {
            timer.wakeup.notify_one();
        }
        next
    }

    /// Makes a submission an owner beside others. The caller has checked that it starts at once. Returns the waiting submission that
    /// it supersedes.
    #[cold]
    pub(super) fn start_beside(
        &self,
        cell: &Arc<TaskCell>,
        arrival: &mut Arrival,
        queue: &mut Slot,
        room: &mut SlotWaiters,
    ) -> Option<QueuedSubmission<Arc<TaskCell>, Work>> {
        let superseded = queue.take_superseded(arrival.admission);
        queue.add_owner(Owner::new(Arc::clone(cell), arrival.at, arrival.capacity));
        if superseded.is_some() {
            let mut effects = Box::<ArrivalEffects>::default();
            self.start_behind(1, arrival.at, &mut effects, queue, room);
            arrival.effects = Some(effects);
        }
        superseded
    }

    /// Decides what follows after a submission was enqueued at a slot with several places: which owners must end for it, and which
    /// waiting submissions start, because it `superseded` a submission before them.
    #[cold]
    pub(super) fn wait_behind_several(
        &self,
        arrival: &mut Arrival,
        superseded: bool,
        queue: &mut Slot,
        room: &mut SlotWaiters,
    ) {
        let mut effects = Box::<ArrivalEffects>::default();
        match arrival.admission {
            Admission::Queue | Admission::DropIfRunning => return,
            Admission::Replace => {
                effects.replaced = queue.in_the_way_of(arrival.capacity).map(Arc::clone).collect();
            }
            Admission::Latest => {
                effects.outdated = queue.owners().map(|owner| Arc::clone(&owner.task)).collect();
            }
        }
        if superseded {
            self.start_behind(0, arrival.at, &mut effects, queue, room);
        }
        arrival.effects = Some(effects);
    }

    /// Lets the submissions start that waited only because a superseded one did not fit.
    fn start_behind(
        &self,
        dequeued: usize,
        now: Instant,
        effects: &mut ArrivalEffects,
        queue: &mut Slot,
        room: &mut SlotWaiters,
    ) {
        let (started, more) = start_waiting(queue, now);
        effects.started = started;
        let dequeued = dequeued + more;
        effects.total_awaited = dequeued > 0 && self.waiting.release(dequeued);
        if let Some(slot) = queue.key() {
            effects.wakeups = room.take_next(slot, Some(queue));
        }
    }

    /// Records that an owner is to end for the `Latest` that waits. False if another owner is to end for it, if no `Latest` waits any more,
    /// or if the task does not own the slot any more.
    #[cfg(feature = "controller")]
    pub(crate) fn claim_yield(&self, cell: &Arc<TaskCell>) -> bool {
        let mut shard = self.shard(cell.hash()).lock();
        shard.slot_of(cell).is_some_and(|mut entry| {
            let queue = entry.get_mut();
            queue.is_owner(cell) && queue.must_yield(cell)
        })
    }

    /// Withdraws the record of `claim_yield`.
    #[cfg(feature = "controller")]
    pub(crate) fn release_yield(&self, cell: &Arc<TaskCell>) {
        let mut shard = self.shard(cell.hash()).lock();
        if let Some(mut entry) = shard.slot_of(cell) {
            entry.get_mut().release_yield(cell);
        }
    }

    /// Whether the waiting submission `queued` cannot start before the owner `owner` of its slot has ended. That is certain if `owner` is
    /// the only owner, or if `queued` has the capacity 1.
    #[cfg(feature = "controller")]
    pub(crate) fn is_blocked_by(&self, queued: &TaskCell, owner: TaskId) -> bool {
        let mut shard = self.shard(queued.hash()).lock();
        let Some(entry) = shard.slot_of(queued) else { return false };
        let queue = entry.get();
        let Some(waiting) = queue.queued().find(|waiting| *waiting.task == *queued) else { return false };
        if waiting.capacity.is_shared() && queue.owners().count() > 1 {
            return false;
        }
        queue.owners().any(|other| other.task.id() == owner)
    }
}
