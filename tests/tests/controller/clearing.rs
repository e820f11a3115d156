//! `clear_slot` requests a stop of the owner and rejects all waiters.

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
    assert!(crate::support::waiting(&harness).is_empty(), "the queue is empty when the call returns");
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
    assert!(!harness.clear_slot(SLOT), "the slot is idle again");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_name_of_a_task_is_not_a_slot_to_clear() {
    let harness = Harness::new();
    let added = harness.add(Rules::never(), cooperative(SLOT));
    assert!(!harness.clear_slot(SLOT));
    assert!(!added.status().stopping);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_submission_after_a_clear_waits_for_the_owner_and_starts() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let before = submit(&harness, Queue, one_attempt("before"));
    harness.settle().await;
    assert!(harness.clear_slot(SLOT));
    assert!(
        is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))),
        "the owner still owns the slot"
    );
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
async fn cleared_waiters_make_room_at_once() {
    let harness = limited(1, 1);
    owns(&harness, slow_to_stop("owner")).await;
    submit(&harness, Queue, one_attempt("queued"));
    assert!(is_full(&refused(&harness, Queue, one_attempt("late"))));
    harness.clear_slot(SLOT);
    let after = submit(&harness, Queue, one_attempt("after"));
    assert!(outcome_of(&after).await.is_completed());
    harness.finish().await;
}

/// The slot is cleared while its owners end. Each waiter is either rejected, or has become the owner and receives a
/// stop request. The slot is idle in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clear_that_races_ending_owners_loses_no_submission() {
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
