//! The interval of `always`: the delay between a success and the next attempt.

use tests::{Rules, Step};

use crate::support::{millis, play_until, seconds};

#[tokio::test(start_paused = true)]
async fn the_default_is_one_second() {
    let finished = play_until(Rules::always(), [Step::Succeed, Step::Succeed, Step::UntilStopped], 3).await;
    assert_eq!(finished.starts(), [seconds(0), seconds(1), seconds(2)]);
}

#[tokio::test(start_paused = true)]
async fn the_spec_sets_it() {
    let rules = Rules::always().delay(seconds(30));
    let finished = play_until(rules, [Step::Succeed, Step::Succeed, Step::UntilStopped], 3).await;
    assert_eq!(finished.starts(), [seconds(0), seconds(30), seconds(60)]);
}

#[tokio::test(start_paused = true)]
async fn it_counts_from_the_end_of_the_attempt() {
    let slow = Step::SucceedAfter(seconds(5));
    let finished = play_until(Rules::always(), [slow, slow, Step::UntilStopped], 3).await;
    assert_eq!(finished.starts(), [seconds(0), seconds(6), seconds(12)]);
}

#[tokio::test(start_paused = true)]
async fn it_is_not_part_of_the_backoff() {
    let rules = Rules::always().delay(seconds(30)).constant_backoff(millis(250));
    let steps = [Step::Fail("down"), Step::Succeed, Step::Fail("down"), Step::UntilStopped];
    let finished = play_until(rules, steps, 4).await;
    assert_eq!(finished.starts(), [seconds(0), millis(250), millis(30_250), millis(30_500)]);
}

#[tokio::test(start_paused = true)]
async fn a_success_is_followed_by_no_backoff_event() {
    let finished = play_until(Rules::always(), [Step::Succeed, Step::UntilStopped], 2).await;
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "succeeded 1",
            "started 2",
            "canceled 2",
            "ended canceled by a cancel",
            "removed"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn with_zero_the_next_attempt_starts_in_the_same_instant() {
    let rules = Rules::always().delay(seconds(0));
    let finished = play_until(rules, [Step::Succeed, Step::Succeed, Step::UntilStopped], 3).await;
    assert_eq!(finished.starts(), [seconds(0); 3]);
}

#[tokio::test(start_paused = true)]
async fn an_endless_interval_does_not_panic() {
    let harness = tests::Harness::new();
    let rules = Rules::always().delay(std::time::Duration::MAX);
    let task = harness.add(rules, tests::Script::task("work", [Step::Succeed]));
    tokio::time::sleep(seconds(365 * 24 * 60 * 60)).await;
    assert_eq!(task.status().attempt, 1);
    assert!(task.status().next_attempt.is_some());
    harness.finish().await;
}
