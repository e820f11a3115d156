//! The slot has an owner without a stop request.

use taskvisor::{EventName, Rejection, StopCause, TaskHandle};
use tests::{EventLog, Rules};

use crate::support::*;

/// The sequence number of the first `Started` event of `task`.
fn first_start(event_log: &EventLog, task: &TaskHandle) -> Option<u64> {
    event_log.events_of(task).find(|event| event.kind.name() == EventName::Started).map(|event| event.seq)
}

#[tokio::test(start_paused = true)]
async fn a_queue_waits_until_the_owner_is_gone() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let next = submit(&harness, Queue, working("next"));
    assert_eq!(waiting(&harness), ["next"]);
    assert!(!owner.status().stopping, "the owner received no stop request");
    assert!(outcome_of(&next).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), RAN);
    assert_eq!(event_log.of(&next), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_a_queue_and_changes_nothing() {
    let harness = limited(1, 100);
    let owner = owns(&harness, working("owner")).await;
    let next = submit(&harness, Queue, working("next"));
    assert!(is_full(&refused(&harness, Queue, working("late"))));
    assert_eq!(waiting(&harness), ["next"]);
    assert!(outcome_of(&next).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), RAN);
    assert_eq!(event_log.of(&next), RAN_LATER);
    assert!(event_log.ids_of("late").is_empty(), "a refused submission has no events");
}

#[tokio::test(start_paused = true)]
async fn a_replace_stops_the_owner_and_starts_after_its_end() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let next = submit(&harness, Replace, working("next"));
    assert!(owner.status().stopping, "the stop is requested in the same step");
    assert_eq!(waiting(&harness), ["next"]);
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Replace));
    assert!(outcome_of(&next).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), REPLACED);
    assert_eq!(event_log.of(&next), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_replace_from_a_plain_thread_gives_the_owner_its_grace() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    tokio::time::advance(seconds(3_600)).await;
    let supervisor = harness.handle();
    let spec = harness.submission(SLOT, Replace, Rules::never(), one_attempt("next"));
    let next = std::thread::spawn(move || supervisor.submit(spec)).join().expect("no panic");
    let next = next.expect("the submission is queued");
    assert_eq!(next.status().since, tokio::time::Instant::now(), "on the clock of the runtime");
    let outcome = outcome_of(&owner).await;
    assert!(is_canceled(&outcome, StopCause::Replace), "{outcome}");
    assert!(outcome_of(&next).await.is_completed());
    harness.watch_in(SLOT, &next);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_replace_waits_at_the_front_of_the_queue() {
    let (harness, _) = owned_slot(slow_to_stop("owner")).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    assert_eq!(waiting(&harness), ["replacement", "queued"]);
    assert!(outcome_of(&queued).await.is_completed());
    let event_log = harness.finish().await;
    assert!(
        event_log.events_of(&replacement).last().map(|event| event.seq) < first_start(&event_log, &queued)
    );
    assert_eq!(event_log.of(&replacement), RAN_LATER);
    assert_eq!(event_log.of(&queued), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_replace_supersedes_a_replace_that_waits() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let first = submit(&harness, Replace, one_attempt("first"));
    harness.settle().await;
    let second = submit(&harness, Replace, one_attempt("second"));
    assert_eq!(waiting(&harness), ["second"], "the first is superseded in the same step");
    assert!(is_rejected(&outcome_of(&first).await, Rejection::Superseded));
    assert!(!outcome_of(&owner).await.is_completed());
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), SUPERSEDED);
    assert_eq!(event_log.of(&owner), REPLACED);
    assert_eq!(event_log.of(&second), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_drop_if_running_is_refused_as_busy_and_changes_nothing() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))));
    assert_eq!(waiting(&harness), ["queued"]);
    assert!(!owner.status().stopping);
    assert!(outcome_of(&queued).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), RAN);
    assert!(event_log.ids_of("dropped").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_latest_waits_last_and_does_not_stop_the_owner() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let queued = submit(&harness, Queue, working("queued"));
    let latest = submit(&harness, Latest, working("latest"));
    assert_eq!(waiting(&harness), ["queued", "latest"]);
    assert!(!owner.status().stopping);
    assert!(outcome_of(&latest).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), RAN);
    assert_eq!(event_log.of(&queued), RAN_LATER);
    assert_eq!(event_log.of(&latest), RAN_LATER);
    assert!(first_start(&event_log, &queued) < first_start(&event_log, &latest));
}

#[tokio::test(start_paused = true)]
async fn a_latest_supersedes_a_latest_that_waits() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let first = submit(&harness, Latest, one_attempt("first"));
    harness.settle().await;
    let second = submit(&harness, Latest, one_attempt("second"));
    assert_eq!(waiting(&harness), ["second"]);
    assert!(is_rejected(&outcome_of(&first).await, Rejection::Superseded));
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), RAN);
    assert_eq!(event_log.of(&first), SUPERSEDED);
    assert_eq!(event_log.of(&second), RAN_LATER);
}
