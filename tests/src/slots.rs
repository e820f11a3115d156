//! Checks the owners of slots: at most the capacity of the slot, and queued submissions start in the order of submission.

use std::collections::HashMap;
use std::sync::Arc;

use taskvisor::{EventKind, TaskId};

use crate::EventLog;

/// The registered submissions. Their slots and order are not all in the events.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    submissions: HashMap<TaskId, Submission>,
    registered: usize,
    capacities: HashMap<TaskId, usize>,
    /// The capacity of the other submissions to a slot, if it is not one.
    shared: HashMap<Arc<str>, usize>,
}

#[derive(Clone, Debug)]
struct Submission {
    slot: Arc<str>,
    /// The number of the submission, if it is queued in order.
    in_order: Option<usize>,
}

/// The state of a slot while the events are checked.
#[derive(Default)]
struct Slot {
    /// The owners that have started, and their capacities.
    owners: HashMap<TaskId, usize>,
    /// The number of the last queued submission that acquired the slot.
    latest: Option<usize>,
}

impl Slots {
    /// Registers an accepted submission. With `in_order`, it must start after all earlier submissions with `in_order`.
    pub(crate) fn register(&mut self, id: TaskId, slot: &str, in_order: bool) {
        self.registered += 1;
        let submission = Submission { slot: slot.into(), in_order: in_order.then_some(self.registered) };
        self.submissions.insert(id, submission);
    }

    /// Registers the capacity of all submissions to a slot that have none of their own.
    pub(crate) fn share(&mut self, slot: &str, capacity: usize) {
        self.shared.insert(slot.into(), capacity);
    }

    /// Registers the capacity of a submission.
    pub(crate) fn set_capacity(&mut self, id: TaskId, capacity: usize) {
        self.capacities.insert(id, capacity);
    }

    /// Checks the events in the order of their numbers.
    ///
    /// The runtime releases a slot before it publishes `Removed`. With several threads, the next owner may start before
    /// `Removed` is published, so the check then releases the slot at `Ended`.
    pub(crate) fn check(&self, event_log: &EventLog, one_thread: bool) -> Result<(), String> {
        let mut events: Vec<_> = event_log.events().iter().collect();
        events.sort_by_key(|event| event.seq);
        let mut submissions = self.submissions.clone();
        let mut slots: HashMap<Arc<str>, Slot> = HashMap::new();
        for event in events {
            let Some(id) = event.id() else { continue };
            if let EventKind::Queued { slot, .. } = &event.kind {
                let submission = submissions
                    .entry(id)
                    .or_insert_with(|| Submission { slot: Arc::clone(slot), in_order: None });
                if submission.slot != *slot {
                    return Err(format!("{event}: the task was submitted to `{}`", submission.slot));
                }
            }
            let Some(submission) = submissions.get(&id) else { continue };
            let slot = slots.entry(Arc::clone(&submission.slot)).or_default();
            let capacity = self.capacities.get(&id).or_else(|| self.shared.get(&submission.slot));
            let capacity = capacity.copied().unwrap_or(1);
            let in_order = submission.in_order;
            let violation = |violation| format!("{event}: {violation}, in the slot `{}`", submission.slot);
            match event.kind {
                // An owner beside others may start at any time after it acquired the slot. With several threads, also the events of
                // two lanes may be published in another order.
                EventKind::Admitted if capacity > 1 && one_thread => {
                    slot.acquire(in_order).map_err(violation)?;
                }
                EventKind::Started { attempt, .. } => {
                    slot.start(id, capacity).map_err(violation)?;
                    if attempt == 1 && capacity == 1 {
                        slot.acquire(in_order).map_err(violation)?;
                    }
                }
                EventKind::Ended { .. } if !one_thread => slot.release(id),
                EventKind::Removed => slot.release(id),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Slot {
    fn start(&mut self, id: TaskId, capacity: usize) -> Result<(), String> {
        self.owners.insert(id, capacity);
        let smallest = self.owners.values().copied().min().unwrap_or(capacity);
        if self.owners.len() > smallest {
            let others = self.owners.keys().filter(|owner| **owner != id);
            let others: Vec<_> = others.map(ToString::to_string).collect();
            return Err(format!(
                "started while {} owned the slot, of capacity {smallest}",
                others.join(", ")
            ));
        }
        Ok(())
    }

    fn acquire(&mut self, in_order: Option<usize>) -> Result<(), String> {
        let Some(number) = in_order else { return Ok(()) };
        if self.latest.is_some_and(|latest| latest > number) {
            return Err("started after a submission that was queued later".to_owned());
        }
        self.latest = Some(number);
        Ok(())
    }

    fn release(&mut self, id: TaskId) {
        self.owners.remove(&id);
    }
}
