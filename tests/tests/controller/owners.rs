//! However an owner ends, the slot is passed on once, and only when the owner is gone.

use std::time::Duration;

use taskvisor::{Config, EventName, FailureKind, Outcome, TaskFn, TaskHandle};
use tests::{Harness, Rules, Script, Step};

use crate::support::*;

/// The next submission owns the slot after the end of the owner: by its trace, it waited and then ran.
async fn passes_on(rules: Rules, owner: Step) -> Outcome {
    let harness = Harness::new();
    let owner = harness.submit_to(SLOT, Queue, rules, Script::task("owner", [owner]));
    harness.reach(&owner, 1).await;
    finish(harness, owner).await
}

async fn finish(harness: Harness, owner: TaskHandle) -> Outcome {
    let next = submit(&harness, Queue, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    let outcome = outcome_of(&owner).await;
    assert!(harness.slots().is_empty());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&next), RAN_LATER);
    assert_eq!(event_log.starts_of(&next), event_log.times_of(&owner, EventName::Removed));
    outcome
}

fn failed_as(outcome: &Outcome) -> Option<FailureKind> {
    outcome.failure().map(taskvisor::Failure::kind)
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_panics_passes_the_slot_on() {
    let panicking = TaskFn::arc("owner", || async {
        tokio::time::sleep(SECOND).await;
        panic!("the owner panics")
    });
    let (harness, owner) = owned_slot(panicking).await;
    let outcome = finish(harness, owner).await;
    assert_eq!(failed_as(&outcome), Some(FailureKind::Panic));
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_times_out_passes_the_slot_on() {
    let outcome = passes_on(Rules::never().timeout(SECOND), Step::Hang).await;
    assert_eq!(failed_as(&outcome), Some(FailureKind::Timeout));
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_fails_for_good_passes_the_slot_on() {
    let outcome = passes_on(Rules::never(), Step::FailAfter(SECOND, "no")).await;
    assert_eq!(failed_as(&outcome), Some(FailureKind::Error));
}

#[tokio::test(start_paused = true)]
async fn a_replacement_aborts_an_owner_that_ignores_its_stop() {
    let (harness, owner) = owned_slot(Script::task("owner", [Step::Hang])).await;
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert!(outcome_of(&owner).await.is_aborted());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), ["added", "started 1", "aborted 1", "ended aborted", "removed"]);
    // The replacement waited for the whole grace: 20 s.
    let waits =
        ["added", "queued", "delayed", "admitted", "started 1", "succeeded 1", "ended completed", "removed"];
    assert_eq!(event_log.of(&next), waits);
    assert_eq!(event_log.starts_of(&next), event_log.times_of(&owner, EventName::Aborted));
}

#[tokio::test(start_paused = true)]
async fn a_replaced_owner_without_grace_still_sees_its_stop() {
    let harness = Harness::with_config(Config::default().with_grace(Duration::ZERO));
    let owner = owns(&harness, cooperative("owner")).await;
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert!(outcome_of(&owner).await.is_canceled());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), REPLACED);
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_fails_when_it_is_replaced_is_not_retried() {
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff();
    let task = Script::task("owner", [Step::FailWhenStopped("interrupted")]);
    let owner = harness.submit_to(SLOT, Queue, rules, task);
    harness.reach(&owner, 1).await;
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    let outcome = outcome_of(&owner).await;
    assert!(outcome.is_canceled());
    assert_eq!(failed_as(&outcome), Some(FailureKind::Error), "the last error is carried");
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner).len(), 5);
}
