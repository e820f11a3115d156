//! The delay after a failure, before jitter.

use std::time::Duration;

use taskvisor::{BackoffPolicy, JitterPolicy};
use tests::{Backoff, Rules, Step};

use crate::support::{SECOND, millis, play, seconds};

/// Returns the delays after `failures` consecutive failures.
pub(crate) async fn delays(rules: Rules, failures: usize) -> Vec<Duration> {
    let mut steps = vec![Step::Fail("down"); failures];
    steps.push(Step::Succeed);
    let finished = play(rules, steps).await;
    finished.event_log.backoffs_of(&finished.task)
}

#[tokio::test(start_paused = true)]
async fn the_default_doubles_from_100_ms_up_to_30_s_with_equal_jitter() {
    let bare = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 30_000];
    let delays = delays(Rules::on_failure(), bare.len()).await;
    assert_eq!(delays.len(), bare.len());
    for (delay, bare) in delays.iter().zip(bare) {
        assert!((millis(bare) / 2..=millis(bare)).contains(delay), "{delay:?} of {bare} ms");
    }
}

#[test]
fn the_default_policy_equals_one_built_from_its_values() {
    let built = BackoffPolicy::builder()
        .first(millis(100))
        .max(seconds(30))
        .factor(2.0)
        .jitter(JitterPolicy::Equal)
        .build();
    assert_eq!(built, Ok(BackoffPolicy::default()));
    assert_eq!(BackoffPolicy::builder().build(), Ok(BackoffPolicy::default()));
    assert_eq!(BackoffPolicy::exponential(), BackoffPolicy::default());
    assert_eq!(JitterPolicy::default(), JitterPolicy::Equal);
}

#[tokio::test(start_paused = true)]
async fn exponential_without_jitter_grows_by_the_factor_up_to_max() {
    let rules = Rules::on_failure().backoff(Backoff::exponential(millis(10), SECOND, 3.0));
    let expected = [10, 30, 90, 270, 810, 1_000, 1_000].map(millis);
    assert_eq!(delays(rules, expected.len()).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_factor_of_one_keeps_the_first_delay() {
    let rules = Rules::on_failure().backoff(Backoff::exponential(millis(70), seconds(30), 1.0));
    assert_eq!(delays(rules, 20).await, [millis(70); 20]);
}

#[tokio::test(start_paused = true)]
async fn a_fractional_factor_is_kept() {
    let rules = Rules::on_failure().backoff(Backoff::exponential(millis(16), seconds(30), 1.5));
    assert_eq!(delays(rules, 5).await, [16, 24, 36, 54, 81].map(millis));
}

#[tokio::test(start_paused = true)]
async fn constant_waits_the_same_each_time() {
    assert_eq!(delays(Rules::on_failure().constant_backoff(seconds(3)), 30).await, [seconds(3); 30]);
}

#[tokio::test(start_paused = true)]
async fn none_waits_not_at_all() {
    let finished =
        play(Rules::on_failure().without_backoff(), [Step::Fail("down"), Step::Fail("down"), Step::Succeed])
            .await;
    assert_eq!(finished.event_log.backoffs_of(&finished.task), [Duration::ZERO; 2]);
    assert_eq!(finished.starts(), [Duration::ZERO; 3]);
}

#[tokio::test(start_paused = true)]
async fn delays_are_kept_to_the_nanosecond() {
    let odd = Duration::new(1, 234_567_891);
    assert_eq!(delays(Rules::on_failure().constant_backoff(odd), 1).await, [odd]);
    let rules = Rules::on_failure().backoff(Backoff::exponential(Duration::from_nanos(3), SECOND, 2.0));
    assert_eq!(delays(rules, 4).await, [3, 6, 12, 24].map(Duration::from_nanos));
}

#[tokio::test(start_paused = true)]
async fn the_next_attempt_starts_when_the_delay_is_over() {
    let rules = Rules::on_failure().backoff(Backoff::exponential(seconds(1), seconds(60), 2.0));
    let fail = Step::Fail("down");
    let finished = play(rules, [fail, fail, fail, Step::Succeed]).await;
    assert_eq!(finished.starts(), [0, 1, 3, 7].map(seconds));
}

#[test]
fn the_largest_delay_is_available_as_a_constant() {
    assert_eq!(BackoffPolicy::default().max(), seconds(30));
    assert_eq!(BackoffPolicy::constant(seconds(7)).max(), seconds(7));
    assert_eq!(BackoffPolicy::none().max(), Duration::ZERO);
}

#[test]
fn delay_returns_the_delays_before_jitter_counted_from_one() {
    let policies = [
        Backoff::none(),
        Backoff::constant(SECOND),
        Backoff::exponential(millis(16), seconds(3), 1.5).jitter(JitterPolicy::Full),
        Backoff::default(),
    ];
    for backoff in policies {
        let policy = backoff.policy();
        assert_eq!(policy.delay(0), Duration::ZERO, "without a failure: {policy:?}");
        for failure in 1..40 {
            let (delay, expected) = (policy.delay(failure), backoff.bare(failure - 1));
            assert!(
                delay.abs_diff(expected) <= Duration::from_nanos(100),
                "{failure}: {delay:?} of {policy:?}"
            );
        }
        assert_eq!(policy.delay(u32::MAX), policy.max());
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_without_jitter_waits_for_the_delays_of_its_policy() {
    let backoff = Backoff::exponential(millis(10), SECOND, 3.0);
    let delays = delays(Rules::on_failure().backoff(backoff), 6).await;
    let expected: Vec<_> = (1..=6).map(|failure| backoff.policy().delay(failure)).collect();
    assert_eq!(delays, expected);
}
