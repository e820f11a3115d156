//! A stop request overrides the restart table: no further attempt starts, and the outcome is `Canceled`.

use taskvisor::{FailureKind, Outcome, StopCause, TaskError};
use tests::{Harness, Rules, Script, Step};

use crate::support::{Finished, SECOND, play_until, seconds, stop, when_stopped};

fn canceled(finished: &Finished) -> Option<FailureKind> {
    match &finished.outcome {
        Outcome::Canceled { cause: StopCause::Cancel, last_error, .. } => {
            last_error.as_ref().map(|failure| failure.kind())
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_is_canceled_without_an_error() {
    for rules in [Rules::never(), Rules::on_failure(), Rules::always()] {
        let finished = stop(rules, Script::task("work", [Step::UntilStopped])).await;
        assert_eq!(canceled(&finished), None);
        let trace = ["added", "started 1", "canceled 1", "ended canceled by a cancel", "removed"];
        assert_eq!(finished.trace(), trace);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_succeeds_when_stopped_is_canceled_not_completed() {
    for rules in [Rules::never(), Rules::on_failure(), Rules::always()] {
        let finished = stop(rules, Script::task("work", [Step::SucceedWhenStopped])).await;
        assert_eq!(canceled(&finished), None);
        let trace = ["added", "started 1", "succeeded 1", "ended canceled by a cancel", "removed"];
        assert_eq!(finished.trace(), trace);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_fails_when_stopped_is_canceled_with_its_error() {
    for rules in [Rules::never(), Rules::on_failure(), Rules::always()] {
        let finished = stop(rules, Script::task("work", [Step::FailWhenStopped("torn")])).await;
        assert_eq!(canceled(&finished), Some(FailureKind::Error));
        assert_eq!(
            finished.trace(),
            [
                "added",
                "started 1",
                "failed 1: torn",
                "ended canceled by a cancel; its last attempt failed: torn",
                "removed"
            ]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_when_stopped_is_canceled_with_that_error() {
    let finished = stop(Rules::always(), when_stopped(|| async { Err(TaskError::fatal("broken")) })).await;
    assert_eq!(canceled(&finished), Some(FailureKind::Fatal));
    assert_eq!(finished.trace()[2], "failed 1: fatal: broken");
}

#[tokio::test(start_paused = true)]
async fn retry_after_when_stopped_is_not_retried() {
    let task = when_stopped(|| async { Err(TaskError::retry_after("busy", SECOND)) });
    let finished = stop(Rules::always().uses_retry_after(), task).await;
    assert_eq!(canceled(&finished), Some(FailureKind::Error));
    assert_eq!(finished.trace()[2], "failed 1: busy");
    assert_eq!(finished.trace().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_panic_when_stopped_is_canceled_with_that_panic() {
    let finished = stop(Rules::always(), when_stopped(|| async { panic!("boom") })).await;
    assert_eq!(canceled(&finished), Some(FailureKind::Panic));
    assert_eq!(finished.trace()[2], "panicked 1: panicked: boom");
    assert_eq!(finished.trace().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_within_the_grace_is_canceled_with_that_timeout() {
    let finished = stop(Rules::always().timeout(seconds(5)), Script::task("work", [Step::Hang])).await;
    assert_eq!(canceled(&finished), Some(FailureKind::Timeout));
    assert_eq!(finished.trace()[2], "timed_out 1");
    assert_eq!(finished.trace().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn only_the_error_of_the_final_attempt_is_carried() {
    let finished = play_until(Rules::on_failure(), [Step::Fail("earlier"), Step::UntilStopped], 2).await;
    assert_eq!(canceled(&finished), None);
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_task_with_a_stop_request_is_canceled() {
    let rules = Rules::on_failure().without_backoff().max_retries(1);
    let finished = play_until(rules, [Step::Fail("first"), Step::FailWhenStopped("last")], 2).await;
    assert_eq!(canceled(&finished), Some(FailureKind::Error));
    assert_eq!(finished.failure().to_string(), "last");
    assert_eq!(finished.failure().attempt(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_outcome_names_a_shutdown_as_its_cause() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::FailWhenStopped("torn")]));
    harness.reach(&task, 1).await;
    harness.shutdown().await.expect("nothing is stuck");
    let outcome = harness.outcome(&task).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Shutdown, last_error: Some(_), .. }));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task)[3], "ended canceled by shutdown; its last attempt failed: torn");
}

#[tokio::test(start_paused = true)]
async fn the_first_stop_request_sets_the_cause() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::UntilStopped]));
    harness.reach(&task, 1).await;
    assert!(harness.cancel(&task));
    harness.stop();
    assert!(!task.cancel());
    assert!(matches!(harness.outcome(&task).await, Outcome::Canceled { cause: StopCause::Cancel, .. }));
    harness.finish().await;
}
