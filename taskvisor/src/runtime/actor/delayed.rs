//! Waits that take long: each is reported after 10 s, 20 s, 40 s and so on, if a subscriber wants `Delayed`.
//!
//! A task that waits for a permit uses its own timer. Submissions that wait for a slot share one, in `controller/watch.rs`: it
//! marks and wakes the tasks whose report is due, and each publishes its own, so that no `Delayed` follows an `Admitted`.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::timer::ActorTimer;
use crate::event::{EventKind, EventName};
use crate::runtime::cell::saturating_deadline;
use crate::runtime::registry::registration::Registration;
use crate::task::WaitingOn;

const FIRST: Duration = Duration::from_secs(10);

/// The first report of a wait that is later than `after`.
pub(crate) fn next_report(since: Instant, after: Instant) -> Instant {
    let mut waited = FIRST;
    while let Some(due) = since.checked_add(waited) {
        if due > after {
            return due;
        }
        // Saturated, it is beyond the range of the clock.
        waited = waited.saturating_mul(2);
    }
    saturating_deadline(after, Duration::MAX)
}

/// Reports the wait for a permit, and leaves a waker for the next report. `begins` if it was not waiting before.
pub(crate) fn poll_permit_wait(
    timer: &mut Option<Pin<Box<ActorTimer>>>,
    registration: &Registration,
    (since, begins): (Instant, bool),
    context: &mut Context<'_>,
) {
    if !registration.shared().bus.wants(EventName::Delayed) {
        return;
    }
    let timer = timer.get_or_insert_with(|| Box::pin(ActorTimer::new(since)));
    if begins {
        timer.as_mut().set(next_report(since, since));
    }
    while timer.as_mut().poll(context).is_ready() {
        let now = Instant::now();
        registration
            .publish(EventName::Delayed, Some(now), || EventKind::Delayed { on: WaitingOn::Permit, since });
        timer.as_mut().set(next_report(since, now));
    }
}

/// Reports the wait for a slot, if that is due.
pub(crate) fn report_slot_wait(registration: &Registration) {
    if registration.shared().bus.wants(EventName::Delayed) {
        if let Some(since) = registration.cell().take_delay() {
            registration
                .publish(EventName::Delayed, None, || EventKind::Delayed { on: WaitingOn::Slot, since });
        }
    }
}
