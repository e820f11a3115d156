//! The status of a task, during its life and after its end.

use taskvisor::{FailureKind, Phase, TaskHandle, TaskStatus, WaitingOn};
use tests::{Backoff, Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::{SECOND, millis, one_at_a_time, seconds};

fn add(harness: &Harness, rules: Rules, steps: impl Into<Vec<Step>>) -> TaskHandle {
    harness.add(rules, Script::task("work", steps))
}

fn last_error(status: &TaskStatus) -> Option<String> {
    status.last_error.as_ref().map(ToString::to_string)
}

#[tokio::test(start_paused = true)]
async fn before_its_first_poll_it_waits_for_its_slot() {
    let harness = Harness::new();
    let task = add(&harness, Rules::never(), [Step::Succeed]);
    let status = task.status();
    assert!(matches!(status.phase, Phase::Waiting { on: WaitingOn::Slot, .. }));
    assert_eq!((status.name.as_ref(), status.id), ("work", task.id()));
    assert_eq!((status.attempt, status.failures, status.stopping), (0, 0, false));
    assert_eq!((last_error(&status), status.next_attempt, status.since), (None, None, Instant::now()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_running_task_shows_its_attempt_and_since_when() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(seconds(5));
    let task = add(&harness, rules, [Step::Fail("down"), Step::UntilStopped]);
    let began = Instant::now();
    sleep(seconds(60)).await;
    let status = task.status();
    assert!(matches!(status.phase, Phase::Running { attempt: 2, .. }));
    assert_eq!((status.attempt, status.failures), (2, 1));
    assert_eq!((last_error(&status).as_deref(), status.next_attempt), (Some("down"), None));
    assert_eq!(status.since, began + seconds(5));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_backoff_shows_when_it_ends_and_why() {
    let harness = Harness::new();
    let rules = Rules::on_failure().backoff(Backoff::exponential(seconds(10), seconds(60), 2.0));
    let task = add(&harness, rules, [Step::Fail("first"), Step::Panic("second"), Step::UntilStopped]);
    let began = Instant::now();
    sleep(seconds(15)).await;
    let status = task.status();
    let until = began + seconds(30);
    assert!(
        matches!(status.phase, Phase::Sleeping { attempt: 2, until: seen, .. } if seen == until),
        "{status:?}"
    );
    assert_eq!((status.attempt, status.failures, status.next_attempt), (2, 2, Some(until)));
    assert_eq!(status.last_error.map(|error| (error.kind(), error.attempt())), Some((FailureKind::Panic, 2)));
    assert_eq!(status.since, began + seconds(10));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_interval_resets_the_streak_and_keeps_the_last_error() {
    let harness = Harness::new();
    let rules = Rules::always().without_backoff().delay(seconds(60));
    let task = add(&harness, rules, [Step::Fail("down"), Step::Succeed]);
    let began = Instant::now();
    sleep(SECOND).await;
    let status = task.status();
    assert!(matches!(status.phase, Phase::Sleeping { attempt: 2, .. }));
    assert_eq!((status.failures, last_error(&status).as_deref()), (0, Some("down")));
    assert_eq!(status.next_attempt, Some(began + seconds(60)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_a_permit_shows_it() {
    let harness = one_at_a_time();
    let holder = harness.add(Rules::always(), Script::task("holder", [Step::UntilStopped]));
    harness.reach(&holder, 1).await;
    let task = add(&harness, Rules::never(), [Step::Succeed]);
    sleep(SECOND).await;
    let status = task.status();
    assert!(matches!(status.phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }));
    assert_eq!((status.attempt, status.next_attempt), (0, None));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn status_reports_a_requested_stop() {
    let harness = Harness::new();
    let task = add(&harness, Rules::always(), [Step::Hang]);
    harness.reach(&task, 1).await;
    assert!(!task.status().stopping);
    assert!(harness.cancel(&task));
    assert!(task.status().stopping);
    assert!(matches!(task.status().phase, Phase::Running { attempt: 1, .. }));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn after_its_end_the_handle_shows_the_outcome() {
    let harness = Harness::new();
    let task = add(&harness, Rules::on_failure().without_backoff(), [Step::Fail("down"), Step::Succeed]);
    harness.outcome(&task).await;
    let status = task.status();
    assert!(matches!(&status.phase, Phase::Ended(outcome) if outcome.is_completed()));
    assert_eq!((status.attempt, status.next_attempt), (2, None));
    assert_eq!(last_error(&status).as_deref(), Some("down"));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_streak_counts_the_final_failure_too() {
    let harness = Harness::new();
    let task = add(&harness, Rules::on_failure().without_backoff().max_retries(2), [Step::Fail("down")]);
    harness.outcome(&task).await;
    assert_eq!(task.status().failures, 3);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_streak_of_a_single_failed_attempt_is_one() {
    let harness = Harness::new();
    let task = add(&harness, Rules::never(), [Step::Fail("down")]);
    harness.outcome(&task).await;
    assert_eq!(task.status().failures, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_final_success_ends_the_streak() {
    let harness = Harness::new();
    let task = add(&harness, Rules::on_failure().without_backoff(), [Step::Fail("down"), Step::Succeed]);
    harness.outcome(&task).await;
    assert_eq!(task.status().failures, 0);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_long_run_begins_the_streak_anew() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND).stable_after(seconds(5));
    let steps = [Step::Fail("a"), Step::Fail("b"), Step::FailAfter(seconds(5), "c"), Step::UntilStopped];
    let task = add(&harness, rules, steps);
    // The task is now in the backoff after the second failure.
    sleep(millis(1_500)).await;
    assert_eq!(task.status().failures, 2);
    harness.reach(&task, 4).await;
    assert_eq!(task.status().failures, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_a_name_is_the_handle_of_its_task() {
    let harness = Harness::new();
    let task = add(&harness, Rules::always(), [Step::UntilStopped]);
    let found = harness.task("work").expect("the task is alive");
    assert_eq!((found.id(), found.name()), (task.id(), "work"));
    assert!(harness.task("other").is_none());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_phase_reads_like_words() {
    let harness = one_at_a_time();
    let running = harness.add(Rules::always(), Script::task("first", [Step::UntilStopped]));
    let waiting = harness.add(Rules::always(), Script::task("second", [Step::UntilStopped]));
    harness.settle().await;
    assert_eq!(running.status().phase.to_string(), "running");
    assert_eq!(waiting.status().phase.to_string(), "waiting for a permit");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn total_failures_and_restarts_are_never_reset() {
    let harness = Harness::new();
    let rules = Rules::always().without_backoff().delay(SECOND).timeout(seconds(5));
    let steps = [
        Step::Fail("one"),
        Step::Panic("two"),
        Step::Succeed,
        Step::Hang, // three: times out
        Step::Succeed,
        Step::UntilStopped,
    ];
    let task = add(&harness, rules, steps);
    harness.reach(&task, 6).await;
    let status = task.status();
    assert_eq!((status.total_failures, status.restarts, status.failures), (3, 5, 0));
    harness.restart(&task).expect("it runs");
    harness.reach(&task, 7).await;
    let status = task.status();
    // A restart resets the streak, and is no failure.
    assert_eq!((status.total_failures, status.restarts, status.failures), (3, 6, 0));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_counts_in_the_total_of_an_ended_task() {
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff().max_retries(1);
    let task = add(&harness, rules, [Step::Fail("one"), Step::Fail("two")]);
    assert!(harness.outcome(&task).await.is_failed());
    let status = task.status();
    assert_eq!((status.total_failures, status.restarts, status.failures), (2, 1, 2));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_canceled_attempt_leaves_the_streak() {
    let harness = Harness::new();
    let steps = [Step::Fail("one"), Step::Fail("two"), Step::UntilStopped];
    let task = add(&harness, Rules::on_failure().without_backoff(), steps);
    harness.reach(&task, 3).await;
    task.cancel();
    assert!(harness.outcome(&task).await.is_canceled());
    let status = task.status();
    assert_eq!((status.failures, status.total_failures), (2, 2));
    harness.finish().await;
}
