//! A backoff as the tests understand it: computed independently of the runtime, so that a test detects a difference.

use std::ops::RangeInclusive;
use std::time::Duration;

use taskvisor::{BackoffPolicy, InvalidBackoff, JitterPolicy};

/// A backoff whose bounds are known.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    law: Law,
    jitter: JitterPolicy,
}

#[derive(Clone, Copy, Debug)]
enum Law {
    None,
    Constant(Duration),
    Exponential { first: Duration, max: Duration, factor: f64 },
}

/// The runtime keeps nanoseconds in 64 bits.
const LONGEST: Duration = Duration::from_nanos(u64::MAX);

impl Backoff {
    /// No delay.
    #[must_use]
    pub fn none() -> Self {
        Self { law: Law::None, jitter: JitterPolicy::None }
    }

    /// The same delay each time.
    #[must_use]
    pub fn constant(delay: Duration) -> Self {
        Self { law: Law::Constant(delay), jitter: JitterPolicy::None }
    }

    /// `first · factor^n` up to `max`, without jitter.
    #[must_use]
    pub fn exponential(first: Duration, max: Duration, factor: f64) -> Self {
        Self { law: Law::Exponential { first, max, factor }, jitter: JitterPolicy::None }
    }

    /// Replaces the jitter.
    #[must_use]
    pub fn jitter(self, jitter: JitterPolicy) -> Self {
        Self { jitter, ..self }
    }

    /// The policy of the runtime.
    ///
    /// # Errors
    ///
    /// If the runtime refuses it.
    pub fn try_policy(&self) -> Result<BackoffPolicy, InvalidBackoff> {
        Ok(match self.law {
            Law::None => BackoffPolicy::none().with_jitter(self.jitter),
            Law::Constant(delay) => BackoffPolicy::constant(delay).with_jitter(self.jitter),
            Law::Exponential { first, max, factor } => {
                BackoffPolicy::builder().first(first).max(max).factor(factor).jitter(self.jitter).build()?
            }
        })
    }

    /// The policy of the runtime.
    ///
    /// # Panics
    ///
    /// If the runtime refuses it.
    #[must_use]
    pub fn policy(&self) -> BackoffPolicy {
        self.try_policy().expect("a valid backoff")
    }

    /// The delay number `index` of a streak before jitter, counted from zero.
    #[must_use]
    pub fn bare(&self, index: u32) -> Duration {
        match self.law {
            Law::None => Duration::ZERO,
            Law::Constant(delay) => delay.min(LONGEST),
            Law::Exponential { first, max, factor } => {
                let (first, max) = (first.min(LONGEST), max.min(LONGEST));
                let exponent = i32::try_from(index).unwrap_or(i32::MAX);
                let seconds = first.as_secs_f64() * factor.powi(exponent);
                if seconds < max.as_secs_f64() { Duration::from_secs_f64(seconds) } else { max }
            }
        }
    }

    /// The bounds of that delay, given the previous backoff delay of the streak.
    #[must_use]
    pub fn bounds(&self, index: u32, previous: Option<Duration>) -> RangeInclusive<Duration> {
        let bare = self.bare(index);
        // The runtime counts in nanoseconds and this model in seconds, so they may round differently.
        let slack = Duration::from_nanos(1 + bare.as_secs());
        let (low, high) = match self.jitter {
            JitterPolicy::None => (bare, bare),
            JitterPolicy::Equal => (bare / 2, bare),
            JitterPolicy::Full => (Duration::ZERO, bare),
            JitterPolicy::Decorrelated => {
                let first = self.bare(0);
                let wide = previous.unwrap_or(first).saturating_mul(3).min(self.max());
                (first, wide.max(first))
            }
        };
        low.saturating_sub(slack)..=high.saturating_add(slack)
    }

    /// The largest possible delay.
    #[must_use]
    pub fn max(&self) -> Duration {
        match self.law {
            Law::None => Duration::ZERO,
            Law::Constant(delay) | Law::Exponential { max: delay, .. } => delay.min(LONGEST),
        }
    }
}

impl Default for Backoff {
    /// The default of the contract: from 100 ms, doubling, up to 30 s, with equal jitter.
    fn default() -> Self {
        Self::exponential(Duration::from_millis(100), Duration::from_secs(30), 2.0)
            .jitter(JitterPolicy::Equal)
    }
}
