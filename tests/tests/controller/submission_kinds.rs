//! Contract 24: whether a snapshot or an event is about a submission.

use std::collections::BTreeSet;

use taskvisor::{Event, EventKind, TaskHandle, TaskSpec};
use tests::{Harness, Rules};

use crate::job::{accepted, gives};
use crate::support::*;

fn with_slot(harness: &Harness, name: &'static str) -> TaskHandle {
    submit(harness, Queue, working(name))
}

/// A job, whose name is `work`.
fn without_slot(harness: &Harness) -> TaskHandle {
    accepted(harness, None, gives(1)).task().clone()
}

fn added(harness: &Harness, name: &'static str) -> TaskHandle {
    harness.add(Rules::never(), working(name))
}

#[tokio::test(start_paused = true)]
async fn a_status_says_so_in_each_phase_and_after_the_end() {
    let harness = Harness::new();
    // Of one name: that of a submission is a label.
    let tasks = [
        (added(&harness, "work"), false),
        (with_slot(&harness, "work"), true),
        (with_slot(&harness, "waits"), true),
        (without_slot(&harness), true),
    ];
    let check = || {
        for (task, expected) in &tasks {
            let status = task.status();
            assert_eq!(status.is_submission(), *expected, "{}: {}", status.name, status.phase);
        }
    };
    check();
    harness.settle().await;
    check();
    for (task, _) in &tasks {
        outcome_of(task).await;
    }
    check();
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_listing_tells_submissions_from_tasks() {
    let harness = Harness::new();
    added(&harness, "work");
    let instances =
        harness.spec(Rules::never(), tests::Script::shared("consume", [tests::Step::UntilStopped]));
    harness.add_instances(TaskSpec::with_instances(instances, 2)).expect("the names are free");
    with_slot(&harness, "work");
    without_slot(&harness);
    let listed = harness.tasks();
    let kinds: Vec<_> = listed.iter().map(|status| (&*status.name, status.is_submission())).collect();
    assert_eq!(kinds, [("work", false), ("consume", false), ("work", true), ("work", true)]);
    assert!(listed[1].instances().iter().all(|instance| !instance.is_submission()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn each_event_of_a_submission_says_so() {
    let harness = Harness::new();
    let task = added(&harness, "work");
    let submissions = [with_slot(&harness, "work"), with_slot(&harness, "waits"), without_slot(&harness)];
    for task in submissions.iter().chain([&task]) {
        outcome_of(task).await;
    }
    let event_log = harness.finish().await;
    let ids: BTreeSet<_> = submissions.iter().map(TaskHandle::id).collect();
    let mut seen = [0; 2];
    for event in event_log.events() {
        let expected = event.id().is_some_and(|id| ids.contains(&id));
        assert_eq!(event.is_submission(), expected, "{event}");
        seen[usize::from(expected)] += 1;
    }
    // Five of the task, and two of the supervisor, which are about no task.
    assert_eq!(seen, [5 + 2, 5 + 7 + 5]);
}

#[test]
fn a_synthetic_task_with_a_slot_is_a_submission() {
    let event = Event::new(EventKind::started(1));
    assert!(!event.is_submission(), "it is about no task");
    let event = event.with_task("sync");
    assert!(!event.is_submission());
    assert!(!event.clone().with_instance(2).is_submission());
    assert!(event.with_slot("tenant-7").is_submission());
}
