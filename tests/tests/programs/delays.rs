//! Contract 2 for arbitrary policies: a policy is refused where it is built, or its delays stay within its bounds.
//!
//! The delays come from the `Backoff` events of the runtime. The longest streak has a thousand failures.

use std::future::Future;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use taskvisor::{BackoffPolicy, InvalidBackoff, JitterPolicy};
use tests::{Backoff, Harness, Rules, Script, Step};
use tokio::runtime::Builder;

/// The longest duration of the runtime, which stores nanoseconds in 64 bits.
const LONGEST: Duration = Duration::from_nanos(u64::MAX);

fn durations() -> impl Strategy<Value = Duration> {
    prop_oneof![
        2 => Just(Duration::ZERO),
        2 => Just(Duration::from_nanos(1)),
        8 => (1..10_000_u64).prop_map(Duration::from_millis),
        2 => any::<u64>().prop_map(Duration::from_nanos),
        1 => any::<Duration>(),
        1 => Just(LONGEST),
        1 => Just(Duration::MAX),
    ]
}

/// Arbitrary factors, often valid ones.
fn factors() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 1.0..8.0_f64,
        1 => Just(1.0),
        1 => Just(1.0 + f64::EPSILON),
        1 => Just(1.0 - f64::EPSILON),
        2 => prop::num::f64::ANY,
        1 => prop::num::f64::SUBNORMAL,
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(f64::MAX), Just(-0.0)],
    ]
}

fn jitters() -> impl Strategy<Value = JitterPolicy> {
    prop_oneof![
        Just(JitterPolicy::None),
        Just(JitterPolicy::Equal),
        Just(JitterPolicy::Full),
        Just(JitterPolicy::Decorrelated),
    ]
}

/// Valid backoffs.
fn backoffs() -> impl Strategy<Value = (Backoff, JitterPolicy)> {
    let exponential =
        (durations(), durations(), factors()).prop_filter_map("refused", |(first, max, factor)| {
            let backoff = Backoff::exponential(first, max, factor);
            backoff.try_policy().is_ok().then_some(backoff)
        });
    let law = prop_oneof![
        1 => Just(Backoff::none()),
        2 => durations().prop_map(Backoff::constant),
        6 => exponential,
    ];
    (law, jitters()).prop_map(|(backoff, jitter)| (backoff.jitter(jitter), jitter))
}

/// The delays that the runtime publishes for these steps.
fn delays(rules: Rules, steps: Vec<Step>) -> Vec<Duration> {
    paused(async {
        let harness = Harness::new();
        let task = harness.add(rules, Script::task("work", steps));
        task.outcome().await;
        harness.finish().await.backoffs_of(&task)
    })
}

fn paused<F: Future>(future: F) -> F::Output {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(future)
}

fn failing(times: usize) -> Vec<Step> {
    let mut steps = vec![Step::Fail("down"); times];
    steps.push(Step::Succeed);
    steps
}

