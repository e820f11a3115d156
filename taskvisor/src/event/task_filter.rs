//! The tasks whose events a subscriber receives.

use std::borrow::Cow;

use super::Subject;

/// Selects the events of some added tasks, by their names. Without a name, it selects every event.
#[derive(Clone, Debug, Default)]
// Sorted, because publishing looks up the name of the task.
pub(crate) struct TaskFilter(Box<[Cow<'static, str>]>);

impl TaskFilter {
    pub(crate) fn new(names: impl IntoIterator<Item = Cow<'static, str>>) -> Self {
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_unstable();
        Self(names.into())
    }

    /// Whether it selects every event.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it selects the events of this task. `None` stands for an event that is not about one task.
    // Neither locks nor allocates: publishers call it for every event that the subscriber wants.
    pub(crate) fn selects(&self, task: Option<&dyn Subject>) -> bool {
        self.is_empty() || task.is_some_and(|task| task.holds_name() && self.names(task.name()))
    }

    fn names(&self, name: &str) -> bool {
        self.0.binary_search_by(|listed| (**listed).cmp(name)).is_ok()
    }
}
