//! The history of a task: its latest attempts. Every test compares it with the events, too: see `tests/src/history.rs`.

use std::time::Duration;

use taskvisor::{AttemptEnd, AttemptRecord, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn results(task: &TaskHandle) -> Vec<(u64, AttemptEnd)> {
    task.history().iter().map(|record| (record.attempt, record.result)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_first_success_is_the_whole_history() {
    let harness = Harness::new();
    let began = Instant::now();
    let task = harness.add(Rules::never(), Script::task("work", [Step::SucceedAfter(SECOND)]));
    assert!(task.history().is_empty(), "no attempt has ended");
    task.outcome().await;
    let history = task.history();
    let [AttemptRecord { attempt: 1, started_at, ran, result, error: None, .. }] = history[..] else {
        panic!("{history:?}")
    };
    assert_eq!((started_at, ran, result), (began, SECOND, AttemptEnd::Succeeded));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn attempts_are_listed_oldest_first_and_outlive_the_end() {
    let harness = Harness::new();
    let began = Instant::now();
    let steps = [Step::FailAfter(SECOND, "down"), Step::Fatal("gone")];
    let task = harness.add(Rules::on_failure().constant_backoff(5 * SECOND), Script::task("work", steps));
    task.outcome().await;
    harness.finish().await;
    let history = task.history();
    let times: Vec<_> = history.iter().map(|record| (record.started_at - began, record.ran)).collect();
    assert_eq!(times, [(Duration::ZERO, SECOND), (6 * SECOND, Duration::ZERO)]);
    let errors: Vec<_> = history.iter().map(|record| record.error.as_deref()).collect();
    assert_eq!(errors, [Some("down"), Some("fatal: gone")]);
}

#[tokio::test(start_paused = true)]
async fn the_latest_twenty_attempts_stay() {
    let harness = Harness::new();
    let steps: Vec<_> = (0..47).map(|_| Step::Fail("down")).chain([Step::Succeed]).collect();
    let task = harness.add(Rules::on_failure().constant_backoff(SECOND), Script::task("work", steps));
    sleep(SECOND / 2).await;
    for ended in 1..=48_u64 {
        let expected: Vec<_> = (ended.saturating_sub(19).max(1)..=ended).collect();
        let numbers: Vec<_> = task.history().iter().map(|record| record.attempt).collect();
        assert_eq!(numbers, expected);
        sleep(SECOND).await;
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_first_success_stays_in_the_history_of_a_repeat() {
    let harness = Harness::new();
    let began = Instant::now();
    let steps = [Step::SucceedAfter(SECOND), Step::Fail("down"), Step::UntilStopped];
    let rules = Rules::always().delay(SECOND).constant_backoff(SECOND);
    let task = harness.add(rules, Script::task("work", steps));
    harness.reach(&task, 3).await;
    assert_eq!(results(&task), [(1, AttemptEnd::Succeeded), (2, AttemptEnd::Failed)], "the third one runs");
    let first = &task.history()[0];
    assert_eq!((first.started_at, first.ran), (began, SECOND));
    harness.finish().await;
    assert_eq!(results(&task)[2], (3, AttemptEnd::Canceled));
}

#[tokio::test(start_paused = true)]
async fn a_result_has_the_word_of_its_event() {
    let harness = Harness::new();
    let steps = [Step::Panic("oops"), Step::Cancel, Step::Hang, Step::FailWhenStopped("late")];
    let rules = Rules::on_failure().without_backoff().timeout(SECOND).stop_timeout(SECOND);
    let task = harness.add(rules, Script::task("work", steps));
    harness.reach(&task, 4).await;
    harness.restart(&task).expect("it runs");
    harness.reach(&task, 5).await;
    let expected = ["panicked", "failed", "timed_out", "interrupted"];
    let labels: Vec<_> = task.history().iter().map(|record| record.result.to_string()).collect();
    assert_eq!(labels, expected);
    let errors: Vec<_> =
        task.history().iter().map(|record| record.error.as_deref().map(str::to_owned)).collect();
    let texts = ["oops", "returned `Canceled` without a stop request", "timed out after 1s", "late"];
    assert_eq!(errors, texts.map(|text| Some(text.to_owned())));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn snoozed_stalled_and_aborted_attempts_are_listed() {
    let harness = Harness::new();
    let body = TaskFn::arc("work", |ctx: TaskContext| async move {
        match ctx.attempt() {
            1 => ctx.snooze(SECOND),
            2 => std::future::pending().await,
            _ => {
                while !ctx.is_cancelled() {
                    ctx.heartbeat();
                    sleep(SECOND / 4).await;
                }
                std::future::pending().await
            }
        }
        Ok::<_, TaskError>(())
    });
    let task = harness.add(Rules::always().constant_backoff(SECOND).heartbeat(SECOND).delay(SECOND), body);
    harness.reach(&task, 3).await;
    task.cancel_with_grace(SECOND);
    harness.finish().await;
    assert_eq!(
        results(&task),
        [(1, AttemptEnd::Snoozed), (2, AttemptEnd::Stalled), (3, AttemptEnd::Aborted)]
    );
}

#[test]
fn an_attempt_dropped_with_its_runtime_is_aborted() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.expect("it builds");
    let (supervisor, task) = runtime.block_on(async {
        let supervisor = Supervisor::default();
        let body = Script::task("work", [Step::Succeed, Step::Hang]);
        let task =
            supervisor.add_task(Rules::always().delay(SECOND / 2).spec(body)).expect("the name is free");
        sleep(SECOND).await;
        (supervisor, task)
    });
    drop(runtime);
    assert_eq!(results(&task), [(1, AttemptEnd::Succeeded), (2, AttemptEnd::Aborted)]);
    drop(supervisor);
}
