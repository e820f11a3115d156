//! Jitter: random variation of a delay, so that tasks that failed together do not retry together.

use std::fmt;
use std::ops::RangeInclusive;

/// How a backoff delay `d` is randomized.
///
/// After Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{BackoffPolicy, JitterPolicy};
///
/// let steady = BackoffPolicy::constant(Duration::from_secs(5)).with_jitter(JitterPolicy::Full); // 0 to 5 s
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum JitterPolicy {
    /// Exactly `d`.
    None,
    /// Between `d / 2` and `d`: spread, but never immediate.
    #[default]
    Equal,
    /// Between zero and `d`.
    Full,
    /// Between the first delay and three times the previous backoff delay, up to the maximum; `d` itself is not used.
    Decorrelated,
}

/// Writes the word of the attribute: `none`, `equal`, `full`, `decorrelated`.
impl fmt::Display for JitterPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Equal => "equal",
            Self::Full => "full",
            Self::Decorrelated => "decorrelated",
        })
    }
}

impl JitterPolicy {
    /// Applies the jitter to `delay`. All times are in nanoseconds. `previous` is the previous delay, which only
    /// `Decorrelated` uses. `draw` returns a random number from a range.
    pub(super) fn apply(
        self,
        delay: u64,
        first: u64,
        max: u64,
        previous: u64,
        draw: impl FnOnce(RangeInclusive<u64>) -> u64,
    ) -> u64 {
        match self {
            Self::None => delay,
            Self::Equal => draw(delay - delay / 2..=delay),
            Self::Full => draw(0..=delay),
            Self::Decorrelated => {
                let ceiling = previous.max(first).saturating_mul(3).min(max);
                draw(first..=ceiling.max(first))
            }
        }
    }
}
