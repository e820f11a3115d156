//! Slots and permits: a slot admits one submission at a time under its key, permits limit the attempts of all tasks.

use taskvisor::{Config, Phase, StopCause, WaitingOn};
use tests::{Harness, Rules};

use crate::support::*;

fn one_at_a_time() -> Harness {
    Harness::with_config(Config::default().with_max_concurrent(1))
}

#[tokio::test(start_paused = true)]
async fn an_owner_waits_for_its_permit_in_its_slot() {
    let harness = one_at_a_time();
    let running = harness.submit_to("other", Queue, Rules::never(), working("running"));
    let parked = submit(&harness, Queue, working("parked"));
    harness.reach(&running, 1).await;
    assert!(matches!(parked.status().phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }));
    assert_eq!(owner(&harness).as_deref(), Some("parked"));
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))));
    assert!(outcome_of(&parked).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&parked), [SECOND]);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_waits_for_a_slot_holds_no_permit() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(2));
    let waiters = ["one", "two", "three"].map(|name| submit(&harness, Queue, working(name)));
    let other = harness.submit_to("other", Queue, Rules::never(), working("other"));
    assert!(outcome_of(&waiters[2]).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&other), [seconds(0)]);
    let starts: Vec<_> = waiters.iter().flat_map(|task| event_log.starts_of(task)).collect();
    assert_eq!(starts, [seconds(0), seconds(1), seconds(2)]);
}

#[tokio::test(start_paused = true)]
async fn an_owner_replaced_in_its_wait_for_a_permit_never_starts() {
    let harness = one_at_a_time();
    harness.submit_to("other", Queue, Rules::never(), working("running"));
    let parked = submit(&harness, Queue, working("parked"));
    harness.settle().await;
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert!(is_canceled(&outcome_of(&parked).await, StopCause::Replace));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&parked), ["added", "ended canceled by a replacement", "removed"]);
    assert_eq!(event_log.starts_of(&next), [SECOND]);
}

#[tokio::test(start_paused = true)]
async fn a_next_owner_does_not_inherit_the_wait_for_a_permit() {
    let harness = one_at_a_time();
    harness.submit_to("other", Queue, Rules::never(), working("running"));
    let parked = submit(&harness, Queue, working("parked"));
    let next = submit(&harness, Queue, working("next"));
    harness.settle().await;
    let earlier = harness.submit_to("third", Queue, Rules::never(), working("earlier"));
    harness.settle().await;
    harness.cancel(&parked);
    assert!(outcome_of(&next).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&earlier), [seconds(1)]);
    assert_eq!(event_log.starts_of(&next), [seconds(2)]);
}

#[tokio::test(start_paused = true)]
async fn many_slots_share_the_permits_and_all_get_through() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(3));
    let mut tasks = Vec::new();
    for slot in ["one", "two", "three", "four", "five"] {
        for _ in 0..4 {
            tasks.push(harness.submit_to(slot, Queue, Rules::never(), working("work")));
        }
    }
    for task in &tasks {
        assert!(outcome_of(task).await.is_completed());
    }
    let event_log = harness.finish().await;
    let mut starts: Vec<_> = tasks.iter().flat_map(|task| event_log.starts_of(task)).collect();
    starts.sort_unstable();
    assert!(starts.windows(4).all(|four| four[3] - four[0] >= SECOND), "never four at once: {starts:?}");
}
