//! Slots with several owners: what follows when a submission arrives or an owner ends.
//!
//! Apart from `slots.rs`, so that a slot of capacity 1 pays for none of it.

use std::sync::Arc;

use tokio::time::Instant;

use super::Registry;
use super::owners::{Owner, Removal};
use super::room::{RoomWakeups, SlotWaiters};
use super::slot::{Admission, QueuedSubmission};
use super::slots::{Arrival, NextOwner, Slot, Work};
use super::started::{StartedOwners, next_owner, start_waiting};
use crate::runtime::cell::TaskCell;
#[cfg(feature = "controller")]
use crate::task::TaskId;

/// What the caller must do for others after a submission arrived at a slot with several places.
#[derive(Debug, Default)]
pub(crate) struct ArrivalEffects {
    /// Waiting submissions that started, because the new one superseded one before them.
    pub(crate) started: StartedOwners,
    /// The owners to be stopped, oldest first.
    pub(crate) replaced: Vec<Arc<TaskCell>>,
    /// The owners, oldest first. The first one between two attempts is to be stopped.
    pub(crate) outdated: Vec<Arc<TaskCell>>,
    /// For the registry, after its lock.
    pub(super) wakeups: RoomWakeups,
    pub(super) total_awaited: bool,
}

/// What became of a slot whose owner has ended.
pub(super) enum PassedOn {
    /// The task did not own it.
    Unchanged,
    /// It is idle.
    Idle,
    /// It has other owners.
    Owned {
        /// The next owner for the lane to run.
        next: Option<NextOwner>,
        /// How many submissions have left the queue.
        dequeued: usize,
    },
}

/// Removes an owner, and lets waiting submissions start.
#[inline]
pub(super) fn pass_on(queue: &mut Slot, cell: &Arc<TaskCell>, now: Instant) -> PassedOn {
    if queue.is_shared() {
        pass_on_shared(queue, cell, now)
    } else if queue.owner.task == *cell {
        pass_on_last(queue, now)
    } else {
        PassedOn::Unchanged
    }
}

#[cold]
fn pass_on_shared(queue: &mut Slot, cell: &Arc<TaskCell>, now: Instant) -> PassedOn {
    match queue.remove_owner(cell) {
        Removal::Absent => PassedOn::Unchanged,
        Removal::Last => pass_on_last(queue, now),
        Removal::Removed => {
            let (started, dequeued) = start_waiting(queue, now);
            PassedOn::Owned { next: started.into_first(), dequeued }
        }
    }
}

#[inline]
fn pass_on_last(queue: &mut Slot, now: Instant) -> PassedOn {
    let Some(first) = queue.pass_on(now) else { return PassedOn::Idle };
    let next = next_owner(first, now);
    if queue.is_shared() {
        pass_on_to_several(queue, next, now)
    } else {
        PassedOn::Owned { next, dequeued: 1 }
    }
}

/// Lets further submissions start beside a new owner, which its own lane runs.
#[cold]
fn pass_on_to_several(queue: &mut Slot, next: Option<NextOwner>, now: Instant) -> PassedOn {
    let (others, dequeued) = start_waiting(queue, now);
    let next = match next {
        Some(first) => Some(NextOwner { others, ..first }),
        None => others.into_first(),
    };
    PassedOn::Owned { next, dequeued: 1 + dequeued }
}

impl Registry {
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
    /// submissions start, because it `superseded` one before them.
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

    /// Lets submissions start that a superseded one has kept waiting.
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
        effects.total_awaited = self.waiting.release(dequeued + more);
        if let Some(slot) = queue.key() {
            effects.wakeups = room.take_next(slot, Some(queue));
        }
    }

    /// Records that an owner is to end for the `Latest` that waits. False if another owner is, if none waits any more, or if the task
    /// does not own the slot any more.
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

    /// Whether the waiting submission `queued` cannot start before its owner `owner` has ended. With several owners that is certain only
    /// if it shares the slot with none, or if `owner` is the only one.
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
