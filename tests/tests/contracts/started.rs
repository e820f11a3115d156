//! `started`: a handle waits for the first attempt of its task.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use taskvisor::{Outcome, Phase, StopCause};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::{SECOND, one_at_a_time, seconds};

#[tokio::test(start_paused = true)]
async fn started_completes_when_the_first_attempt_begins() {
    let harness = one_at_a_time();
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::SucceedAfter(SECOND)]));
    let task = harness.add(Rules::never(), Script::task("task", [Step::UntilStopped]));
    assert_eq!(owner.started().await, Ok(()));
    // The task waits for the permit until the owner has ended.
    assert!(matches!(task.status().phase, Phase::Waiting { .. }));
    assert_eq!(task.started().await, Ok(()));
    assert!(task.status().phase.is_running());
    assert!(owner.is_finished());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn started_completes_at_once_after_the_start_and_after_the_end() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("task", [Step::Fail("down")]));
    assert!(harness.outcome(&task).await.is_failed());
    assert_eq!(task.started().await, Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_ends_without_an_attempt_returns_its_outcome() {
    let harness = one_at_a_time();
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::UntilStopped]));
    harness.reach(&owner, 1).await;
    let task = harness.add(Rules::never(), Script::task("task", [Step::Succeed]));
    let waiter = tokio::spawn({
        let task = task.clone();
        async move { task.started().await }
    });
    sleep(SECOND).await;
    assert!(!waiter.is_finished());
    task.cancel();
    let canceled = Err(Outcome::canceled(StopCause::Cancel));
    assert_eq!(waiter.await.expect("no panic"), canceled);
    assert_eq!(task.started().await, canceled);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_waiter_leaves_the_others_waiting() {
    let harness = one_at_a_time();
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::SucceedAfter(seconds(5))]));
    harness.reach(&owner, 1).await;
    let task = harness.add(Rules::never(), Script::task("task", [Step::UntilStopped]));
    {
        let mut dropped = pin!(task.started());
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(dropped.as_mut().poll(&mut context), Poll::Pending));
    }
    let (one, other) = tokio::join!(task.started(), task.started());
    assert_eq!((one, other), (Ok(()), Ok(())));
    harness.finish().await;
}
