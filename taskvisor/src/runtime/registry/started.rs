//! Submissions that start after a change of their slot: an owner has ended, or a submission before them has left the queue.
//!
//! At most one submission starts, unless submissions of different capacities share the slot. The lane of an owner that has ended runs
//! the first one, and the caller spawns a lane for each other one, after the lock.

use std::sync::Arc;

use tokio::time::Instant;

use super::slot::QueuedSubmission;
use super::slots::{NextOwner, Slot, Work};
use crate::runtime::cell::TaskCell;

/// Submissions that became owners of a slot, in this order. The caller runs each of them.
// A linked list: most owners start alone, and an empty list takes only eight bytes of a `NextOwner`.
#[must_use = "each of them needs a lane"]
#[derive(Debug, Default)]
pub(crate) struct StartedOwners(Option<Box<NextOwner>>);

impl StartedOwners {
    fn of(owners: Vec<NextOwner>) -> Self {
        let link = |others, owner| Self(Some(Box::new(NextOwner { others, ..owner })));
        owners.into_iter().rev().fold(Self::default(), link)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The first one, whose `others` are the rest.
    pub(super) fn into_first(self) -> Option<NextOwner> {
        self.0.map(|first| *first)
    }
}

impl Iterator for StartedOwners {
    type Item = NextOwner;

    fn next(&mut self) -> Option<NextOwner> {
        let mut first = *self.0.take()?;
        *self = std::mem::take(&mut first.others);
        Some(first)
    }
}

/// Lets waiting submissions start while they fit. Returns those that need a lane, and how many have left the queue.
#[cold]
pub(super) fn start_waiting(queue: &mut Slot, now: Instant) -> (StartedOwners, usize) {
    let started: Vec<_> = std::iter::from_fn(|| queue.start_next(now)).collect();
    let dequeued = started.len();
    (StartedOwners::of(started.into_iter().filter_map(|first| next_owner(first, now)).collect()), dequeued)
}

/// Returns a submission that owns the slot now. `None` if it is checked out: its check-in starts a lane.
#[inline(always)]
pub(super) fn next_owner(queued: QueuedSubmission<Arc<TaskCell>, Work>, now: Instant) -> Option<NextOwner> {
    let QueuedSubmission { task: cell, since, work, .. } = queued;
    work.map(|work| NextOwner { cell, since: now.max(since), work, others: StartedOwners::default() })
}
