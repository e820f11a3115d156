//! Tests of the recorder: it detects more owners of a slot than its capacity, and queued submissions that start out of order.

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
fn more_owners_than_the_smallest_capacity_are_found() {
    let tasks = [(); 3].map(|()| synthetic());
    let [one, other, third] = &tasks;
    let starts = [(&one.0, START), (&other.0, START), (&third.0, START)];
    for (capacities, allowed) in
        [([3, 3, 3], true), ([2, 2, 2], false), ([3, 3, 2], false), ([2, 3, 3], false)]
    {
        let mut slots = Slots::default();
        for ((_, id), capacity) in tasks.iter().zip(capacities) {
            slots.register(*id, "slot", false);
            slots.set_capacity(*id, capacity);
        }
        assert_eq!(check(&slots, &starts, true).is_ok(), allowed, "{capacities:?}");
        assert_eq!(check(&slots, &starts[..2], true), Ok(()), "{capacities:?}");
    }
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

#[test]
fn owners_of_one_slot_are_admitted_in_order_and_start_in_any() {
    let ((one, first), (other, second)) = (synthetic(), synthetic());
    let mut slots = Slots::default();
    for id in [first, second] {
        slots.register(id, "slot", true);
        slots.set_capacity(id, 2);
    }
    let admitted = |event| (event, EventKind::Admitted);
    let started = [(&other, START), (&one, START)];
    let in_order = [vec![admitted(&one), admitted(&other)], started.to_vec()].concat();
    assert_eq!(check(&slots, &in_order, true), Ok(()));
    let out_of_order = [vec![admitted(&other), admitted(&one)], started.to_vec()].concat();
    assert_violation(check(&slots, &out_of_order, true), "queued later");
}
