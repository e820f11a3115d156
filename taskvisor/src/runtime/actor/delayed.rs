//! Reports of long waits: after 10 s, 20 s, 40 s and so on, if a subscriber wants `Delayed`.
//!
//! A task that waits at a gate uses its own timer. Submissions that wait for a slot share one, in `job/slot_timer.rs`.

use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::rare_parts::RareParts;
use crate::event::{EventKind, EventName};
use crate::runtime::cell::saturating_deadline;
use crate::runtime::registry::registration::Registration;
use crate::task::WaitingOn;

pub(crate) const FIRST_REPORT: Duration = Duration::from_secs(10);

/// Returns the time of the first report after `after`, for a wait that began at `since`.
pub(crate) fn next_report(since: Instant, after: Instant) -> Instant {
    let mut waited = FIRST_REPORT;
    while let Some(due) = since.checked_add(waited) {
        if due > after {
            return due;
        }
        // A saturated duration is beyond the range of the clock and ends the loop.
        waited = waited.saturating_mul(2);
    }
    saturating_deadline(after, Duration::MAX)
}

/// A wait of a task at one of its gates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait<'a> {
    pub(super) on: &'a WaitingOn,
    pub(super) since: Instant,
    /// Whether the timer is to be set: the wait begins with this poll, or the timer was used for something else meanwhile.
    pub(super) sets_timer: bool,
}

/// Publishes due reports of a wait, and registers a waker for the next one.
pub(super) fn poll_wait(
    rare: &mut RareParts,
    registration: &Registration,
    Wait { on, since, sets_timer }: Wait<'_>,
    context: &mut Context<'_>,
) {
    // Without a subscriber there is no event to publish, and the timer is not allocated.
    if !registration.shared().bus.wants(EventName::Delayed) {
        return;
    }
    let mut timer = rare.timer(since);
    if sets_timer {
        timer.as_mut().set(next_report(since, Instant::now().max(since)));
    }
    // A loop, because a timer registers its waker only in a poll that is pending.
    while timer.as_mut().poll(context).is_ready() {
        let now = Instant::now();
        registration.publish(EventName::Delayed, Some(now), || EventKind::Delayed { on: on.clone(), since });
        timer.as_mut().set(next_report(since, now));
    }
}
