//! An attempt that runs for `stable_after` before it fails starts a new streak.

use std::time::Duration;

use tests::{Backoff, Rules, Step};

use crate::support::{Finished, SECOND, millis, play, play_until, seconds};

/// Returns whether the task survives four failed attempts of length `ran`, with one retry per streak.
async fn survives(rules: Rules, ran: Duration) -> bool {
    let fail = Step::FailAfter(ran, "down");
    let harness = tests::Harness::new();
    let steps = [fail, fail, fail, fail, Step::UntilStopped];
    let task = harness.add(rules.max_retries(1), tests::Script::task("work", steps));
    tokio::time::sleep(seconds(100_000)).await;
    let survived = task.status().attempt == 5;
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&task).len(), if survived { 5 } else { 2 });
    survived
}

#[tokio::test(start_paused = true)]
async fn a_run_of_stable_after_resets_the_streak() {
    assert!(survives(Rules::on_failure().stable_after(seconds(3)), seconds(3)).await);
}

#[tokio::test(start_paused = true)]
async fn a_shorter_run_does_not() {
    assert!(!survives(Rules::on_failure().stable_after(seconds(3)), millis(2_999)).await);
}

#[tokio::test(start_paused = true)]
async fn the_default_is_ten_seconds() {
    let rules = Rules::on_failure().constant_backoff(SECOND);
    assert!(survives(rules, seconds(10)).await);
    assert!(!survives(rules, millis(9_999)).await);
}

#[tokio::test(start_paused = true)]
async fn the_default_is_ten_seconds_without_backoff_too() {
    let rules = Rules::on_failure().without_backoff();
    assert!(survives(rules, seconds(10)).await);
    assert!(!survives(rules, millis(9_999)).await);
}

#[tokio::test(start_paused = true)]
async fn the_default_is_the_largest_backoff_if_that_is_longer() {
    let rules = Rules::on_failure().backoff(Backoff::exponential(SECOND, seconds(60), 2.0));
    assert!(survives(rules, seconds(60)).await);
    assert!(!survives(rules, millis(59_999)).await);
}

#[tokio::test(start_paused = true)]
async fn with_the_default_backoff_it_is_thirty_seconds() {
    assert!(survives(Rules::on_failure(), seconds(30)).await);
    assert!(!survives(Rules::on_failure(), millis(29_999)).await);
}

#[tokio::test(start_paused = true)]
async fn the_backoff_begins_anew_after_a_stable_run() {
    let rules = Rules::on_failure().backoff(Backoff::exponential(SECOND, seconds(8), 2.0));
    let (quick, late) = (Step::Fail("down"), Step::FailAfter(seconds(10), "late"));
    let finished = play_until(rules, [quick, quick, quick, late, quick, Step::UntilStopped], 6).await;
    assert_eq!(delays(&finished), [1, 2, 4, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn timeouts_after_a_stable_run_begin_a_new_streak_each() {
    let rules = Rules::on_failure().constant_backoff(SECOND).timeout(seconds(10)).max_retries(1);
    let finished = play(rules, [Step::Hang, Step::Hang, Step::Hang, Step::Succeed]).await;
    assert!(finished.outcome.is_completed());
}

#[tokio::test(start_paused = true)]
async fn waiting_does_not_count_as_running() {
    let rules = Rules::on_failure().constant_backoff(seconds(20)).stable_after(seconds(20)).max_retries(1);
    let finished = play(rules, [Step::Fail("first"), Step::Fail("second"), Step::Succeed]).await;
    assert_eq!(finished.failure().to_string(), "second");
}

fn delays(finished: &Finished) -> Vec<u64> {
    finished.event_log.backoffs_of(&finished.task).iter().map(Duration::as_secs).collect()
}
