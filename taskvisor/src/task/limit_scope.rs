//! Which limit a task waits for, and which tasks hold what it waits for.

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use super::{TaskId, TaskName};

/// What a limit of attempts applies to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitScope {
    /// All attempts of the supervisor: [`Config::with_max_concurrent`](crate::Config::with_max_concurrent).
    Supervisor,
    /// The attempts of one declaration: `max_concurrent` of a task with instances, of a job, or of submissions with this name.
    #[non_exhaustive]
    Task {
        /// The name of the task or of the job.
        name: TaskName,
    },
}

/// Writes `the supervisor`, or the name in backticks.
impl fmt::Display for LimitScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Supervisor => f.write_str("the supervisor"),
            Self::Task { name } => write!(f, "`{name}`"),
        }
    }
}

/// The tasks that hold what a waiting task waits for: the permits of a limit, or the places of a slot. Part of
/// [`EventKind::Delayed`](crate::EventKind::Delayed).
///
/// `Display` writes them in one line, such as `sync#4, sync#7 and 2 more`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
// One pointer, because every event pays for the size of each kind.
pub struct Holders(Option<Arc<HolderList>>);

#[derive(Debug, PartialEq, Eq)]
struct HolderList {
    listed: Vec<Holder>,
    total: usize,
}

/// A task that holds a permit or a place of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The name of the task.
    pub name: TaskName,
    /// The id of the task.
    pub id: TaskId,
    /// For a permit, when the task entered its present phase: when its attempt began, or when it began to wait for a permit of the
    /// supervisor. For a slot, when the task acquired it.
    pub since: Instant,
}

impl Holders {
    /// The largest number of tasks that are listed.
    pub const MAX_LISTED: usize = 8;

    /// Lists the holders that began first.
    pub(crate) fn new(mut all: Vec<Holder>) -> Self {
        let total = all.len();
        all.sort_by_key(|holder| (holder.since, holder.id));
        all.truncate(Self::MAX_LISTED);
        Self::of_list(all, total)
    }

    /// The holders `listed`, of `total` ones.
    pub(crate) fn of_list(listed: Vec<Holder>, total: usize) -> Self {
        Self((total > 0).then(|| Arc::new(HolderList { listed, total })))
    }

    /// Returns the holders that began first, at most [`MAX_LISTED`](Self::MAX_LISTED).
    #[must_use]
    pub fn listed(&self) -> &[Holder] {
        self.0.as_ref().map_or(&[], |list| &list.listed)
    }

    /// Returns the number of all holders.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.as_ref().map_or(0, |list| list.total)
    }

    /// Whether no holder is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for Holders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Holder { name, id, .. }) in self.listed().iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{name}#{id}")?;
        }
        match self.total() - self.listed().len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
