//! The limit of failures within a time.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use humantime::{format_duration, parse_duration};

/// A limit of the failures of a task within a time: `5 in 10m` allows five failures within any ten minutes, and the sixth one makes
/// the task [give up](crate::OnGiveUp).
///
/// The time is a sliding window on the monotonic clock: each failure counts for this time, whatever succeeds in between. A failure
/// that is exactly as old as the window still counts. So the limit also applies to a task that fails in every other attempt, which
/// never exceeds `max_retries`.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::MaxFailures;
///
/// let limit = MaxFailures::new(5, Duration::from_secs(600));
/// assert_eq!("5 in 10m".parse(), Ok(limit));
/// assert_eq!(limit.to_string(), "5 in 10m");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MaxFailures {
    failures: u32,
    within: Duration,
}

impl MaxFailures {
    /// The largest number of failures. Each of them is remembered for the time of the window.
    pub const MAX: u32 = 1_000;

    /// Creates a limit of `failures` within the time `within`. This call checks nothing. A task with a limit of zero, or of more than
    /// [`MAX`](Self::MAX) failures, is refused when it is added, and an application with such a task does not start.
    #[must_use]
    pub const fn new(failures: u32, within: Duration) -> Self {
        Self { failures, within }
    }

    /// Returns how many failures are allowed.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Returns the time within which failures are counted.
    #[must_use]
    pub const fn within(&self) -> Duration {
        self.within
    }

    /// Why the limit cannot work.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        if self.failures == 0 {
            return Some(
                "`max_failures` is 0, so the first failure would end the task: for no retry at all, use `RestartPolicy::Never`",
            );
        }
        if self.failures > Self::MAX {
            return Some(
                "`max_failures` is above 1,000, and each failure is remembered: allow fewer failures in a shorter time",
            );
        }
        if self.within.is_zero() {
            return Some(
                "the time of `max_failures` is zero, so no two failures would be in it: set the time in which failures are counted, \
                 such as 10 minutes",
            );
        }
        None
    }
}

/// Writes the form that [`FromStr`] reads, such as `5 in 10m`.
impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.failures, format_duration(self.within))
    }
}

/// Reads a count, the word `in`, and a time as `humantime` writes it: `5 in 10m`.
impl FromStr for MaxFailures {
    type Err = InvalidMaxFailures;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (failures, within) = text.split_once(" in ").ok_or(InvalidMaxFailures)?;
        let failures = failures.trim().parse().map_err(|_| InvalidMaxFailures)?;
        let within = parse_duration(within.trim()).map_err(|_| InvalidMaxFailures)?;
        Ok(Self { failures, within })
    }
}

/// The text is not a limit of failures within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidMaxFailures;

impl fmt::Display for InvalidMaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a number of failures in a time: write it as in `5 in 10m`")
    }
}

impl Error for InvalidMaxFailures {}
