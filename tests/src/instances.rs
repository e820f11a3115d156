//! Tasks with instances: what the recorder must know about them, and which of their instances must be ready for a dependent.

use std::collections::HashMap;

use taskvisor::{AddError, Event, RuntimeError, TaskHandle, TaskId, TaskSpec};

use crate::Harness;
use crate::dependencies::Dependencies;

impl Harness {
    /// Adds a task with instances, watches all of them, and lets the recorder know what they depend on.
    ///
    /// # Errors
    ///
    /// As [`add_instances`](taskvisor::SupervisorHandle::add_instances).
    pub fn add_instances(&self, spec: TaskSpec) -> Result<Vec<TaskHandle>, AddError> {
        self.trace().learn_name(spec.name(), Dependencies::of(&spec));
        let instances = self.supervisor().add_instances(spec)?;
        instances.iter().for_each(|instance| self.watch(instance));
        Ok(instances)
    }

    /// Changes the number of instances, watches those that are started, and rejects any further attempt of those that are stopped.
    ///
    /// # Errors
    ///
    /// As [`scale`](taskvisor::SupervisorHandle::scale).
    pub fn scale(&self, name: &str, instances: usize) -> Result<usize, RuntimeError> {
        let known = self.supervisor().instances(name);
        let before = self.supervisor().scale(name, instances)?;
        known.iter().filter(|one| number(one.name()) >= Some(instances)).for_each(|one| {
            self.trace().stop_requested(one);
        });
        let started = self.supervisor().instances(name);
        let is_new = |one: &&TaskHandle| !known.iter().any(|other| other.id() == one.id());
        started.iter().filter(is_new).for_each(|one| self.watch(one));
        Ok(before)
    }
}

/// The number of the instance of this name.
fn number(name: &str) -> Option<usize> {
    name.rsplit_once('/')?.1.parse().ok()
}

/// The name under which others depend on the task of an event: without the number of the instance.
pub(crate) fn base_name(event: &Event) -> Option<&str> {
    let name = event.task()?;
    match event.instance() {
        Some(_) => name.rsplit_once('/').map(|(base, _)| base),
        None => Some(name),
    }
}

/// The tasks of a name, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Named<'a> {
    tasks: HashMap<&'a str, Vec<TaskId>>,
    /// Whether the latest task of a name has instances.
    has_instances: HashMap<&'a str, bool>,
}

impl<'a> Named<'a> {
    /// Reads the event of an added task.
    pub(crate) fn add(&mut self, id: TaskId, event: &'a Event) {
        let (Some(name), Some(base)) = (event.task(), base_name(event)) else { return };
        self.tasks.entry(name).or_default().push(id);
        self.has_instances.insert(name, false);
        if event.instance().is_some() {
            self.tasks.entry(base).or_default().push(id);
            self.has_instances.insert(base, true);
        }
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = TaskId> + '_ {
        self.tasks.get(name).into_iter().flatten().copied()
    }

    /// The tasks that decide whether a dependent may start: the latest one of the name, or all instances.
    pub(crate) fn deciding(&self, name: &str) -> Vec<TaskId> {
        let all: Vec<_> = self.all(name).collect();
        if self.has_instances(name) { all } else { all.last().copied().into_iter().collect() }
    }

    pub(crate) fn has_instances(&self, name: &str) -> bool {
        self.has_instances.get(name) == Some(&true)
    }
}