fn keeps_its_bounds(backoff: Backoff, jitter: JitterPolicy, delays: &[Duration]) -> TestCaseResult {
    let mut previous = None;
    for (index, delay) in (0..).zip(delays) {
        let bounds = backoff.bounds(index, previous);
        prop_assert!(bounds.contains(delay), "{delay:?} after {index}, not within {bounds:?}");
        prop_assert!(*delay <= backoff.max());
        let falls = previous.is_some_and(|previous| *delay < previous);
        prop_assert!(!falls || jitter != JitterPolicy::None, "{delay:?} after {previous:?}, without jitter");
        previous = Some(*delay);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_is_refused_exactly_if_it_is_none(
        first in durations(), max in durations(), factor in factors(), jitter in jitters()
    ) {
        let built = BackoffPolicy::builder().first(first).max(max).factor(factor).jitter(jitter).build();
        // Longer durations saturate at `LONGEST`.
        let (first, max) = (first.min(LONGEST), max.min(LONGEST));
        let problems = [
            (factor.is_nan() || factor.is_infinite() || factor < 1.0, InvalidBackoff::Factor),
            (first.is_zero(), InvalidBackoff::ZeroFirst),
            (first > max, InvalidBackoff::FirstAboveMax),
        ];
        match built {
            Ok(policy) => {
                prop_assert!(problems.iter().all(|(holds, _)| !holds), "{policy:?}");
                prop_assert_eq!(policy.max(), max);
            }
            Err(problem) => prop_assert!(problems.contains(&(true, problem)), "{problem:?}"),
        }
    }

    #[test]
    fn every_delay_of_a_streak_lies_within_its_policy((backoff, jitter) in backoffs(), failures in 1..20_usize) {
        let rules = Rules::on_failure().backoff(backoff).stable_after(Duration::MAX);
        let delays = delays(rules, failing(failures));
        prop_assert_eq!(delays.len(), failures);
        keeps_its_bounds(backoff, jitter, &delays)?;
    }

    #[test]
    fn a_success_begins_anew((backoff, jitter) in backoffs(), failures in 1..8_usize) {
        let mut steps = failing(failures);
        steps.extend(failing(failures));
        steps.push(Step::Fatal("enough"));
        let rules = Rules::always().backoff(backoff).stable_after(Duration::MAX);
        let delays = delays(rules, steps);
        prop_assert_eq!(delays.len(), 2 * failures);
        keeps_its_bounds(backoff, jitter, &delays[..failures])?;
        keeps_its_bounds(backoff, jitter, &delays[failures..])?;
    }

    #[test]
    fn what_retry_after_says_is_exact_whatever_the_backoff((backoff, _) in backoffs(), delay in durations()) {
        let rules = Rules::on_failure().backoff(backoff).uses_retry_after();
        let published = paused(async {
            let harness = Harness::new();
            let task = harness.add(rules, Script::task("work", [Step::RetryAfter("busy", delay), Step::Hang]));
            harness.settle().await;
            // The delay can be longer than the clock can advance, so that the task is canceled instead.
            harness.cancel(&task);
            harness.finish().await.backoffs_of(&task)
        });
        prop_assert_eq!(published, vec![delay]);
    }

    #[test]
    fn no_span_of_a_task_panics_or_overflows(timeout in durations(), delay in durations(), stable in durations()) {
        let mut rules = Rules::always().delay(delay).constant_backoff(Duration::ZERO);
        if !timeout.is_zero() {
            rules = rules.timeout(timeout);
        }
        if !stable.is_zero() && (timeout.is_zero() || stable <= timeout) {
            rules = rules.stable_after(stable);
        }
        let published = delays(rules, vec![Step::Succeed, Step::Fail("down"), Step::Fatal("enough")]);
        prop_assert_eq!(published, vec![Duration::ZERO]);
    }
}

/// Streaks that would last for centuries are shorter, because the clock advances by two years at a time.
#[test]
fn a_streak_of_a_thousand_failures_stays_within_its_policy() {
    let factors = [1.0, 1.0 + f64::EPSILON, 1.000_001, 1.01, 2.0, 1e3, 1e300, f64::MAX];
    let spans = [(1, 1), (1, 1 << 20), (1 << 40, u64::MAX), (u64::MAX, u64::MAX), (3, (1 << 53) + 1)];
    for factor in factors {
        for (first, max) in spans {
            for jitter in
                [JitterPolicy::None, JitterPolicy::Equal, JitterPolicy::Full, JitterPolicy::Decorrelated]
            {
                let (first, max) = (Duration::from_nanos(first), Duration::from_nanos(max));
                let backoff = Backoff::exponential(first, max, factor).jitter(jitter);
                let rules = Rules::on_failure().backoff(backoff).stable_after(Duration::MAX);
                let times = if max > Duration::from_secs(1 << 30) { 20 } else { 1_000 };
                let delays = delays(rules, failing(times));
                keeps_its_bounds(backoff, jitter, &delays)
                    .unwrap_or_else(|problem| panic!("{backoff:?}: {problem}"));
            }
        }
    }
}
