//! What a shutdown does to a running attempt.

use std::fmt;

/// What a shutdown does to the running attempt of a task. No further attempt follows, whatever the value.
///
/// The value applies to a shutdown only: [`cancel`](crate::TaskHandle::cancel) always requests the stop at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnShutdown {
    /// The attempt receives its stop request when the wave of its task stops.
    #[default]
    Cancel,
    /// The attempt may finish: it receives its stop request only when a tenth of the time that its task has to stop is left. If it
    /// ends before, the task ends as its restart policy says: completed after a success, failed after a failure. If the policy
    /// requires another attempt, the task is canceled instead. So a request that waits for the value of a job is answered while the
    /// server drains.
    Finish,
}

/// Writes `cancel` or `finish`.
impl fmt::Display for OnShutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancel => "cancel",
            Self::Finish => "finish",
        })
    }
}
