//! Jitter: each delay stays within the bounds of its policy, and the delays differ.
//!
//! The recorder checks the bounds of every delay. These tests check the distribution. Each statistical test draws so
//! many delays that a false failure is practically impossible.

use std::time::Duration;

use taskvisor::JitterPolicy;
use tests::{Backoff, Rules};

use crate::backoff_laws::delays;
use crate::support::{SECOND, millis, seconds};

const DRAWS: usize = 200;

async fn drawn(backoff: Backoff) -> Vec<Duration> {
    let delays = delays(Rules::on_failure().backoff(backoff), DRAWS).await;
    assert_eq!(delays.len(), DRAWS);
    delays
}

fn within(delays: &[Duration], low: Duration, high: Duration) -> bool {
    delays.iter().all(|delay| (low..=high).contains(delay))
}

#[tokio::test(start_paused = true)]
async fn equal_draws_from_the_whole_upper_half() {
    let delays = drawn(Backoff::constant(SECOND).jitter(JitterPolicy::Equal)).await;
    assert!(within(&delays, millis(500), SECOND));
    assert!(delays.iter().any(|delay| *delay < millis(600)));
    assert!(delays.iter().any(|delay| *delay > millis(900)));
}

#[tokio::test(start_paused = true)]
async fn full_draws_from_zero_to_the_delay() {
    let delays = drawn(Backoff::constant(SECOND).jitter(JitterPolicy::Full)).await;
    assert!(within(&delays, Duration::ZERO, SECOND));
    assert!(delays.iter().any(|delay| *delay < millis(200)));
    assert!(delays.iter().any(|delay| *delay > millis(800)));
}

#[tokio::test(start_paused = true)]
async fn none_draws_nothing() {
    assert_eq!(drawn(Backoff::constant(SECOND).jitter(JitterPolicy::None)).await, [SECOND; DRAWS]);
}

#[tokio::test(start_paused = true)]
async fn decorrelated_draws_up_to_three_times_the_previous_delay() {
    let backoff = Backoff::exponential(millis(100), seconds(30), 2.0).jitter(JitterPolicy::Decorrelated);
    let delays = drawn(backoff).await;
    assert!(within(&delays, millis(100), seconds(30)));
    let mut previous = millis(100);
    for delay in &delays {
        assert!(*delay <= (previous * 3).min(seconds(30)), "{delay:?} after {previous:?}");
        previous = *delay;
    }
    assert!(delays.iter().any(|delay| *delay > seconds(3)), "the delay grows with the previous draw");
    assert!(
        delays.windows(2).any(|pair| pair[1] < pair[0]),
        "a delay can also be shorter than the previous one"
    );
}

#[tokio::test(start_paused = true)]
async fn equal_jitter_does_not_compound() {
    let backoff =
        Backoff::exponential(Duration::from_nanos(1), seconds(1 << 20), 2.0).jitter(JitterPolicy::Equal);
    let delays = delays(Rules::on_failure().backoff(backoff), 45).await;
    for (index, delay) in (0_u32..).zip(delays) {
        let bare = Duration::from_nanos(1 << index);
        assert!((bare / 2..=bare).contains(&delay), "{delay:?} of {bare:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn full_jitter_does_not_compound() {
    let delays = drawn(Backoff::exponential(millis(1), SECOND, 2.0).jitter(JitterPolicy::Full)).await;
    let late = &delays[DRAWS / 2..];
    assert!(
        late.iter().any(|delay| *delay > millis(800)),
        "drawn from the bare delay, not from the last draw"
    );
}

#[tokio::test(start_paused = true)]
async fn tasks_that_failed_together_do_not_come_back_together() {
    let backoff = Backoff::constant(seconds(60)).jitter(JitterPolicy::Full);
    let first = delays(Rules::on_failure().backoff(backoff), 20).await;
    let second = delays(Rules::on_failure().backoff(backoff), 20).await;
    assert_ne!(first, second);
}
