//! Waiting until a task or a supervisor is ready.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use taskvisor::{Outcome, Readiness, Ready, StartError, StopCause, TaskContext, TaskFn, TaskRef};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{SECOND, seconds};

/// A task that notifies after this time, until it is stopped.
fn notifies_after(name: &'static str, time: Duration) -> TaskRef {
    TaskFn::arc(name, move |context: TaskContext, ready: Ready| async move {
        sleep(time).await;
        ready.notify();
        context.cancelled().await;
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn ready_wakes_every_waiter_and_no_outcome() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), notifies_after("work", SECOND));
    let outcome = tokio::spawn(task.outcome());
    let (one, other) = tokio::join!(task.ready(), task.ready());
    assert_eq!((one, other), (Ok(()), Ok(())));
    assert_eq!(task.ready().await, Ok(()), "a later call completes at once");
    assert!(!outcome.is_finished());
    harness.cancel(&task);
    assert!(outcome.await.expect("no panic").is_completed() || task.is_finished());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn ready_returns_the_outcome_of_a_task_that_ends_unready() {
    let harness = Harness::new();
    let steps = [Step::FailAfter(SECOND, "down")];
    let failing = harness.add(Rules::never().ready(Readiness::Notify), Script::task("failing", steps));
    assert!(failing.ready().await.is_err_and(|outcome| outcome.is_failed()));
    let canceled = harness.add(Rules::never(), notifies_after("canceled", seconds(10)));
    harness.reach(&canceled, 1).await;
    let waiting = tokio::spawn({
        let canceled = canceled.clone();
        async move { canceled.ready().await }
    });
    harness.settle().await;
    canceled.cancel_with_grace(SECOND);
    assert_eq!(waiting.await.expect("no panic"), Err(Outcome::Aborted));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_waiter_for_readiness_leaves_the_others() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), notifies_after("work", SECOND));
    {
        let mut dropped = pin!(task.ready());
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(dropped.as_mut().poll(&mut context), Poll::Pending));
    }
    assert_eq!(task.ready().await, Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn wait_ready_finds_the_task_by_its_name() {
    let harness = Harness::new();
    harness.add(Rules::never(), notifies_after("work", SECOND));
    let began = Instant::now();
    assert_eq!(harness.wait_ready("work").await, Ok(()));
    assert_eq!(began.elapsed(), SECOND);
    let unknown = harness.wait_ready("typo").await;
    assert!(matches!(unknown, Err(StartError::UnknownTask { name, .. }) if name == "typo"));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_is_ready_once_every_declaring_task_is() {
    let harness = Harness::new();
    harness.add(Rules::never(), notifies_after("slow", seconds(5)));
    harness.add(Rules::never(), notifies_after("fast", SECOND));
    let migrate = Script::task("migrate", [Step::SucceedAfter(seconds(2))]);
    harness.add(Rules::never().ready(Readiness::Success), migrate);
    harness.add(Rules::never(), Script::task("undeclared", [Step::UntilStopped]));
    let began = Instant::now();
    assert_eq!(harness.handle().ready().await, Ok(()));
    assert_eq!(began.elapsed(), seconds(5));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_without_such_tasks_is_ready_at_its_start() {
    let harness = Harness::new();
    let waiting = tokio::spawn({
        let handle = harness.handle();
        async move { handle.ready().await }
    });
    sleep(seconds(10)).await;
    assert!(!waiting.is_finished(), "nothing was started");
    harness.add(Rules::never(), Script::task("work", [Step::UntilStopped]));
    assert_eq!(waiting.await.expect("no panic"), Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_wait_before_run_includes_the_tasks_of_the_run() {
    let harness = Harness::new();
    let specs = vec![
        harness.spec(Rules::never(), notifies_after("one", SECOND)),
        harness.spec(Rules::never(), notifies_after("two", seconds(3))),
    ];
    let handle = harness.handle();
    let waiting = tokio::spawn(async move { (handle.ready().await, Instant::now()) });
    harness.settle().await;
    let began = Instant::now();
    let report = harness.run_until(specs, sleep(seconds(10))).await;
    assert!(report.is_ok());
    let (result, at) = waiting.await.expect("no panic");
    assert_eq!((result, at - began), (Ok(()), seconds(3)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_supervisor_with_a_task_that_ends_unready_never_is() {
    let harness = Harness::new();
    let rules = Rules::never().ready(Readiness::Success);
    let failing = harness.add(rules, Script::task("migrate", [Step::Fail("no table")]));
    harness.outcome(&failing).await;
    let result = harness.handle().ready().await;
    assert!(
        matches!(&result, Err(StartError::Ended { name, outcome, .. }) if name == "migrate" && outcome.is_failed())
    );
    // Added again under its name, it counts instead of the failed one.
    harness.add(rules, Script::task("migrate", [Step::Succeed]));
    assert_eq!(harness.handle().ready().await, Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_canceled_task_leaves_the_start_up_set() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), notifies_after("work", seconds(10)));
    harness.reach(&task, 1).await;
    let waiting = tokio::spawn({
        let handle = harness.handle();
        async move { handle.ready().await }
    });
    harness.settle().await;
    harness.cancel(&task);
    // The wait that had begun reports it.
    assert!(matches!(waiting.await.expect("no panic"), Err(StartError::Ended { .. }) | Ok(())));
    harness.outcome(&task).await;
    assert_eq!(harness.handle().ready().await, Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_wait_of_a_supervisor() {
    let harness = Harness::new();
    harness.add(Rules::never(), notifies_after("work", seconds(30)));
    let handle = harness.handle();
    let waiting = tokio::spawn(async move { handle.ready().await });
    harness.settle().await;
    harness.stop();
    assert_eq!(waiting.await.expect("no panic"), Err(StartError::ShuttingDown));
    assert_eq!(harness.handle().ready().await, Err(StartError::ShuttingDown));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_whose_actor_waits_for_a_permit_is_not_ready() {
    let harness = crate::support::one_at_a_time();
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::SucceedAfter(seconds(2))]));
    harness.reach(&owner, 1).await;
    let rules = Rules::never().ready(Readiness::Start);
    let task = harness.add(rules, Script::task("work", [Step::UntilStopped]));
    assert!(timeout(SECOND, task.ready()).await.is_err());
    assert_eq!(task.ready().await, Ok(()));
    harness.finish().await;
    assert_eq!(task.outcome().await, Outcome::canceled(StopCause::Shutdown));
}
