//! `heartbeat`: a running attempt must show that it makes progress. See contract 11.10.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use taskvisor::{
    EventKind, EventName, FailureKind, InterruptCause, Outcome, Phase, Readiness, Ready, TaskContext, TaskFn,
    TaskRef, TestContext,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{advance, sleep};

use crate::support::*;

/// Sends `count` heartbeats, `time` apart, and then hangs.
fn beats(count: u32, time: Duration) -> TaskRef {
    attempts(move |context| async move {
        for _ in 0..count {
            sleep(time).await;
            context.heartbeat();
        }
        std::future::pending().await
    })
}

fn is_stalled(outcome: &Outcome) -> bool {
    outcome.failure().is_some_and(|failure| failure.kind() == FailureKind::Stalled)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_a_heartbeat_is_stalled() {
    let finished = end(Rules::never().heartbeat(seconds(30)), Script::task("work", [Step::Hang])).await;
    assert!(is_stalled(&finished.outcome));
    assert_eq!(finished.failure().to_string(), "no heartbeat for 30s");
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(30)]);
    assert_eq!(finished.trace()[2], "stalled 1");
    let stalled = finished.event_log.events_of(&finished.task).find_map(|event| match event.kind {
        EventKind::Stalled { attempt, heartbeat, ref error, .. } => {
            Some((attempt, heartbeat, error.is_none()))
        }
        _ => None,
    });
    assert_eq!(stalled, Some((1, seconds(30), true)));
}

#[tokio::test(start_paused = true)]
async fn each_heartbeat_begins_the_time_anew() {
    let finished = end(Rules::never().heartbeat(seconds(30)), beats(10, seconds(29))).await;
    assert!(is_stalled(&finished.outcome));
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(10 * 29 + 30)]);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_at_the_moment_of_the_alarm_wins() {
    let finished = end(Rules::never().heartbeat(seconds(30)), beats(10, seconds(30))).await;
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(330)]);
    // From another task too, which the runtime polls before or after the actor.
    let spawned = attempts(|context: TaskContext| async move {
        tokio::spawn(async move {
            for _ in 0..10 {
                sleep(seconds(29)).await;
                context.heartbeat();
            }
        });
        std::future::pending().await
    });
    let finished = end(Rules::never().heartbeat(seconds(30)), spawned).await;
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(320)]);
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_a_failure_that_is_retried_and_counted() {
    let rules = Rules::on_failure().heartbeat(SECOND).constant_backoff(SECOND).max_failures(1, seconds(60));
    let finished = end(rules, Script::task("work", [Step::Hang])).await;
    assert!(is_stalled(&finished.outcome));
    assert_eq!(finished.starts(), [seconds(0), seconds(2)]);
    assert!(finished.trace().contains(&"gave_up after 2 in 60s".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_begins_with_a_heartbeat_of_its_own() {
    // The first attempt sends one, and fails; the second one has the whole time.
    let task = attempts(|context| async move {
        if context.attempt() == 1 {
            context.heartbeat();
            return Err(taskvisor::TaskError::fail("down"));
        }
        std::future::pending().await
    });
    let rules = Rules::on_failure()
        .heartbeat(seconds(10))
        .constant_backoff(seconds(60))
        .max_failures(1, seconds(600));
    let finished = end(rules, task).await;
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(70)]);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_of_an_ended_attempt_counts_for_no_other() {
    let task = attempts(|context| async move {
        if context.attempt() == 1 {
            // Goes on after its attempt.
            tokio::spawn(async move {
                loop {
                    sleep(SECOND).await;
                    context.heartbeat();
                }
            });
            return Err(taskvisor::TaskError::fail("down"));
        }
        std::future::pending().await
    });
    let rules =
        Rules::on_failure().heartbeat(seconds(10)).constant_backoff(SECOND).max_failures(1, seconds(600));
    let finished = end(rules, task).await;
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(11)]);
}

#[tokio::test(start_paused = true)]
async fn a_task_may_send_them_from_a_spawned_task() {
    let harness = Harness::new();
    let task = attempts(|context: TaskContext| async move {
        let spawned = context.clone();
        let _beats = tokio::spawn(async move {
            while !spawned.is_cancelled() {
                spawned.heartbeat();
                sleep(seconds(9)).await;
            }
        });
        context.cancelled().await;
        Ok(())
    });
    let task = harness.add(Rules::never().heartbeat(seconds(10)), task);
    sleep(seconds(1_000)).await;
    assert!(task.status().phase.is_running(), "{:?}", task.status());
    harness.finish().await;
}

fn notifies_after(time: Duration) -> TaskRef {
    TaskFn::arc("work", move |context: TaskContext, ready: Ready| async move {
        sleep(time).await;
        ready.notify();
        context.cancelled().await;
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn a_task_that_notifies_sends_none_before_it_is_ready() {
    let finished = end(Rules::never().heartbeat(seconds(10)), notifies_after(seconds(25))).await;
    assert!(is_stalled(&finished.outcome), "{}", finished.outcome);
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(35)]);
    // Without a notification, only the start is limited.
    let finished = end(Rules::never().heartbeat(seconds(10)), notifies_after(seconds(31))).await;
    assert_eq!(finished.failure().kind(), FailureKind::NotReady);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_stays_ready_sends_them_from_the_start() {
    let task = TaskFn::arc("work", |context: TaskContext, ready: Ready| async move {
        ready.notify();
        if context.attempt() == 1 { Ok(()) } else { std::future::pending().await }
    });
    let finished = end(Rules::always().delay(seconds(60)).heartbeat(seconds(10)).max_retries(0), task).await;
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(70)]);
}

