//! Tests of the recorder: it detects two owners of one slot, and queued submissions that start out of order.

use taskvisor::{Event, EventKind, Outcome, TaskId};
use tokio::time::Instant;

use crate::EventLog;
use crate::slots::Slots;

/// A synthetic event of a new task.
fn synthetic() -> (Event, TaskId) {
    let event = Event::new(EventKind::Added).with_task("work");
    let id = event.id().expect("the event names a task");
    (event, id)
}

fn check(slots: &Slots, events: &[(&Event, EventKind)], one_thread: bool) -> Result<(), String> {
    let numbered = (1..).zip(events).map(|(seq, (event, kind))| {
        let mut event = (*event).clone();
        (event.seq, event.kind) = (seq, kind.clone());
        event
    });
    slots.check(&EventLog::new(Instant::now(), numbered.collect()), one_thread)
}

const START: EventKind = EventKind::started(1);
const AGAIN: EventKind = EventKind::started(2);
const ENDED: EventKind = EventKind::ended(Outcome::Completed);

fn assert_violation(result: Result<(), String>, part: &str) {
    let violation = result.expect_err("the events break the invariant");
    assert!(violation.contains(part), "{violation}");
}

#[test]
fn two_owners_of_one_slot_are_found() {
    let ((one, first), (other, second)) = (synthetic(), synthetic());
    let mut slots = Slots::default();
    slots.register(first, "slot", false);
    slots.register(second, "slot", false);
    assert_violation(check(&slots, &[(&one, START), (&other, START)], true), "while");
    assert_violation(check(&slots, &[(&one, START), (&one, ENDED), (&other, START)], true), "while");
    let passed = [(&one, START), (&one, AGAIN), (&one, ENDED), (&other, START), (&one, EventKind::Removed)];
    assert_eq!(check(&slots, &passed, false), Ok(()));
    let passed = [(&one, START), (&one, ENDED), (&one, EventKind::Removed), (&other, START)];
    assert_eq!(check(&slots, &passed, true), Ok(()));
}

#[test]
fn a_slot_that_only_an_event_names_is_checked_too() {
    let ((one, first), (other, _)) = (synthetic(), synthetic());
    let mut slots = Slots::default();
    slots.register(first, "slot", false);
    let queued = |slot: &str| (&other, EventKind::queued(slot));
    assert_violation(check(&slots, &[queued("slot"), (&one, START), (&other, START)], true), "while");
    assert_eq!(check(&slots, &[queued("else"), (&one, START), (&other, START)], true), Ok(()));
}

#[test]
fn a_queue_out_of_order_is_found() {
    let ((one, first), (other, second)) = (synthetic(), synthetic());
    let events = [(&other, START), (&other, EventKind::Removed), (&one, START)];
    for (in_order, ordered) in [(true, false), (false, true)] {
        let mut slots = Slots::default();
        slots.register(first, "slot", in_order);
        slots.register(second, "slot", true);
        assert_eq!(check(&slots, &events, true).is_ok(), ordered);
    }
}
