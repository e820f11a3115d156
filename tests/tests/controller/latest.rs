//! A `Latest` waits for an attempt of the owner, but not for a retry or a repetition: that work is out of date.

use taskvisor::{Config, Phase, StopCause, TaskHandle, WaitingOn};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::*;

fn hourly() -> Rules {
    Rules::on_failure().constant_backoff(seconds(3_600))
}

fn failing(name: &'static str) -> taskvisor::TaskRef {
    Script::task(name, [Step::FailAfter(SECOND, "broken"), Step::Succeed])
}

/// The owner ended as by a `Replace`, with the failure of its only attempt.
async fn gave_way(owner: &TaskHandle) {
    let outcome = outcome_of(owner).await;
    assert!(is_canceled(&outcome, StopCause::Replace), "{outcome}");
    assert_eq!(outcome.failure().map(ToString::to_string).as_deref(), Some("broken"));
    assert_eq!(owner.status().attempt, 1);
}

#[tokio::test(start_paused = true)]
async fn a_latest_replaces_an_owner_that_sleeps_in_its_backoff() {
    let harness = Harness::new();
    let owner = harness.submit_to(SLOT, Queue, hourly(), failing("owner"));
    sleep(seconds(5)).await;
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert!(owner.status().stopping, "the stop is requested in the same step");
    assert!(outcome_of(&latest).await.is_completed());
    gave_way(&owner).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&latest), [seconds(5)]);
    assert_eq!(event_log.of(&latest), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_latest_replaces_an_owner_in_its_interval() {
    let harness = Harness::new();
    let rules = Rules::always().delay(seconds(3_600));
    let owner = harness.submit_to(SLOT, Queue, rules, one_attempt("owner"));
    sleep(seconds(5)).await;
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert!(outcome_of(&latest).await.is_completed());
    let outcome = outcome_of(&owner).await;
    assert!(is_canceled(&outcome, StopCause::Replace), "{outcome}");
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&latest), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn an_owner_is_not_retried_while_a_latest_waits_behind_it() {
    let harness = Harness::new();
    let owner = harness.submit_to(SLOT, Queue, hourly(), failing("owner"));
    harness.reach(&owner, 1).await;
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert!(!owner.status().stopping, "an attempt that runs goes on");
    assert!(outcome_of(&latest).await.is_completed());
    gave_way(&owner).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&latest), [SECOND]);
    let ended = "ended canceled by a replacement; its last attempt failed: broken";
    assert_eq!(event_log.of(&owner), ["added", "started 1", "failed 1: broken", ended, "removed"]);
}

#[tokio::test(start_paused = true)]
async fn an_owner_is_not_repeated_while_a_latest_waits_behind_it() {
    let harness = Harness::new();
    let rules = Rules::always().delay(seconds(3_600));
    let owner = harness.submit_to(SLOT, Queue, rules, working("owner"));
    harness.reach(&owner, 1).await;
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert!(outcome_of(&latest).await.is_completed());
    let outcome = outcome_of(&owner).await;
    assert!(is_canceled(&outcome, StopCause::Replace), "{outcome}");
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&latest), [SECOND]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_without_delay_gives_way_to_a_latest() {
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff();
    let owner = harness.submit_to(SLOT, Queue, rules, failing("owner"));
    harness.reach(&owner, 1).await;
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert!(outcome_of(&latest).await.is_completed());
    gave_way(&owner).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_retry_of_the_next_owner_gives_way_to_a_latest() {
    let (harness, _) = owned_slot(working("owner")).await;
    let next = harness.submit_to(SLOT, Queue, hourly(), failing("next"));
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert!(outcome_of(&latest).await.is_completed());
    gave_way(&next).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&latest), [seconds(2)]);
}

#[tokio::test(start_paused = true)]
async fn a_latest_replaces_an_owner_that_waits_for_a_retrys_permit() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let rules = Rules::on_failure().constant_backoff(SECOND);
    let owner = harness.submit_to(SLOT, Queue, rules, failing("owner"));
    sleep(millis(1_500)).await;
    let other = harness.submit_to("other", Queue, Rules::never(), cooperative("other"));
    sleep(SECOND).await;
    assert!(matches!(owner.status().phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }));
    let latest = submit(&harness, Latest, one_attempt("latest"));
    gave_way(&owner).await;
    other.cancel();
    assert!(outcome_of(&latest).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_latest_leaves_an_owner_alone_before_its_first_attempt() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    harness.submit_to("other", Queue, Rules::never(), working("other"));
    let owner = submit(&harness, Queue, working("owner"));
    harness.settle().await;
    assert!(matches!(owner.status().phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }));
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert!(!owner.status().stopping);
    assert!(outcome_of(&latest).await.is_completed());
    assert!(outcome_of(&owner).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_owner_is_retried_once_no_latest_waits_any_more() {
    let harness = Harness::new();
    let owner = harness.submit_to(SLOT, Queue, hourly(), failing("owner"));
    harness.reach(&owner, 1).await;
    let latest = submit(&harness, Latest, one_attempt("latest"));
    assert!(latest.cancel());
    assert!(outcome_of(&owner).await.is_completed());
    assert_eq!(owner.status().attempt, 2);
    assert!(is_canceled(&outcome_of(&latest).await, StopCause::Cancel));
    harness.finish().await;
}
