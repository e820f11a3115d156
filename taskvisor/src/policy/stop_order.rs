//! When a task stops during a shutdown.

use std::fmt;

/// When a task receives its stop request during a shutdown.
///
/// A task always stops before the tasks that it [depends on](crate::TaskSpec::with_needs): the dependents of a task with `Last` stop
/// before it, and its dependencies after it. A shutdown without grace stops all tasks at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopOrder {
    /// At once, or if tasks depend on it, once all of them have ended or are past their deadlines.
    #[default]
    First,
    /// After all other tasks, except its dependencies and those that are `Last` too. For health endpoints and exporters.
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
