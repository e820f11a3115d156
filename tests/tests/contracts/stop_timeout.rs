//! `stop_timeout`: how long one task may take to stop, regardless of the grace in the stop request.

use std::time::Duration;

use taskvisor::{Config, Outcome, RestartPolicy, TaskFn, TaskHandle, TaskRef, TaskSpec};
use tests::{Harness, Rules};
use tokio::time::{Instant, sleep};

use crate::support::*;

/// A task that runs for an hour and ignores stop requests.
fn deaf() -> TaskRef {
    TaskFn::arc("deaf", || async {
        sleep(seconds(3_600)).await;
        Ok(())
    })
}

/// Returns the time until the task has ended.
async fn stopped_after(task: &TaskHandle) -> Duration {
    let requested = Instant::now();
    assert!(matches!(task.outcome().await, Outcome::Aborted));
    requested.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_drops_the_attempt_after_the_stop_timeout() {
    let harness = Harness::new();
    let task = harness.add(Rules::never().stop_timeout(seconds(2)), deaf());
    harness.reach(&task, 1).await;
    task.cancel();
    assert_eq!(stopped_after(&task).await, seconds(2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_gives_each_task_its_own_time() {
    let harness = Harness::new();
    let short = harness.add(Rules::never().stop_timeout(seconds(2)), deaf());
    let whole = harness.add(
        Rules::never(),
        TaskFn::arc("whole", || async {
            sleep(seconds(3_600)).await;
            Ok(())
        }),
    );
    harness.reach(&short, 1).await;
    harness.reach(&whole, 1).await;
    harness.handle().stop();
    let (short, whole) = tokio::join!(stopped_after(&short), stopped_after(&whole));
    assert_eq!((short, whole), (seconds(2), Config::default().grace()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_timeout_above_the_grace_is_clamped_to_it() {
    let harness = Harness::new();
    let task = harness.add(Rules::never().stop_timeout(seconds(3_000)), deaf());
    harness.reach(&task, 1).await;
    task.cancel();
    assert_eq!(stopped_after(&task).await, Config::default().grace());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_sender_of_a_stop_request_may_allow_less() {
    let harness = Harness::new();
    let task = harness.add(Rules::never().stop_timeout(seconds(2)), deaf());
    harness.reach(&task, 1).await;
    task.cancel_with_grace(seconds(1));
    assert_eq!(stopped_after(&task).await, seconds(1));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_returns_in_time_is_not_dropped() {
    let harness = Harness::new();
    let flush = TaskFn::arc("flush", |context: taskvisor::TaskContext| async move {
        context.cancelled().await;
        sleep(seconds(1)).await;
        Ok(())
    });
    let task = harness.add(Rules::never().stop_timeout(seconds(2)), flush);
    harness.reach(&task, 1).await;
    task.cancel();
    assert!(!matches!(task.outcome().await, Outcome::Aborted));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_timeout_of_zero_is_refused() {
    let harness = Harness::new();
    let spec = TaskSpec::inherit(deaf()).with_restart(RestartPolicy::Never).with_stop_timeout(Duration::ZERO);
    let error = harness.handle().add_task(spec).expect_err("zero");
    assert!(error.to_string().contains("`stop_timeout` is zero"), "{error}");
    harness.finish().await;
}
