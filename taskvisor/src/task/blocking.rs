//! What holds up a start or a shutdown.

use std::fmt;

use super::TaskName;

/// A task that holds up a start or a shutdown, and the tasks that wait for it. Part of
/// [`EventKind::StillStarting`](crate::EventKind::StillStarting) and [`EventKind::StillStopping`](crate::EventKind::StillStopping).
///
/// `Display` writes both, such as ``` `db` is not ready (attempt 4, last: connection refused); waiting for it: `consume`, `report` ```.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlockingTask {
    /// The name of the task.
    pub name: TaskName,
    /// What it does, as text, such as `is not ready (attempt 4, last: connection refused)`.
    pub state: String,
    /// The names of the tasks that wait for it, directly or through others.
    pub waiting: Vec<TaskName>,
}

/// How many tasks, and how many names of each, a message lists.
const MAX_LISTED: usize = 8;

impl fmt::Display for BlockingTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, state, waiting } = self;
        write!(f, "`{name}` {state}")?;
        if waiting.is_empty() {
            return Ok(());
        }
        f.write_str("; waiting for it: ")?;
        let listed: Vec<_> = waiting.iter().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
        f.write_str(&listed.join(", "))?;
        match waiting.len().saturating_sub(MAX_LISTED) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

/// Writes the tasks in one line.
pub(crate) fn describe_blocking(blocking: &[BlockingTask]) -> String {
    let listed: Vec<_> = blocking.iter().take(MAX_LISTED).map(ToString::to_string).collect();
    let more = match blocking.len().saturating_sub(MAX_LISTED) {
        0 => String::new(),
        more => format!("; and {more} more tasks"),
    };
    format!("{}{more}", listed.join("; "))
}
