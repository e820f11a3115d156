//! Limits in two steps of jobs: the value that a job returns after its token was canceled is delivered.

use std::time::Duration;

use taskvisor::__private::{RareSettings, Settings};
use taskvisor::{EventName, FailureKind, RestartPolicy, Setting, TaskError};
use tests::{Harness, Rules};
use tokio::time::sleep;

use crate::rare_jobs::{Custom, Options, submitted};
use crate::support::*;

const NEVER: Settings = Settings { restart: Setting::Set(RestartPolicy::Never), ..Settings::INHERIT };

/// 10 s, and 5 s to return.
struct Timeout;

impl Options for Timeout {
    const SETTINGS: Settings = Settings { timeout: Setting::Set(Some(Duration::from_secs(10))), ..NEVER };
}

struct Heartbeat;

impl Options for Heartbeat {
    const SETTINGS: Settings = NEVER;
    const RARE: RareSettings =
        RareSettings { heartbeat: Setting::Set(Duration::from_secs(10)), ..RareSettings::INHERIT };
}

fn returns<O>(last: fn() -> Result<u32, TaskError>) -> Custom<O, u32> {
    Custom::new(move |context| async move {
        context.cancelled().await;
        sleep(SECOND).await;
        last()
    })
}

async fn ends<O: Options>(rules: Rules, last: fn() -> Result<u32, TaskError>) -> (Option<u32>, Vec<String>) {
    use taskvisor::JobExt;

    let harness = Harness::new();
    harness.trace().set_rules("custom", rules);
    let job = harness.submit(returns::<O>(last).with_stop_timeout(seconds(5))).expect("it is accepted");
    harness.watch(job.task());
    let task = job.task().clone();
    let value = job.await.ok();
    (value, harness.finish().await.of(&task))
}

#[tokio::test(start_paused = true)]
async fn a_value_returned_after_the_limit_is_delivered() {
    for (value, events) in [
        ends::<Timeout>(Rules::never().timeout(seconds(10)), || Ok(7)).await,
        ends::<Heartbeat>(Rules::never().heartbeat(seconds(10)), || Ok(7)).await,
    ] {
        assert_eq!(value, Some(7));
        assert_eq!(events, RAN);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_returned_after_the_limit_is_attached() {
    let last = || Err(TaskError::fail("closing"));
    let (value, events) = ends::<Timeout>(Rules::never(), last).await;
    assert_eq!((value, events[2].as_str()), (None, "timed_out 1: timed out after 10s: closing"));
    let (value, events) = ends::<Heartbeat>(Rules::never(), last).await;
    assert_eq!((value, events[2].as_str()), (None, "stalled 1: no heartbeat for 10s: closing"));
}

#[tokio::test(start_paused = true)]
async fn without_a_stop_timeout_no_value_is_delivered() {
    let harness = Harness::new();
    let job = submitted(&harness, Rules::never(), returns::<Timeout>(|| Ok(7)));
    let task = job.task().clone();
    assert!(job.await.is_err());
    let failure = outcome_of(&task).await.failure().cloned().expect("it failed");
    assert_eq!(failure.kind(), FailureKind::Timeout);
    assert_eq!(harness.finish().await.times_of(&task, EventName::TimedOut), [seconds(10)]);
}

#[tokio::test(start_paused = true)]
async fn a_value_returned_after_a_stop_in_the_overtime_is_delivered() {
    use taskvisor::JobExt;

    let harness = Harness::new();
    harness.trace().set_rules("custom", Rules::never());
    let job = returns::<Timeout>(|| Ok(7)).with_stop_timeout(seconds(5));
    let job = harness.submit(job).expect("it is accepted");
    harness.watch(job.task());
    sleep(millis(10_500)).await;
    assert!(job.cancel());
    assert_eq!(job.await.ok(), Some(7));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_snoozes_in_its_overtime_has_failed() {
    use taskvisor::JobExt;

    let harness = Harness::new();
    harness.trace().set_rules("custom", Rules::never());
    let job = Custom::<Timeout, ()>::new(|context| async move {
        context.cancelled().await;
        context.snooze(seconds(60))
    });
    let job = harness.submit(job.with_stop_timeout(seconds(5))).expect("it is accepted");
    harness.watch(job.task());
    let task = job.task().clone();
    assert!(job.await.is_err(), "its work is not done");
    assert!(outcome_of(&task).await.is_failed());
    harness.finish().await;
}
