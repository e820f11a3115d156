//! Jobs that fail: a job makes a single attempt by default, and the caller gets the error of the last attempt.

use std::error::Error;
use std::fmt;

use taskvisor::{EventName, FailureKind, JobError, JobExt, JobHandle, ResultExt, TaskError};
use tests::{EventLog, Harness};

use crate::job::{Retrying, Total, Work, accepted, gives};
use crate::support::*;

/// An error type of the user, with the number of the failed attempt.
#[derive(Debug, PartialEq, Eq)]
struct Malformed {
    attempt: u64,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed in attempt {}", self.attempt)
    }
}

impl Error for Malformed {}

/// A job that fails until its attempt number `good`.
fn fails_until<const RETRIES: u32>(good: u64) -> Retrying<RETRIES> {
    Retrying::new(move |context| async move {
        match context.attempt() {
            attempt if attempt < good => Err(Malformed { attempt })?,
            attempt => Ok(Total(u32::try_from(attempt)?)),
        }
    })
}

/// Submits a job with two retries.
fn retrying(harness: &Harness, job: Retrying<2>) -> JobHandle<Total> {
    harness.trace().set_rules("work", Retrying::<2>::rules());
    let job = harness.submit(job).expect("accepted");
    harness.watch(job.task());
    job
}

fn starts(event_log: &EventLog) -> usize {
    event_log.count(EventName::Started)
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_a_job_gives_an_error_that_downcasts() {
    let harness = Harness::new();
    let error = accepted(&harness, None, fails_until::<0>(2)).await.expect_err("it fails");
    assert_eq!(error.downcast_ref::<Malformed>(), Some(&Malformed { attempt: 1 }));
    assert!(error.downcast_ref::<fmt::Error>().is_none());
    assert_eq!(error.to_string(), "failed: malformed in attempt 1");
    let JobError::Ended(outcome) = &error else { panic!("{error:?}") };
    assert_eq!(outcome.failure().map(taskvisor::Failure::kind), Some(FailureKind::Error));
    assert!(error.source().is_some());
    assert!(anyhow::Error::from(error.clone()).to_string().contains("malformed"));
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log), 1, "a job makes a single attempt by default");
}

#[tokio::test(start_paused = true)]
async fn a_retried_job_returns_the_value_of_its_successful_attempt() {
    let harness = Harness::new();
    let job = retrying(&harness, fails_until(3));
    assert_eq!(job.await.expect("the third attempt succeeds"), Total(3));
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log), 3);
}

#[tokio::test(start_paused = true)]
async fn a_job_out_of_retries_gives_the_error_of_its_last_attempt() {
    let harness = Harness::new();
    let error = retrying(&harness, fails_until(100)).await.expect_err("no retries are left");
    assert_eq!(error.downcast_ref::<Malformed>(), Some(&Malformed { attempt: 3 }));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_is_not_retried_and_downcasts_too() {
    let harness = Harness::new();
    let job: Retrying<2> = Retrying::new(|context| async move {
        let attempt = context.attempt();
        Err(Malformed { attempt }).fatal()?
    });
    let error = retrying(&harness, job).await.expect_err("fatal");
    assert_eq!(error.downcast_ref::<Malformed>(), Some(&Malformed { attempt: 1 }));
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log), 1);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_given_the_arguments_anew() {
    let harness = Harness::new();
    let argument = vec![1, 2, 3];
    let job: Retrying<2> = Retrying::new(move |context| {
        let mut own = argument.clone();
        async move {
            own.push(4);
            if context.attempt() < 3 { Err(TaskError::fail("again")) } else { Ok(Total(own.iter().sum())) }
        }
    });
    assert_eq!(retrying(&harness, job).await.expect("a value"), Total(10));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_retrying_job_keeps_its_slot() {
    let harness = Harness::new();
    harness.trace().set_rules("work", Retrying::<2>::rules());
    let first = harness.submit(fails_until::<2>(3).in_slot(SLOT)).expect("accepted");
    let second = harness.submit(fails_until::<2>(1).in_slot(SLOT)).expect("accepted");
    harness.watch_in(SLOT, first.task());
    harness.watch_in(SLOT, second.task());
    let tasks = [first.task().clone(), second.task().clone()];
    assert_eq!(second.await.expect("a value"), Total(1));
    assert_eq!(first.await.expect("a value"), Total(3));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&tasks[1]), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_panics_says_so_and_its_slot_is_free() {
    let harness = Harness::new();
    let job: Work = Work::new(|_| async { panic!("no such tenant") });
    let error = accepted(&harness, Some(SLOT), job.in_slot(SLOT)).await.expect_err("it panics");
    assert_eq!(error.to_string(), "failed: panicked: no such tenant");
    assert!(harness.slots().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_past_its_timeout_says_so() {
    let harness = Harness::new();
    let error = accepted(&harness, None, gives(1).with_timeout(SECOND / 2)).await.expect_err("too slow");
    let JobError::Ended(outcome) = &error else { panic!("{error:?}") };
    assert_eq!(outcome.failure().map(taskvisor::Failure::kind), Some(FailureKind::Timeout));
    harness.finish().await;
}