#[tokio::test(start_paused = true)]
async fn the_age_is_shown_while_an_attempt_runs() {
    let harness = Harness::new();
    let task = harness.add(Rules::always().delay(seconds(60)).heartbeat(seconds(30)), beats_once());
    assert_eq!(task.status().heartbeat_age, None, "before the first attempt");
    sleep(seconds(7)).await;
    assert_eq!(task.status().heartbeat_age, Some(seconds(7)));
    sleep(seconds(5)).await;
    assert_eq!(task.status().heartbeat_age, Some(seconds(2)), "it sent one after 10 s");
    sleep(seconds(10)).await;
    assert!(task.status().phase.is_sleeping());
    assert_eq!(task.status().heartbeat_age, None);
    let other = harness.add(Rules::never(), Script::task("other", [Step::UntilStopped]));
    harness.settle().await;
    assert_eq!(other.status().heartbeat_age, None, "without the option");
    harness.finish().await;
}

/// Sends one heartbeat after 10 s, and succeeds after 20 s.
fn beats_once() -> TaskRef {
    attempts(|context| async move {
        sleep(seconds(10)).await;
        context.heartbeat();
        sleep(seconds(10)).await;
        Ok(())
    })
}

#[tokio::test(start_paused = true)]
async fn the_age_of_a_body_that_blocks_grows() {
    let harness = Harness::new();
    let (send, receive) = std::sync::mpsc::channel();
    let handle = harness.handle();
    let task = attempts(move |_| {
        let (send, handle) = (send.clone(), handle.clone());
        async move {
            // Blocks the thread past the deadline, within one poll of the body.
            let mut advance = pin!(advance(seconds(45)));
            let _ = advance.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            send.send(handle.task("work").expect("it lives").status().heartbeat_age)
                .expect("the test receives");
            std::future::pending().await
        }
    });
    let task = harness.add(Rules::never().heartbeat(seconds(30)), task);
    assert!(is_stalled(&harness.outcome(&task).await));
    assert_eq!(receive.recv(), Ok(Some(seconds(45))));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_replaces_the_limit() {
    let harness = Harness::new();
    let task = harness
        .add(Rules::never().heartbeat(SECOND).stop_timeout(seconds(5)), Script::task("work", [Step::Hang]));
    harness.settle().await;
    harness.cancel(&task);
    assert_eq!(harness.outcome(&task).await, Outcome::Aborted);
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Aborted), [seconds(5)]);
    assert_eq!(event_log.count(EventName::Stalled), 0);
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_replaces_the_limit() {
    let harness = Harness::new();
    let task = Script::task("work", [Step::Hang, Step::Succeed]);
    let task = harness.add(Rules::never().heartbeat(SECOND).stop_timeout(seconds(5)), task);
    harness.settle().await;
    harness.restart(&task).expect("it runs");
    assert!(harness.outcome(&task).await.is_completed());
    assert_eq!(harness.finish().await.count(EventName::Stalled), 0);
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_misses_no_heartbeat() {
    let harness = Harness::new();
    let task =
        harness.add(Rules::never().heartbeat(SECOND), Script::task("work", [Step::UntilStopped, Step::Hang]));
    harness.settle().await;
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(seconds(60)).await;
    assert!(matches!(task.status().phase, Phase::Paused { gave_up: false, .. }), "{:?}", task.status());
    assert_eq!(task.status().heartbeat_age, None);
    assert_eq!(task.resume(), Ok(true));
    assert!(is_stalled(&harness.outcome(&task).await));
    assert_eq!(harness.finish().await.times_of(&task, EventName::Stalled), [seconds(61)]);
}

#[tokio::test(start_paused = true)]
async fn with_a_stop_timeout_a_stalled_attempt_may_return() {
    let harness = Harness::new();
    let task = attempts(|context| async move {
        context.cancelled().await;
        assert_eq!((context.stop_cause(), context.interrupt_cause()), (None, Some(InterruptCause::Stalled)));
        // Too late: the token is canceled.
        context.heartbeat();
        sleep(SECOND).await;
        Err(taskvisor::TaskError::fail("closing"))
    });
    let task = harness.add(Rules::never().heartbeat(seconds(10)).stop_timeout(seconds(5)), task);
    let outcome = harness.outcome(&task).await;
    assert!(is_stalled(&outcome));
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Stalled), [seconds(11)]);
    assert_eq!(event_log.of(&task)[2], "stalled 1: no heartbeat for 10s: closing");
}

#[tokio::test(start_paused = true)]
async fn the_timeout_applies_beside_it() {
    let finished =
        end(Rules::never().heartbeat(seconds(30)).timeout(seconds(45)), beats(9, seconds(10))).await;
    assert_eq!(finished.failure().kind(), FailureKind::Timeout);
    // Of two at the same time, the timeout wins.
    let rules = Rules::never().heartbeat(seconds(30)).timeout(seconds(30));
    let finished = end(rules, Script::task("work", [Step::Hang])).await;
    assert_eq!(finished.failure().kind(), FailureKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_without_the_option_does_nothing() {
    let finished = end(
        Rules::never(),
        attempts(|context| async move {
            context.heartbeat();
            Ok(())
        }),
    )
    .await;
    assert!(finished.outcome.is_completed());
    TestContext::new().context().heartbeat();
    let status = finished.task.status();
    assert_eq!(status.heartbeat_age, None);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_task_is_not_ready() {
    let harness = Harness::new();
    let rules = Rules::on_failure().heartbeat(SECOND).constant_backoff(seconds(60)).ready(Readiness::Start);
    let task = harness.add(rules, Script::task("work", [Step::Hang]));
    harness.settle().await;
    assert!(task.status().ready_since.is_some());
    sleep(seconds(2)).await;
    assert!(task.status().ready_since.is_none());
    harness.finish().await;
}
