//! What a shutdown does to a running attempt.

use std::fmt;

/// What a shutdown does to the running attempt of a task. In both cases no further attempt follows.
///
/// It applies to a shutdown only: [`cancel`](crate::TaskHandle::cancel) always requests the stop at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnShutdown {
    /// The attempt receives its stop request when its task is to stop.
    #[default]
    Cancel,
    /// The attempt may finish: it receives its stop request only when a tenth of the time is left that its task has to stop. A task
    /// whose attempt succeeds by then, and that would not run again, has completed. So a request that waits for a job is answered
    /// while the server drains.
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
