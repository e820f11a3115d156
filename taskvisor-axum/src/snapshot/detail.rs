//! One task with all that is known about it.

use taskvisor::{DependencyKind, TaskStatus};

use super::Snapshot;
use crate::answer::{PolicyOptionAnswer, TaskAnswer, TaskDetailAnswer, VERSION};

/// How many instances, dependencies and dependents are listed.
const MAX_LISTED: usize = 1_000;

impl Snapshot<'_> {
    /// `None` if no task of this name is live or is kept after its end.
    pub(crate) fn task_detail(&self, name: &str) -> Option<TaskDetailAnswer> {
        let Some(status) = self.find(name) else {
            let ended = self.ring?.ended(name)?;
            return Some(self.with_relations(name, self.ended_task(&ended), Vec::new()));
        };
        let instances: Vec<_> = status.instances().iter().take(MAX_LISTED).collect();
        let instances = instances.into_iter().map(|one| self.live_task(one, true)).collect();
        Some(self.with_relations(name, self.live_task(&status, true), instances))
    }

    /// A live added task, or the row of a task with instances.
    fn find(&self, name: &str) -> Option<TaskStatus> {
        if let Some(task) = self.supervisor.task(name) {
            return Some(task.status());
        }
        if self.supervisor.instances(name).is_empty() {
            return None;
        }
        self.supervisor.tasks().into_iter().find(|row| !row.is_submission() && row.name == *name)
    }

    fn with_relations(
        &self,
        name: &str,
        mut task: TaskAnswer,
        instances: Vec<TaskAnswer>,
    ) -> TaskDetailAnswer {
        let (mut needs, mut after, mut dependents) = (Vec::new(), Vec::new(), Vec::new());
        // An instance has the dependencies of its task.
        let base = self.task_of(name);
        for edge in self.supervisor.dependencies() {
            let is_of_task = edge.task == *base;
            match edge.kind {
                DependencyKind::Needs if is_of_task => needs.push(edge.on.to_string()),
                DependencyKind::After if is_of_task => after.push(edge.on.to_string()),
                _ if edge.on == *name => dependents.push(edge.task.to_string()),
                _ => {}
            }
        }
        for names in [&mut needs, &mut after, &mut dependents] {
            names.sort_unstable();
            names.dedup();
            names.truncate(MAX_LISTED);
        }
        TaskDetailAnswer {
            version: VERSION,
            now: self.moment.now_text(),
            instances,
            attempts: task.attempts.take().unwrap_or_default(),
            task,
            policy: self.policy(base),
            needs,
            after,
            dependents,
        }
    }

    /// The name of the task of an instance. A task whose own name ends like that of an instance, as in `shard/3`, is none.
    pub(super) fn task_of<'a>(&self, name: &'a str) -> &'a str {
        let base = base_name(name);
        let is_instance = |id| self.supervisor.instances(base).iter().any(|one| one.id() == id);
        // A task with instances has no task of its base name.
        let is_task = self.supervisor.task(base).is_some()
            || self.supervisor.task(name).is_some_and(|task| !is_instance(task.id()));
        if is_task { name } else { base }
    }

    #[cfg(feature = "macros")]
    pub(super) fn policy(&self, task: &str) -> Vec<PolicyOptionAnswer> {
        let options = self.supervisor.policy(task);
        let option = |option: taskvisor::PolicyOption| PolicyOptionAnswer {
            name: option.name.to_owned(),
            origin: option.origin.to_string(),
            value: option.value,
        };
        options.into_iter().map(option).collect()
    }

    /// Only applications know the origins of their options.
    #[cfg(not(feature = "macros"))]
    pub(super) fn policy(&self, _: &str) -> Vec<PolicyOptionAnswer> {
        Vec::new()
    }
}

/// The name of a task without the number of an instance, as in `consume/2`.
pub(super) fn base_name(name: &str) -> &str {
    match name.rsplit_once('/') {
        Some((base, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            base
        }
        _ => name,
    }
}
