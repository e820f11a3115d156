//! Whether a task runs again.

use std::fmt;

/// Whether a task runs again after an attempt.
///
/// | the attempt ended with | `Never` | `OnFailure` | `Always` |
/// |---|---|---|---|
/// | `Ok` | completed | completed | again after the interval |
/// | an error, a timeout, a panic | failed | again after the backoff | again after the backoff |
/// | [`fatal`](crate::TaskError::fatal) | failed | failed | failed |
/// | [`retry_after(d)`](crate::TaskError::retry_after) | failed | again after `d` | again after `d` |
/// | `Canceled`, nobody asked | failed | again after the backoff | again after the backoff |
///
/// Each failure of a streak counts for `max_retries`. The backoff grows only with the failures that used it: `retry_after`
/// does not lengthen the next delay.
///
/// A stop that was asked wins over the table: there is no further attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RestartPolicy {
    /// One attempt, whatever it ends with.
    Never,
    /// Until an attempt succeeds.
    #[default]
    OnFailure,
    /// For ever: after a success too, after an interval of one second unless the task says otherwise.
    Always,
}

impl fmt::Display for RestartPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Never => "never",
            Self::OnFailure => "on-failure",
            Self::Always => "always",
        })
    }
}
