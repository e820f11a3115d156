//! The tasks that an operator can start again after their end, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::body::TaskSpec;
use super::instances::TaskTemplate;
use crate::sync::Mutex;

/// The tasks of an application, and the tasks that `run` or `run_until` starts. Filled before they start. A task with `instances` is
/// not in it: its set of instances has the template.
#[derive(Debug, Default)]
pub(crate) struct StartableTasks {
    tasks: Mutex<BTreeMap<Box<str>, Startable>>,
}

/// What a start of a task does.
#[derive(Clone, Debug)]
pub(crate) enum Startable {
    /// The task is created from this.
    Template(Arc<TaskTemplate>),
    /// It is refused, because the body of the task could be created only once.
    SingleUse,
    /// It is refused, because the application has disabled the task.
    Disabled,
}

impl Startable {
    pub(crate) fn of(spec: &TaskSpec) -> Self {
        TaskTemplate::of(spec).map_or(Self::SingleUse, |template| Self::Template(Arc::new(template)))
    }
}

impl StartableTasks {
    /// Sets what a start of this task does, from now on.
    pub(crate) fn set(&self, name: impl Into<Box<str>>, startable: Startable) {
        let name = name.into();
        // Bound to a variable, and dropped after the lock: a template has values of the user.
        let _replaced = self.tasks.lock().insert(name, startable);
    }

    pub(crate) fn find(&self, name: &str) -> Option<Startable> {
        self.tasks.lock().get(name).cloned()
    }

    /// The names of all tasks, sorted.
    pub(crate) fn names(&self) -> Vec<Box<str>> {
        self.tasks.lock().keys().cloned().collect()
    }
}
