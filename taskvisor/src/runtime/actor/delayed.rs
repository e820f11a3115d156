//! Reports of long waits: after 10 s, 20 s, 40 s and so on, if a subscriber wants `Delayed`.
//!
//! A task that waits at a gate uses its own timer. Submissions that wait for a slot share one, in `job/slot_timer.rs`.

use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::rare_parts::RareParts;
use crate::event::{EventKind, EventName};
use crate::runtime::cell::{Wait, saturating_deadline};
use crate::runtime::registry::registration::Registration;
use crate::task::{Holders, WaitingOn};

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

/// Publishes due reports of a wait, and registers a waker for the next one, or for the expiry of the task if that comes first. Ready
/// once the task has expired.
pub(super) fn poll_wait(
    rare: &mut RareParts,
    registration: &Registration,
    on: &WaitingOn,
    Wait { since, sets_timer, expiry }: Wait,
    context: &mut Context<'_>,
) -> Poll<()> {
    let reports = registration.shared().bus.wants(EventName::Delayed);
    // Without either the timer is not allocated.
    if !reports && expiry.is_none() {
        return Poll::Pending;
    }
    let next_due = |after| {
        let report = reports.then(|| next_report(since, after));
        report.into_iter().chain(expiry).min().unwrap_or(after)
    };
    let mut timer = rare.timer(since);
    if sets_timer {
        timer.as_mut().set(next_due(Instant::now().max(since)));
    }
    // A loop, because a timer registers its waker only in a poll that is pending.
    while timer.as_mut().poll(context).is_ready() {
        let now = Instant::now();
        if expiry.is_some_and(|expiry| expiry <= now) {
            return Poll::Ready(());
        }
        registration.publish(EventName::Delayed, Some(now), || EventKind::Delayed {
            on: on.clone(),
            since,
            held_by: Holders::default(),
        });
        timer.as_mut().set(next_due(now));
    }
    Poll::Pending
}
