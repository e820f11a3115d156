//! The delay of a shutdown: the time between its request and the stop requests of the tasks.
//!
//! From the request on, the health is not ready and the deadlines are fixed. Admission stays open until the delay is over. The driver
//! ends it: in time, or when no task is left. A request without grace, and the failure of a critical task, end it at once on their own
//! thread.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::saturating_deadline;
use crate::runtime::shared::{Shared, ShutdownState};
use crate::sync::{Raced, StopTimer, race, watch};

impl Shared {
    /// Whether a shutdown with this grace has a delay. A shorter grace than the delay skips it.
    pub(super) fn delays_shutdown(&self, grace: Duration) -> bool {
        let delay = self.config.shutdown_delay;
        // Without a runtime there is no task that could go on, and no driver that would end the delay.
        !delay.is_zero() && delay < grace && !self.registry.is_closed() && self.runtime.get().is_some()
    }

    /// Begins the delay. A repeated call brings the deadlines forward. Returns `false` if the delay is over.
    pub(crate) fn begin_delay(&self, grace: Duration) -> bool {
        let now = self.now();
        self.startup_set.count().begin_shutdown(now);
        let deadline = saturating_deadline(now, grace);
        if self.claim_announcement(true) {
            // Before the driver is notified: if no task is left, it closes the bus at once.
            self.announce_shutdown(now);
            self.update_shutdown(|shutdown| {
                shutdown.is_announcing = false;
                shutdown.bring_forward(deadline);
                shutdown.requested_at.get_or_insert(now);
                shutdown.delay_until = Some(saturating_deadline(now, self.config.shutdown_delay));
                true
            });
            return true;
        }
        let mut is_delayed = false;
        self.update_shutdown(|shutdown| {
            is_delayed = !shutdown.requested && (shutdown.is_announcing || shutdown.delay_until.is_some());
            is_delayed && shutdown.bring_forward(deadline)
        });
        is_delayed
    }

    /// Whether the caller, which has closed admission, announces the shutdown. Not if it was delayed.
    pub(super) fn claims_announcement(&self) -> bool {
        // Without a delay, the one that closed admission is the only one.
        self.config.shutdown_delay.is_zero() || self.claim_announcement(false)
    }

    /// Claims the announcement. `delays`: whether the driver has to wait for it. If admission is closed, it waits anyway.
    fn claim_announcement(&self, delays: bool) -> bool {
        let mut claims = false;
        self.shutdown.send_if_modified(|shutdown| {
            claims = !shutdown.is_announced;
            shutdown.is_announced = true;
            shutdown.is_announcing |= claims && delays;
            // No waiter has anything to do yet.
            false
        });
        claims
    }

    /// The grace that is left, if a delay has used a part of it.
    pub(super) fn undelayed_grace(&self, grace: Duration, now: Instant) -> Duration {
        if self.config.shutdown_delay.is_zero() {
            return grace;
        }
        let deadline = self.shutdown.borrow().grace_deadline;
        deadline.map_or(grace, |deadline| grace.min(deadline.saturating_duration_since(now)))
    }
}

impl ShutdownState {
    /// Sets the deadline of the grace, unless it is earlier. Returns whether it has changed.
    fn bring_forward(&mut self, deadline: Instant) -> bool {
        let earlier = self.grace_deadline.is_none_or(|known| deadline < known);
        if earlier {
            self.grace_deadline = Some(deadline);
        }
        earlier
    }
}

/// Waits until the stops of the first wave are requested. At the end of a delay it requests them itself.
pub(super) async fn wait_for_stops(shared: &Arc<Shared>, shutdown: &mut watch::Receiver<ShutdownState>) {
    loop {
        let state = shutdown.borrow_and_update().clone();
        let Some(deadline) = state.grace_deadline.filter(|_| !state.is_announcing) else {
            // Cannot fail: `shared` owns the sender.
            let _ = shutdown.changed().await;
            continue;
        };
        if state.requested {
            return;
        }
        let Some(until) = state.delay_until else {
            let _ = shutdown.changed().await;
            continue;
        };
        match race(shared.wait_for_idle(), race(shutdown.changed(), StopTimer::new(until))).await {
            Raced::Left(()) => {
                // Another thread may have added a task since. Yield, so that this loop does not starve the tasks of this thread.
                if !shared.shut_down_if_idle() {
                    tokio::task::yield_now().await;
                }
            }
            Raced::Right(Raced::Left(_)) => {}
            Raced::Right(Raced::Right(())) => {
                shared.stop_tasks(deadline.saturating_duration_since(Instant::now()), None);
            }
        }
    }
}
