//! `stop_timeout` of submissions: how long a successor waits for an owner that does not watch for its stop request.

use std::time::Duration;

use taskvisor::{JobExt, Outcome, TaskFn, TaskRef};
use tests::{Harness, Rules};
use tokio::time::{Instant, sleep};

use crate::job::{accepted, gives};
use crate::support::*;

fn deaf() -> TaskRef {
    TaskFn::arc("deaf", || async {
        sleep(seconds(3_600)).await;
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn a_successor_waits_for_the_stop_timeout_of_the_owner() {
    let harness = Harness::new();
    let owner = harness.submit_to(SLOT, Queue, Rules::never().stop_timeout(seconds(2)), deaf());
    harness.reach(&owner, 1).await;
    let began = Instant::now();
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert_eq!(began.elapsed(), seconds(2));
    assert!(matches!(outcome_of(&owner).await, Outcome::Aborted));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_stop_timeout_a_successor_waits_for_the_whole_grace() {
    let harness = Harness::new();
    let owner = harness.submit_to(SLOT, Queue, Rules::never(), deaf());
    harness.reach(&owner, 1).await;
    let began = Instant::now();
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert_eq!(began.elapsed(), taskvisor::Config::default().grace());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_submission_of_a_job_may_have_another_stop_timeout() {
    let harness = Harness::new();
    // The job works for a second, and does not watch for a stop request.
    let owner = accepted(&harness, Some(SLOT), gives(1).in_slot(SLOT).with_stop_timeout(millis(300)));
    harness.reach(owner.task(), 1).await;
    let began = Instant::now();
    let next = accepted(&harness, Some(SLOT), gives(2).in_slot(SLOT).with_admission(Replace));
    assert!(owner.await.is_err());
    assert_eq!(began.elapsed(), millis(300));
    assert!(next.await.is_ok());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_submission_with_a_stop_timeout_of_zero_is_refused() {
    let harness = Harness::new();
    let refused = harness.handle().submit(gives(1).with_stop_timeout(Duration::ZERO)).expect_err("zero");
    assert!(refused.to_string().contains("`stop_timeout` is zero"), "{refused}");
    harness.finish().await;
}
