//! The slots, as a snapshot.

use std::sync::Arc;

use tokio::time::Instant;

use crate::runtime::registry::slot::Admission;
use crate::supervisor::SupervisorHandle;
use crate::task::TaskId;

/// A slot that is taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SlotStatus {
    /// Its key.
    pub key: Arc<str>,
    /// The name of what runs in it.
    pub owner: String,
    /// The id of what runs in it.
    pub owner_id: TaskId,
    /// Since when.
    pub since: Instant,
    /// Who waits for it, in the order of their turn.
    pub waiting: Vec<SlotWaiter>,
}

/// A submission that waits for a slot.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SlotWaiter {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: TaskId,
    /// How it was submitted.
    pub admission: Admission,
    /// Since when it waits.
    pub since: Instant,
}

impl SupervisorHandle {
    /// A snapshot of all slots that are taken, by key. Each slot is as it was at one moment.
    #[must_use]
    pub fn slots(&self) -> Vec<SlotStatus> {
        let Ok(shared) = self.shared() else { return Vec::new() };
        let mut slots = shared.registry.slots(|slot| SlotStatus {
            key: slot.owner.slot().map(Arc::clone).unwrap_or_default(),
            owner: slot.owner.name().to_owned(),
            owner_id: slot.owner.id(),
            since: slot.since,
            waiting: slot
                .queued()
                .map(|waiter| SlotWaiter {
                    name: waiter.task.name().to_owned(),
                    id: waiter.task.id(),
                    admission: waiter.admission,
                    since: waiter.since,
                })
                .collect(),
        });
        slots.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        slots
    }
}
