//! When a task becomes ready, when it is not ready any more, and the events of both.

use std::time::Duration;

use taskvisor::{EventName, Readiness, Ready, TaskContext, TaskError, TaskFn, TaskRef};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::{SECOND, play, seconds};

/// A task that notifies after a second, and ends as `step` says.
fn notifies(last: fn(TaskContext) -> Result<(), TaskError>) -> TaskRef {
    TaskFn::arc("work", move |context: TaskContext| async move {
        sleep(SECOND).await;
        context.ready();
        sleep(SECOND).await;
        last(context)
    })
}

fn always() -> Rules {
    Rules::always().delay(SECOND).constant_backoff(SECOND)
}

#[tokio::test(start_paused = true)]
async fn a_task_is_ready_when_its_attempt_starts() {
    let harness = Harness::new();
    let task =
        harness.add(Rules::never().ready(Readiness::Start), Script::task("work", [Step::UntilStopped]));
    assert_eq!(task.status().ready_since, None);
    let before = Instant::now();
    harness.reach(&task, 1).await;
    assert!(task.status().ready_since.is_some_and(|since| since >= before));
    harness.cancel(&task);
    harness.outcome(&task).await;
    let events = ["added", "started 1", "ready", "not_ready: stopping", "canceled 1"];
    assert_eq!(harness.finish().await.of(&task)[..5], events);
}

#[tokio::test(start_paused = true)]
async fn a_task_is_ready_after_its_first_success() {
    let harness = Harness::new();
    let steps = [Step::Fail("down"), Step::SucceedAfter(SECOND), Step::UntilStopped];
    let task = harness.add(always().ready(Readiness::Success), Script::task("work", steps));
    harness.reach(&task, 2).await;
    assert_eq!(task.status().ready_since, None);
    harness.reach(&task, 3).await;
    assert!(task.status().ready_since.is_some());
    let log = harness.finish().await;
    let events = log.of(&task);
    assert_eq!(events[4..8], ["started 2", "succeeded 2", "ready", "started 3"]);
}

#[tokio::test(start_paused = true)]
async fn a_task_is_ready_when_its_attempt_notifies() {
    let harness = Harness::new();
    let began = Instant::now();
    let task = harness.add(Rules::never().ready(Readiness::Notify), notifies(|_| Ok(())));
    assert_eq!(task.ready().await, Ok(()));
    assert_eq!(began.elapsed().as_secs(), 1);
    assert_eq!(task.status().ready_since, Some(Instant::now()));
    harness.outcome(&task).await;
    let events = ["added", "started 1", "ready", "succeeded 1", "ended completed", "removed"];
    assert_eq!(harness.finish().await.of(&task), events);
}

