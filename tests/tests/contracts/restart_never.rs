//! The column `never` of the restart table: a single attempt, regardless of its result.

use taskvisor::FailureKind;
use tests::{Rules, Step};

use crate::support::{play, seconds};

#[tokio::test(start_paused = true)]
async fn ok_completes() {
    let finished = play(Rules::never(), [Step::Succeed]).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(finished.trace(), ["added", "started 1", "succeeded 1", "ended completed", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn an_error_fails() {
    let finished = play(Rules::never(), [Step::Fail("refused")]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().kind(), FailureKind::Error);
    assert_eq!(
        finished.trace(),
        ["added", "started 1", "failed 1: refused", "ended failed: refused", "removed"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_timeout_fails() {
    let finished = play(Rules::never().timeout(seconds(5)), [Step::Hang]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().kind(), FailureKind::Timeout);
    assert_eq!(
        finished.trace(),
        ["added", "started 1", "timed_out 1", "ended failed: timed out after 5s", "removed"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_fails() {
    let finished = play(Rules::never(), [Step::Panic("boom")]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().kind(), FailureKind::Panic);
    assert_eq!(
        finished.trace(),
        ["added", "started 1", "panicked 1: panicked: boom", "ended failed: panicked: boom", "removed"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_fails() {
    let finished = play(Rules::never(), [Step::Fatal("broken")]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().kind(), FailureKind::Fatal);
    assert_eq!(
        finished.trace(),
        ["added", "started 1", "failed 1: fatal: broken", "ended failed: fatal: broken", "removed"]
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_fails() {
    let finished = play(Rules::never().uses_retry_after(), [Step::RetryAfter("busy", seconds(7))]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().kind(), FailureKind::Error);
    assert_eq!(finished.trace(), ["added", "started 1", "failed 1: busy", "ended failed: busy", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn canceled_without_a_stop_request_fails() {
    let finished = play(Rules::never(), [Step::Cancel]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().kind(), FailureKind::Canceled);
    let why = "returned `Canceled` without a stop request";
    let (failed, ended) = (format!("failed 1: {why}"), format!("ended failed: {why}"));
    assert_eq!(finished.trace(), ["added", "started 1", failed.as_str(), ended.as_str(), "removed"]);
}
