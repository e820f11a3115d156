//! A canceled waiter leaves its queue at once.

use taskvisor::StopCause;

use crate::support::*;

const NEVER_RAN: [&str; 4] = ["added", "queued", "ended canceled by a cancel", "removed"];

#[tokio::test(start_paused = true)]
async fn a_canceled_waiter_leaves_the_queue_before_cancel_returns() {
    let (harness, _) = owned_slot(working("owner")).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    harness.settle().await;
    assert!(harness.cancel(&queued));
    assert!(waiting(&harness).is_empty());
    assert!(!harness.cancel(&queued), "a stop was requested before");
    assert!(is_canceled(&outcome_of(&queued).await, StopCause::Cancel));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&queued), NEVER_RAN);
}

#[tokio::test(start_paused = true)]
async fn a_canceled_waiter_makes_room_at_once() {
    for (per_slot, total) in [(1, 100), (100, 1)] {
        let harness = limited(per_slot, total);
        owns(&harness, working("owner")).await;
        let queued = submit(&harness, Queue, one_attempt("queued"));
        assert!(is_full(&refused(&harness, Queue, one_attempt("late"))));
        queued.cancel();
        let next = submit(&harness, Queue, one_attempt("next"));
        assert!(outcome_of(&next).await.is_completed());
        assert!(is_canceled(&outcome_of(&queued).await, StopCause::Cancel));
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_other_waiters_keep_their_order_when_one_is_canceled() {
    let (harness, _) = owned_slot(working("owner")).await;
    let waiters = ["one", "two", "three", "four"].map(|name| submit(&harness, Queue, one_attempt(name)));
    waiters[1].cancel();
    assert_eq!(waiting(&harness), ["one", "three", "four"]);
    assert!(outcome_of(&waiters[3]).await.is_completed());
    let event_log = harness.finish().await;
    assert!(event_log.starts_of(&waiters[1]).is_empty());
    for at in [0, 2, 3] {
        assert_eq!(event_log.of(&waiters[at]), RAN_LATER);
    }
}

#[tokio::test(start_paused = true)]
async fn the_owner_still_stops_when_its_replacement_is_canceled() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    harness.settle().await;
    harness.cancel(&replacement);
    assert_eq!(waiting(&harness), ["queued"]);
    assert!(outcome_of(&queued).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&replacement), NEVER_RAN);
    assert_eq!(event_log.of(&owner), REPLACED);
    assert_eq!(event_log.of(&queued), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_canceled_latest_is_not_superseded() {
    let (harness, _) = owned_slot(working("owner")).await;
    let older = submit(&harness, Latest, one_attempt("older"));
    harness.settle().await;
    harness.cancel(&older);
    let later = submit(&harness, Latest, one_attempt("later"));
    assert_eq!(waiting(&harness), ["later"]);
    assert!(is_canceled(&outcome_of(&older).await, StopCause::Cancel));
    assert!(outcome_of(&later).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&older), NEVER_RAN);
}

#[tokio::test(start_paused = true)]
async fn a_slot_is_idle_after_its_owner_when_all_waiters_canceled() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let waiters = ["one", "two", "three"].map(|name| submit(&harness, Queue, one_attempt(name)));
    waiters.iter().for_each(|task| assert!(task.cancel()));
    outcome_of(&owner).await;
    assert!(harness.slots().is_empty());
    let next = submit(&harness, DropIfRunning, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_before_the_first_attempt_passes_the_slot_on() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let granted = submit(&harness, Queue, cooperative("granted"));
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.settle().await;
    // This test waits for the outcome, so it is polled before the actor of the new owner.
    outcome_of(&owner).await;
    assert_eq!(crate::support::owner(&harness).as_deref(), Some("granted"));
    granted.cancel();
    assert!(outcome_of(&next).await.is_completed());
    assert!(is_canceled(&outcome_of(&granted).await, StopCause::Cancel));
    harness.finish().await;
}
