//! `on_give_up`: a task that gives up ends as failed, or is paused until it is resumed.

use std::time::Duration;

use taskvisor::{
    EventKind, EventName, FailureKind, Outcome, Phase, Readiness, RuntimeError, StopCause, TaskHandle,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::*;

const DOWN: Step = Step::Fail("down");
const HOUR: Duration = Duration::from_secs(3_600);

/// Pauses at the second failure within an hour.
fn pauses() -> Rules {
    Rules::on_failure().constant_backoff(SECOND).max_failures(1, HOUR).pauses_when_it_gives_up()
}

fn gave_up(task: &TaskHandle) -> bool {
    matches!(task.status().phase, Phase::Paused { gave_up: true, .. })
}

/// A task that has given up and is paused.
async fn given_up(harness: &Harness, steps: impl Into<Vec<Step>>) -> TaskHandle {
    let task = harness.add(pauses(), Script::task("work", steps));
    sleep(seconds(10)).await;
    assert!(gave_up(&task), "{:?}", task.status());
    task
}

#[tokio::test(start_paused = true)]
async fn a_task_that_gives_up_is_paused_with_its_failures() {
    let harness = Harness::new();
    let task = given_up(&harness, [DOWN]).await;
    let status = task.status();
    assert_eq!((status.attempt, status.failures, status.total_failures), (2, 2, 2));
    assert_eq!(status.last_error.expect("a failure").to_string(), "down");
    assert_eq!((status.next_attempt, status.ready_since), (None, None));
    assert_eq!(status.phase.to_string(), "paused after it gave up");
    sleep(1_000 * HOUR).await;
    assert_eq!(task.status().attempt, 2);
    let event_log = harness.finish().await;
    let trace = event_log.of(&task);
    assert_eq!(trace[trace.len() - 4..trace.len() - 2], ["failed 2: down", "gave_up after 2 in 3600s"]);
}

#[tokio::test(start_paused = true)]
async fn the_event_has_the_failures_the_time_and_the_last_error() {
    let finished = play(Rules::on_failure().constant_backoff(SECOND).max_retries(1), [DOWN]).await;
    let gave_up: Vec<_> = finished
        .event_log
        .events_of(&finished.task)
        .filter(|event| event.kind.name() == EventName::GaveUp)
        .collect();
    let [event] = gave_up[..] else { panic!("{gave_up:?}") };
    let EventKind::GaveUp { failures: 2, within: None, ref last, .. } = event.kind else { panic!("{event}") };
    assert_eq!((last.kind(), last.attempt(), last.to_string()), (FailureKind::Error, 2, "down".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_resume_starts_anew_at_once() {
    let harness = Harness::new();
    let task = given_up(&harness, [DOWN, DOWN, Step::Hang]).await;
    let before = Instant::now();
    assert_eq!(task.resume(), Ok(true));
    assert_eq!(task.status().failures, 0, "{:?}", task.status());
    harness.settle().await;
    let status = task.status();
    assert!(matches!(status.phase, Phase::Running { attempt: 3, .. }), "{status:?}");
    assert_eq!((status.failures, status.total_failures, before.elapsed()), (0, 2, Duration::ZERO));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_resumed_task_gives_up_again_after_as_many_failures() {
    let harness = Harness::new();
    let task = given_up(&harness, [DOWN]).await;
    for round in 2..=4 {
        assert_eq!(task.resume(), Ok(true));
        sleep(seconds(10)).await;
        assert!(gave_up(&task), "{:?}", task.status());
        assert_eq!((task.status().attempt, task.status().failures), (2 * round, 2));
    }
    let (report, event_log) = harness.try_finish().await;
    assert_eq!(event_log.count(EventName::GaveUp), 4);
    let report = report.expect("in order");
    assert_eq!(report.give_ups.len(), 4);
    assert_eq!((report.canceled, report.failed), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn max_retries_pauses_too_and_counts_from_zero_after_the_resume() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND).max_retries(2).pauses_when_it_gives_up();
    let task = harness.add(rules, Script::task("work", [DOWN]));
    sleep(seconds(10)).await;
    assert!(gave_up(&task));
    assert_eq!(task.status().attempt, 3);
    assert_eq!(task.resume(), Ok(true));
    sleep(seconds(10)).await;
    assert!(gave_up(&task));
    assert_eq!(task.status().attempt, 6);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_ends_the_task_instead_of_pausing_it() {
    let finished = play(pauses(), [DOWN, Step::Fatal("broken")]).await;
    assert_eq!(finished.failure().kind(), FailureKind::Fatal);
    assert_eq!(finished.event_log.count(EventName::GaveUp), 0);
}

#[tokio::test(start_paused = true)]
async fn the_backoff_begins_anew_after_the_resume() {
    let harness = Harness::new();
    let rules = Rules::on_failure().max_failures(1, HOUR).pauses_when_it_gives_up();
    let task = harness.add(rules, Script::task("work", [DOWN]));
    sleep(HOUR).await;
    assert!(gave_up(&task));
    assert_eq!(task.resume(), Ok(true));
    sleep(HOUR).await;
    // The recorder checks that both delays are within the bounds of a first backoff.
    assert_eq!(harness.finish().await.backoffs_of(&task).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_task_that_gave_up_as_canceled() {
    let harness = Harness::new();
    let task = given_up(&harness, [DOWN]).await;
    let before = Instant::now();
    harness.cancel(&task);
    let outcome = harness.outcome(&task).await;
    let Outcome::Canceled { cause: StopCause::Cancel, .. } = outcome else { panic!("{outcome}") };
    assert_eq!(outcome.failure().expect("its last attempt failed").to_string(), "down");
    assert_eq!(before.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_keeps_run_alive_until_it_is_stopped() {
    let harness = Harness::new();
    let spec = harness.spec(pauses(), Script::task("work", [DOWN]));
    let handle = harness.handle();
    let control = async {
        sleep(100 * HOUR).await;
        assert!(handle.task("work").is_some(), "it keeps its name");
        handle.stop();
    };
    let (report, ()) = tokio::join!(harness.run(vec![spec]), control);
    let report = report.expect("in order");
    assert_eq!((report.canceled, report.failed, report.give_ups.len()), (1, 0, 1));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_a_task_that_gave_up_changes_nothing() {
    let harness = Harness::new();
    let task = given_up(&harness, [DOWN]).await;
    assert_eq!(harness.pause(&task), Ok(false));
    assert!(gave_up(&task));
    assert!(matches!(task.restart(), Err(RuntimeError::Paused { name, .. }) if name == "work"));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_give_up_is_no_end_for_a_caller_that_waits() {
    let harness = Harness::new();
    let task = given_up(&harness, [DOWN, DOWN, Step::Succeed]).await;
    assert!(!task.is_finished());
    let outcome = tokio::spawn({
        let task = task.clone();
        async move { task.outcome().await }
    });
    sleep(HOUR).await;
    assert!(!outcome.is_finished());
    assert_eq!(task.resume(), Ok(true));
    assert!(outcome.await.expect("no panic").is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_gave_up_is_not_ready() {
    let harness = Harness::new();
    let rules = pauses().ready(Readiness::Start);
    let task = harness.add(rules, Script::task("work", [DOWN]));
    sleep(seconds(10)).await;
    assert!(gave_up(&task) && task.status().ready_since.is_none());
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(EventName::Ready), event_log.count(EventName::NotReady));
}

#[tokio::test(start_paused = true)]
async fn the_report_lists_every_give_up_in_order() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND);
    let first = harness.add(rules.max_failures(1, HOUR), Script::task("first", [DOWN]));
    let second = harness.add(rules.max_retries(3), Script::task("second", [Step::Fail("busy")]));
    assert!(harness.outcome(&first).await.is_failed() && harness.outcome(&second).await.is_failed());
    let (report, _) = harness.try_finish().await;
    let lines: Vec<_> = report.expect("in order").give_ups.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "`first` gave up after 2 failures within 1h: down",
            "`second` gave up after 4 failures in a row: busy"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_without_retries_fails_and_does_not_give_up() {
    let finished = play(Rules::never(), [DOWN]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.event_log.count(EventName::GaveUp), 0);
}
