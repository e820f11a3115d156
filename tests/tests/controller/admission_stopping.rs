//! The slot has an owner that received a stop request and has not ended yet.

use taskvisor::{Config, EventName, Rejection, StopCause, TaskHandle};
use tests::{EventLog, Harness, Script, Step};

use crate::support::*;

/// The owner takes a second to end, and has just received a stop request.
async fn stopping() -> (Harness, TaskHandle) {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    assert!(harness.cancel(&owner), "this is the first stop request");
    harness.settle().await;
    (harness, owner)
}

fn assert_started_when_gone(event_log: &EventLog, owner: &TaskHandle, next: &TaskHandle) {
    assert_eq!(
        event_log.of(owner),
        ["added", "started 1", "canceled 1", "ended canceled by a cancel", "removed"],
        "the first stop request is the cause"
    );
    assert_eq!(event_log.of(next), RAN_LATER);
    assert_eq!(event_log.starts_of(next), event_log.times_of(owner, EventName::Removed));
}

#[tokio::test(start_paused = true)]
async fn a_queue_waits_for_an_owner_that_is_stopping() {
    let (harness, owner) = stopping().await;
    let next = submit(&harness, Queue, working("next"));
    assert_eq!(waiting(&harness), ["next"]);
    assert!(outcome_of(&next).await.is_completed());
    assert_started_when_gone(&harness.finish().await, &owner, &next);
}

#[tokio::test(start_paused = true)]
async fn queues_behind_an_owner_that_is_stopping_start_in_order() {
    let (harness, owner) = stopping().await;
    let first = submit(&harness, Queue, working("first"));
    let second = submit(&harness, Queue, working("second"));
    assert_eq!(waiting(&harness), ["first", "second"]);
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_started_when_gone(&event_log, &owner, &first);
    assert_eq!(event_log.starts_of(&second), event_log.times_of(&first, EventName::Removed));
}

#[tokio::test(start_paused = true)]
async fn a_replace_waits_in_front_for_an_owner_that_is_stopping() {
    let (harness, owner) = stopping().await;
    let queued = submit(&harness, Queue, working("queued"));
    let replacement = submit(&harness, Replace, working("replacement"));
    assert_eq!(waiting(&harness), ["replacement", "queued"]);
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Cancel));
    assert!(outcome_of(&queued).await.is_completed());
    let event_log = harness.finish().await;
    assert_started_when_gone(&event_log, &owner, &replacement);
    assert_eq!(event_log.starts_of(&queued), event_log.times_of(&replacement, EventName::Removed));
}

#[tokio::test(start_paused = true)]
async fn a_replace_supersedes_a_replace_behind_a_stopping_owner() {
    let (harness, owner) = stopping().await;
    let first = submit(&harness, Replace, working("first"));
    harness.settle().await;
    let second = submit(&harness, Replace, working("second"));
    assert_eq!(waiting(&harness), ["second"]);
    assert!(is_rejected(&outcome_of(&first).await, Rejection::Superseded));
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), SUPERSEDED);
    assert_started_when_gone(&event_log, &owner, &second);
}

#[tokio::test(start_paused = true)]
async fn a_drop_if_running_is_refused_while_the_owner_is_stopping() {
    let (harness, owner) = stopping().await;
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))));
    outcome_of(&owner).await;
    let admitted = submit(&harness, DropIfRunning, one_attempt("admitted"));
    assert!(outcome_of(&admitted).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&admitted), RAN);
    assert!(event_log.ids_of("dropped").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_latest_supersedes_a_latest_behind_a_stopping_owner() {
    let (harness, owner) = stopping().await;
    let first = submit(&harness, Latest, working("first"));
    harness.settle().await;
    let second = submit(&harness, Latest, working("second"));
    assert_eq!(waiting(&harness), ["second"]);
    assert!(is_rejected(&outcome_of(&first).await, Rejection::Superseded));
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), SUPERSEDED);
    assert_started_when_gone(&event_log, &owner, &second);
}

#[tokio::test(start_paused = true)]
async fn a_replace_brings_the_deadline_of_a_stopping_owner_forward() {
    let (harness, owner) = owned_slot(Script::task("owner", [Step::Hang])).await;
    owner.cancel_with_grace(seconds(3_600));
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    let event_log = harness.finish().await;
    let (started, aborted) =
        (event_log.starts_of(&owner)[0], event_log.times_of(&owner, EventName::Aborted)[0]);
    let grace = Config::default().grace();
    assert!(aborted - started < grace + SECOND, "{started:?} to {aborted:?}");
}
