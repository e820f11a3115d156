//! The timer of a slot: reports submissions that wait long for it, if a subscriber wants `Delayed`.
//!
//! A queue may hold thousands of submissions, so they share one timer: a small Tokio task, spawned when the first submission
//! is queued. It ends when the queue is empty, or when a shutdown is requested.

use std::sync::{Arc, Weak};

use tokio::time::{Instant, timeout_at};

use crate::event::{EventKind, EventName};
use crate::runtime::cell::TaskCell;
use crate::runtime::registry::DelayedSubmissions;
use crate::runtime::shared::Shared;
use crate::task::{TaskId, WaitingOn};

impl Shared {
    /// Spawns the timer of the slot for which `first` waits. The id of `first` identifies the timer.
    pub(crate) fn spawn_slot_timer(self: &Arc<Self>, first: &Arc<TaskCell>, now: Instant) {
        if !self.bus.wants(EventName::Delayed) {
            return;
        }
        if let (Some(runtime), Some(slot)) = (self.runtime.get(), first.slot()) {
            runtime.spawn(run_timer(Arc::downgrade(self), Arc::clone(slot), first.id(), now));
        }
    }
}

/// Reports delays until the queue is empty. `timer` is the id of the submission that started this timer: if the queue was
/// empty in between, a newer timer watches it, and this one ends.
async fn run_timer(shared: Weak<Shared>, slot: Arc<str>, timer: TaskId, mut reported: Instant) {
    // Weak, and upgraded only between waits: a sleeping timer must not keep the states of a dropped supervisor alive.
    let Some(mut shutdown) = shared.upgrade().map(|shared| shared.shutdown.subscribe()) else { return };
    loop {
        let next_check = {
            let Some(shared) = shared.upgrade() else { return };
            // The submission read its clock on another thread, whose time may be ahead of this one's.
            let now = Instant::now().max(reported);
            let delayed = shared.registry.check_out_delayed(&slot, timer, reported, now);
            let Some(DelayedSubmissions { due, next_check }) = delayed else { return };
            reported = now;
            for (cell, since, work) in due {
                // Checked out: no lane takes the submission meanwhile, so that no `Delayed` follows its `Admitted`.
                shared.publish(&cell, EventName::Delayed, Some(now), || EventKind::Delayed {
                    on: WaitingOn::Slot,
                    since,
                });
                if let Some(lane) = shared.check_in(cell, &mut Some(work)) {
                    lane.start(&shared);
                }
            }
            next_check
        };
        // A shutdown ends the timer, because it rejects all waiting submissions.
        if timeout_at(next_check, shutdown.wait_for(|shutdown| shutdown.grace_deadline.is_some()))
            .await
            .is_ok()
        {
            return;
        }
    }
}
