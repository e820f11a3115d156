//! `expires` of a submission that owns its slot, or has none, and waits for a permit.

use taskvisor::{Config, Event, EventKind, EventName, JobExt, Phase, StopCause, WaitingOn};
use tests::{Harness, Rules, Script, Step};

use crate::expires::{expiring, expiring_with, is_expired, taking};
use crate::job::{accepted, gives};
use crate::support::*;

/// A supervisor whose only permit is taken for `time` seconds.
async fn permit_taken(time: u64) -> Harness {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    harness.submit_to("other", Queue, Rules::never(), taking("running", seconds(time)));
    harness.settle().await;
    harness
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_waits_for_a_permit_expires_and_passes_its_slot() {
    let harness = permit_taken(60).await;
    let parked = expiring(&harness, Queue, seconds(5), one_attempt("parked"));
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.settle().await;
    assert!(matches!(parked.status().phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }));
    assert!(is_expired(&outcome_of(&parked).await));
    assert_eq!(owner(&harness).as_deref(), Some("next"));
    assert!(outcome_of(&next).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&parked), ["added", "ended rejected: expired", "removed"]);
    assert_eq!(event_log.times_of(&parked, EventName::Ended), [seconds(5)]);
    assert_eq!(event_log.starts_of(&next), [seconds(60)]);
}

#[tokio::test(start_paused = true)]
async fn the_time_runs_through_the_queue_and_the_wait_for_a_permit() {
    let harness = permit_taken(60).await;
    let parked = expiring(&harness, Queue, seconds(3), one_attempt("parked"));
    let next = expiring(&harness, Queue, seconds(5), one_attempt("next"));
    assert!(is_expired(&outcome_of(&next).await));
    assert!(is_expired(&outcome_of(&parked).await));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&next), ["added", "queued", "admitted", "ended rejected: expired", "removed"]);
    assert_eq!(event_log.times_of(&next, EventName::Admitted), [seconds(3)]);
    assert_eq!(event_log.times_of(&next, EventName::Ended), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn a_job_without_a_slot_expires_too() {
    let harness = permit_taken(60).await;
    let job = accepted(&harness, None, gives(1).with_expires(seconds(5)));
    let task = job.task().clone();
    assert!(is_expired(&outcome_of(&task).await));
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Ended), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn a_permit_at_the_very_deadline_is_passed_on() {
    for (free_after, starts) in [(29_999, true), (30_000, false)] {
        let harness = Harness::with_config(Config::default().with_max_concurrent(1));
        harness.submit_to("other", Queue, Rules::never(), taking("running", millis(free_after)));
        harness.settle().await;
        let parked = expiring(&harness, Queue, seconds(30), one_attempt("parked"));
        let third = harness.submit_to("third", Queue, Rules::never(), one_attempt("third"));
        let outcome = outcome_of(&parked).await;
        assert_eq!((outcome.is_completed(), is_expired(&outcome)), (starts, !starts), "{outcome}");
        assert!(outcome_of(&third).await.is_completed());
        let event_log = harness.finish().await;
        assert_eq!(event_log.starts_of(&third), [millis(free_after)]);
    }
}

#[tokio::test(start_paused = true)]
async fn reports_of_the_wait_and_the_expiry_share_the_timer() {
    for (expires, reports) in [(9, 0), (10, 0), (11, 1), (25, 2)] {
        let harness = permit_taken(60).await;
        let parked = expiring(&harness, Queue, seconds(expires), one_attempt("parked"));
        assert!(is_expired(&outcome_of(&parked).await));
        let event_log = harness.finish().await;
        let delays = event_log.times_of(&parked, EventName::Delayed);
        assert_eq!(delays, [seconds(10), seconds(20)][..reports]);
        assert_eq!(event_log.times_of(&parked, EventName::Ended), [seconds(expires)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_waits_for_a_permit_never_expires() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let steps = [Step::FailAfter(seconds(1), "again"), Step::Succeed];
    let rules = Rules::on_failure().without_backoff();
    let retried = expiring_with(&harness, Queue, seconds(5), rules, Script::task("retried", steps));
    harness.reach(&retried, 1).await;
    let other = harness.submit_to("other", Queue, Rules::never(), taking("other", seconds(60)));
    assert!(outcome_of(&retried).await.is_completed());
    assert!(outcome_of(&other).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&retried), [seconds(0), seconds(61)]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_a_waiting_owner_keeps_its_deadline() {
    let harness = permit_taken(60).await;
    let parked = expiring(&harness, Queue, seconds(5), one_attempt("parked"));
    tokio::time::sleep(seconds(2)).await;
    harness.restart(&parked).expect("it waits for its first attempt");
    assert!(is_expired(&outcome_of(&parked).await));
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&parked, EventName::Ended), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_before_the_expiry_of_an_owner_wins() {
    let harness = permit_taken(60).await;
    let parked = expiring(&harness, Queue, seconds(5), one_attempt("parked"));
    harness.settle().await;
    harness.cancel(&parked);
    // The actor finds both: the request came first.
    tokio::time::advance(seconds(5)).await;
    assert!(is_canceled(&outcome_of(&parked).await, StopCause::Cancel));
    let late = expiring(&harness, Queue, seconds(5), one_attempt("late"));
    harness.settle().await;
    harness.submit_to(SLOT, Replace, Rules::never(), one_attempt("next"));
    assert!(is_canceled(&outcome_of(&late).await, StopCause::Replace));
    harness.finish().await;
}

/// The deadline of the first task must not end or poll the next owner of the lane.
#[tokio::test(start_paused = true)]
async fn a_next_owner_does_not_inherit_the_deadline() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let first = expiring(&harness, Queue, seconds(5), taking("first", seconds(1)));
    let next = submit(&harness, Queue, taking("next", seconds(20)));
    assert!(outcome_of(&first).await.is_completed());
    assert!(outcome_of(&next).await.is_completed());
    let event_log = harness.finish().await;
    let delayed = |event: &&Event| matches!(event.kind, EventKind::Delayed { .. });
    assert_eq!(event_log.events_of(&next).filter(delayed).count(), 0);
}
