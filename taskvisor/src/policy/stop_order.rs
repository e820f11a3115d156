//! When a task stops during a shutdown.

use std::fmt;

/// When a task receives its stop request during a shutdown.
///
/// A task always stops before the tasks that it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopOrder {
    /// As early as its dependents allow: at once, or once all of them have ended.
    #[default]
    First,
    /// After all tasks that are not `Last`. For health endpoints and exporters.
    Last,
}

/// Writes `first` or `last`.
impl fmt::Display for StopOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Last => "last",
        })
    }
}
