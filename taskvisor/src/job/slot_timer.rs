//! The timer of a slot: ends submissions that expire while they wait for it, and reports long waits if a subscriber wants
//! `Delayed`.
//!
//! A queue may hold thousands of submissions, so they share one timer: a small Tokio task that sleeps until the earliest of
//! their deadlines and reports. It is spawned when the first submission is queued that needs it, woken by one that needs it
//! earlier, and ends when none is left, when the slot becomes idle, or when a shutdown is requested.

use std::sync::{Arc, Weak};

use tokio::time::{Instant, timeout_at};

use crate::event::{EventKind, EventName};
use crate::runtime::cell::{StopRequest, TaskCell};
use crate::runtime::registry::DueWaits;
use crate::runtime::registry::slot::TimerChange;
use crate::runtime::shared::Shared;
use crate::sync::{Notify, Raced, race};
use crate::task::{Holder, Holders, Rejection, TaskName, WaitingOn};

impl Shared {
    /// Spawns or wakes the timer of the slot for which `queued` waits since `now`.
    pub(crate) fn change_slot_timer(
        self: &Arc<Self>,
        queued: &Arc<TaskCell>,
        change: TimerChange,
        now: Instant,
    ) {
        match change {
            TimerChange::Wake(timer) => timer.notify_one(),
            TimerChange::Start(timer) => {
                if let (Some(runtime), Some(slot)) = (self.runtime.get(), queued.slot()) {
                    runtime.spawn(run_timer(Arc::downgrade(self), Arc::clone(slot), timer, now));
                }
            }
        }
    }

    /// Ends the submissions of a slot that have expired at `now`, and reports those that wait for long. Returns when to check
    /// again, unless the timer must end.
    pub(crate) fn check_slot(
        self: &Arc<Self>,
        slot: &Arc<str>,
        wakeup: &Arc<Notify>,
        checked: Instant,
        now: Instant,
    ) -> Option<Instant> {
        let reports_delays = self.bus.wants(EventName::Delayed);
        let due = self.registry.check_waits(slot, wakeup, (checked, now), reports_delays);
        let DueWaits { expired, started, delayed, owners, next_check } = due;
        self.end_withdrawn(expired, Some(StopRequest::reject(Rejection::Expired, now)));
        self.start_lanes(started);
        let held_by = Holders::new(owners.into_iter().map(holder).collect());
        for (cell, since, work) in delayed {
            // Checked out: no lane takes the submission meanwhile, so that no `Delayed` follows its `Admitted`.
            self.publish(&cell, EventName::Delayed, Some(now), || EventKind::Delayed {
                on: WaitingOn::Slot,
                since,
                held_by: held_by.clone(),
            });
            if let Some(lane) = self.check_in(cell, &mut Some(work)) {
                lane.start(self);
            }
        }
        next_check
    }
}

fn holder((owner, since): (Arc<TaskCell>, Instant)) -> Holder {
    Holder { id: owner.id(), name: TaskName::of(owner), since }
}

/// Checks the waiting submissions of the slot. If the slot was idle in between, a newer timer watches it, and this one ends.
async fn run_timer(shared: Weak<Shared>, slot: Arc<str>, wakeup: Arc<Notify>, mut checked: Instant) {
    // Weak, and upgraded only between waits: a sleeping timer must not keep the states of a dropped supervisor alive.
    let Some(mut shutdown) = shared.upgrade().map(|shared| shared.shutdown.subscribe()) else { return };
    loop {
        let next_check = {
            let Some(shared) = shared.upgrade() else { return };
            // The submission read its clock on another thread, whose time may be ahead of this one's.
            let now = Instant::now().max(checked);
            let next_check = shared.check_slot(&slot, &wakeup, checked, now);
            checked = now;
            next_check
        };
        let Some(next_check) = next_check else { return };
        // A shutdown ends the timer, because it rejects all waiting submissions.
        let stopped = shutdown.wait_for(|shutdown| shutdown.grace_deadline.is_some());
        if let Ok(Raced::Left(_)) = timeout_at(next_check, race(stopped, wakeup.notified())).await {
            return;
        }
    }
}
