//! Events published for submissions.

use taskvisor::{EventKind, EventName, StopCause};
use tests::{Harness, Rules, Script, Step};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_start_without_a_wait_is_neither_queued_nor_admitted() {
    let harness = Harness::new();
    let task = submit(&harness, Queue, one_attempt("work"));
    outcome_of(&task).await;
    assert_eq!(harness.finish().await.of(&task), RAN);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_submission_is_queued_then_admitted() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let next = submit(&harness, Queue, working("next"));
    outcome_of(&next).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&next), RAN_LATER);
    let slot = event_log.events_of(&next).find_map(|event| match &event.kind {
        EventKind::Queued { slot, .. } => Some(slot.to_string()),
        _ => None,
    });
    assert_eq!(slot.as_deref(), Some(SLOT));
    assert_eq!(
        event_log.times_of(&next, EventName::Admitted),
        event_log.times_of(&owner, EventName::Removed)
    );
}

#[tokio::test(start_paused = true)]
async fn a_submission_to_an_owned_slot_is_always_queued() {
    let harness = Harness::new();
    // All of them are accepted before any of them is polled, and none of them waits for the clock.
    let queued = ["one", "two", "three"].map(|name| submit(&harness, Queue, one_attempt(name)));
    let [latest, later] = ["latest", "later"].map(|name| submit(&harness, Latest, one_attempt(name)));
    assert!(outcome_of(&later).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&queued[0]), RAN);
    assert_eq!(event_log.of(&queued[1]), RAN_LATER);
    assert_eq!(event_log.of(&queued[2]), RAN_LATER);
    assert_eq!(event_log.of(&latest), SUPERSEDED);
    assert_eq!(event_log.of(&later), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn added_and_queued_are_published_before_submit_returns() {
    let harness = Harness::new();
    let (owner, next) =
        (submit(&harness, Queue, one_attempt("owner")), submit(&harness, Queue, one_attempt("next")));
    // The refusal is published before the call returns.
    refused(&harness, DropIfRunning, one_attempt("dropped"));
    outcome_of(&next).await;
    let event_log = harness.finish().await;
    let lines: Vec<_> = event_log.lines().into_iter().take(4).collect();
    assert_eq!(lines, ["owner added", "next added", "next queued", "refused"]);
    assert_eq!(event_log.of(&owner), RAN);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_canceled_before_its_first_poll_was_queued() {
    let (harness, _) = owned_slot(working("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.cancel(&next);
    assert!(is_canceled(&outcome_of(&next).await, StopCause::Cancel));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&next), ["added", "queued", "ended canceled by a cancel", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_between_admission_and_start_cancels() {
    let harness = Harness::with_config(taskvisor::Config::default().with_max_concurrent(1));
    let permit = harness.submit_to("other", Queue, Rules::never(), cooperative("permit"));
    let owner = submit(&harness, Queue, one_attempt("owner"));
    harness.settle().await;
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.settle().await;
    harness.cancel(&owner);
    outcome_of(&owner).await;
    harness.settle().await;
    harness.cancel(&next);
    assert!(is_canceled(&outcome_of(&next).await, StopCause::Cancel));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&next), ["added", "queued", "admitted", "ended canceled by a cancel", "removed"]);
    assert_eq!(event_log.starts_of(&permit).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_new_events_have_stable_labels_and_readable_lines() {
    let (harness, _) = owned_slot(working("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.settle().await;
    refused(&harness, DropIfRunning, one_attempt("dropped"));
    outcome_of(&next).await;
    let event_log = harness.finish().await;
    let line = |name: EventName| {
        let found = event_log.events().iter().find(|event| event.kind.name() == name);
        found.map(|event| event.kind.to_string()).unwrap_or_default()
    };
    assert_eq!(line(EventName::Queued), "queued slot=slot");
    assert_eq!(line(EventName::Admitted), "admitted");
    assert_eq!(
        line(EventName::Refused),
        "refused task=dropped slot=slot reason=\"the slot `slot` is busy: retry later, or use an admission that waits\""
    );
}

#[tokio::test(start_paused = true)]
async fn an_owner_repeats_in_its_slot_without_being_admitted_again() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND);
    let owner =
        harness.submit_to(SLOT, Queue, rules, Script::task("owner", [Step::Fail("no"), Step::Succeed]));
    let next = submit(&harness, Queue, one_attempt("next"));
    outcome_of(&next).await;
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.of(&owner),
        [
            "added",
            "started 1",
            "failed 1: no",
            "backoff 1: 1s",
            "started 2",
            "succeeded 2",
            "ended completed",
            "removed"
        ]
    );
    assert_eq!(event_log.of(&next), RAN_LATER);
}
