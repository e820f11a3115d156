//! Publishes the events of tasks.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::registration::Registration;
use crate::event::{EventKind, EventName, Subject};
use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;

impl Shared {
    /// Publishes an event of a task, if a subscriber selects it. Reads the clock unless `now` is given.
    // Inline, so that a task without a subscriber pays one comparison for each event.
    #[inline]
    pub(crate) fn publish(
        &self,
        cell: &Arc<TaskCell>,
        name: EventName,
        now: Option<Instant>,
        kind: impl FnOnce() -> EventKind,
    ) {
        // Checked first: without a subscriber, neither the event nor a reference to the cell is created.
        if self.bus.wants(name) && self.bus.wants_of(name, &**cell) {
            let subject: Arc<dyn Subject> = Arc::clone(cell) as _;
            self.bus.publish(now.unwrap_or_else(Instant::now), Some(subject), kind());
        }
    }
}

impl Registration {
    /// Publishes that the task gave up, and lists it in the report.
    pub(crate) fn publish_give_up(&self, now: Instant, failures: u32, within: Option<Duration>) {
        // A failure precedes every give-up, and the cell has it.
        let Some(last) = self.cell().last_error() else { return };
        self.metrics().gave_up(self.cell());
        self.shared().tally.give_up(self.cell(), failures, within, last.clone());
        self.publish(EventName::GaveUp, Some(now), || EventKind::GaveUp { failures, within, last });
    }
}
