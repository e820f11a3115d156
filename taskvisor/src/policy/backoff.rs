//! The backoff policy: the delay after a failure.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::JitterPolicy;

/// The delay between a failure and the next attempt.
///
/// Delay number `n` between consecutive failures, counted from zero, is `jitter(min(first · factor^n, max))`. It is
/// computed from `n`, so jitter does not compound. A failure with [`retry_after`](crate::TaskError::retry_after) has its
/// own delay, which does not count in `n`.
///
/// The default is exponential: first 100 ms, factor 2, at most 30 s, jitter [`Equal`](JitterPolicy::Equal). Delays are
/// stored in nanoseconds and saturate at 584 years.
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

/// How the delays between consecutive failures grow. Only generated code names this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackoffKind {
    /// No delay; the task yields once.
    None,
    /// The same delay after every failure.
    Constant,
    /// Each delay is a multiple of the previous one.
    Exponential,
}

impl BackoffPolicy {
    /// Creates a policy without a delay after a failure. The task still yields to others before its next attempt.
    #[must_use]
    pub const fn none() -> Self {
        Self { kind: BackoffKind::None, jitter: JitterPolicy::None, first: 0, max: 0, factor: 1.0 }
    }

    /// Creates a policy with the same delay after every failure, without jitter.
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

    /// Creates the default policy, `"exp"` in an attribute: exponential from 100 ms, doubling up to 30 s, with jitter
    /// [`Equal`](JitterPolicy::Equal). The [`builder`](Self::builder) changes these values.
    #[must_use]
    pub const fn exponential() -> Self {
        Self {
            kind: BackoffKind::Exponential,
            jitter: JitterPolicy::Equal,
            first: 100_000_000,
            max: 30_000_000_000,
            factor: 2.0,
        }
    }

    /// Creates a builder of an exponential policy. It starts with the values of [`exponential`](Self::exponential).
    #[must_use]
    pub const fn builder() -> BackoffBuilder {
        BackoffBuilder { policy: Self::exponential() }
    }

    /// Replaces the jitter.
    #[must_use]
    pub const fn with_jitter(mut self, jitter: JitterPolicy) -> Self {
        self.jitter = jitter;
        self
    }

    /// Returns the largest possible delay.
    #[must_use]
    pub const fn max(&self) -> Duration {
        Duration::from_nanos(self.max)
    }

    /// Returns the delay after consecutive failure number `failure`, before jitter. Failures are counted from one: `delay(1)`
    /// is the delay after the first failure, and `delay(0)`, without a failure, is zero.
    ///
    /// A failure with [`retry_after`](crate::TaskError::retry_after) has its own delay and does not count here. With the jitter
    /// [`Decorrelated`](JitterPolicy::Decorrelated) the task does not use this delay, but one between the first and the largest.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::BackoffPolicy;
    ///
    /// let policy = BackoffPolicy::exponential();
    /// let delays = [1, 2, 3, 9, 10, 1_000].map(|failure| policy.delay(failure).as_millis());
    /// assert_eq!(delays, [100, 200, 400, 25_600, 30_000, 30_000]);
    ///
    /// assert_eq!(BackoffPolicy::constant(Duration::from_secs(5)).delay(7), Duration::from_secs(5));
    /// assert_eq!(BackoffPolicy::none().delay(7), Duration::ZERO);
    /// ```
    #[must_use]
    pub fn delay(&self, failure: u32) -> Duration {
        failure.checked_sub(1).map_or(Duration::ZERO, |index| Duration::from_nanos(self.bare(index)))
    }

    /// Draws delay number `index` between consecutive failures, counted from zero. `previous` is the delay before it, and
    /// `draw` returns a random number from a range.
    pub(crate) fn draw_delay(
        &self,
        index: u32,
        previous: Duration,
        draw: impl FnOnce(RangeInclusive<u64>) -> u64,
    ) -> Duration {
        if self.kind == BackoffKind::None {
            return Duration::ZERO;
        }
        let delay = self.bare(index);
        Duration::from_nanos(self.jitter.apply(delay, self.first, self.max, nanoseconds(previous), draw))
    }

    /// Returns the shortest possible delay number `index`, counted from zero.
    pub(crate) fn shortest_delay(&self, index: u32) -> Duration {
        let delay = self.bare(index);
        Duration::from_nanos(match self.jitter {
            JitterPolicy::None => delay,
            JitterPolicy::Equal => delay - delay / 2,
            JitterPolicy::Full => 0,
            JitterPolicy::Decorrelated => self.first,
        })
    }

