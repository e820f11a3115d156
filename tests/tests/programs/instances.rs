//! Adds tasks with instances, changes how many there are, and controls all of them by their common name.

use std::fmt::{Display, Formatter, Result as FormatResult};
use std::sync::Arc;

use taskvisor::{Instance, RuntimeError, TaskContext, TaskFn, TaskHandle, TaskId};

use crate::body::{Probe, begin_attempt, lock};
use crate::fixture::Fixture;
use crate::program::{NAMES, Work};
use crate::specs::spec;
use crate::vocabulary::{Answer, Refusal};

/// The names of tasks with instances.
pub(crate) const POOLS: [&str; 2] = ["p", "q"];

/// What an operator does to all instances of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Remove,
    Pause,
    PauseAfter,
    Resume,
    Restart,
    Trigger,
}

/// The name that a command about the number of instances is for: that of a task with instances, or after them of one without.
pub(crate) fn scaled_name(pool: usize) -> &'static str {
    POOLS.get(pool).copied().unwrap_or(NAMES[0])
}

impl Work {
    /// The work of one instance: it begins with another step, so that the instances differ.
    pub(crate) fn of_instance(&self, index: usize) -> Self {
        let mut work = self.clone();
        if !work.steps.is_empty() {
            let first = index % work.steps.len();
            work.steps.rotate_left(first);
        }
        work
    }
}

impl Fixture {
    pub(crate) fn add_instances(self: &Arc<Self>, pool: usize, instances: usize, work: &Work) -> Answer {
        let (fixture, shared) = (Arc::clone(self), work.clone());
        let task = TaskFn::shared(POOLS[pool], move |context: TaskContext, Instance(index): Instance| {
            let probe = fixture.probe_of(context.id());
            begin_attempt(&shared.of_instance(index), &probe, &fixture, context)
        });
        match self.supervisor.add_instances(spec(work, task).with_instances(instances)) {
            Ok(_) => {
                lock(&self.pools).insert(pool, work.clone());
                self.accept_instances(pool);
                Answer::Done
            }
            Err(error) => Answer::Refused(vec![Refusal::of(error.reason())]),
        }
    }

    pub(crate) fn scale(self: &Arc<Self>, pool: usize, instances: usize) -> Answer {
        let scaled = self.supervisor.scale(scaled_name(pool), instances);
        self.accept_instances(pool);
        match scaled {
            Ok(before) => Answer::Scaled(before),
            Err(error) => refused(&error),
        }
    }

    pub(crate) fn operate(&self, pool: usize, operation: Operation) -> Answer {
        let (name, instances) = (POOLS[pool], self.supervisor.instances(POOLS[pool]));
        let all = |record: &dyn Fn(&TaskHandle)| instances.iter().for_each(record);
        let answer = match operation {
            Operation::Remove => self.supervisor.remove_task(name).map(Answer::StopRequested),
            Operation::Pause => self.supervisor.pause(name).map(|first| {
                all(&|task| self.trace.paused(task));
                Answer::Paused(first)
            }),
            Operation::PauseAfter => self.supervisor.pause_after_attempt(name).map(|first| {
                all(&|task| self.trace.pauses_later(task));
                Answer::Paused(first)
            }),
            Operation::Resume => self.supervisor.resume(name).map(Answer::Resumed),
            Operation::Restart => self.supervisor.restart(name).map(|()| {
                all(&|task| self.trace.restarted(task));
                Answer::Restarted
            }),
            Operation::Trigger => self.supervisor.trigger(name).map(|ended| {
                all(&|task| self.trace.triggered(task));
                Answer::Triggered(ended)
            }),
        };
        answer.unwrap_or_else(|error| refused(&error))
    }

    /// Registers the instances that are new, in the order of their numbers.
    pub(crate) fn accept_instances(self: &Arc<Self>, pool: usize) {
        let Some(work) = lock(&self.pools).get(&pool).cloned() else { return };
        for task in self.supervisor.instances(POOLS[pool]) {
            let is_known = lock(&self.accepted).iter().any(|other| other.handle.id() == task.id());
            let index = task.name().rsplit('/').next().and_then(|index| index.parse().ok());
            if let (false, Some(index)) = (is_known, index) {
                let probe = self.probe_of(task.id());
                self.accept(task, probe, work.policy.as_ref(), &work.of_instance(index));
            }
        }
    }

    /// The probe of an instance. Its first attempt may begin before it is registered.
    fn probe_of(&self, task: TaskId) -> Arc<Probe> {
        Arc::clone(lock(&self.probes).entry(task).or_insert_with(|| Arc::new(Probe::of_an_instance())))
    }
}

fn refused(error: &RuntimeError) -> Answer {
    match error {
        RuntimeError::UnknownTask { .. } => Answer::UnknownTask,
        other => Answer::Refused(vec![Refusal::of(other)]),
    }
}

impl Display for Operation {
    fn fmt(&self, f: &mut Formatter<'_>) -> FormatResult {
        f.write_str(match self {
            Self::Remove => "remove",
            Self::Pause => "pause",
            Self::PauseAfter => "pause after the attempt",
            Self::Resume => "resume",
            Self::Restart => "restart",
            Self::Trigger => "trigger",
        })
    }
}
