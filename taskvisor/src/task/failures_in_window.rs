//! How close a task is to its `max_failures`.

use std::fmt;

use crate::policy::MaxFailures;

/// The failures of a task that its [`MaxFailures`] counts at this moment, and the limit.
/// [`TaskHandle::failures_in_window`](crate::TaskHandle::failures_in_window) returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FailuresInWindow {
    /// The number of failures that are not older than the time of the limit.
    pub failures: u32,
    /// The limit. The failure that exceeds it makes the task give up.
    pub limit: MaxFailures,
}

/// Writes `2 of 5 in 10m`.
impl fmt::Display for FailuresInWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.failures, self.limit)
    }
}
