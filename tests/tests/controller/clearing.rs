//! `clear_slot`: the owner is asked to stop, and everything that waits is rejected.

use taskvisor::{Phase, Rejection, StopCause};
use tests::{Harness, Rules};

use crate::support::*;

const CLEARED: [&str; 4] = ["added", "queued", "ended rejected: cleared", "removed"];

#[tokio::test(start_paused = true)]
async fn clear_stops_the_owner_and_starts_no_waiting_submission() {
    let (harness, owner) = owned_slot(cooperative("owner")).await;
    let waiting = [(Queue, "one"), (Latest, "two"), (Queue, "three")];
    let waiting = waiting.map(|(admission, name)| submit(&harness, admission, one_attempt(name)));
    harness.settle().await;
    assert!(harness.clear_slot(SLOT));
    assert!(owner.status().stopping);
    assert!(crate::support::waiting(&harness).is_empty(), "they have left when the call returns");
    for task in &waiting {
        assert!(is_rejected(&outcome_of(task).await, Rejection::Cleared));
    }
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Clear));
    assert!(harness.slots().is_empty());
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.of(&owner),
        ["added", "started 1", "canceled 1", "ended canceled by a clear", "removed"]
    );
    for task in &waiting {
        assert_eq!(event_log.of(task), CLEARED);
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_submissions_are_rejected_before_the_owner_ends() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    harness.settle().await;
    assert!(harness.clear_slot(SLOT));
    harness.settle().await;
    for task in [&queued, &replacement] {
        assert!(matches!(task.status().phase, Phase::Ended(_)), "{:?}", task.status());
        assert!(is_rejected(&outcome_of(task).await, Rejection::Cleared));
    }
    assert!(matches!(owner.status().phase, Phase::Running { .. }));
    assert!(
        is_canceled(&outcome_of(&owner).await, StopCause::Replace),
        "the first stop request is the cause"
    );
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_slot_is_not_cleared() {
    let harness = Harness::new();
    assert!(!harness.clear_slot(SLOT));
    let task = submit(&harness, Queue, one_attempt("work"));
    outcome_of(&task).await;
    assert!(!harness.clear_slot(SLOT), "nobody is there any more");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_name_is_not_a_slot_to_be_cleared() {
    let harness = Harness::new();
    let added = harness.add(Rules::never(), cooperative(SLOT));
    assert!(!harness.clear_slot(SLOT));
    assert!(!added.status().stopping);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_submitted_after_a_clear_waits_for_the_owner_and_starts() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let before = submit(&harness, Queue, one_attempt("before"));
    harness.settle().await;
    assert!(harness.clear_slot(SLOT));
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))), "the owner is not gone");
    let after = submit(&harness, Queue, one_attempt("after"));
    assert!(outcome_of(&after).await.is_completed());
    assert!(outcome_of(&owner).await.is_canceled());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&before), CLEARED);
    assert_eq!(event_log.of(&after), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_slot_may_be_cleared_twice() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    assert!(harness.clear_slot(SLOT));
    let queued = submit(&harness, Queue, one_attempt("queued"));
    assert!(harness.clear_slot(SLOT), "the slot is still taken");
    assert!(is_rejected(&outcome_of(&queued).await, Rejection::Cleared));
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Clear));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn other_slots_are_left_alone() {
    let (harness, _) = owned_slot(cooperative("owner")).await;
    let other = harness.submit_to("other", Queue, Rules::never(), working("other"));
    let queued = harness.submit_to("other", Queue, Rules::never(), one_attempt("queued"));
    assert!(harness.clear_slot(SLOT));
    assert!(outcome_of(&other).await.is_completed());
    assert!(outcome_of(&queued).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_who_were_cleared_make_room_at_once() {
    let harness = limited(1, 1);
    owns(&harness, slow_to_stop("owner")).await;
    submit(&harness, Queue, one_attempt("queued"));
    assert!(is_full(&refused(&harness, Queue, one_attempt("late"))));
    harness.clear_slot(SLOT);
    let after = submit(&harness, Queue, one_attempt("after"));
    assert!(outcome_of(&after).await.is_completed());
    harness.finish().await;
}

/// The owner leaves while others clear: whatever waited either had become the owner, and is asked to stop, or is
/// rejected; the slot is never left behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clear_against_owners_that_leave_loses_nobody() {
    for _ in 0..300 {
        let harness = Harness::new();
        let tasks: Vec<_> = (0..5).map(|_| submit(&harness, Queue, one_attempt("work"))).collect();
        let supervisor = harness.handle();
        let clearing = tokio::spawn(async move { supervisor.clear_slot(SLOT) });
        for task in &tasks {
            let outcome = task.outcome().await;
            let expected = outcome.is_completed()
                || is_rejected(&outcome, Rejection::Cleared)
                || is_canceled(&outcome, StopCause::Clear);
            assert!(expected, "{outcome}");
        }
        clearing.await.expect("no panic");
        assert!(harness.slots().is_empty());
        harness.finish().await;
    }
}
