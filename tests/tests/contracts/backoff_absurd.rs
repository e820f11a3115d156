//! Extreme factors and durations neither panic nor overflow.

use std::time::Duration;

use taskvisor::{JitterPolicy, Phase};
use tests::{Backoff, Harness, Rules, Script, Step};

use crate::backoff_laws::delays;
use crate::support::{SECOND, millis, seconds};

const JITTERS: [JitterPolicy; 4] =
    [JitterPolicy::None, JitterPolicy::Equal, JitterPolicy::Full, JitterPolicy::Decorrelated];

#[tokio::test(start_paused = true)]
async fn a_huge_factor_reaches_the_maximum_at_once() {
    for factor in [f64::MAX, 1e300, 1e40] {
        let rules = Rules::on_failure().backoff(Backoff::exponential(millis(1), SECOND, factor));
        assert_eq!(delays(rules, 4).await, [millis(1), SECOND, SECOND, SECOND]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_huge_streak_stays_at_the_maximum() {
    let rules = Rules::on_failure().backoff(Backoff::exponential(millis(1), millis(2), 2.0));
    let delays = delays(rules, 3_000).await;
    assert!(delays[1..].iter().all(|delay| *delay == millis(2)));
}

#[tokio::test(start_paused = true)]
async fn a_factor_just_above_one_grows() {
    let rules = Rules::on_failure().backoff(Backoff::exponential(seconds(1_000), seconds(2_000), 1.000_001));
    let delays = delays(rules, 3).await;
    assert!(delays[0] < delays[1] && delays[1] < delays[2], "{delays:?}");
}

/// Expects the task to sleep, because the delay is practically endless, and to stop at once on a request.
async fn sleeps_and_stops(backoff: Backoff) {
    let harness = Harness::new();
    let rules = Rules::on_failure().backoff(backoff);
    let task = harness.add(rules, Script::task("work", [Step::Fail("down")]));
    harness.settle().await;
    let status = task.status();
    assert!(matches!(status.phase, Phase::Sleeping { .. }), "{backoff:?}: {:?}", status.phase);
    assert!(harness.cancel(&task));
    assert!(harness.outcome(&task).await.is_canceled());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_endless_delay_is_slept_and_can_be_stopped() {
    for jitter in JITTERS {
        sleeps_and_stops(Backoff::constant(Duration::MAX).jitter(jitter)).await;
        sleeps_and_stops(Backoff::exponential(Duration::MAX, Duration::MAX, f64::MAX).jitter(jitter)).await;
        sleeps_and_stops(Backoff::exponential(seconds(1 << 40), Duration::MAX, 2.0).jitter(jitter)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_delay_lasts_at_least_a_year() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(Duration::MAX);
    let task = harness.add(rules, Script::task("work", [Step::Fail("down"), Step::Succeed]));
    tokio::time::sleep(seconds(365 * 24 * 60 * 60)).await;
    assert_eq!(task.status().attempt, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_smallest_delay_is_jittered_without_a_panic() {
    for jitter in JITTERS {
        let tiny = Backoff::exponential(Duration::from_nanos(1), Duration::from_nanos(1), 1.0).jitter(jitter);
        assert_eq!(delays(Rules::on_failure().backoff(tiny), 20).await.len(), 20);
        let zero = Backoff::constant(Duration::ZERO).jitter(jitter);
        assert_eq!(delays(Rules::on_failure().backoff(zero), 20).await, [Duration::ZERO; 20]);
    }
}

#[tokio::test(start_paused = true)]
async fn jitter_on_no_backoff_is_still_no_backoff() {
    for jitter in JITTERS {
        assert_eq!(
            delays(Rules::on_failure().backoff(Backoff::none().jitter(jitter)), 5).await,
            [Duration::ZERO; 5]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_timeout_is_none() {
    let harness = Harness::new();
    let rules = Rules::never().timeout(Duration::MAX);
    let task = harness.add(rules, Script::task("work", [Step::SucceedAfter(seconds(1 << 25))]));
    assert!(task.outcome().await.is_completed());
    harness.finish().await;
}
