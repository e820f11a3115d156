//! Rules for one submission: another slot, another admission, another timeout; and what a refusal gives back.

use std::time::Duration;

use taskvisor::{Job, JobExt, RuntimeError};
use tests::Harness;
use tokio::time::Instant;

use crate::job::{Total, Work, accepted, gives, stops, try_submit};
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_submission_may_run_in_another_slot_than_declared() {
    let harness = Harness::new();
    let began = Instant::now();
    let declared = accepted(&harness, Some(SLOT), gives(1).in_slot(SLOT));
    let elsewhere = accepted(&harness, Some("express"), gives(2).in_slot(SLOT).with_slot("express"));
    let keys: Vec<_> = harness.slots().iter().map(|slot| slot.key.to_string()).collect();
    assert_eq!(keys, ["express", SLOT]);
    assert_eq!(elsewhere.await.expect("a value"), Total(2));
    assert_eq!(declared.await.expect("a value"), Total(1));
    assert_eq!(began.elapsed(), SECOND, "side by side");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_without_a_slot_may_be_given_one() {
    let harness = Harness::new();
    let jobs = [1, 2].map(|value| accepted(&harness, Some(SLOT), gives(value).with_slot(SLOT)));
    assert_eq!(waiting(&harness), ["work"]);
    let began = Instant::now();
    for (value, job) in (1..).zip(jobs) {
        assert_eq!(job.await.expect("a value"), Total(value));
    }
    assert_eq!(began.elapsed(), seconds(2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_submission_may_be_admitted_in_another_way_than_declared() {
    let harness = Harness::new();
    let owner = accepted(&harness, Some(SLOT), stops().in_slot(SLOT));
    harness.reach(owner.task(), 1).await;
    let dropped = try_submit(&harness, None, gives(1).in_slot(SLOT).with_admission(DropIfRunning));
    assert!(matches!(dropped.expect_err("busy").reason(), RuntimeError::Busy { .. }));
    let queued = accepted(&harness, Some(SLOT), gives(2).in_slot(SLOT));
    let replacement = accepted(&harness, Some(SLOT), gives(3).in_slot(SLOT).with_admission(Replace));
    let owner = owner.await.expect_err("replaced");
    assert_eq!(owner.to_string(), "canceled by a replacement");
    let began = Instant::now();
    assert_eq!(replacement.await.expect("a value"), Total(3));
    assert_eq!(queued.await.expect("a value"), Total(2));
    assert_eq!(began.elapsed(), seconds(2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_a_submission_excludes_its_wait_for_the_slot() {
    let harness = Harness::new();
    let first = accepted(&harness, Some(SLOT), gives(1).in_slot(SLOT));
    let just_enough = gives(2).in_slot(SLOT).with_timeout(SECOND + SECOND / 10);
    let second = accepted(&harness, Some(SLOT), just_enough);
    assert_eq!(first.await.expect("a value"), Total(1));
    assert_eq!(second.await.expect("it waited a second and ran for another"), Total(2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn all_rules_may_be_given_together_in_any_order() {
    let harness = Harness::new();
    let owner = accepted(&harness, Some("express"), gives(1).with_slot("express"));
    let one = gives(2).with_slot("express").with_admission(DropIfRunning).with_timeout(SECOND);
    let other = gives(2).with_timeout(SECOND).with_admission(DropIfRunning).with_slot("express");
    for submission in [one, other] {
        let error = try_submit(&harness, None, submission).expect_err("busy");
        assert!(matches!(error.reason(), RuntimeError::Busy { slot, .. } if slot == "express"));
    }
    owner.await.expect("a value");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_zero_is_refused_and_the_submission_comes_back() {
    let harness = Harness::new();
    let error = try_submit(&harness, None, gives(4).with_timeout(Duration::ZERO)).expect_err("refused");
    assert!(matches!(error.reason(), RuntimeError::InvalidSpec { .. }), "{error}");
    let again = error.into_submission().with_timeout(seconds(5));
    assert_eq!(accepted(&harness, None, again).await.expect("a value"), Total(4));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_job_comes_back_as_it_was() {
    let harness = Harness::new();
    let owner = accepted(&harness, Some(SLOT), gives(1).in_slot(SLOT));
    let refused = try_submit(&harness, None, gives(2).in_slot(SLOT).with_admission(DropIfRunning));
    let job: Work = refused.expect_err("busy").into_submission().into_job();
    assert_eq!(job.slot().as_deref(), Some(SLOT));
    owner.await.expect("a value");
    assert_eq!(accepted(&harness, Some(SLOT), job).await.expect("a value"), Total(2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_queue_limit_that_a_job_declares_applies() {
    let harness = Harness::new();
    let _owner = accepted(&harness, Some(SLOT), stops().in_slot(SLOT));
    assert_eq!(Work::descriptor().queue, Some(2));
    let _waiting = [1, 2].map(|value| accepted(&harness, Some(SLOT), gives(value).in_slot(SLOT)));
    let error = try_submit(&harness, None, gives(3).in_slot(SLOT)).expect_err("the queue is full");
    assert!(matches!(error.reason(), RuntimeError::QueueFull { .. }));
    let job: Work = error.into_submission();
    harness.stop();
    let error = harness.submit_wait(job).await.expect_err("shut down");
    assert!(matches!(error.reason(), RuntimeError::ShuttingDown));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_can_wait_for_room() {
    let harness = Harness::new();
    let owner = accepted(&harness, Some(SLOT), gives(0).in_slot(SLOT));
    let _waiting = [1, 2].map(|value| accepted(&harness, Some(SLOT), gives(value).in_slot(SLOT)));
    let began = Instant::now();
    let job = in_time(harness.submit_wait(gives(3).in_slot(SLOT)))
        .await
        .expect("there is room after the end of the owner");
    assert_eq!(began.elapsed(), SECOND);
    harness.watch_in(SLOT, job.task());
    assert_eq!(job.await.expect("a value"), Total(3));
    assert_eq!(owner.await.expect("a value"), Total(0));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn jobs_and_tasks_share_the_slots() {
    let harness = Harness::new();
    let task = submit(&harness, Queue, working("task"));
    let job = accepted(&harness, Some(SLOT), gives(1).in_slot(SLOT));
    assert_eq!(waiting(&harness), ["work"]);
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))));
    assert_eq!(job.await.expect("a value"), Total(1));
    assert!(outcome_of(&task).await.is_completed());
    harness.finish().await;
}
