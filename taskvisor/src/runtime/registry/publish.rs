//! Publishes the events of tasks.

use std::sync::Arc;

use tokio::time::Instant;

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