#[tokio::test(start_paused = true)]
async fn a_parameter_declares_that_the_task_notifies() {
    type Alias = Ready;
    let harness = Harness::new();
    let task = TaskFn::arc("work", |context: TaskContext, ready: Alias| async move {
        ready.notify();
        context.cancelled().await;
        Ok(())
    });
    let task = harness.add(Rules::never(), task);
    assert_eq!(task.ready().await, Ok(()));
    assert_eq!(harness.finish().await.count(EventName::Ready), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clone_of_the_parameter_notifies_from_another_task() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |context: TaskContext, ready: Ready| async move {
        tokio::spawn(async move {
            sleep(SECOND).await;
            ready.notify();
        });
        context.cancelled().await;
        Ok(())
    });
    let task = harness.add(Rules::never(), task);
    sleep(seconds(2)).await;
    harness.settle().await;
    assert!(task.status().ready_since.is_some());
    let log = harness.trace().so_far();
    assert_eq!(log.of(&task).last().map(String::as_str), Some("ready"), "published by the woken actor");
    assert_eq!(log.times_of(&task, EventName::Ready), [SECOND]);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn ready_reports_how_long_the_attempt_had_run() {
    let finished = play(
        Rules::on_failure().ready(Readiness::Success).constant_backoff(SECOND),
        [Step::Fail("down"), Step::SucceedAfter(seconds(3))],
    )
    .await;
    let ready =
        finished.event_log.events_of(&finished.task).find(|event| event.kind.name() == EventName::Ready);
    assert_eq!(ready.map(|event| event.kind.to_string()).as_deref(), Some("ready after=3s"));
}

#[tokio::test(start_paused = true)]
async fn readiness_survives_successes_and_the_waits_between() {
    let harness = Harness::new();
    let task = harness.add(always().ready(Readiness::Notify), notifies(|_| Ok(())));
    assert_eq!(task.ready().await, Ok(()));
    let since = task.status().ready_since;
    for _ in 0..30 {
        sleep(Duration::from_millis(333)).await;
        assert_eq!(task.status().ready_since, since);
    }
    let log = harness.finish().await;
    assert_eq!((log.count(EventName::Ready), log.count(EventName::NotReady)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_ends_the_readiness_until_it_comes_back() {
    let harness = Harness::new();
    let last = |context: TaskContext| match context.attempt() {
        1 => Err(TaskError::fail("down")),
        _ => Ok(()),
    };
    let task =
        harness.add(Rules::on_failure().constant_backoff(SECOND).ready(Readiness::Notify), notifies(last));
    assert_eq!(task.ready().await, Ok(()));
    harness.reach(&task, 2).await;
    assert_eq!(task.status().ready_since, None);
    assert_eq!(task.ready().await, Ok(()));
    assert_eq!(task.status().attempt, 2);
    harness.outcome(&task).await;
    let events = harness.finish().await.of(&task);
    let second =
        ["failed 1: down", "not_ready: failed", "backoff 1: 1s", "started 2", "ready", "succeeded 2"];
    assert_eq!(events[3..9], second);
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_ends_the_readiness_at_once() {
    let harness = Harness::new();
    let task =
        harness.add(Rules::never().ready(Readiness::Start), Script::task("work", [Step::UntilStopped]));
    harness.reach(&task, 1).await;
    assert_eq!(harness.restart(&task), Ok(()));
    assert_eq!(task.status().ready_since, None);
    harness.reach(&task, 2).await;
    assert!(task.status().ready_since.is_some());
    let events = harness.finish().await.of(&task);
    let again = ["ready", "not_ready: interrupted", "interrupted 1", "started 2", "ready"];
    assert_eq!(events[2..7], again);
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_of_the_wait_ends_the_readiness() {
    let harness = Harness::new();
    let steps = [Step::Succeed, Step::UntilStopped];
    let rules = Rules::always().delay(seconds(60)).ready(Readiness::Success);
    let task = harness.add(rules, Script::task("work", steps));
    assert_eq!(task.ready().await, Ok(()));
    assert_eq!(harness.restart(&task), Ok(()));
    assert_eq!(task.status().ready_since, None);
    harness.reach(&task, 2).await;
    let events = harness.finish().await.of(&task);
    assert_eq!(events[3..6], ["ready", "not_ready: interrupted", "started 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_ends_the_readiness_at_once() {
    let harness = Harness::new();
    let task = harness.add(Rules::always().ready(Readiness::Success), Script::task("work", [Step::Succeed]));
    assert_eq!(task.ready().await, Ok(()));
    assert!(harness.cancel(&task));
    assert_eq!(task.status().ready_since, None);
    harness.outcome(&task).await;
    let events = harness.finish().await.of(&task);
    assert_eq!(events[3..6], ["ready", "not_ready: stopping", "ended canceled by a cancel"]);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_notifies_while_it_stops_is_not_ready() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |context: TaskContext, ready: Ready| async move {
        context.cancelled().await;
        ready.notify();
        Err(TaskError::Canceled)
    });
    let task = harness.add(Rules::never(), task);
    harness.reach(&task, 1).await;
    harness.cancel(&task);
    assert!(task.ready().await.is_err_and(|outcome| outcome.is_canceled()));
    assert_eq!(harness.finish().await.count(EventName::Ready), 0);
}

#[tokio::test(start_paused = true)]
async fn a_notification_of_an_ended_attempt_does_nothing() {
    let harness = Harness::new();
    let (send, mut received) = tokio::sync::mpsc::unbounded_channel();
    let task = TaskFn::arc("work", move |context: TaskContext, ready: Ready| {
        let send = send.clone();
        async move {
            send.send(ready).expect("the test receives");
            match context.attempt() {
                1 => Err(TaskError::fail("down")),
                _ => {
                    context.cancelled().await;
                    Ok(())
                }
            }
        }
    });
    let task = harness.add(Rules::on_failure().constant_backoff(SECOND), task);
    harness.reach(&task, 2).await;
    let (first, second) = (received.recv().await, received.recv().await);
    first.expect("the first attempt sent it").notify();
    assert_eq!(task.status().ready_since, None);
    second.expect("the second attempt sent it").notify();
    assert!(task.status().ready_since.is_some());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_completed_task_is_ready_for_ever_without_notifying() {
    let harness = Harness::new();
    let task = harness.add(Rules::never().ready(Readiness::Notify), Script::task("work", [Step::Succeed]));
    harness.outcome(&task).await;
    assert_eq!(task.ready().await, Ok(()));
    let since = task.status().ready_since;
    assert!(since.is_some());
    sleep(seconds(100)).await;
    task.cancel();
    assert_eq!(task.status().ready_since, since);
    let events = ["added", "started 1", "succeeded 1", "ready", "ended completed", "removed"];
    assert_eq!(harness.finish().await.of(&task), events);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_declares_nothing_is_ready_without_events() {
    let harness = Harness::new();
    let task = harness.add(Rules::always().delay(SECOND), Script::task("work", [Step::Succeed]));
    assert_eq!(task.status().ready_since, None);
    assert_eq!(task.ready().await, Ok(()));
    let since = task.status().ready_since;
    assert!(since.is_some());
    sleep(seconds(10)).await;
    assert_eq!(task.status().ready_since, since);
    let log = harness.finish().await;
    assert_eq!((log.count(EventName::Ready), log.count(EventName::NotReady)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_does_not_notify_ignores_ready_of_the_context() {
    let harness = Harness::new();
    let task = harness.add(always(), notifies(|_| Err(TaskError::fail("down"))));
    sleep(seconds(10)).await;
    assert_eq!(task.status().ready_since, None);
    harness.finish().await;
}
