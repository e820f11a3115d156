//! The watch of the wall clock, for schedules with `cron`: finds that the clock was set, or that the machine was suspended.

use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::event::{EventKind, EventName};
use crate::runtime::cell::TaskCell;
use crate::runtime::schedule::date_clock::ClockMovement;
use crate::runtime::shared::Shared;
use crate::sync::{Ordering, Raced, race};

/// How often the clock is read.
const INTERVAL: Duration = Duration::from_secs(30);

impl Shared {
    /// Begins to watch the clock, if `cell` has a schedule with `cron`. Later calls change nothing. Called after a task was
    /// registered.
    pub(crate) fn watch_clock(self: &Arc<Self>, cell: &TaskCell) {
        if !has_dates(cell) || self.watches_clock.swap(true, Ordering::Relaxed) {
            return;
        }
        // Always bound here: `check_ready` binds before a name is reserved.
        if let Some(runtime) = self.runtime.get() {
            // The first reading, with which the next is compared. On the clock of that runtime.
            self.date_clock.compare(self.now());
            runtime.spawn(watch_clock(Arc::downgrade(self)));
        }
    }

    /// Compares the clock with the monotonic clock. If it has moved, wakes the tasks that wait for a date.
    fn check_clock(&self, now: Instant) {
        let Some(movement) = self.date_clock.compare(now) else { return };
        if movement.is_step() && self.bus.wants(EventName::ClockStepped) {
            let ClockMovement { by, back } = movement;
            self.bus.publish(now, None, EventKind::ClockStepped { by, back });
        }
        // After the event, which explains what the tasks do next.
        for cell in self.registry.cells().iter().filter(|cell| has_dates(cell)) {
            cell.wake_actor();
        }
    }
}

fn has_dates(cell: &TaskCell) -> bool {
    cell.rare().and_then(|rare| rare.schedule()).is_some_and(|schedule| schedule.has_dates())
}

/// Watches the clock until a shutdown begins.
// Weak, and only upgraded for a moment: a watch must not keep the states of the application alive.
async fn watch_clock(shared: Weak<Shared>) {
    let Some(strong) = shared.upgrade() else { return };
    let clock = Arc::clone(&strong.date_clock);
    let mut shutdown = strong.shutdown.subscribe();
    drop(strong);
    let mut stopping = pin!(async {
        let _ = shutdown.wait_for(|shutdown| shutdown.grace_deadline.is_some()).await;
    });
    let began = Instant::now();
    // Created before each check, so that no step is missed between the check and the next wait.
    let mut moved = clock.steps().map(Notify::notified);
    loop {
        if let Some(moved) = moved.take() {
            // A simulated clock moves only when a test sets it. Without this, a simulated year would take a million wake-ups.
            if let Raced::Left(()) = race(stopping.as_mut(), moved).await {
                return;
            }
        }
        if let Raced::Left(()) = race(stopping.as_mut(), sleep_until(next_check(began))).await {
            return;
        }
        moved = clock.steps().map(Notify::notified);
        let Some(strong) = shared.upgrade() else { return };
        strong.check_clock(Instant::now());
    }
}

/// The next multiple of the interval, also after the wait for a simulated clock.
fn next_check(began: Instant) -> Instant {
    let checks = began.elapsed().as_secs() / INTERVAL.as_secs() + 1;
    began + Duration::from_secs(checks * INTERVAL.as_secs())
}
