//! `on_shutdown = "finish"` of jobs: a caller that waits for the value receives it while the supervisor shuts down.

use taskvisor::__private::{RareSettings, Settings};
use taskvisor::{OnShutdown, Outcome, Rejection, RestartPolicy, Setting, StopCause, TaskError};
use tests::{Harness, Rules};
use tokio::time::{Instant, sleep};

use crate::rare_jobs::{Custom, Options, submitted};
use crate::support::*;

const FINISH: RareSettings =
    RareSettings { on_shutdown: Setting::Set(OnShutdown::Finish), ..RareSettings::INHERIT };

struct Finishes;

impl Options for Finishes {
    const RARE: RareSettings = FINISH;
}

struct Retries;

impl Options for Retries {
    const SETTINGS: Settings =
        Settings { restart: Setting::Set(RestartPolicy::OnFailure), ..Settings::INHERIT };
    const RARE: RareSettings = FINISH;
}

#[tokio::test(start_paused = true)]
async fn a_caller_receives_the_value_during_the_shutdown() {
    let harness = Harness::new();
    let job = submitted(
        &harness,
        Rules::never(),
        Custom::<Finishes, u32>::new(|context| async move {
            sleep(seconds(15)).await;
            assert!(!context.is_cancelled());
            Ok(7)
        }),
    );
    harness.settle().await;
    let value = tokio::spawn(job);
    harness.settle().await;
    harness.handle().stop();
    let before = Instant::now();
    let value = value.await.expect("no panic").expect("a value");
    assert_eq!((value, before.elapsed()), (7, seconds(15)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_then_is_not_retried() {
    let harness = Harness::new();
    let job = Custom::<Retries, u32>::new(|_| async {
        sleep(SECOND).await;
        Err(TaskError::fail("down"))
    });
    let job = submitted(&harness, Rules::on_failure(), job);
    harness.settle().await;
    let task = job.task().clone();
    harness.handle().stop();
    assert!(job.await.is_err());
    let outcome = outcome_of(&task).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Shutdown, .. }), "{outcome}");
    assert_eq!(task.status().attempt, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_value_returned_after_the_stop_request_is_delivered() {
    let harness = Harness::new();
    let job = Custom::<Finishes, u32>::new(|context| async move {
        context.cancelled().await;
        Ok(7)
    });
    let job = submitted(&harness, Rules::never(), job);
    harness.settle().await;
    harness.handle().stop();
    let before = Instant::now();
    assert_eq!(job.await.expect("a value"), 7);
    // A tenth of the grace of 20 s is left.
    assert_eq!(before.elapsed(), seconds(18));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn submissions_that_wait_behind_it_are_rejected_at_once() {
    let harness = Harness::new();
    let owner = harness.submit_to(SLOT, Queue, Rules::never().finishes_on_shutdown(), working("owner"));
    harness.settle().await;
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.handle().stop();
    let before = Instant::now();
    assert!(is_rejected(&outcome_of(&next).await, Rejection::ShuttingDown));
    assert_eq!(before.elapsed(), seconds(0));
    assert!(outcome_of(&owner).await.is_completed());
    harness.finish().await;
}
