//! Tasks with instances: several tasks of one declaration, whose number can change. Contract 14.

use std::collections::BTreeMap;

use taskvisor::StopCause;

use super::World;
use super::place::Place;
use super::task::Key;
use crate::instances::{Operation, POOLS};
use crate::program::Work;
use crate::vocabulary::{Answer, Refusal};

#[derive(Clone, Debug)]
pub(super) struct Pool {
    work: Work,
    target: usize,
    /// The latest instance of each number below the target.
    members: BTreeMap<usize, usize>,
    /// The surplus instances that have not ended.
    leaving: BTreeMap<usize, usize>,
}

impl World<'_> {
    pub(super) fn add_instances(&mut self, pool: usize, instances: usize, work: &Work) -> Answer {
        if instances == 0 {
            self.met.insert("no instances".to_owned());
        }
        let unsound = self.is_unsound(work, Kind::Instances) || instances == 0;
        let mut reasons = self.refuses(unsound);
        if self.refuses_dependencies(None, work, &[]) {
            reasons.push(Refusal::Dependencies);
        }
        if self.pools.get(&pool).is_some_and(|known| !self.is_over(known)) {
            reasons.push(Refusal::NameTaken);
        }
        if !reasons.is_empty() {
            return Answer::Refused(reasons);
        }
        let (members, leaving) = (BTreeMap::new(), BTreeMap::new());
        self.pools.insert(pool, Pool { work: work.clone(), target: instances, members, leaving });
        self.start_missing(pool, false);
        Answer::Done
    }

    /// Whether all instances have ended by themselves.
    fn is_over(&self, pool: &Pool) -> bool {
        let has_ended = |number: &usize| self.tasks[*number].place == Place::Gone;
        pool.leaving.is_empty() && !pool.members.is_empty() && pool.members.values().all(has_ended)
    }

    /// Starts the instances that are missing, also those that have ended by themselves if `again`.
    fn start_missing(&mut self, pool: usize, again: bool) {
        let Some(Pool { work, target, members, leaving }) = self.pools.get(&pool).cloned() else { return };
        let mut started = Vec::new();
        for index in 0..target {
            let is_there = match members.get(&index) {
                Some(number) => !again || self.tasks[*number].place != Place::Gone,
                None => false,
            };
            if is_there || leaving.contains_key(&index) {
                continue;
            }
            let (name, key) = (format!("{}/{index}", POOLS[pool]), Key::Instance(pool));
            let work = work.of_instance(index);
            let number = self.tasks.len();
            self.accept(name, key, work.policy, &work, Place::ForDependency);
            self.link(number);
            started.push((index, number));
        }
        if let Some(pool) = self.pools.get_mut(&pool) {
            pool.members.extend(started);
        }
    }

    pub(super) fn scale(&mut self, pool: usize, instances: usize) -> Answer {
        if self.closed {
            return Answer::Refused(vec![Refusal::ShuttingDown]);
        }
        if pool >= POOLS.len() {
            return match self.named(0) {
                Some(_) => Answer::Refused(vec![Refusal::NotScalable]),
                None => Answer::UnknownTask,
            };
        }
        let Some(known) = self.pools.get_mut(&pool) else { return Answer::UnknownTask };
        let before = std::mem::replace(&mut known.target, instances);
        let removed = known.members.split_off(&instances);
        let what = match instances.cmp(&before) {
            std::cmp::Ordering::Less => "fewer instances",
            std::cmp::Ordering::Equal => "as many instances",
            std::cmp::Ordering::Greater => "more instances",
        };
        self.met.insert(what.to_owned());
        for (index, number) in removed.into_iter().rev() {
            if self.tasks[number].place == Place::Gone {
                continue;
            }
            if let Some(known) = self.pools.get_mut(&pool) {
                known.leaving.insert(index, number);
            }
            self.request_stop(number, StopCause::Scale, None);
        }
        self.start_missing(pool, true);
        Answer::Scaled(before)
    }

    /// An instance has ended. If it was surplus, and its number is wanted again, the next one starts.
    pub(super) fn end_instance(&mut self, number: usize) {
        let Key::Instance(pool) = self.tasks[number].key else { return };
        let Some(known) = self.pools.get_mut(&pool) else { return };
        let before = known.leaving.len();
        known.leaving.retain(|_, other| *other != number);
        let leaves = known.leaving.len() < before;
        if leaves && !self.closed {
            let live = self.tasks.len();
            self.start_missing(pool, false);
            if self.tasks.len() > live {
                self.replaced.push(number);
                self.met.insert("an instance that is wanted again".to_owned());
            }
        }
    }

    /// The live instances, in the order of their numbers.
    fn instances(&self, pool: usize) -> Vec<usize> {
        let Some(pool) = self.pools.get(&pool) else { return Vec::new() };
        let all: BTreeMap<_, _> = pool.members.iter().chain(&pool.leaving).collect();
        all.into_values().copied().filter(|number| self.tasks[*number].place != Place::Gone).collect()
    }

    pub(super) fn operate(&mut self, pool: usize, operation: Operation) -> Answer {
        if self.closed && operation != Operation::Remove {
            return Answer::Refused(vec![Refusal::ShuttingDown]);
        }
        let instances = self.instances(pool);
        if instances.is_empty() {
            return Answer::UnknownTask;
        }
        let answers = instances.into_iter().map(|number| match operation {
            Operation::Remove => Answer::StopRequested(self.request_stop(number, StopCause::Cancel, None)),
            Operation::Pause => self.pause(number),
            Operation::PauseAfter => self.pause_after_attempt(number),
            Operation::Resume => self.resume(number),
            Operation::Restart => self.restart(number),
            Operation::Trigger => self.trigger(number),
        });
        let answers: Vec<_> = answers.collect();
        self.met.insert(format!("all instances: {operation}"));
        // The first that succeeded, if not all were refused, and whether it changed any instance.
        let is_refused = |answer: &&Answer| matches!(answer, Answer::Refused(_));
        let changed = |answer: &&Answer| {
            matches!(
                answer,
                Answer::StopRequested(true)
                    | Answer::Paused(true)
                    | Answer::Resumed(true)
                    | Answer::Triggered(true)
            )
        };
        let any = answers.iter().find(changed).or(answers.iter().find(|answer| !is_refused(answer)));
        any.or(answers.first()).cloned().unwrap_or(Answer::UnknownTask)
    }

    /// Whether these tasks are instances that were added together, and came in the order of their numbers.
    pub(super) fn came_in_order(&self, arrived: &[usize]) -> bool {
        let is_new = |number: &usize| {
            let task = &self.tasks[*number];
            let is_first = task.attempt == 0 || task.attempt == 1 && task.place == Place::Running;
            matches!(task.key, Key::Instance(_)) && task.came == self.now && is_first && task.edges.is_empty()
        };
        arrived.iter().all(is_new) && arrived.is_sorted() && self.acted.iter().all(is_new)
    }
}

/// How a task is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Added,
    Instances,
    Submitted,
}
