//! The links between tasks: which names are known, which adds are refused, and what a task depends on. Contract 10.

use taskvisor::RestartPolicy;

use super::World;
use super::task::{Edge, Key};
use crate::program::{NAMES, Name, Work};

impl World<'_> {
    /// The latest task of a name.
    pub(super) fn latest(&self, name: Name) -> Option<usize> {
        self.tasks.iter().rposition(|task| task.key == Key::Name(name))
    }

    /// Whether the name is known: a live task has it, or a live task depends on it.
    fn is_known(&self, name: Name) -> bool {
        let holds = |number: usize| self.tasks[number].key == Key::Name(name);
        self.is_needed(name) || self.live().any(holds)
    }

    /// Whether the dependencies of a task are refused. `name` is that of an added task; `others` are added together with it.
    pub(super) fn refuses_dependencies(
        &mut self,
        name: Option<Name>,
        work: &Work,
        others: &[(Name, Work)],
    ) -> bool {
        let names: Vec<_> = work.depends.names().collect();
        let repeated = names.iter().enumerate().any(|(index, name)| names[..index].contains(name));
        let wrong = |other: &Name| match others.iter().find(|(name, _)| name == other) {
            Some((_, work)) => self.never_ready(work),
            None if self.is_known(*other) => {
                self.latest(*other).is_some_and(|number| self.never_ready(&self.tasks[number].work))
            }
            None => true,
        };
        let problems = [
            (names.iter().any(|other| Some(*other) == name), "a dependency on itself"),
            (repeated, "a dependency that is listed twice"),
            (
                name.is_some_and(|name| self.is_needed(name)) && self.never_ready(work),
                "a needed task that can never be ready",
            ),
            (names.iter().any(wrong), "a dependency that is unknown or never ready"),
            (name.is_some_and(|name| self.closes_cycle(name, &names, others)), "a cycle of dependencies"),
        ];
        let found: Vec<_> = problems.iter().filter(|(holds, _)| *holds).map(|(_, what)| what).collect();
        self.met.extend(found.iter().map(ToString::to_string));
        !found.is_empty()
    }

    /// Whether a live task depends on this name.
    pub(super) fn is_needed(&self, name: Name) -> bool {
        self.live().any(|number| self.tasks[number].edges.iter().any(|edge| edge.name == name))
    }

    /// Records what happens to a task that others depend on.
    pub(super) fn meet(&mut self, number: usize, what: &str) {
        if let Key::Name(name) = self.tasks[number].key {
            if self.is_needed(name) {
                self.met.insert(format!("a needed task {what}"));
            }
        }
    }

    /// Whether the task repeats for ever and declares no readiness.
    fn never_ready(&self, work: &Work) -> bool {
        let policy = work.policy_or(&self.program.limits.defaults);
        let ends = policy.delay.is_some() || work.schedule.every.is_some();
        work.ready.is_none() && policy.restart == RestartPolicy::Always && !ends
    }

    fn closes_cycle(&self, name: Name, names: &[Name], others: &[(Name, Work)]) -> bool {
        let (mut found, mut next) = ([false; NAMES.len()], names.to_vec());
        while let Some(other) = next.pop() {
            if std::mem::replace(&mut found[other], true) {
                continue;
            }
            match others.iter().find(|(name, _)| *name == other) {
                Some((_, work)) => next.extend(work.depends.names()),
                None => {
                    let live = self.live().find(|number| self.tasks[*number].key == Key::Name(other));
                    next.extend(
                        live.iter().flat_map(|number| &self.tasks[*number].edges).map(|edge| edge.name),
                    );
                }
            }
        }
        found[name]
    }

    /// Links an accepted task with its dependencies.
    pub(super) fn link(&mut self, number: usize) {
        let depends = self.tasks[number].work.depends.clone();
        let edge = |(name, is_needed): (Name, bool)| Edge {
            name,
            is_needed,
            since: self.latest(name).unwrap_or(number),
            was_open: None,
            lost_at: None,
        };
        let after = depends.after.iter().map(|name| (*name, false));
        let edges = after.chain(depends.needs.iter().map(|name| (*name, true))).map(edge).collect();
        self.tasks[number].edges = edges;
        self.tasks[number].interrupt_on_loss = depends.interrupt_on_loss;
    }
}
