//! `expires` beside everything else that ends a waiting submission: the first one decides, and only one.

use taskvisor::{Outcome, Rejection, StopCause, TaskHandle};
use tests::Harness;
use tokio::time::sleep;

use crate::expires::{EXPIRED, expiring, is_expired, taking};
use crate::support::*;

/// Ends a `Replace` that expires after five seconds with `end`: a millisecond before its deadline, at the same instant, and after
/// its timer has fired. Returns the three outcomes.
async fn around_the_deadline(end: fn(&Harness, &TaskHandle)) -> [Outcome; 3] {
    let mut outcomes = Vec::new();
    for (time, settled) in [(4_999, false), (5_000, false), (5_000, true)] {
        let harness = Harness::new();
        submit(&harness, Queue, taking("owner", seconds(20)));
        harness.settle().await;
        let waits = expiring(&harness, Replace, seconds(5), one_attempt("waits"));
        sleep(millis(time)).await;
        if settled {
            harness.settle().await;
        }
        end(&harness, &waits);
        outcomes.push(outcome_of(&waits).await);
        let event_log = harness.finish().await;
        assert_eq!(event_log.of(&waits)[..2], EXPIRED[..2]);
        assert_eq!(event_log.of(&waits).len(), EXPIRED.len(), "it ends once, and never owns its slot");
    }
    outcomes.try_into().expect("three of them")
}

/// Before the deadline `end` decides, after it the expiry, and at the same instant one of them.
fn check([before, at, after]: &[Outcome; 3], by_end: impl Fn(&Outcome) -> bool) {
    assert!(by_end(before), "{before}");
    assert!(by_end(at) || is_expired(at), "{at}");
    assert!(is_expired(after), "{after}");
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_or_the_expiry_ends_a_submission_once() {
    let outcomes = around_the_deadline(|harness, waits| _ = harness.cancel(waits)).await;
    check(&outcomes, |outcome| is_canceled(outcome, StopCause::Cancel));
}

#[tokio::test(start_paused = true)]
async fn a_clear_or_the_expiry_ends_a_submission_once() {
    let outcomes = around_the_deadline(|harness, _| assert!(harness.clear_slot(SLOT))).await;
    check(&outcomes, |outcome| is_rejected(outcome, Rejection::Cleared));
}

#[tokio::test(start_paused = true)]
async fn a_newer_replace_or_the_expiry_ends_a_submission_once() {
    let outcomes = around_the_deadline(|harness, _| {
        submit(harness, Replace, one_attempt("newer"));
    })
    .await;
    check(&outcomes, |outcome| is_rejected(outcome, Rejection::Superseded));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_or_the_expiry_ends_a_submission_once() {
    let outcomes = around_the_deadline(|harness, _| harness.stop()).await;
    check(&outcomes, |outcome| is_rejected(outcome, Rejection::ShuttingDown));
}

#[tokio::test(start_paused = true)]
async fn a_replace_that_expires_has_still_stopped_the_owner() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    let replaces = expiring(&harness, Replace, millis(500), one_attempt("replaces"));
    assert!(is_expired(&outcome_of(&replaces).await));
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Replace));
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

/// The lane, the timer and the callers run on several threads: each submission has one outcome, and none starts late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_that_race_the_expiry_lose_no_submission() {
    for round in 0..200_u64 {
        let harness = Harness::new();
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let time = std::time::Duration::from_micros(1 + (round * 7 + number * 131) % 2_000);
                expiring(&harness, Queue, time, one_attempt("work"))
            })
            .collect();
        let supervisor = harness.handle();
        let clearing = tokio::spawn(async move { supervisor.clear_slot(SLOT) });
        for task in &tasks {
            let outcome = task.outcome().await;
            let expected = outcome.is_completed()
                || is_expired(&outcome)
                || is_rejected(&outcome, Rejection::Cleared)
                || is_canceled(&outcome, StopCause::Clear);
            assert!(expected, "{outcome}");
        }
        clearing.await.expect("no panic");
        assert!(harness.slots().is_empty());
        harness.finish().await;
    }
}
