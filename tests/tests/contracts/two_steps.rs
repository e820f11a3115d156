//! Limits in two steps: the token of an attempt that exceeds one is canceled, and the attempt has its `stop_timeout` to return. See
//! contract 11.9.

use std::time::Duration;

use taskvisor::{EventName, FailureKind, InterruptCause, Phase, Readiness, TaskRef};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::*;

const STOP: Duration = Duration::from_secs(5);

/// The rules of each limit, which is 10 s, and its kind and its event.
fn limits() -> [(Rules, FailureKind, EventName); 3] {
    limits_of(Rules::never())
}

fn limits_of(rules: Rules) -> [(Rules, FailureKind, EventName); 3] {
    [
        (rules.timeout(seconds(10)), FailureKind::Timeout, EventName::TimedOut),
        (rules.heartbeat(seconds(10)), FailureKind::Stalled, EventName::Stalled),
        (rules.ready(Readiness::Notify).start_timeout(seconds(10)), FailureKind::NotReady, EventName::Failed),
    ]
}

/// Returns `last` two seconds after its token is canceled.
fn returns_late(last: fn() -> Result<(), taskvisor::TaskError>) -> TaskRef {
    attempts(move |context| async move {
        context.cancelled().await;
        sleep(seconds(2)).await;
        last()
    })
}

#[tokio::test(start_paused = true)]
async fn without_a_stop_timeout_the_attempt_is_dropped_at_once() {
    for (rules, kind, event) in limits() {
        let finished = end(rules, Script::task("work", [Step::Hang])).await;
        assert_eq!(finished.failure().kind(), kind);
        assert_eq!(finished.event_log.times_of(&finished.task, event), [seconds(10)], "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_does_not_return_is_dropped_after_it() {
    for (rules, kind, event) in limits() {
        let finished = end(rules.stop_timeout(STOP), Script::task("work", [Step::Hang])).await;
        assert_eq!(finished.failure().kind(), kind);
        assert_eq!(finished.event_log.times_of(&finished.task, event), [seconds(15)], "{kind:?}");
        assert_eq!(finished.event_log.count(EventName::Interrupted), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_returns_in_time_has_failed_all_the_same() {
    let results: [fn() -> Result<(), taskvisor::TaskError>; 3] =
        [|| Ok(()), || Err(taskvisor::TaskError::Canceled), || Err(taskvisor::TaskError::fail("closing"))];
    for (rules, kind, event) in limits() {
        for result in results {
            let finished = end(rules.stop_timeout(STOP), returns_late(result)).await;
            assert_eq!(finished.failure().kind(), kind);
            assert_eq!(finished.event_log.times_of(&finished.task, event), [seconds(12)], "{kind:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_it_returns_is_attached() {
    let texts = ["timed out after 10s", "no heartbeat for 10s", "not ready after 10s"];
    for ((rules, ..), text) in limits().into_iter().zip(texts) {
        let task = returns_late(|| Err(taskvisor::TaskError::fatal("closing")));
        let finished = end(rules.stop_timeout(STOP), task).await;
        assert_eq!(finished.failure().to_string(), format!("{text}: closing"));
        assert!(finished.trace()[2].ends_with(&format!("{text}: closing")), "{:?}", finished.trace());
        // Nothing is attached to one that returns without an error.
        let finished = end(rules.stop_timeout(STOP), returns_late(|| Ok(()))).await;
        assert_eq!(finished.failure().to_string(), text);
    }
}

#[tokio::test(start_paused = true)]
async fn its_fatal_and_retry_after_marks_decide_nothing() {
    let results: [fn() -> Result<(), taskvisor::TaskError>; 2] = [
        || Err(taskvisor::TaskError::fatal("closing")),
        || Err(taskvisor::TaskError::retry_after("closing", seconds(3_600))),
    ];
    for (rules, ..) in limits_of(Rules::on_failure().constant_backoff(SECOND)) {
        for result in results {
            let harness = Harness::new();
            let task = harness.add(rules.stop_timeout(STOP), returns_late(result));
            sleep(seconds(14)).await;
            assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
            harness.finish().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_stays_a_panic() {
    for (rules, ..) in limits() {
        let task = Script::task("work", [Step::PanicWhenStopped("while closing")]);
        let finished = end(rules.stop_timeout(STOP), task).await;
        assert_eq!(finished.failure().kind(), FailureKind::Panic);
        assert_eq!(finished.trace()[2], "panicked 1: panicked: while closing");
    }
}

#[tokio::test(start_paused = true)]
async fn the_body_sees_the_cause_and_the_deadline() {
    for (rules, kind, _) in limits() {
        let task = attempts(move |context| async move {
            context.cancelled().await;
            let cause =
                if kind == FailureKind::Stalled { InterruptCause::Stalled } else { InterruptCause::Timeout };
            assert_eq!((context.interrupt_cause(), context.stop_cause()), (Some(cause), None));
            assert_eq!(context.stop_deadline(), Some(Instant::now() + STOP));
            Ok(())
        });
        let finished = end(rules.stop_timeout(STOP), task).await;
        assert_eq!(finished.failure().kind(), kind, "no assertion failed in the body");
    }
}

#[tokio::test(start_paused = true)]
async fn the_stop_timeout_is_not_limited_by_the_grace() {
    // It is the user's own limit, and nothing waits for the attempt.
    let rules = Rules::never().timeout(SECOND).stop_timeout(seconds(60));
    let finished = end(rules, Script::task("work", [Step::Hang])).await;
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::TimedOut), [seconds(61)]);
}

#[tokio::test(start_paused = true)]
async fn the_task_is_not_ready_once_its_token_is_cancelled() {
    let harness = Harness::new();
    let rules = Rules::never().timeout(seconds(10)).stop_timeout(STOP).ready(Readiness::Start);
    let task = harness.add(rules, Script::task("work", [Step::Hang]));
    sleep(seconds(9)).await;
    assert!(task.status().ready_since.is_some());
    sleep(seconds(3)).await;
    let status = task.status();
    assert!(status.phase.is_running() && status.ready_since.is_none(), "{status:?}");
    assert!(!status.stopping, "it goes on");
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task)[3], "not_ready: failed");
    assert_eq!(event_log.times_of(&task, EventName::NotReady), [seconds(10)]);
}

#[tokio::test(start_paused = true)]
async fn a_notification_after_the_start_timeout_has_no_effect() {
    let task = taskvisor::TaskFn::arc(
        "work",
        |context: taskvisor::TaskContext, ready: taskvisor::Ready| async move {
            context.cancelled().await;
            ready.notify();
            assert!(!ready.extend(seconds(60)));
            std::future::pending().await
        },
    );
    let finished = end(Rules::never().start_timeout(seconds(10)).stop_timeout(STOP), task).await;
    assert_eq!(finished.failure().kind(), FailureKind::NotReady);
    assert_eq!(finished.event_log.count(EventName::Ready), 0);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_in_the_overtime_of_another_limit_changes_nothing() {
    let rules = Rules::never().heartbeat(seconds(10)).timeout(seconds(12)).stop_timeout(STOP);
    let finished = end(rules, Script::task("work", [Step::Hang])).await;
    assert_eq!(finished.failure().kind(), FailureKind::Stalled);
    assert_eq!(finished.event_log.times_of(&finished.task, EventName::Stalled), [seconds(15)]);
}
