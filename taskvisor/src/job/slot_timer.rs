//! The timer of a slot: finds submissions that wait long for it, if a subscriber wants `Delayed`.
//!
//! A queue may be thousands long, so that its entries share one timer: a small Tokio task, spawned when the first submission
//! waits. It ends when no submission waits, or when a shutdown begins.

use std::sync::{Arc, Weak};

use tokio::time::{Instant, timeout_at};

use crate::event::EventName;
use crate::runtime::actor::delayed::next_report;
use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::task::TaskId;

impl Shared {
    /// Reports on those who wait for a slot, from the first of them on.
    pub(crate) fn watch_line(self: &Arc<Self>, first: &Arc<TaskCell>, now: Instant) {
        if !self.bus.wants(EventName::Delayed) {
            return;
        }
        if let (Some(runtime), Some(slot)) = (self.runtime.get(), first.slot()) {
            runtime.spawn(watch(Arc::downgrade(self), Arc::clone(slot), first.id(), now));
        }
    }
}

/// Holds nothing that a shutdown waits for, and ends when the shutdown begins.
async fn watch(shared: Weak<Shared>, slot: Arc<str>, watch: TaskId, mut reported: Instant) {
    let Some(mut stop) = shared.upgrade().map(|shared| shared.stop.subscribe()) else { return };
    loop {
        let next = {
            let Some(shared) = shared.upgrade() else { return };
            let now = Instant::now().max(reported);
            let Some(waits) = shared.registry.waits(&slot, watch) else { return };
            for (cell, since) in &waits {
                if next_report(*since, reported) <= now {
                    cell.report_delay();
                }
            }
            reported = now;
            waits.iter().map(|(_, since)| next_report(*since, now)).min()
        };
        let Some(next) = next else { return };
        if timeout_at(next, stop.wait_for(|stop| stop.deadline.is_some())).await.is_ok() {
            return;
        }
    }
}
