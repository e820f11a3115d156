//! `every`: a grid, whatever the runs take.

use taskvisor::Overlap;
use tests::{Rules, Step};

use crate::support::*;

/// "Every 200 ms" ran every 303 ms, because the body takes 100.
#[tokio::test(start_paused = true)]
async fn runs_start_on_the_grid_however_long_they_take() {
    let steps = [Step::SucceedAfter(millis(100)); 10];
    let played = play_for(millis(1_050), Rules::every(millis(200)), steps).await;
    assert_eq!(played.starts(), [0, 200, 400, 600, 800, 1_000].map(millis));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_longer_skips_the_ticks_it_covers() {
    let steps = [Step::SucceedAfter(seconds(25)), Step::Succeed, Step::Succeed];
    let played = play_for(seconds(35), Rules::every(seconds(10)), steps).await;
    assert_eq!(played.starts(), [0, 30].map(seconds));
    assert_eq!(
        played.trace()[..6],
        [
            "added",
            "scheduled tick 0",
            "started 1",
            "succeeded 1",
            "skipped tick 1: 2 overlap",
            "scheduled tick 3"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_queued_tick_runs_right_after_the_run() {
    let steps = [Step::SucceedAfter(seconds(25)), Step::Succeed, Step::Succeed];
    let played = play_for(seconds(35), Rules::every(seconds(10)).overlap(Overlap::Queue), steps).await;
    assert_eq!(played.starts(), [0, 25, 30].map(seconds));
    assert_eq!(
        played.trace()[..6],
        [
            "added",
            "scheduled tick 0",
            "started 1",
            "succeeded 1",
            "skipped tick 1: 1 overlap",
            "scheduled tick 2"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_start_delay_moves_the_grid() {
    let steps = [Step::Succeed; 4];
    let played = play_for(seconds(16), Rules::every(seconds(5)).start_delay(seconds(3)), steps).await;
    assert_eq!(played.starts(), [3, 8, 13].map(seconds));
}

#[tokio::test(start_paused = true)]
async fn a_tick_ends_a_backoff_and_the_streak_goes_on() {
    let rules = Rules::every(seconds(10)).constant_backoff(seconds(7));
    let steps = [Step::Fail("down"), Step::Fail("down"), Step::Succeed];
    let played = play_for(seconds(12), rules, steps).await;
    assert_eq!(played.starts(), [0, 7, 10].map(seconds));
    assert_eq!(played.trace()[7..9], ["backoff 2: 7s", "scheduled tick 1"]);
}

#[tokio::test(start_paused = true)]
async fn spent_retries_end_the_run_and_not_the_schedule() {
    let rules = Rules::every(seconds(10)).constant_backoff(seconds(1)).max_retries(1);
    let played = play_for(seconds(12), rules, [Step::Fail("down"); 9]).await;
    assert_eq!(played.starts(), [0, 1, 10, 11].map(seconds));
    assert_eq!(played.trace()[6..9], ["failed 2: down", "run_failed after 2", "scheduled tick 1"]);
}
