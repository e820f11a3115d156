//! `restart`: an interrupt ends the attempt, or the wait for the next one, and the task goes on. See contract 3.12 to 3.14.

use std::time::Duration;

use taskvisor::{Config, EventKind, InterruptCause, Outcome, Phase, RuntimeError, StopCause, TaskHandle};
use tests::{Harness, Rules, Script, Step};
use tokio::time::Instant;

use crate::support::*;

/// Restarts the task once its attempt runs, and waits until the next one runs.
async fn restart_running(harness: &Harness, task: &TaskHandle, attempt: u64) {
    harness.reach(task, attempt).await;
    harness.restart(task).expect("the task runs");
    harness.reach(task, attempt + 1).await;
}

/// Adds a task whose first attempt executes `step`, and whose second one hangs.
fn add_then_hang(harness: &Harness, rules: Rules, step: Step) -> TaskHandle {
    harness.add(rules, Script::task("task", [step, Step::Hang]))
}

#[tokio::test(start_paused = true)]
async fn what_an_interrupted_attempt_returns_decides_nothing() {
    for step in [Step::SucceedWhenStopped, Step::UntilStopped, Step::FailWhenStopped("closing")] {
        for rules in [Rules::never(), Rules::on_failure(), Rules::always()] {
            let harness = Harness::new();
            let task = add_then_hang(&harness, rules, step);
            restart_running(&harness, &task, 1).await;
            let status = task.status();
            assert_eq!((status.attempt, status.failures), (2, 0), "{step:?} of {rules:?}");
            let log = harness.finish().await;
            let mut kinds = log.events_of(&task).map(|event| &event.kind);
            let interrupted = kinds.find(|kind| matches!(kind, EventKind::Interrupted { .. }));
            let Some(EventKind::Interrupted { attempt: 1, cause: InterruptCause::Restart, error, .. }) =
                interrupted
            else {
                panic!("{interrupted:?}")
            };
            assert_eq!(error.is_some(), matches!(step, Step::FailWhenStopped(_)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_attempt_begins_at_once() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::always().delay(seconds(600)), Step::SucceedWhenStopped);
    harness.reach(&task, 1).await;
    let requested = Instant::now();
    harness.restart(&task).expect("the task runs");
    harness.settle().await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
    assert_eq!(requested.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_does_not_return_is_dropped_after_the_grace() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::never(), Step::Hang);
    harness.reach(&task, 1).await;
    let requested = Instant::now();
    harness.restart(&task).expect("the task runs");
    harness.reach(&task, 2).await;
    assert!(requested.elapsed() >= Config::default().grace());
    assert!(requested.elapsed() < Config::default().grace() + seconds(1));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_stop_timeout_limits_an_interrupt() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::never().stop_timeout(seconds(2)), Step::Hang);
    harness.reach(&task, 1).await;
    let requested = Instant::now();
    harness.restart(&task).expect("the task runs");
    harness.reach(&task, 2).await;
    assert!(requested.elapsed() >= seconds(2) && requested.elapsed() < seconds(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_timeout_during_an_interrupt_is_no_failure() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::on_failure().timeout(seconds(5)), Step::Hang);
    restart_running(&harness, &task, 1).await;
    assert_eq!(task.status().failures, 0);
    let log = harness.finish().await;
    let timed_out = |event: &taskvisor::Event| matches!(event.kind, EventKind::TimedOut { attempt: 1, .. });
    assert!(!log.events_of(&task).any(timed_out));
}

#[tokio::test(start_paused = true)]
async fn a_restart_ends_a_backoff_and_clears_the_failures() {
    let harness = Harness::new();
    let steps = [Step::Fail("one"), Step::Fail("two"), Step::Fail("three"), Step::Hang];
    let task = harness.add(Rules::on_failure(), Script::task("task", steps));
    while task.status().failures < 3 {
        harness.settle().await;
        tokio::time::advance(Duration::from_millis(20)).await;
    }
    let Phase::Sleeping { until, .. } = task.status().phase else { panic!("{:?}", task.status()) };
    harness.restart(&task).expect("the task waits");
    harness.settle().await;
    let status = task.status();
    assert!(matches!(status.phase, Phase::Running { attempt: 4, .. }), "{status:?}");
    assert_eq!(status.failures, 0);
    assert!(Instant::now() < until, "the backoff was not cut short");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_ends_the_wait_after_a_success() {
    let harness = Harness::new();
    let steps = [Step::Succeed, Step::Hang];
    let task = harness.add(Rules::always().delay(seconds(3_600)), Script::task("task", steps));
    harness.settle().await;
    assert!(matches!(task.status().phase, Phase::Sleeping { .. }));
    harness.restart(&task).expect("the task waits");
    harness.settle().await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn failures_after_a_restart_start_a_new_series() {
    let harness = Harness::new();
    let steps = [Step::FailWhenStopped("closing"), Step::Fail("one"), Step::Fail("two"), Step::Hang];
    let task = harness.add(Rules::on_failure().max_retries(2), Script::task("task", steps));
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("the task runs");
    harness.reach(&task, 4).await;
    assert_eq!(task.status().failures, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_during_an_interrupt_stays_a_panic() {
    let harness = Harness::new();
    let task = harness.add(
        Rules::never(),
        taskvisor::TaskFn::arc("task", |context: taskvisor::TaskContext| async move {
            context.cancelled().await;
            panic!("while closing")
        }),
    );
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("the task runs");
    assert!(matches!(harness.outcome(&task).await, Outcome::Failed(_)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_overrides_an_interrupt() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::always(), Step::Hang);
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("the task runs");
    assert!(task.cancel_with_grace(seconds(1)), "an interrupt is not a stop request");
    harness.trace().stop_requested(&task);
    assert!(matches!(harness.outcome(&task).await, Outcome::Aborted));
    assert_eq!(task.status().attempt, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_ends_an_interrupted_task_as_canceled() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::always(), Step::SucceedWhenStopped);
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("the task runs");
    harness.cancel(&task);
    let outcome = harness.outcome(&task).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Cancel, .. }), "{outcome}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn two_restarts_of_one_attempt_interrupt_it_once() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::never(), Step::SucceedWhenStopped);
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("the task runs");
    harness.restart(&task).expect("an interrupt is no stop request");
    harness.settle().await;
    assert_eq!(task.status().attempt, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restarted_task_waits_for_its_permit_again() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let task = add_then_hang(&harness, Rules::never(), Step::SucceedWhenStopped);
    let other = harness.add(Rules::never(), Script::task("other", [Step::SucceedAfter(seconds(5))]));
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("the task runs");
    harness.settle().await;
    // The permit was passed on to the task that waited for it.
    assert!(matches!(other.status().phase, Phase::Running { .. }), "{:?}", other.status());
    assert!(matches!(task.status().phase, Phase::Waiting { .. }), "{:?}", task.status());
    harness.restart(&task).expect("a task that waits for a permit keeps waiting");
    harness.reach(&task, 2).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_by_name_restarts_the_added_task() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::never(), Step::SucceedWhenStopped);
    harness.reach(&task, 1).await;
    harness.handle().restart("task").expect("it runs");
    harness.trace().restarted(&task);
    harness.reach(&task, 2).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_cannot_be_restarted_says_why() {
    let harness = Harness::new();
    let unknown = harness.handle().restart("nothing");
    assert!(matches!(unknown, Err(RuntimeError::UnknownTask { .. })), "{unknown:?}");

    let ended = harness.add(Rules::never(), Script::task("ended", [Step::Succeed]));
    assert!(harness.outcome(&ended).await.is_completed());
    assert!(matches!(ended.restart(), Err(RuntimeError::Ended { name, .. }) if name == "ended"));

    let stopping =
        harness.add(Rules::never().stop_timeout(seconds(5)), Script::task("stopping", [Step::Hang]));
    harness.reach(&stopping, 1).await;
    harness.cancel(&stopping);
    assert!(matches!(stopping.restart(), Err(RuntimeError::Stopping { name, .. }) if name == "stopping"));
    assert!(matches!(harness.outcome(&stopping).await, Outcome::Aborted));

    let closing = harness.add(Rules::never(), Script::task("closing", [Step::UntilStopped]));
    harness.reach(&closing, 1).await;
    harness.handle().stop();
    harness.trace().stop_requested(&closing);
    assert!(matches!(closing.restart(), Err(RuntimeError::ShuttingDown)));
    assert!(matches!(harness.handle().restart("closing"), Err(RuntimeError::ShuttingDown)));
    assert!(harness.outcome(&closing).await.is_canceled());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_is_no_use_of_a_retry() {
    let harness = Harness::new();
    let task = add_then_hang(&harness, Rules::on_failure().max_retries(1), Step::FailWhenStopped("closing"));
    restart_running(&harness, &task, 1).await;
    assert_eq!(task.status().failures, 0);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_during_a_restart_is_the_first_of_a_new_series() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(seconds(1)).max_retries(2);
    let steps = [Step::Fail("one"), Step::Fail("two"), Step::PanicWhenStopped("clean-up"), Step::Hang];
    let task = harness.add(rules, Script::task("task", steps));
    restart_running(&harness, &task, 3).await;
    let status = task.status();
    assert_eq!((status.failures, status.total_failures), (1, 3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_after_a_restart_of_a_wait_has_the_last_failure() {
    let harness = one_at_a_time();
    let task = harness
        .add(Rules::on_failure().constant_backoff(seconds(100)), Script::task("task", [Step::Fail("down")]));
    harness.settle().await;
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::UntilStopped]));
    harness.reach(&owner, 1).await;
    // Its wait ends, and it waits for the permit.
    harness.restart(&task).expect("it sleeps");
    harness.settle().await;
    task.cancel();
    let outcome = harness.outcome(&task).await;
    assert!(outcome.is_canceled() && outcome.failure().is_some(), "{outcome}");
    harness.finish().await;
}
