//! The taken slots.

use std::cmp::Reverse;
use std::time::Duration;

use taskvisor::SlotStatus;
use tokio::time::Instant;

use super::Snapshot;
use super::history::count;
use crate::answer::{SlotAnswer, SlotListAnswer, SlotMember, VERSION};
use crate::failure::bounded;

/// How many slots are listed.
const MAX_SLOTS: usize = 1_000;

/// How many owners and waiting submissions of a slot are listed.
const MAX_MEMBERS: usize = 20;

/// How long the first submission waits before a slot counts as growing. The queue of a short burst is empty sooner.
const GROWING_WAIT: Duration = Duration::from_secs(10);

impl Snapshot<'_> {
    pub(crate) fn slot_list(&self) -> SlotListAnswer {
        let mut slots = self.supervisor.slots();
        let total = slots.len();
        // Stable: otherwise in the order of the supervisor.
        slots.sort_by_key(|slot| Reverse(slot.waiting.len()));
        slots.truncate(MAX_SLOTS);
        SlotListAnswer {
            version: VERSION,
            now: self.moment.now_text(),
            slots: slots.iter().map(|slot| self.slot(slot)).collect(),
            total: count(total),
        }
    }

    fn slot(&self, slot: &SlotStatus) -> SlotAnswer {
        let member = |id: taskvisor::TaskId, name: &str, since| SlotMember {
            id: id.get(),
            name: name.to_owned(),
            since: self.moment.time(since),
        };
        let more = slot.more_owners.iter().map(|owner| member(owner.id, &owner.name, owner.since));
        let first = std::iter::once(member(slot.owner_id, &slot.owner, slot.since));
        let waiting = slot.waiting.iter().map(|waiter| member(waiter.id, &waiter.name, waiter.since));
        SlotAnswer {
            key: bounded(slot.key.to_string()),
            capacity: count(slot.capacity),
            owners: first.chain(more).take(MAX_MEMBERS).collect(),
            owners_total: count(slot.more_owners.len()).saturating_add(1),
            waiting: waiting.take(MAX_MEMBERS).collect(),
            waiting_total: count(slot.waiting.len()),
            growing: is_growing(slot, self.moment.now()),
        }
    }
}

/// Whether more submissions arrive than leave: more than two for each place of the capacity wait that were queued since the oldest owner
/// acquired the slot, and the first one has waited long. One look at the slot shows this, so that nothing is kept between two requests.
pub(super) fn is_growing(slot: &SlotStatus, now: Instant) -> bool {
    let has_waited = |since: Instant| now.saturating_duration_since(since) >= GROWING_WAIT;
    queued_since(slot) > slot.capacity.saturating_mul(2)
        && slot.waiting.first().is_some_and(|first| has_waited(first.since))
}

/// How many of the waiting submissions were queued since the oldest owner acquired the slot.
pub(super) fn queued_since(slot: &SlotStatus) -> usize {
    slot.waiting.iter().filter(|waiter| waiter.since >= slot.since).count()
}
