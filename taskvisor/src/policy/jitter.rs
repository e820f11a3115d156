//! Chance in a delay, so that what failed together does not come back together.

use std::ops::RangeInclusive;

/// How chance changes a delay `d`.
///
/// After Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum JitterPolicy {
    /// Exactly `d`.
    None,
    /// Between `d / 2` and `d`: spread, yet never immediate.
    #[default]
    Equal,
    /// Between zero and `d`.
    Full,
    /// Between the first delay and three times the previous backoff delay, up to the maximum; `d` itself is not used.
    Decorrelated,
}

impl JitterPolicy {
    /// All in nanoseconds; `previous` is the delay before this one, and only `Decorrelated` looks at it. `draw` draws one
    /// of a range.
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
