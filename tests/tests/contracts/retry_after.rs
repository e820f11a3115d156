//! The delay of a retry-after error is used exactly.

use std::time::Duration;

use taskvisor::JitterPolicy;
use tests::{Backoff, Rules, Step};
use tokio::time::Instant;

use crate::support::{SECOND, millis, play, seconds};

fn after(delay: Duration) -> Step {
    Step::RetryAfter("busy", delay)
}

#[tokio::test(start_paused = true)]
async fn no_jitter_and_no_maximum_changes_the_delay() {
    let jittered = Backoff::exponential(millis(1), millis(2), 2.0).jitter(JitterPolicy::Full);
    let rules = Rules::on_failure().backoff(jittered).uses_retry_after();
    let finished =
        play(rules, [after(seconds(90)), after(Duration::from_nanos(1_000_000_001)), Step::Succeed]).await;
    let delays = finished.event_log.backoffs_of(&finished.task);
    assert_eq!(delays, [seconds(90), Duration::from_nanos(1_000_000_001)]);
}

#[tokio::test(start_paused = true)]
async fn the_next_attempt_starts_exactly_then() {
    let rules = Rules::always().constant_backoff(SECOND).uses_retry_after();
    let finished = play(rules, [after(seconds(90)), after(millis(5)), Step::Fatal("enough")]).await;
    assert_eq!(finished.starts(), [seconds(0), seconds(90), millis(90_005)]);
}

#[tokio::test(start_paused = true)]
async fn zero_is_at_once() {
    let rules = Rules::on_failure().constant_backoff(SECOND).uses_retry_after();
    let finished = play(rules, [after(Duration::ZERO), Step::Succeed]).await;
    assert_eq!(finished.starts(), [Duration::ZERO; 2]);
}

#[tokio::test(start_paused = true)]
async fn the_next_backoff_delay_does_not_count_it() {
    let rules =
        Rules::on_failure().backoff(Backoff::exponential(SECOND, seconds(60), 2.0)).uses_retry_after();
    let fail = Step::Fail("down");
    let finished = play(rules, [fail, after(millis(5)), fail, after(seconds(40)), fail, Step::Succeed]).await;
    let delays = [seconds(1), millis(5), seconds(2), seconds(40), seconds(4)];
    assert_eq!(finished.event_log.backoffs_of(&finished.task), delays);
}

#[tokio::test(start_paused = true)]
async fn the_first_backoff_after_twelve_of_it_is_the_first_delay() {
    let rules =
        Rules::on_failure().backoff(Backoff::exponential(millis(100), seconds(600), 2.0)).uses_retry_after();
    let mut steps = vec![after(millis(5)); 12];
    steps.extend([Step::Fail("down"), Step::Succeed]);
    let finished = play(rules, steps).await;
    assert_eq!(finished.event_log.backoffs_of(&finished.task).last(), Some(&millis(100)));
}

#[tokio::test(start_paused = true)]
async fn decorrelated_jitter_does_not_grow_with_it() {
    let jittered = Backoff::exponential(millis(1), seconds(600), 2.0).jitter(JitterPolicy::Decorrelated);
    let fail = Step::Fail("down");
    let finished = play(
        Rules::on_failure().backoff(jittered).uses_retry_after(),
        [fail, after(seconds(60)), fail, after(seconds(60)), fail, Step::Succeed],
    )
    .await;
    let delays = finished.event_log.backoffs_of(&finished.task);
    assert!(delays[0] <= millis(3), "{delays:?}");
    assert!(delays[2] <= delays[0] * 3, "{delays:?}");
    assert!(delays[4] <= delays[2].max(millis(1)) * 3, "{delays:?}");
}

#[tokio::test(start_paused = true)]
async fn it_counts_for_max_retries_and_in_the_failures_shown() {
    let rules = Rules::on_failure().constant_backoff(SECOND).max_retries(2).uses_retry_after();
    let finished = play(rules, [after(millis(5)), Step::Fail("down"), after(millis(5))]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.task.status().failures, 3);
    let backoffs: Vec<_> = finished.trace().into_iter().filter(|line| line.starts_with("backoff")).collect();
    assert_eq!(backoffs, ["backoff 1: 5ms", "backoff 2: 1s"]);
}

#[tokio::test(start_paused = true)]
async fn an_endless_delay_is_thirty_years_and_not_a_panic() {
    let harness = tests::Harness::new();
    let rules = Rules::on_failure().uses_retry_after();
    let task = harness.add(rules, tests::Script::task("work", [after(Duration::MAX)]));
    harness.settle().await;
    let next = task.status().next_attempt.expect("the task sleeps");
    assert_eq!((next - Instant::now()).as_secs() / (365 * 24 * 60 * 60), 30);
    assert!(harness.cancel(&task));
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(harness.finish().await.backoffs_of(&task), [Duration::MAX]);
}
