//! `pause` and `resume` by an operator. See contract 11.12 and 11.13.

use std::time::Duration;

use taskvisor::{
    Config, EventKind, EventName, InterruptCause, NotReadyReason, Outcome, Phase, Readiness, RuntimeError,
    StopCause, TaskContext, TaskError, TaskFn, TaskHandle,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::*;

const HOUR: Duration = Duration::from_secs(3_600);

fn is_paused(task: &TaskHandle) -> bool {
    matches!(task.status().phase, Phase::Paused { gave_up: false, .. })
}

/// A paused task, whose first attempt executed `step`.
async fn paused(harness: &Harness, rules: Rules, step: Step) -> TaskHandle {
    let task = harness.add(rules, Script::task("work", [step, Step::Hang]));
    harness.settle().await;
    assert_eq!(harness.pause(&task), Ok(true));
    harness.settle().await;
    task
}

#[tokio::test(start_paused = true)]
async fn a_pause_interrupts_the_attempt_and_none_follows() {
    for step in [Step::SucceedWhenStopped, Step::UntilStopped, Step::FailWhenStopped("closing")] {
        for rules in [Rules::never(), Rules::on_failure(), Rules::always()] {
            let harness = Harness::new();
            let task = paused(&harness, rules, step).await;
            assert!(is_paused(&task), "{:?}", task.status());
            sleep(HOUR).await;
            let status = task.status();
            assert_eq!((status.attempt, status.failures, status.next_attempt), (1, 0, None));
            assert_eq!(status.phase.to_string(), "paused");
            let event_log = harness.finish().await;
            let interrupted = event_log.events_of(&task).find_map(|event| match &event.kind {
                EventKind::Interrupted { attempt: 1, cause: InterruptCause::Pause, error, .. } => {
                    Some(error.clone())
                }
                _ => None,
            });
            let error = interrupted.expect("it was interrupted");
            assert_eq!(error.is_some(), matches!(step, Step::FailWhenStopped(_)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_resume_begins_the_next_attempt_at_once() {
    let harness = Harness::new();
    let rules = Rules::always().delay(HOUR);
    let task = paused(&harness, rules, Step::SucceedWhenStopped).await;
    sleep(SECOND).await;
    let before = Instant::now();
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
    assert_eq!(before.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn both_say_whether_they_changed_anything() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("work", [Step::UntilStopped]));
    assert_eq!(task.resume(), Ok(false), "it is not paused");
    assert_eq!(harness.pause(&task), Ok(true));
    assert_eq!(harness.pause(&task), Ok(false));
    assert_eq!(task.resume(), Ok(true));
    assert_eq!(task.resume(), Ok(false));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn both_work_by_name() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("work", [Step::UntilStopped]));
    harness.reach(&task, 1).await;
    let handle = harness.handle();
    harness.trace().paused(&task);
    assert_eq!(handle.pause("work"), Ok(true));
    harness.settle().await;
    assert!(is_paused(&task));
    assert_eq!(handle.resume("work"), Ok(true));
    harness.reach(&task, 2).await;
    for unknown in [handle.pause("nothing"), handle.resume("nothing")] {
        assert!(matches!(unknown, Err(RuntimeError::UnknownTask { .. })), "{unknown:?}");
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_paused_before_its_first_poll_makes_no_attempt() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("work", [Step::Succeed]));
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(HOUR).await;
    assert!(is_paused(&task));
    assert_eq!(task.status().attempt, 0);
    assert_eq!(task.resume(), Ok(true));
    assert!(harness.outcome(&task).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_does_not_return_is_dropped_in_time() {
    for (rules, limit) in
        [(Rules::never(), Config::default().grace()), (Rules::never().stop_timeout(seconds(2)), seconds(2))]
    {
        let harness = Harness::new();
        let task = paused(&harness, rules, Step::Hang).await;
        assert!(task.status().phase.is_running(), "{:?}", task.status());
        sleep(limit - millis(1)).await;
        assert!(task.status().phase.is_running());
        sleep(millis(2)).await;
        assert!(is_paused(&task), "{:?}", task.status());
        assert_eq!(harness.finish().await.times_of(&task, EventName::Interrupted), [limit]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_a_backoff_and_keeps_its_failures() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(HOUR).max_retries(2);
    let task = harness.add(rules, Script::task("work", [Step::Fail("down")]));
    sleep(SECOND).await;
    assert_eq!(harness.pause(&task), Ok(true));
    harness.settle().await;
    assert!(is_paused(&task), "{:?}", task.status());
    assert_eq!((task.status().failures, task.status().next_attempt), (1, None));
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert_eq!((task.status().attempt, task.status().failures), (2, 2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_the_wait_after_a_success_and_a_snooze() {
    let harness = Harness::new();
    let task =
        attempts(|context| async move { if context.attempt() == 1 { Ok(()) } else { context.snooze(HOUR) } });
    let task = harness.add(Rules::always().delay(HOUR), task);
    for attempt in 1..=2 {
        sleep(SECOND).await;
        assert!(task.status().phase.is_sleeping());
        assert_eq!(harness.pause(&task), Ok(true));
        harness.settle().await;
        assert!(is_paused(&task), "{:?}", task.status());
        assert_eq!(task.status().attempt, attempt);
        assert_eq!(task.resume(), Ok(true));
    }
    harness.settle().await;
    assert_eq!(task.status().attempt, 3);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_during_a_pause_is_a_failure_and_the_task_is_paused() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(HOUR);
    let task = paused(&harness, rules, Step::PanicWhenStopped("while closing")).await;
    assert_eq!(task.status().failures, 1);
    assert!(is_paused(&task), "{:?}", task.status());
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert_eq!(task.status().attempt, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_is_not_ready() {
    let harness = Harness::new();
    let task =
        harness.add(Rules::never().ready(Readiness::Start), Script::task("work", [Step::UntilStopped]));
    harness.reach(&task, 1).await;
    assert!(task.status().ready_since.is_some());
    assert_eq!(harness.pause(&task), Ok(true));
    assert!(task.status().ready_since.is_none(), "at once");
    harness.settle().await;
    assert_eq!(task.resume(), Ok(true));
    harness.reach(&task, 2).await;
    assert!(task.status().ready_since.is_some());
    let event_log = harness.finish().await;
    let lost = event_log
        .events_of(&task)
        .any(|event| matches!(event.kind, EventKind::NotReady { reason: NotReadyReason::Interrupted, .. }));
    assert!(lost);
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_cannot_be_restarted() {
    let harness = Harness::new();
    let task = paused(&harness, Rules::never(), Step::SucceedWhenStopped).await;
    let error = task.restart().expect_err("it is paused");
    assert!(matches!(&error, RuntimeError::Paused { name, .. } if name == "work"), "{error}");
    assert_eq!(
        error.to_string(),
        "`work` is paused, and neither a restart nor a trigger would start it: call `resume`"
    );
    // Neither while its attempt still ends.
    let other = harness.add(Rules::never(), Script::task("other", [Step::Hang]));
    harness.reach(&other, 1).await;
    assert_eq!(harness.pause(&other), Ok(true));
    assert!(matches!(other.restart(), Err(RuntimeError::Paused { .. })));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_resume_before_the_attempt_has_ended_starts_another_one() {
    let harness = Harness::new();
    let task = harness.add(Rules::never().stop_timeout(SECOND), Script::task("work", [Step::Hang]));
    harness.reach(&task, 1).await;
    assert_eq!(harness.pause(&task), Ok(true));
    harness.settle().await;
    assert_eq!(task.resume(), Ok(true));
    sleep(seconds(2)).await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_a_paused_task_at_once() {
    let harness = Harness::new();
    let task = paused(&harness, Rules::always(), Step::SucceedWhenStopped).await;
    let before = Instant::now();
    harness.cancel(&task);
    let outcome = harness.outcome(&task).await;
    assert!(
        matches!(outcome, Outcome::Canceled { cause: StopCause::Cancel, last_error: None, .. }),
        "{outcome}"
    );
    assert_eq!(before.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_a_paused_task_at_once() {
    for rules in [Rules::always(), Rules::always().finishes_on_shutdown()] {
        let harness = Harness::new();
        let task = paused(&harness, rules, Step::SucceedWhenStopped).await;
        let before = Instant::now();
        harness.handle().stop();
        let outcome = harness.outcome(&task).await;
        assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Shutdown, .. }), "{outcome}");
        assert_eq!(before.elapsed(), Duration::ZERO);
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_keeps_its_name() {
    let harness = Harness::new();
    let task = paused(&harness, Rules::always(), Step::SucceedWhenStopped).await;
    let again = harness.spec(Rules::always(), Script::task("work", [Step::Hang]));
    let refused = harness.add_task(again).map(drop).expect_err("the name is taken");
    assert!(matches!(refused.reason(), RuntimeError::NameTaken { .. }), "{refused}");
    assert!(is_paused(&task));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_cannot_be_paused_says_why() {
    let harness = Harness::new();
    let ended = harness.add(Rules::never(), Script::task("ended", [Step::Succeed]));
    assert!(harness.outcome(&ended).await.is_completed());
    let stopping =
        harness.add(Rules::never().stop_timeout(seconds(5)), Script::task("stopping", [Step::Hang]));
    harness.reach(&stopping, 1).await;
    harness.cancel(&stopping);
    for result in [ended.pause(), ended.resume()] {
        assert!(matches!(&result, Err(RuntimeError::Ended { name, .. }) if name == "ended"), "{result:?}");
    }
    for result in [stopping.pause(), stopping.resume()] {
        assert!(
            matches!(&result, Err(RuntimeError::Stopping { name, .. }) if name == "stopping"),
            "{result:?}"
        );
    }
    assert!(matches!(harness.outcome(&stopping).await, Outcome::Aborted));

    let closing = harness.add(Rules::never(), Script::task("closing", [Step::UntilStopped]));
    harness.reach(&closing, 1).await;
    harness.handle().stop();
    harness.trace().stop_requested(&closing);
    for result in [closing.pause(), closing.resume(), harness.handle().pause("closing")] {
        assert!(matches!(result, Err(RuntimeError::ShuttingDown)), "{result:?}");
    }
    assert!(harness.outcome(&closing).await.is_canceled());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_pauses_itself() {
    let harness = Harness::new();
    let handle = harness.handle();
    let task = TaskFn::arc("work", move |context: TaskContext| {
        let handle = handle.clone();
        async move {
            if context.attempt() == 1 {
                assert_eq!(handle.pause("work"), Ok(true));
                assert!(context.is_cancelled());
                assert_eq!(context.interrupt_cause(), Some(InterruptCause::Pause));
            }
            Ok::<_, TaskError>(())
        }
    });
    let task = harness.add(Rules::never(), task);
    harness.trace().paused(&task);
    sleep(SECOND).await;
    assert!(is_paused(&task), "{:?}", task.status());
    assert_eq!(task.resume(), Ok(true));
    assert!(harness.outcome(&task).await.is_completed());
    harness.finish().await;
}
