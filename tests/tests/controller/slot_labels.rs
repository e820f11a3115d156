//! Events, snapshots and reports name the slot of a submission; its task name is only a label.

use taskvisor::{Config, ControllerSpec, EventKind, EventName, TaskHandle};
use tests::{EventLog, Harness, Rules, Script, Step};

use crate::support::*;

fn slots_of(event_log: &EventLog, task: &TaskHandle) -> Vec<Option<String>> {
    let mut slots: Vec<_> = event_log.events_of(task).map(|event| event.slot().map(str::to_owned)).collect();
    slots.dedup();
    slots
}

#[tokio::test(start_paused = true)]
async fn every_event_of_a_submission_says_its_slot() {
    let harness = Harness::new();
    let sync = |slot: &str| {
        let task = Script::task("sync", [Step::FailAfter(SECOND, "refused")]);
        harness.submit_to(slot, Queue, Rules::on_failure().constant_backoff(SECOND).max_retries(1), task)
    };
    let [one, next, other] = ["tenant-1", "tenant-1", "tenant-2"].map(sync);
    for task in [&one, &next, &other] {
        assert!(outcome_of(task).await.is_failed());
    }
    let event_log = harness.finish().await;
    for (task, slot) in [(&one, "tenant-1"), (&next, "tenant-1"), (&other, "tenant-2")] {
        assert_eq!(slots_of(&event_log, task), [Some(slot.to_owned())]);
        for event in event_log.events_of(task) {
            assert_eq!(event.to_string(), format!("sync#{} [{slot}] {}", task.id(), event.kind));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_added_task_has_no_slot() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), one_attempt("ping"));
    assert_eq!(task.status().slot, None);
    assert!(outcome_of(&task).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(slots_of(&event_log, &task), [None]);
    let started = event_log.events_of(&task).find(|event| event.kind.name() == EventName::Started);
    let started = started.map(ToString::to_string);
    assert_eq!(started, Some(format!("ping#{} started attempt=1", task.id())));
}

#[tokio::test(start_paused = true)]
async fn a_refused_submission_says_its_slot() {
    let (harness, _) = owned_slot(working("owner")).await;
    refused(&harness, DropIfRunning, one_attempt("dropped"));
    let event_log = harness.finish().await;
    let refused = event_log.events().iter().find(|event| matches!(event.kind, EventKind::Refused { .. }));
    assert_eq!(refused.and_then(taskvisor::Event::slot), Some(SLOT));
}

#[tokio::test(start_paused = true)]
async fn a_status_says_the_slot() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.add(Rules::never(), working("added"));
    let mut slots: Vec<_> =
        harness.tasks().into_iter().map(|status| (status.name.to_string(), status.slot)).collect();
    slots.sort();
    let slot = Some(SLOT.into());
    let expected = [("added", None), ("next", slot.clone()), ("owner", slot.clone())];
    assert_eq!(slots, expected.map(|(name, slot)| (name.to_owned(), slot)));
    assert!(outcome_of(&next).await.is_completed());
    for task in [&owner, &next] {
        assert_eq!(task.status().slot, slot, "after its end too");
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_report_says_the_slots() {
    let harness = Harness::with_config(Config::default().with_grace(SECOND));
    let steps = [("fails", Step::Fail("x")), ("stops", Step::FailWhenStopped("x")), ("deaf", Step::Hang)];
    for (name, step) in steps {
        let task = Script::task(name, [step]);
        let spec = harness.spec(Rules::never(), task);
        harness.submit(ControllerSpec::queue(spec).with_slot(format!("slot-{name}"))).expect("it is idle");
    }
    let stop = harness.handle();
    let stopping = async {
        harness.settle().await;
        stop.stop();
    };
    let (ran, ()) = tokio::join!(harness.run(Vec::new()), stopping);
    let report = ran.expect("no task is stuck");
    assert_eq!(report.failures[0].slot.as_deref(), Some("slot-fails"));
    assert_eq!(report.failed_while_stopping[0].slot.as_deref(), Some("slot-stops"));
    assert_eq!(report.aborted_tasks[0].slot.as_deref(), Some("slot-deaf"));
    harness.finish().await;
}
