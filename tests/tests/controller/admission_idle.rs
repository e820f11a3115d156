//! The slot is idle: whatever the admission, the submission starts.

use taskvisor::Admission;
use tests::Harness;

use crate::support::*;

async fn starts_at_once(admission: Admission) {
    let harness = Harness::new();
    let task = submit(&harness, admission, working("work"));
    assert_eq!(owner(&harness).as_deref(), Some("work"), "the decision is the return value");
    assert!(outcome_of(&task).await.is_completed());
    assert_eq!(owner(&harness), None, "the slot is free before the outcome is seen");
    let again = submit(&harness, admission, one_attempt("again"));
    assert!(outcome_of(&again).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task), RAN);
    assert_eq!(event_log.of(&again), RAN);
}

#[tokio::test(start_paused = true)]
async fn a_queue_starts_in_an_idle_slot() {
    starts_at_once(Queue).await;
}

#[tokio::test(start_paused = true)]
async fn a_replace_starts_in_an_idle_slot() {
    starts_at_once(Replace).await;
}

#[tokio::test(start_paused = true)]
async fn a_drop_if_running_starts_in_an_idle_slot() {
    starts_at_once(DropIfRunning).await;
}

#[tokio::test(start_paused = true)]
async fn a_latest_starts_in_an_idle_slot() {
    starts_at_once(Latest).await;
}

#[tokio::test(start_paused = true)]
async fn a_submission_owns_its_slot_before_its_first_poll() {
    let harness = Harness::new();
    let first = submit(&harness, Queue, one_attempt("first"));
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("second"))));
    let third = submit(&harness, Queue, one_attempt("third"));
    assert!(outcome_of(&third).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), RAN);
}
