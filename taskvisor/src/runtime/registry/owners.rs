//! The owners of one slot, oldest first. A pure data structure, as the queue in `slot.rs`.
//!
//! The oldest owner is inline and the others are in a box, so that a slot of capacity 1 allocates nothing for them. Each owner
//! limits the slot to its own capacity. The smallest one is in force:
//!
//! | owners | a submission of capacity `c` fits if |
//! |---|---|
//! | one of capacity 1 | never |
//! | `n`, the smallest capacity is `s` | `n + 1 <= min(s, c)` |

use std::collections::VecDeque;

use tokio::time::Instant;

use super::capacity::Capacity;
use super::slot::SlotQueue;

/// A submission that owns a slot.
#[derive(Debug)]
pub(crate) struct Owner<T> {
    pub(crate) task: T,
    /// When it acquired the slot.
    pub(crate) since: Instant,
    pub(crate) capacity: Capacity,
    /// Whether it ends for a `Latest` that waits. Recorded only for slots with several places: see `claim_yield`.
    pub(crate) yields: bool,
}

/// The owners of a slot after the oldest one. Never empty.
#[derive(Debug)]
pub(super) struct YoungerOwners<T> {
    owners: VecDeque<Owner<T>>,
    /// The smallest capacity of all owners, the oldest included.
    smallest: Capacity,
}

/// What became of an owner that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    Removed,
    /// It is the only owner. It stays until the next owner replaces it or the slot is removed.
    Last,
    /// It does not own the slot.
    Absent,
}

impl<T> Owner<T> {
    pub(super) fn new(task: T, since: Instant, capacity: Capacity) -> Self {
        Self { task, since, capacity, yields: false }
    }
}

impl<T: Clone + PartialEq, W> SlotQueue<T, W> {
    /// Whether the slot may have more than one owner. Otherwise no submission starts before the owner ends.
    // An owner of capacity 1 is alone, hence the oldest one.
    #[inline]
    pub(crate) fn is_shared(&self) -> bool {
        self.owner.capacity.is_shared()
    }

    /// All owners, oldest first.
    pub(crate) fn owners(&self) -> impl DoubleEndedIterator<Item = &Owner<T>> {
        let younger = self.younger.as_deref().into_iter().flat_map(|younger| &younger.owners);
        std::iter::once(&self.owner).chain(younger)
    }

    /// The number of owners.
    fn owned(&self) -> usize {
        1 + self.younger.as_ref().map_or(0, |younger| younger.owners.len())
    }

    /// How many owners the slot has at most: the smallest capacity of its owners.
    pub(crate) fn capacity(&self) -> Capacity {
        self.younger.as_ref().map_or(self.owner.capacity, |younger| younger.smallest)
    }

    /// Whether there is a place for a submission of this capacity.
    pub(super) fn fits(&self, capacity: Capacity) -> bool {
        self.owned() < self.capacity().min(capacity).get()
    }

    #[inline]
    pub(crate) fn is_owner(&self, task: &T) -> bool {
        self.owner.task == *task || self.younger.is_some() && self.owners().any(|owner| owner.task == *task)
    }

    /// Adds an owner. The caller has checked that it fits.
    pub(super) fn add_owner(&mut self, owner: Owner<T>) {
        debug_assert!(self.fits(owner.capacity), "a slot has at most its capacity of owners");
        let smallest = self.capacity().min(owner.capacity);
        match &mut self.younger {
            Some(younger) => {
                younger.smallest = smallest;
                younger.owners.push_back(owner);
            }
            none => {
                let owners = VecDeque::from([owner]);
                *none = Some(Box::new(YoungerOwners { owners, smallest }));
            }
        }
    }

    /// Removes an owner. If it was the oldest one, the second oldest is the oldest now.
    pub(super) fn remove_owner(&mut self, task: &T) -> Removal {
        let is_oldest = self.owner.task == *task;
        let Some(younger) = &mut self.younger else {
            return if is_oldest { Removal::Last } else { Removal::Absent };
        };
        let removed = if is_oldest {
            younger.owners.pop_front().map(|next| std::mem::replace(&mut self.owner, next))
        } else {
            let index = younger.owners.iter().position(|owner| owner.task == *task);
            index.and_then(|index| younger.owners.remove(index))
        };
        let Some(removed) = removed else { return Removal::Absent };
        if younger.owners.is_empty() {
            self.younger = None;
        } else if removed.capacity == younger.smallest {
            let mut others = younger.owners.iter().map(|owner| owner.capacity);
            // Usually all have the same one, and the search ends at the first.
            if self.owner.capacity != removed.capacity && others.all(|other| other != removed.capacity) {
                let others = younger.owners.iter().map(|owner| owner.capacity);
                younger.smallest = others.fold(self.owner.capacity, Capacity::min);
            }
        }
        Removal::Removed
    }

    /// The oldest owners, as many as must end before a submission of this capacity fits.
    pub(super) fn in_the_way_of(&self, capacity: Capacity) -> impl Iterator<Item = &T> {
        let (mut kept, mut smallest) = (0, capacity);
        for owner in self.owners().rev() {
            smallest = smallest.min(owner.capacity);
            // The submission itself is one more.
            if kept + 2 > smallest.get() {
                break;
            }
            kept += 1;
        }
        self.owners().take(self.owned() - kept).map(|owner| &owner.task)
    }

    /// Whether an owner must end after its attempt, because a `Latest` waits. Of several owners, one at a time ends for it.
    pub(crate) fn must_yield(&mut self, task: &T) -> bool {
        self.has_latest() && (!self.is_shared() || self.claim_yield(task))
    }

    /// Records that an owner ends for a `Latest`, unless another one does.
    // Recorded under the lock of the shard, because several owners may end an attempt before the first of them is removed.
    #[cold]
    fn claim_yield(&mut self, task: &T) -> bool {
        if self.owners().any(|owner| owner.yields && owner.task != *task) {
            return false;
        }
        let own = self.owner_mut(task);
        own.map(|owner| owner.yields = true).is_some()
    }

    /// Withdraws the record of `must_yield`: the owner has begun another attempt before its stop was requested.
    pub(super) fn release_yield(&mut self, task: &T) {
        if let Some(owner) = self.owner_mut(task) {
            owner.yields = false;
        }
    }

    fn owner_mut(&mut self, task: &T) -> Option<&mut Owner<T>> {
        let younger = self.younger.as_deref_mut().into_iter().flat_map(|younger| &mut younger.owners);
        std::iter::once(&mut self.owner).chain(younger).find(|owner| owner.task == *task)
    }
}
