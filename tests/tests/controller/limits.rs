//! The limits of waiting submissions: per slot, and in total.

use taskvisor::{Config, ControllerConfig, Rejection, RuntimeError};
use tests::{Harness, Rules};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_hundred_may_wait_for_a_slot_by_default() {
    let defaults = ControllerConfig::default();
    assert_eq!((defaults.per_slot(), defaults.total()), (100, 10_000));
    let (harness, _) = owned_slot(cooperative("owner")).await;
    for _ in 0..100 {
        submit(&harness, Queue, one_attempt("queued"));
    }
    assert!(is_full(&refused(&harness, Queue, one_attempt("late"))));
    harness.clear_slot(SLOT);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_queue_of_none_admits_only_to_an_idle_slot() {
    let harness = limited(0, 100);
    let owner = submit(&harness, Queue, working("owner"));
    assert!(is_full(&refused(&harness, Queue, one_attempt("late"))));
    outcome_of(&owner).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_one_slot_says_nothing_about_another() {
    let harness = limited(1, 100);
    for slot in ["one", "two"] {
        for name in ["owner", "queued"] {
            harness.submit_to(slot, Queue, Rules::never(), cooperative(name));
        }
        let late = harness.try_submit_to(slot, Queue, Rules::never(), one_attempt("late"));
        let late = late.expect_err("the queue is full");
        assert!(matches!(late.reason(), RuntimeError::QueueFull { slot: of, .. } if of == slot));
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_replace_and_a_latest_wait_although_the_queue_is_full() {
    let harness = limited(1, 1);
    let owner = owns(&harness, cooperative("owner")).await;
    submit(&harness, Queue, one_attempt("queued"));
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert_eq!(waiting(&harness), ["replacement", "queued", "latest"]);
    assert!(outcome_of(&owner).await.is_canceled());
    assert!(outcome_of(&replacement).await.is_completed());
    assert!(outcome_of(&latest).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_total_limit_counts_the_waiters_of_all_slots() {
    let harness = limited(100, 3);
    let slots = ["one", "two", "three", "four"];
    for slot in slots {
        harness.submit_to(slot, Queue, Rules::never(), working("owner"));
    }
    let queued =
        slots[..3].iter().map(|slot| harness.submit_to(slot, Queue, Rules::never(), working("queued")));
    let queued: Vec<_> = queued.collect();
    let late = |name| harness.try_submit_to("four", Queue, Rules::never(), one_attempt(name));
    assert!(matches!(late("late").expect_err("full").reason(), RuntimeError::QueueFull { .. }));
    let idle = harness.submit_to("five", Queue, Rules::never(), one_attempt("idle"));
    assert!(outcome_of(&idle).await.is_completed(), "a submission that does not wait is not counted");
    assert!(queued[0].cancel());
    let in_time = late("in time").expect("a waiter left its queue, so there is room at once");
    assert!(late("late").is_err());
    assert!(outcome_of(&in_time).await.is_completed());
    harness.finish().await;
}

/// A submission that leaves its queue in any way is no longer counted. Otherwise the total room would shrink for ever.
#[tokio::test(start_paused = true)]
async fn a_submission_that_left_the_queue_is_not_counted() {
    let harness = limited(100, 3);
    for _ in 0..20 {
        let owner = owns(&harness, slow_to_stop("owner")).await;
        let replaced = submit(&harness, Replace, one_attempt("replaced"));
        let superseded = submit(&harness, Latest, one_attempt("superseded"));
        let canceled = submit(&harness, Queue, one_attempt("canceled"));
        assert!(is_full(&refused(&harness, Queue, one_attempt("late"))), "three wait");
        let replacement = submit(&harness, Replace, one_attempt("replacement"));
        let latest = submit(&harness, Latest, one_attempt("latest"));
        assert!(is_full(&refused(&harness, Queue, one_attempt("late"))), "still three wait");
        assert!(canceled.cancel());
        let cleared = submit(&harness, Queue, one_attempt("cleared"));
        assert!(is_full(&refused(&harness, Queue, one_attempt("late"))), "three again");
        assert!(is_rejected(&outcome_of(&replaced).await, Rejection::Superseded));
        assert!(is_rejected(&outcome_of(&superseded).await, Rejection::Superseded));
        assert!(harness.clear_slot(SLOT));
        for task in [&replacement, &latest, &cleared] {
            assert!(is_rejected(&outcome_of(task).await, Rejection::Cleared));
        }
        outcome_of(&owner).await;
        let ran = ["one", "two", "three", "four"].map(|name| submit(&harness, Queue, one_attempt(name)));
        assert!(is_full(&refused(&harness, Queue, one_attempt("late"))), "three wait behind the first");
        for task in &ran {
            assert!(outcome_of(task).await.is_completed());
        }
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_counts_a_waiting_replace_and_a_waiting_latest() {
    let harness = limited(2, 100);
    owns(&harness, slow_to_stop("owner")).await;
    submit(&harness, Replace, one_attempt("replacement"));
    submit(&harness, Latest, one_attempt("latest"));
    assert!(is_full(&refused(&harness, Queue, one_attempt("late"))));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn idle_slots_have_no_limits() {
    let harness: Harness = limited(0, 0);
    for slot in 0..100 {
        harness.submit_to(&format!("slot-{slot}"), Queue, Rules::never(), one_attempt("work"));
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_builder_changes_the_limits_it_has() {
    let harness = Harness::build(Config::default(), |builder| {
        builder.controller(|limits| limits.with_per_slot(1)).controller(|limits| {
            assert_eq!(limits, ControllerConfig::default().with_per_slot(1));
            limits
        })
    });
    submit(&harness, Queue, cooperative("owner"));
    submit(&harness, Queue, one_attempt("waits"));
    assert!(is_full(&refused(&harness, Queue, one_attempt("late"))));
    harness.finish().await;
}
