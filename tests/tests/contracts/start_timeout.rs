//! The time that an attempt has to notify.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use taskvisor::{EventName, FailureKind, Outcome, Readiness, Ready, TaskContext, TaskFn, TaskRef};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{advance, sleep};

use crate::support::{Finished, SECOND, end, millis, seconds};

fn notifies_after(time: Duration) -> TaskRef {
    TaskFn::arc("work", move |context: TaskContext, ready: Ready| async move {
        sleep(time).await;
        ready.notify();
        context.cancelled().await;
        Ok(())
    })
}

fn is_not_ready(finished: &Finished) -> bool {
    finished.failure().kind() == FailureKind::NotReady
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_not_ready_in_time_fails() {
    let rules = Rules::never().ready(Readiness::Notify).start_timeout(seconds(2));
    let finished = end(rules, Script::task("work", [Step::Hang])).await;
    assert!(is_not_ready(&finished));
    assert_eq!(finished.failure().to_string(), "not ready after 2s");
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Failed), [seconds(2)]);
    assert_eq!(finished.trace()[2], "failed 1: not ready after 2s");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_thirty_seconds_by_default() {
    let finished = end(Rules::never(), notifies_after(seconds(31))).await;
    assert!(is_not_ready(&finished));
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Failed), [seconds(30)]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_ready_in_time_goes_on() {
    let harness = Harness::new();
    let task = harness.add(Rules::never().start_timeout(seconds(2)), notifies_after(SECOND));
    sleep(seconds(100)).await;
    assert!(task.status().phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_not_ready_in_time_is_retried() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |context: TaskContext, ready: Ready| async move {
        if context.attempt() == 1 {
            std::future::pending::<()>().await;
        }
        ready.notify();
        Ok(())
    });
    let task = harness.add(Rules::on_failure().constant_backoff(SECOND).start_timeout(SECOND), task);
    assert_eq!(harness.outcome(&task).await, Outcome::Completed);
    assert_eq!(task.status().total_failures, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn extend_moves_the_deadline() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |context: TaskContext, ready: Ready| async move {
        sleep(SECOND).await;
        assert!(ready.extend(seconds(5)));
        sleep(seconds(4)).await;
        ready.notify();
        context.cancelled().await;
        Ok(())
    });
    let task = harness.add(Rules::never().start_timeout(seconds(2)), task);
    assert_eq!(task.ready().await, Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_extended_deadline_is_enforced_and_reported() {
    let task = TaskFn::arc("work", |ready: Ready| async move {
        sleep(SECOND).await;
        ready.extend(seconds(5));
        std::future::pending().await
    });
    let finished = end(Rules::never().start_timeout(seconds(2)), task).await;
    assert_eq!(finished.failure().to_string(), "not ready after 6s");
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Failed), [seconds(6)]);
}

#[tokio::test(start_paused = true)]
async fn extend_never_shortens_the_time() {
    let task = TaskFn::arc("work", |ready: Ready| async move {
        assert!(ready.extend(millis(1)));
        std::future::pending().await
    });
    let finished = end(Rules::never().start_timeout(seconds(2)), task).await;
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Failed), [seconds(2)]);
}

#[tokio::test(start_paused = true)]
async fn extend_is_refused_once_the_time_is_over() {
    let (send, mut refused) = tokio::sync::mpsc::unbounded_channel();
    let task = TaskFn::arc("work", move |ready: Ready| {
        let late = ready.clone();
        let send = send.clone();
        async move {
            tokio::spawn(async move {
                sleep(seconds(3)).await;
                send.send(late.extend(seconds(100))).expect("the test receives");
            });
            std::future::pending().await
        }
    });
    let finished = end(Rules::never().start_timeout(seconds(2)), task).await;
    assert!(is_not_ready(&finished));
    assert_eq!(refused.recv().await, Some(false));
}

#[tokio::test(start_paused = true)]
async fn extend_is_refused_past_the_deadline_before_it_is_enforced() {
    let task = TaskFn::arc("work", |ready: Ready| async move {
        // Blocks the thread past the deadline, within one poll of the body.
        let mut advance = pin!(advance(seconds(3)));
        let _ = advance.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(!ready.extend(seconds(100)));
        std::future::pending().await
    });
    let finished = end(Rules::never().start_timeout(seconds(2)), task).await;
    assert!(is_not_ready(&finished));
}

#[tokio::test(start_paused = true)]
async fn extend_is_refused_once_the_task_is_ready() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |context: TaskContext, ready: Ready| async move {
        ready.notify();
        assert!(!ready.extend(SECOND));
        context.cancelled().await;
        Ok(())
    });
    let task = harness.add(Rules::never(), task);
    assert_eq!(task.ready().await, Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_the_attempt_applies_beside_it() {
    let rules = Rules::never().ready(Readiness::Notify).timeout(seconds(5));
    let finished = end(rules, Script::task("work", [Step::Hang])).await;
    assert_eq!(finished.failure().kind(), FailureKind::Timeout);
    let ready = end(Rules::never().timeout(seconds(5)), notifies_after(SECOND)).await;
    assert_eq!(ready.failure().kind(), FailureKind::Timeout);
    assert_eq!(ready.event_log.times_of(&ready.task, EventName::TimedOut), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_of_a_ready_task_has_no_such_limit() {
    let harness = Harness::new();
    let task = TaskFn::arc("work", |context: TaskContext, ready: Ready| async move {
        if context.attempt() == 1 {
            ready.notify();
        } else {
            context.cancelled().await;
        }
        Ok(())
    });
    let task = harness.add(Rules::always().delay(SECOND).start_timeout(SECOND), task);
    sleep(seconds(100)).await;
    assert_eq!(task.status().attempt, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_replaces_the_limit() {
    let harness = Harness::new();
    let task = harness.add(
        Rules::never().ready(Readiness::Notify).start_timeout(SECOND).stop_timeout(seconds(3)),
        Script::task("work", [Step::Hang]),
    );
    harness.settle().await;
    harness.cancel(&task);
    assert_eq!(harness.outcome(&task).await, Outcome::Aborted);
    assert_eq!(harness.finish().await.times_of(&task, EventName::Aborted), [seconds(3)]);
}

#[tokio::test(start_paused = true)]
async fn the_limit_applies_again_after_an_interrupt() {
    let harness = Harness::new();
    let rules = Rules::never().ready(Readiness::Notify).start_timeout(seconds(3));
    let task = harness.add(rules, Script::task("work", [Step::UntilStopped]));
    sleep(seconds(2)).await;
    assert_eq!(harness.restart(&task), Ok(()));
    let outcome = harness.outcome(&task).await;
    assert_eq!(outcome.failure().map(|failure| failure.kind()), Some(FailureKind::NotReady));
    assert_eq!(harness.finish().await.times_of(&task, EventName::Failed), [seconds(5)]);
}
