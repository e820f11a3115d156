//! How long to wait after a failure.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::JitterPolicy;

/// How long a task waits after a failure: `jitter(min(first · factor^n, max))`, where `n` counts the delays of the streak
/// from zero.
///
/// A failure with [`retry_after`](crate::TaskError::retry_after) gives its own delay and is not counted in `n`. The delay is computed from `n`, so jitter does not compound. The default is exponential: first 100 ms, factor 2,
/// at most 30 s, jitter [`Equal`](JitterPolicy::Equal). Delays are kept in nanoseconds, up to 584 years.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{BackoffPolicy, JitterPolicy};
///
/// let patient = BackoffPolicy::builder()
///     .first(Duration::from_secs(1))
///     .max(Duration::from_secs(120))
///     .jitter(JitterPolicy::Full)
///     .build()?;
/// let steady = BackoffPolicy::constant(Duration::from_secs(5));
/// assert_ne!(patient, steady);
/// # Ok::<(), taskvisor::InvalidBackoff>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackoffPolicy {
    kind: BackoffKind,
    jitter: JitterPolicy,
    first: u64,
    max: u64,
    factor: f64,
}

/// Which law the delays follow. Named by generated code only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackoffKind {
    /// No delay, but a yield.
    None,
    /// The same delay each time.
    Constant,
    /// Each delay a multiple of the one before.
    Exponential,
}

impl BackoffPolicy {
    /// No delay after a failure, but the task yields to others before it runs again.
    pub const NONE: Self =
        Self { kind: BackoffKind::None, jitter: JitterPolicy::None, first: 0, max: 0, factor: 1.0 };

    /// Exponential from 100 ms, doubling up to 30 s, with jitter [`Equal`](JitterPolicy::Equal): the default.
    pub const EXPONENTIAL: Self = Self {
        kind: BackoffKind::Exponential,
        jitter: JitterPolicy::Equal,
        first: 100_000_000,
        max: 30_000_000_000,
        factor: 2.0,
    };

    /// The same delay after every failure, without jitter.
    #[must_use]
    pub const fn constant(delay: Duration) -> Self {
        let delay = nanoseconds(delay);
        Self {
            kind: BackoffKind::Constant,
            jitter: JitterPolicy::None,
            first: delay,
            max: delay,
            factor: 1.0,
        }
    }

    /// An exponential policy, to be changed from the default.
    #[must_use]
    pub const fn builder() -> BackoffBuilder {
        BackoffBuilder { policy: Self::EXPONENTIAL }
    }

    /// This policy with another jitter.
    #[must_use]
    pub const fn with_jitter(mut self, jitter: JitterPolicy) -> Self {
        self.jitter = jitter;
        self
    }

    /// The largest delay there can be.
    #[must_use]
    pub const fn max(&self) -> Duration {
        Duration::from_nanos(self.max)
    }

    /// The delay number `index` of a streak, counted from zero, given the delay before it. `draw` is chance.
    pub(crate) fn delay(
        &self,
        index: u32,
        previous: Duration,
        draw: impl FnOnce(RangeInclusive<u64>) -> u64,
    ) -> Duration {
        let bare = match self.kind {
            BackoffKind::None => return Duration::ZERO,
            BackoffKind::Constant => self.first,
            BackoffKind::Exponential => self.bare(index),
        };
        Duration::from_nanos(self.jitter.apply(bare, self.first, self.max, nanoseconds(previous), draw))
    }

    /// `min(first · factor^index, max)`, without overflow: what is not below the maximum is the maximum.
    fn bare(&self, index: u32) -> u64 {
        let power = self.factor.powi(i32::try_from(index).unwrap_or(i32::MAX));
        let delay = self.first as f64 * power;
        if delay < self.max as f64 { (delay as u64).clamp(self.first, self.max) } else { self.max }
    }
}

impl Default for BackoffPolicy {
    fn default() -> Self {
        Self::EXPONENTIAL
    }
}

/// Builds an exponential [`BackoffPolicy`].
#[derive(Clone, Copy, Debug)]
pub struct BackoffBuilder {
    policy: BackoffPolicy,
}

impl BackoffBuilder {
    /// The delay after the first failure of a streak, 100 ms unless said.
    #[must_use]
    pub const fn first(mut self, delay: Duration) -> Self {
        self.policy.first = nanoseconds(delay);
        self
    }

    /// The largest delay, 30 s unless said.
    #[must_use]
    pub const fn max(mut self, delay: Duration) -> Self {
        self.policy.max = nanoseconds(delay);
        self
    }

    /// By how much each delay is larger than the one before, 2 unless said.
    #[must_use]
    pub const fn factor(mut self, factor: f64) -> Self {
        self.policy.factor = factor;
        self
    }

    /// How chance changes the delay, [`JitterPolicy::Equal`] unless said.
    #[must_use]
    pub const fn jitter(mut self, jitter: JitterPolicy) -> Self {
        self.policy.jitter = jitter;
        self
    }

    /// The policy.
    ///
    /// # Errors
    ///
    /// If the factor is below 1 or not finite, if the first delay is zero (that is [`BackoffPolicy::NONE`]), or if it
    /// is above the largest.
    pub const fn build(self) -> Result<BackoffPolicy, InvalidBackoff> {
        let BackoffPolicy { first, max, factor, .. } = self.policy;
        if !(factor >= 1.0 && factor < f64::INFINITY) {
            return Err(InvalidBackoff::Factor);
        }
        if first == 0 {
            return Err(InvalidBackoff::ZeroFirst);
        }
        if first > max {
            return Err(InvalidBackoff::FirstAboveMax);
        }
        Ok(self.policy)
    }
}

/// Why a backoff policy was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBackoff {
    /// The factor is below 1, infinite or not a number.
    Factor,
    /// The first delay is zero, so every delay would be.
    ZeroFirst,
    /// The first delay is above the largest.
    FirstAboveMax,
}

impl InvalidBackoff {
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Factor => "the backoff's factor must be a finite number of at least 1",
            Self::ZeroFirst => "the backoff's first delay must be above zero; for no delay use `none`",
            Self::FirstAboveMax => "the backoff's first delay must not be above its largest",
        }
    }
}

impl fmt::Display for InvalidBackoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl Error for InvalidBackoff {}

/// Saturates at 584 years, so that a duration fits in eight bytes.
pub(crate) const fn nanoseconds(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos > u64::MAX as u128 { u64::MAX } else { nanos as u64 }
}