    /// Computes delay number `index`, counted from zero, before jitter. All policies but an exponential one have one delay.
    fn bare(&self, index: u32) -> u64 {
        match self.kind {
            BackoffKind::None | BackoffKind::Constant => self.first,
            BackoffKind::Exponential => self.power(index),
        }
    }

    /// Computes `min(first · factor^index, max)`. It cannot overflow: a value that is not below `max`, NaN included, is
    /// `max`.
    fn power(&self, index: u32) -> u64 {
        let power = self.factor.powi(i32::try_from(index).unwrap_or(i32::MAX));
        let delay = self.first as f64 * power;
        if delay < self.max as f64 { (delay as u64).clamp(self.first, self.max) } else { self.max }
    }
}

/// Writes it as an attribute does: `exp(first = 100ms, max = 30s, factor = 2, jitter = equal)`, `constant(first = 5s)`, `none`.
impl fmt::Display for BackoffPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delay = |nanos| humantime::format_duration(Duration::from_nanos(nanos));
        let (first, max) = (delay(self.first), delay(self.max));
        let Self { factor, jitter, .. } = self;
        match self.kind {
            BackoffKind::None => f.write_str("none"),
            BackoffKind::Constant if *jitter == JitterPolicy::None => write!(f, "constant(first = {first})"),
            BackoffKind::Constant => write!(f, "constant(first = {first}, jitter = {jitter})"),
            BackoffKind::Exponential => {
                write!(f, "exp(first = {first}, max = {max}, factor = {factor}, jitter = {jitter})")
            }
        }
    }
}

impl Default for BackoffPolicy {
    fn default() -> Self {
        Self::exponential()
    }
}

/// Builds an exponential [`BackoffPolicy`].
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{BackoffPolicy, InvalidBackoff};
///
/// let policy = BackoffPolicy::builder().first(Duration::from_secs(1)).factor(3.0).build()?;
/// assert_eq!(policy.delay(2), Duration::from_secs(3));
///
/// let invalid = BackoffPolicy::builder().factor(0.5).build();
/// assert_eq!(invalid, Err(InvalidBackoff::Factor));
/// # Ok::<(), InvalidBackoff>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BackoffBuilder {
    policy: BackoffPolicy,
}

impl BackoffBuilder {
    /// Sets the delay after the first of consecutive failures. Default: 100 ms.
    #[must_use]
    pub const fn first(mut self, delay: Duration) -> Self {
        self.policy.first = nanoseconds(delay);
        self
    }

    /// Sets the largest delay. Default: 30 s.
    #[must_use]
    pub const fn max(mut self, delay: Duration) -> Self {
        self.policy.max = nanoseconds(delay);
        self
    }

    /// Sets the factor between a delay and the next one. Default: 2.
    #[must_use]
    pub const fn factor(mut self, factor: f64) -> Self {
        self.policy.factor = factor;
        self
    }

    /// Sets the jitter. Default: [`JitterPolicy::Equal`].
    #[must_use]
    pub const fn jitter(mut self, jitter: JitterPolicy) -> Self {
        self.policy.jitter = jitter;
        self
    }

    /// Checks the values and returns the policy.
    ///
    /// # Errors
    ///
    /// Fails if the factor is below 1 or not finite, if the first delay is zero (use [`BackoffPolicy::none`] for no
    /// delay), or if the first delay is above the largest.
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

/// The reason why a backoff policy is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBackoff {
    /// The factor is below 1, infinite or not a number.
    Factor,
    /// The first delay is zero, so every delay would be zero.
    ZeroFirst,
    /// The first delay is above the largest.
    FirstAboveMax,
}

impl InvalidBackoff {
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Factor => "the backoff's `factor` must be a finite number of at least 1",
            Self::ZeroFirst => {
                "the backoff's `first` delay must be above zero: for no delay use the kind `none`"
            }
            Self::FirstAboveMax => "the backoff's `first` delay must not be above its `max`",
        }
    }
}

impl fmt::Display for InvalidBackoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl Error for InvalidBackoff {}

/// Converts a duration to nanoseconds. It saturates at 584 years, so that a duration takes eight bytes.
pub(crate) const fn nanoseconds(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos > u64::MAX as u128 { u64::MAX } else { nanos as u64 }
}
