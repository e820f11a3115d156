//! What follows when a task gives up.

use std::fmt;

/// What follows when a task gives up: when a failure that would be retried exceeds its `max_retries` or its `max_failures`.
///
/// For both values the task publishes [`GaveUp`](crate::EventKind::GaveUp), and the [`Report`](crate::Report) lists it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnGiveUp {
    /// The task ends as [`Failed`](crate::Outcome::Failed).
    #[default]
    Fail,
    /// The task is [paused](crate::TaskHandle::pause): it keeps its name, is not ready, and waits until an operator calls
    /// [`resume`](crate::TaskHandle::resume), which sets the count of its failures to zero. The supervisor runs as long as the task
    /// is paused.
    Pause,
}

/// Writes `fail` or `pause`.
impl fmt::Display for OnGiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fail => "fail",
            Self::Pause => "pause",
        })
    }
}
