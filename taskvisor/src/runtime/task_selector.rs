//! The selection of tasks whose events a subscriber receives.

use std::borrow::Cow;

#[cfg(feature = "macros")]
use super::body::TaskDescriptor;
use super::subscriber::Subscriber;
use crate::event::{EventSet, TaskFilter};

/// A task whose events a subscriber receives.
#[derive(Clone)]
pub(crate) struct TaskSelector {
    pub(crate) name: Cow<'static, str>,
    /// The declaration of the task. `None` if the subscriber selects it by name.
    #[cfg(feature = "macros")]
    pub(crate) declared: Option<&'static TaskDescriptor>,
}

/// The problem of a subscriber that can receive nothing.
pub(crate) const SELECTS_NOTHING: &str = "it selects tasks, but only events that are never about a task, so it would receive \
    none of them: remove the tasks, or select other events";

impl Subscriber {
    /// Sets the tasks whose events to receive, by their names, as the option `task` of the attribute does. Without a name, the
    /// default, the subscriber receives the events of all tasks.
    ///
    /// The events of other tasks are not queued, so they do not count as lost. A name is that of an added task: a submission with
    /// the same label is not selected. The base name of a task with [`instances`](crate::TaskSpec::with_instances) selects all of them, and
    /// `consume/1` selects one. Of the events that are not about one task, such as `ShutdownRequested` and `Stopped`, the
    /// subscriber receives only `Lagged`.
    ///
    /// A supervisor refuses a subscriber that selects tasks, but only events that are never about a task.
    ///
    /// ```
    /// use taskvisor::{Event, EventName, Subscribe, Subscriber};
    ///
    /// struct Pager;
    ///
    /// impl Subscribe for Pager {
    ///     async fn on_event(&mut self, event: &Event) {
    ///         println!("{event}");
    ///     }
    /// }
    ///
    /// let pager = Subscriber::new(Pager).with_events([EventName::Failed]).with_tasks(["db", "feed"]);
    /// assert_eq!(pager.tasks().collect::<Vec<_>>(), ["db", "feed"]);
    /// ```
    #[must_use]
    pub fn with_tasks<N: Into<Cow<'static, str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.tasks = names.into_iter().map(TaskSelector::named).collect();
        self
    }

    /// Returns the names of the selected tasks. An empty iterator means the events of all tasks.
    pub fn tasks(&self) -> impl Iterator<Item = &str> {
        self.tasks.iter().map(|task| &*task.name)
    }

    pub(crate) fn task_filter(&self) -> TaskFilter {
        TaskFilter::new(self.tasks.iter().map(|task| task.name.clone()))
    }

    /// Whether no event that it selects can be about a task that it selects.
    pub(crate) fn selects_nothing(&self) -> bool {
        !self.tasks.is_empty() && self.events.difference(EventSet::OF_NO_TASK) == EventSet::NONE
    }
}

impl TaskSelector {
    /// The task of a declaration.
    #[cfg(feature = "macros")]
    pub(crate) fn declared(descriptor: &'static TaskDescriptor) -> Self {
        Self { name: descriptor.name.into(), declared: Some(descriptor) }
    }

    fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            #[cfg(feature = "macros")]
            declared: None,
        }
    }
}
