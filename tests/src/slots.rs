//! Which submission owned which slot, and when: one owner at a time, and queued submissions in the order they came.

use std::collections::HashMap;
use std::sync::Arc;

use taskvisor::{EventKind, TaskId};

use crate::EventLog;

/// What the recorder knows of slots beside the events, which name the slot of submissions only.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    places: HashMap<TaskId, Place>,
    came: usize,
}

#[derive(Clone, Debug)]
struct Place {
    slot: Arc<str>,
    /// Its number among queued submissions.
    in_line: Option<usize>,
}

/// A slot while the events are read.
#[derive(Default)]
struct Slot {
    owner: Option<TaskId>,
    /// The number of the last one of the line that started.
    latest: Option<usize>,
}

impl Slots {
    /// A submission was accepted. `in_line` if it may not start before those that came so before it.
    pub(crate) fn enters(&mut self, id: TaskId, slot: &str, in_line: bool) {
        self.came += 1;
        let place = Place { slot: slot.into(), in_line: in_line.then_some(self.came) };
        self.places.insert(id, place);
    }

    /// Reads the events in the order in which they were made.
    ///
    /// A slot is free before `Removed` is published; where there are more threads, the next event may be published
    /// first, and the
    /// owner is held to have it until `Ended` only.
    pub(crate) fn check(&self, event_log: &EventLog, one_thread: bool) -> Result<(), String> {
        let mut events: Vec<_> = event_log.events().iter().collect();
        events.sort_by_key(|event| event.seq);
        let mut places = self.places.clone();
        let mut slots: HashMap<Arc<str>, Slot> = HashMap::new();
        for event in events {
            let Some(id) = event.id() else { continue };
            if let EventKind::Queued { slot } = &event.kind {
                let place =
                    places.entry(id).or_insert_with(|| Place { slot: Arc::clone(slot), in_line: None });
                if place.slot != *slot {
                    return Err(format!("{event}: it was submitted to `{}`", place.slot));
                }
            }
            let Some(place) = places.get(&id) else { continue };
            let slot = slots.entry(Arc::clone(&place.slot)).or_default();
            match event.kind {
                EventKind::Started { attempt } => slot
                    .start(id, attempt, place.in_line)
                    .map_err(|flaw| format!("{event}: {flaw}, in the slot `{}`", place.slot))?,
                EventKind::Ended { .. } if !one_thread => slot.leave(id),
                EventKind::Removed => slot.leave(id),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Slot {
    fn start(&mut self, id: TaskId, attempt: u64, in_line: Option<usize>) -> Result<(), String> {
        match self.owner {
            Some(owner) if owner != id => return Err(format!("started while {owner} was there")),
            _ => self.owner = Some(id),
        }
        if let (Some(number), 1) = (in_line, attempt) {
            if self.latest.is_some_and(|latest| latest > number) {
                return Err("started after one that queued later".to_owned());
            }
            self.latest = Some(number);
        }
        Ok(())
    }

    fn leave(&mut self, id: TaskId) {
        if self.owner == Some(id) {
            self.owner = None;
        }
    }
}
