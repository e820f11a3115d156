//! Waits that take long: each is reported after 10 s, 20 s, 40 s and so on, if a subscriber wants `Delayed`.
//!
//! A task that waits for a permit uses its own timer. Submissions that wait for a slot share one, in `controller/watch.rs`: it
//! marks and wakes the tasks whose report is due, and each publishes its own, so that no `Delayed` follows an `Admitted`.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::timer::Alarm;
use crate::event::{EventKind, EventName};
use crate::runtime::cell::later;
use crate::runtime::registry::registration::Ticket;
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
    later(after, Duration::MAX)
}

/// Reports the wait for a permit, and leaves a waker for the next report. `begins` if it was not waiting before.
pub(crate) fn poll_permit_wait(
    alarm: &mut Option<Pin<Box<Alarm>>>,
    ticket: &Ticket,
    (since, begins): (Instant, bool),
    context: &mut Context<'_>,
) {
    if !ticket.shared().bus.wants(EventName::Delayed) {
        return;
    }
    let alarm = alarm.get_or_insert_with(|| Box::pin(Alarm::new(since)));
    if begins {
        alarm.as_mut().set(next_report(since, since));
    }
    while alarm.as_mut().poll(context).is_ready() {
        let now = Instant::now();
        ticket.tell(EventName::Delayed, Some(now), || EventKind::Delayed { on: WaitingOn::Permit, since });
        alarm.as_mut().set(next_report(since, now));
    }
}

/// Reports the wait for a slot, if that is due.
pub(crate) fn report_slot_wait(ticket: &Ticket) {
    if ticket.shared().bus.wants(EventName::Delayed) {
        if let Some(since) = ticket.cell().take_delay() {
            ticket.tell(EventName::Delayed, None, || EventKind::Delayed { on: WaitingOn::Slot, since });
        }
    }
}
