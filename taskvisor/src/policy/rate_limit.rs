//! The limit of how often attempts begin.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use humantime::{format_duration, parse_duration};

/// A limit of how often attempts begin: `10/m` lets ten begin in a minute, evenly spaced, so one every six seconds.
///
/// An attempt that would exceed the limit does not fail: it waits, outside of its timeout. Every attempt counts, also retries and
/// restarts. A `burst` above one lets as many attempts begin at once after a quiet time; later ones are spaced again. In any time as
/// long as the period, at most `attempts + burst` attempts begin.
///
/// All instances of a task share its limit, and so do all submissions of a job. A wait ends on Tokio's clock, which has a resolution of
/// one millisecond: more than 1,000 attempts in a second need a burst.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::RateLimit;
///
/// let limit = RateLimit::new(10, Duration::from_secs(60));
/// assert_eq!("10/m".parse(), Ok(limit));
/// assert_eq!(limit.with_burst(3).to_string(), "10/m, burst 3");
/// assert_eq!("100/30s".parse(), Ok(RateLimit::new(100, Duration::from_secs(30))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateLimit {
    attempts: u32,
    period: Duration,
    burst: u32,
}

/// The units that can follow the slash without a number.
const UNITS: [(&str, Duration); 4] = [
    ("s", Duration::from_secs(1)),
    ("m", Duration::from_secs(60)),
    ("h", Duration::from_secs(3_600)),
    ("d", Duration::from_secs(86_400)),
];

impl RateLimit {
    /// The longest period: one year.
    pub const MAX_PERIOD: Duration = Duration::from_secs(366 * 86_400);

    /// Creates a limit of `attempts` in `period`, with a burst of one. This call checks nothing. A task with a limit of zero, or with a
    /// period that is zero or longer than [`MAX_PERIOD`](Self::MAX_PERIOD), is refused when it is added, and an application with such a
    /// task does not start.
    #[must_use]
    pub const fn new(attempts: u32, period: Duration) -> Self {
        Self { attempts, period, burst: 1 }
    }

    /// Sets how many attempts may begin at once after a quiet time. A task with a burst of zero is refused.
    #[must_use]
    pub const fn with_burst(mut self, burst: u32) -> Self {
        self.burst = burst;
        self
    }

    /// Returns how many attempts may begin in a period.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the period.
    #[must_use]
    pub const fn period(&self) -> Duration {
        self.period
    }

    /// Returns how many attempts may begin at once after a quiet time.
    #[must_use]
    pub const fn burst(&self) -> u32 {
        self.burst
    }

    /// Every reason why the limit cannot work.
    pub(crate) fn problems(&self) -> Vec<&'static str> {
        let mut problems = Vec::new();
        if self.attempts == 0 {
            problems.push(
                "`rate_limit` lets no attempt begin: set how many may begin in a period, as in `10/m`, or remove it",
            );
        }
        if self.period.is_zero() {
            problems.push(
                "the period of `rate_limit` is zero: set the time in which so many attempts may begin, such as 1 minute",
            );
        }
        if self.period > Self::MAX_PERIOD {
            problems.push("the period of `rate_limit` is longer than a year: set a shorter one");
        }
        if self.burst == 0 {
            problems
                .push("the `burst` of `rate_limit` is 0, so no attempt could ever begin: leave it out for 1");
        }
        problems
    }
}

/// Writes the form that [`FromStr`] reads, such as `10/m`. A burst other than one follows, which [`FromStr`] does not read:
/// `10/m, burst 3`.
impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempts, period, burst } = self;
        match UNITS.iter().find(|(_, length)| length == period) {
            Some((unit, _)) => write!(f, "{attempts}/{unit}")?,
            None => write!(f, "{attempts}/{}", format_duration(*period).to_string().replace(' ', ""))?,
        }
        if *burst == 1 { Ok(()) } else { write!(f, ", burst {burst}") }
    }
}

/// Reads a count, a slash, and one of `s`, `m`, `h` and `d`, or a duration as `humantime` writes it: `10/m`, `100/30s`. The burst is
/// one. Zero is accepted here, and refused when a task with the limit is added: see [`RateLimit::new`].
impl FromStr for RateLimit {
    type Err = InvalidRateLimit;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (attempts, period) = text.split_once('/').ok_or(InvalidRateLimit)?;
        let attempts = attempts.trim().parse().map_err(|_| InvalidRateLimit)?;
        let period = period.trim();
        let period = match UNITS.iter().find(|(unit, _)| *unit == period) {
            Some((_, length)) => *length,
            None => parse_duration(period).map_err(|_| InvalidRateLimit)?,
        };
        Ok(Self::new(attempts, period))
    }
}

/// The error of a text that is not a number of attempts in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRateLimit;

impl fmt::Display for InvalidRateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not a number of attempts in a period: write a whole number, a slash, and `s`, `m`, `h`, `d` or a duration, as in `10/m` or `100/30s`",
        )
    }
}

impl Error for InvalidRateLimit {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_it_is_written() {
        for text in ["10/s", "1/m", "3600/h", "7/d", "100/30s", "1/1h30m"] {
            let limit: RateLimit = text.parse().expect(text);
            assert_eq!(limit.to_string(), text);
            assert_eq!(limit.problems(), Vec::<&str>::new(), "{text}");
        }
        for text in
            ["10/fortnight", "10", "/m", "10/", "ten/m", "1.5/s", "-1/s", "10 per m", "5000000000/s", ""]
        {
            assert_eq!(text.parse::<RateLimit>(), Err(InvalidRateLimit), "{text}");
        }
    }

    #[test]
    fn every_problem_of_a_rate_is_reported() {
        assert_eq!(RateLimit::new(0, Duration::ZERO).with_burst(0).problems().len(), 3);
        assert_eq!(RateLimit::new(1, Duration::MAX).problems().len(), 1);
        assert_eq!(RateLimit::new(1, RateLimit::MAX_PERIOD).problems().len(), 0);
    }
}
