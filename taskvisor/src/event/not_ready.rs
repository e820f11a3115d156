//! Why a task is not ready any more.

use std::fmt;

/// Why a task is not ready any more. Part of [`EventKind::NotReady`](crate::EventKind::NotReady).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotReadyReason {
    /// An attempt failed: an error, a panic, or a limit that it exceeded.
    Failed,
    /// The attempt, or the wait for the next one, was interrupted.
    Interrupted,
    /// A stop of the task was requested.
    Stopping,
    /// The runtime of the task was shut down, which dropped it.
    Dropped,
}

/// Writes `failed`, `interrupted`, `stopping` or `dropped`.
impl fmt::Display for NotReadyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Stopping => "stopping",
            Self::Dropped => "dropped",
        })
    }
}
