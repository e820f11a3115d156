//! A dependency between two tasks, as a listing shows it.

use std::fmt;

use super::TaskName;

/// A dependency between two tasks: see [`SupervisorHandle::dependencies`](crate::SupervisorHandle::dependencies).
///
/// `Display` writes `` `feed` needs `db` ``.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DependencyEdge {
    /// The task that depends on the other one. Without the number of an instance.
    pub task: TaskName,
    /// The task that it depends on. It need not be live.
    pub on: TaskName,
    /// The option that declares it.
    pub kind: DependencyKind,
}

/// The option that declares a [`DependencyEdge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DependencyKind {
    /// [`after`](crate::TaskSpec::with_after): until that task is ready once.
    After,
    /// [`needs`](crate::TaskSpec::with_needs): before every attempt.
    Needs,
}

impl DependencyKind {
    /// Returns the name of the option: `after` or `needs`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::After => "after",
            Self::Needs => "needs",
        }
    }
}

impl fmt::Display for DependencyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

impl fmt::Display for DependencyEdge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DependencyKind::After => write!(f, "`{}` runs after `{}`", self.task, self.on),
            DependencyKind::Needs => write!(f, "`{}` needs `{}`", self.task, self.on),
        }
    }
}
