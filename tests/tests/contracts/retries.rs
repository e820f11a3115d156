//! `max_retries`, the streak of failures, and the numbers of attempts.

use taskvisor::EventName;
use tests::{Rules, Step};

use crate::support::{SECOND, play, play_until, seconds};

#[tokio::test(start_paused = true)]
async fn after_that_many_retries_the_task_fails_with_its_last_error() {
    let steps = [Step::Fail("first"), Step::Panic("second"), Step::Fail("third"), Step::Succeed];
    let finished = play(Rules::on_failure().constant_backoff(SECOND).max_retries(2), steps).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().to_string(), "third");
    assert_eq!(finished.failure().attempt(), 3);
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "failed 1: first",
            "backoff 1: 1s",
            "started 2",
            "panicked 2: panicked: second",
            "backoff 2: 1s",
            "started 3",
            "failed 3: third",
            "gave_up after 3",
            "ended failed: third",
            "removed"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn always_fails_after_its_retries_too() {
    let rules = Rules::always().without_backoff().max_retries(3);
    let finished = play(rules, [Step::Succeed, Step::Fail("down")]).await;
    assert!(finished.outcome.is_failed());
    assert_eq!(finished.failure().attempt(), 5);
    assert_eq!(finished.event_log.count(EventName::Backoff), 3);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_failure_counts_as_a_retry() {
    let steps = [Step::Hang, Step::Cancel, Step::RetryAfter("busy", SECOND), Step::Panic("boom")];
    let rules = Rules::on_failure().without_backoff().timeout(SECOND).max_retries(3).uses_retry_after();
    let finished = play(rules, steps).await;
    assert_eq!(finished.failure().to_string(), "panicked: boom");
    assert_eq!(finished.failure().attempt(), 4);
}

#[tokio::test(start_paused = true)]
async fn zero_retries_are_one_attempt() {
    let finished = play(Rules::on_failure().max_retries(0), [Step::Fail("down"), Step::Succeed]).await;
    assert_eq!(
        finished.trace(),
        ["added", "started 1", "failed 1: down", "gave_up after 1", "ended failed: down", "removed"]
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_it_retries_forever() {
    let mut steps = vec![Step::Fail("down"); 500];
    steps.push(Step::Succeed);
    let finished = play(Rules::on_failure().without_backoff(), steps).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(finished.event_log.count(EventName::Backoff), 500);
}

#[tokio::test(start_paused = true)]
async fn a_success_resets_the_streak_and_so_the_retries() {
    let (bad, good) = (Step::Fail("down"), Step::Succeed);
    let rules = Rules::always().constant_backoff(SECOND).max_retries(1);
    let finished = play(rules, [bad, good, bad, good, bad, Step::Fail("twice")]).await;
    assert_eq!(finished.failure().to_string(), "twice");
    assert_eq!(finished.failure().attempt(), 6);
    let backoffs: Vec<_> = finished.trace().into_iter().filter(|line| line.starts_with("backoff")).collect();
    assert_eq!(backoffs, ["backoff 1: 1s", "backoff 1: 1s", "backoff 1: 1s"]);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_numbered_from_one_and_never_reset() {
    let steps = [
        Step::Succeed,
        Step::Fail("down"),
        Step::Fail("down"),
        Step::FailAfter(seconds(100), "late"),
        Step::Succeed,
        Step::Panic("boom"),
        Step::UntilStopped,
    ];
    let finished = play_until(Rules::always(), steps, 7).await;
    let number = |line: String| line.strip_prefix("started ")?.parse::<u64>().ok();
    let numbers: Vec<_> = finished.trace().into_iter().filter_map(number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
}
