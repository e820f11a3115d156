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

/// Publishes due reports of a wait, and registers a waker for the next one, or for the expiry of the task if that comes first. Ready
/// once the task has expired.
pub(super) fn poll_wait(
    rare: &mut RareParts,
    registration: &Registration,
    on: &WaitingOn,
    wait: Wait,
    context: &mut Context<'_>,
) -> Poll<()> {
    match poll_wait_until(rare, registration, on, wait, None, context) {
        WaitEnd::Pending => Poll::Pending,
        WaitEnd::Expired | WaitEnd::Due => Poll::Ready(()),
    }
}

/// How a wait goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitEnd {
    Pending,
    /// The task has expired.
    Expired,
    /// The time `until` has come.
    Due,
}

/// As `poll_wait`. The wait also ends at `until`.
pub(super) fn poll_wait_until(
    rare: &mut RareParts,
    registration: &Registration,
    on: &WaitingOn,
    Wait { since, sets_timer, expiry }: Wait,
    until: Option<Instant>,
    context: &mut Context<'_>,
) -> WaitEnd {
    let reports = registration.shared().bus.wants(EventName::Delayed);
    // Without any of them the timer is not allocated.
    if !reports && expiry.is_none() && until.is_none() {
        // It may still be set for a time that another attempt has taken.
        rare.disarm_timer();
        return WaitEnd::Pending;
    }
    let next_due = |after| {
        let report = reports.then(|| next_report(since, after));
        report.into_iter().chain(expiry).chain(until).min().unwrap_or(after)
    };
    let mut timer = rare.timer(since);
    if sets_timer {
        timer.as_mut().set(next_due(Instant::now().max(since)));
    } else if let Some(until) = until.filter(|until| *until < timer.due()) {
        timer.as_mut().set(until);
    }
    // A loop, because a timer registers its waker only in a poll that is pending.
    while timer.as_mut().poll(context).is_ready() {
        let (now, due) = (Instant::now(), timer.due());
        if expiry.is_some_and(|expiry| expiry <= now) {
            return WaitEnd::Expired;
        }
        // The timer may be set for an earlier `until`.
        if reports && is_report(since, due) {
            registration.publish(EventName::Delayed, Some(now), || EventKind::Delayed {
                on: on.clone(),
                since,
                held_by: registration.shared().holders(registration.cell(), on, now),
            });
        }
        if until.is_some_and(|until| until <= now) {
            return WaitEnd::Due;
        }
        timer.as_mut().set(next_due(now));
    }
    WaitEnd::Pending
}

/// Whether a report is due at `due`, for a wait that began at `since`.
fn is_report(since: Instant, due: Instant) -> bool {
    let mut waited = FIRST_REPORT;
    while let Some(report) = since.checked_add(waited).filter(|report| *report <= due) {
        if report == due {
            return true;
        }
        waited = waited.saturating_mul(2);
    }
    false
}
