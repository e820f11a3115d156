//! `slots()` lists the owner of each slot, the time of its admission, and the waiters.

use taskvisor::{Admission, SlotStatus};
use tests::{Harness, Rules};
use tokio::time::{Instant, sleep};

use crate::support::*;

fn only(harness: &Harness) -> SlotStatus {
    let mut slots = harness.slots();
    assert_eq!(slots.len(), 1, "{slots:?}");
    slots.remove(0)
}

#[tokio::test(start_paused = true)]
async fn the_status_of_a_slot_names_its_owner_and_since_when() {
    let harness = Harness::new();
    assert!(harness.slots().is_empty());
    sleep(SECOND).await;
    let began = Instant::now();
    let task = submit(&harness, Queue, cooperative("owner"));
    sleep(SECOND).await;
    let slot = only(&harness);
    assert_eq!((&*slot.key, slot.owner.as_str()), (SLOT, "owner"));
    assert_eq!(slot.owner_id, task.id());
    assert_eq!(slot.since, began);
    assert!(slot.waiting.is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn waiting_submissions_are_listed_in_order_of_admission() {
    let (harness, _) = owned_slot(slow_to_stop("owner")).await;
    let mut expected: Vec<(&str, taskvisor::TaskId, Admission, Instant)> = Vec::new();
    for (admission, name) in [(Queue, "one"), (Latest, "two"), (Queue, "three"), (Replace, "four")] {
        let came = Instant::now();
        let task = submit(&harness, admission, one_attempt(name));
        expected.push((name, task.id(), admission, came));
        sleep(SECOND / 100).await;
    }
    expected.rotate_right(1);
    let slot = only(&harness);
    let waiting = slot.waiting.iter().map(|one| (one.name.as_str(), one.id, one.admission, one.since));
    assert_eq!(waiting.collect::<Vec<_>>(), expected);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiter_is_the_owner_since_the_grant_of_the_slot() {
    let (harness, first) = owned_slot(working("first")).await;
    let second = submit(&harness, Queue, cooperative("second"));
    outcome_of(&first).await;
    let granted = Instant::now();
    sleep(SECOND).await;
    let slot = only(&harness);
    assert_eq!((slot.owner.as_str(), slot.owner_id), ("second", second.id()));
    assert_eq!(slot.since, granted);
    assert!(slot.waiting.is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn slots_are_listed_by_key() {
    let harness = Harness::new();
    for slot in ["pear", "apple", "zebra", "fig", "Apple", "-"] {
        harness.submit_to(slot, Queue, Rules::never(), cooperative("work"));
    }
    let slots: Vec<_> = harness.slots().iter().map(|status| status.key.to_string()).collect();
    assert_eq!(slots, ["-", "Apple", "apple", "fig", "pear", "zebra"]);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn waiters_are_listed_as_tasks_but_not_found_by_name() {
    let (harness, owner) = owned_slot(cooperative("owner")).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    let tasks: Vec<_> = harness.tasks().iter().map(|status| status.id).collect();
    assert_eq!(tasks, [owner.id(), queued.id()]);
    for name in ["owner", "queued", SLOT] {
        assert!(harness.task(name).is_none() && !harness.is_alive(name), "a submission's name is a label");
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_added_task_has_no_slot() {
    let harness = Harness::new();
    harness.add(Rules::never(), cooperative("added"));
    assert!(harness.slots().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_that_is_gone_has_no_slots() {
    let harness = Harness::new();
    submit(&harness, Queue, cooperative("work"));
    let supervisor = harness.handle();
    harness.finish().await;
    assert!(supervisor.slots().is_empty());
    assert!(!supervisor.clear_slot(SLOT));
}
