//! Slots have keys of their own: the names of tasks are labels, and an idle slot leaves nothing behind.

use taskvisor::{ControllerSpec, RuntimeError};
use tests::{Harness, Rules};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn the_same_name_in_two_slots_runs_in_both() {
    let harness = Harness::new();
    let one = harness.submit_to("one", Queue, Rules::never(), working("sync"));
    let two = harness.submit_to("two", Queue, Rules::never(), working("sync"));
    harness.reach(&one, 1).await;
    harness.reach(&two, 1).await;
    assert!(matches!(one.status().phase, taskvisor::Phase::Running { .. }), "both run at once");
    assert!(outcome_of(&one).await.is_completed());
    assert!(outcome_of(&two).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&one), event_log.starts_of(&two));
}

#[tokio::test(start_paused = true)]
async fn a_slot_is_no_name_and_a_name_no_slot() {
    let harness = Harness::new();
    let added = harness.add(Rules::never(), cooperative("same"));
    let submitted = harness.submit_to("same", DropIfRunning, Rules::never(), cooperative("same"));
    harness.reach(&submitted, 1).await;
    assert!(!added.status().stopping);
    let again = harness.add_task(harness.spec(Rules::never(), cooperative("same")));
    assert!(matches!(again.expect_err("taken").reason(), RuntimeError::NameTaken { .. }));
    assert_eq!(harness.task("same").map(|task| task.id()), Some(added.id()));
    assert!(harness.cancel_with_grace("same", SECOND).await.expect("the added one is there"));
    assert!(!submitted.status().stopping, "only the added task was canceled");
    assert!(matches!(harness.remove_task("same"), Err(RuntimeError::UnknownTask { .. })));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_slot_defaults_to_the_name_of_the_task() {
    let harness = Harness::new();
    let submission = |name| ControllerSpec::queue(harness.spec(Rules::never(), working(name)));
    let first = harness.submit(submission("sync")).expect("accepted");
    let second = harness.submit(submission("sync")).expect("accepted");
    let other = harness.submit(submission("other")).expect("accepted");
    for (slot, task) in [("sync", &first), ("sync", &second), ("other", &other)] {
        harness.watch_in(slot, task);
    }
    let slots: Vec<_> =
        harness.slots().iter().map(|status| (status.key.to_string(), status.waiting.len())).collect();
    assert_eq!(slots, [("other".to_owned(), 0), ("sync".to_owned(), 1)]);
    outcome_of(&second).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), RAN);
    assert_eq!(event_log.of(&second), RAN_LATER);
    assert_eq!(event_log.of(&other), RAN);
}

#[tokio::test(start_paused = true)]
async fn the_named_ways_to_submit_are_the_four_admissions() {
    let (harness, _) = owned_slot(slow_to_stop("owner")).await;
    let spec = |name| harness.spec(Rules::never(), one_attempt(name));
    let submissions = [
        ControllerSpec::queue(spec("queue")),
        ControllerSpec::latest(spec("latest")),
        ControllerSpec::replace(spec("replace")),
    ];
    for submission in submissions {
        let task = harness.submit(submission.with_slot(SLOT)).expect("it waits");
        harness.watch_in(SLOT, &task);
    }
    let dropped = harness.submit(ControllerSpec::drop_if_running(spec("dropped")).with_slot(SLOT));
    assert!(is_busy(&dropped.expect_err("the slot is taken")));
    let slots = harness.slots();
    let admissions: Vec<_> = slots[0].waiting.iter().map(|one| one.admission).collect();
    assert_eq!(admissions, [Replace, Queue, Latest]);
    assert_eq!(taskvisor::Admission::default(), Queue);
    let shown: Vec<_> = ALL.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["queue", "replace", "drop-if-running", "latest"]);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_keys_leave_nothing_behind() {
    let harness = Harness::new();
    let tasks: Vec<_> = (0..100_000)
        .map(|key| {
            harness.submit_to(&format!("key-{key}"), DropIfRunning, Rules::never(), one_attempt("work"))
        })
        .collect();
    assert_eq!(harness.slots().len(), tasks.len());
    for task in &tasks {
        assert!(task.outcome().await.is_completed());
    }
    assert!(harness.slots().is_empty());
    assert!(harness.tasks().is_empty());
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_thousand_keys_on_two_workers_leave_nothing_behind() {
    let harness = limited(1, 50_000);
    let mut tasks = Vec::new();
    for key in 0..50_000 {
        let key = format!("key-{key}");
        for _ in 0..2 {
            tasks.push(harness.submit_to(&key, Queue, Rules::never(), one_attempt("work")));
        }
    }
    for task in &tasks {
        assert!(task.outcome().await.is_completed());
    }
    assert!(harness.slots().is_empty());
    assert!(harness.tasks().is_empty());
    harness.finish().await;
}
