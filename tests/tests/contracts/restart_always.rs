//! The column `always` of the restart table.

use taskvisor::FailureKind;
use tests::{Rules, Step};

use crate::support::{millis, play, play_until, seconds};

fn rules() -> Rules {
    Rules::always().constant_backoff(millis(250))
}

#[tokio::test(start_paused = true)]
async fn ok_is_repeated_after_the_interval_and_resets_the_streak() {
    let steps = [Step::Fail("refused"), Step::Succeed, Step::Fail("again"), Step::UntilStopped];
    let finished = play_until(rules(), steps, 4).await;
    assert!(finished.outcome.is_canceled());
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "failed 1: refused",
            "backoff 1: 250ms",
            "started 2",
            "succeeded 2",
            "started 3",
            "failed 3: again",
            "backoff 1: 250ms",
            "started 4",
            "canceled 4",
            "ended canceled by a cancel",
            "removed"
        ]
    );
    assert_eq!(finished.starts(), [seconds(0), millis(250), millis(1_250), millis(1_500)]);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_retried_after_the_backoff() {
    let finished =
        play_until(rules(), [Step::Fail("refused"), Step::Fail("refused"), Step::UntilStopped], 3).await;
    assert!(finished.outcome.is_canceled());
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "failed 1: refused",
            "backoff 1: 250ms",
            "started 2",
            "failed 2: refused",
            "backoff 2: 250ms",
            "started 3",
            "canceled 3",
            "ended canceled by a cancel",
            "removed"
        ]
    );
    assert_eq!(finished.starts(), [seconds(0), millis(250), millis(500)]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_retried_after_the_backoff() {
    let finished =
        play_until(rules().timeout(seconds(5)), [Step::Hang, Step::Hang, Step::UntilStopped], 3).await;
    assert!(finished.outcome.is_canceled());
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "timed_out 1",
            "backoff 1: 250ms",
            "started 2",
            "timed_out 2",
            "backoff 2: 250ms",
            "started 3",
            "canceled 3",
            "ended canceled by a cancel",
            "removed"
        ]
    );
    assert_eq!(finished.starts(), [seconds(0), millis(5_250), millis(10_500)]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_retried_after_the_backoff() {
    let finished =
        play_until(rules(), [Step::Panic("boom"), Step::Panic("boom"), Step::UntilStopped], 3).await;
    assert!(finished.outcome.is_canceled());
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "panicked 1: panicked: boom",
            "backoff 1: 250ms",
            "started 2",
            "panicked 2: panicked: boom",
            "backoff 2: 250ms",
            "started 3",
            "canceled 3",
            "ended canceled by a cancel",
            "removed"
        ]
    );
    assert_eq!(finished.starts(), [seconds(0), millis(250), millis(500)]);
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_fails() {
    let finished = play(rules(), [Step::Fail("refused"), Step::Fatal("broken"), Step::Succeed]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().kind(), FailureKind::Fatal);
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "failed 1: refused",
            "backoff 1: 250ms",
            "started 2",
            "failed 2: fatal: broken",
            "ended failed: fatal: broken",
            "removed"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_retried_after_its_delay() {
    let finished = play_until(
        rules().uses_retry_after(),
        [Step::RetryAfter("busy", seconds(7)), Step::RetryAfter("busy", seconds(7)), Step::UntilStopped],
        3,
    )
    .await;
    assert!(finished.outcome.is_canceled());
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "failed 1: busy",
            "backoff 1: 7s",
            "started 2",
            "failed 2: busy",
            "backoff 2: 7s",
            "started 3",
            "canceled 3",
            "ended canceled by a cancel",
            "removed"
        ]
    );
    assert_eq!(finished.starts(), [seconds(0), seconds(7), seconds(14)]);
}

#[tokio::test(start_paused = true)]
async fn canceled_without_a_stop_request_is_retried_after_the_backoff() {
    let finished = play_until(rules(), [Step::Cancel, Step::Cancel, Step::UntilStopped], 3).await;
    assert!(finished.outcome.is_canceled());
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "failed 1: returned `Canceled` without a stop request",
            "backoff 1: 250ms",
            "started 2",
            "failed 2: returned `Canceled` without a stop request",
            "backoff 2: 250ms",
            "started 3",
            "canceled 3",
            "ended canceled by a cancel",
            "removed"
        ]
    );
    assert_eq!(finished.starts(), [seconds(0), millis(250), millis(500)]);
}
