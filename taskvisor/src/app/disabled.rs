//! The tasks that a file or a variable has disabled.

use super::App;
use super::listed::ListedTask;
use crate::runtime::body::Location;
use crate::task::OptionOrigin;

/// A task with `enabled = false`.
pub(super) struct DisabledByOverride {
    pub(super) task: ListedTask,
    pub(super) origin: OptionOrigin,
}

impl App {
    /// Returns what has disabled a task. It is found by its declaration, or without one by its name.
    pub(super) fn disabled_by_override(
        &self,
        name: &str,
        declared: Option<&'static Location>,
    ) -> Option<&OptionOrigin> {
        let is_meant = |one: &&DisabledByOverride| match (declared, one.task.spec.location()) {
            (Some(declared), Some(location)) => std::ptr::eq(declared, location),
            _ => one.task.spec.name() == name,
        };
        self.disabled.iter().find(is_meant).map(|one| &one.origin)
    }
}
