//! Checks invariant 11: each needed task was ready when an attempt of a dependent started.
//!
//! On one thread, the events of a task are published before another task is polled. The readiness of a task at the start of an
//! attempt of another one therefore follows from the events before it. With several threads, a start can overtake the `Ready` that
//! it follows from, so that nothing is checked.

use std::collections::{HashMap, HashSet};

use taskvisor::{Event, EventKind, FailureKind, InterruptCause, Outcome, StopCause, TaskId, TaskSpec};
use tokio::time::Instant;

use crate::EventLog;
use crate::instances::{Named, base_name};

/// The tasks that a task depends on, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dependencies {
    pub(crate) needs: Vec<String>,
    pub(crate) after: Vec<String>,
}

/// What the recorder knows about tasks beside their events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learned {
    /// The dependencies of all tasks with a name.
    pub(crate) named: HashMap<String, Dependencies>,
    /// The dependencies of one task. They override those of its name.
    pub(crate) own: HashMap<TaskId, Dependencies>,
    /// The tasks that declare their readiness. A task that has an event of it does in any case.
    pub(crate) declaring: HashSet<TaskId>,
    /// When a stop of a task was requested, and when it was restarted or paused. All of them end a readiness, and may have no event.
    pub(crate) stops: HashMap<TaskId, Instant>,
    pub(crate) restarts: HashMap<TaskId, Vec<Instant>>,
    pub(crate) pauses: HashMap<TaskId, Vec<Instant>>,
    /// When a pause after the attempt was requested.
    pub(crate) later_pauses: HashMap<TaskId, Vec<Instant>>,
    /// When a task was triggered.
    pub(crate) triggers: HashMap<TaskId, Vec<Instant>>,
}

/// The readiness of a task, from its events.
#[derive(Debug, Default)]
struct Readiness {
    /// When the task became ready, or showed that it still is.
    since: Option<Instant>,
    was_ready: bool,
    outcome: Option<Outcome>,
}

/// The state of all tasks while the events are checked.
#[derive(Debug)]
struct Check<'a> {
    learned: &'a Learned,
    declaring: HashSet<TaskId>,
    tasks: HashMap<TaskId, Readiness>,
    names: Named<'a>,
}

impl Dependencies {
    pub(crate) fn new(needs: &[&str], after: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Self { needs: owned(needs), after: owned(after) }
    }

    pub(crate) fn of(spec: &TaskSpec) -> Self {
        let (needs, after) = (spec.needs().map(str::to_owned), spec.after().map(str::to_owned));
        Self { needs: needs.collect(), after: after.collect() }
    }

    fn is_empty(&self) -> bool {
        self.needs.is_empty() && self.after.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.needs.iter().chain(&self.after).map(String::as_str)
    }
}

impl Learned {
    /// The dependencies of the task of an event.
    pub(crate) fn of(&self, event: &Event) -> Option<&Dependencies> {
        let found = self.own.get(&event.id()?).or_else(|| self.named.get(base_name(event)?));
        found.filter(|dependencies| !dependencies.is_empty())
    }

    /// Whether a task depends on the one of an event.
    pub(crate) fn is_dependency(&self, event: &Event) -> bool {
        let mut all = self.own.values().chain(self.named.values()).flat_map(Dependencies::all);
        all.any(|name| Some(name) == base_name(event))
    }

    /// Checks the events in their order. They come from one thread.
    pub(crate) fn check(&self, event_log: &EventLog) -> Result<(), String> {
        let with_events = event_log
            .events()
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Ready { .. } | EventKind::NotReady { .. }));
        let mut check = Check {
            learned: self,
            declaring: with_events.filter_map(Event::id).chain(self.declaring.iter().copied()).collect(),
            tasks: HashMap::new(),
            names: Named::default(),
        };
        event_log.events().iter().try_for_each(|event| check.read(event))
    }
}

impl<'a> Check<'a> {
    fn read(&mut self, event: &'a Event) -> Result<(), String> {
        let Some(id) = event.id() else { return Ok(()) };
        // The name of a submission is a label, which no task can depend on.
        if matches!(event.kind, EventKind::Added) && event.slot().is_none() {
            self.names.add(id, event);
        }
        if let Some(dependencies) = self.learned.of(event) {
            self.check(event, dependencies)?;
        }
        let declares = self.declaring.contains(&id);
        self.tasks.entry(id).or_default().read(event, declares);
        Ok(())
    }

    fn check(&self, event: &Event, dependencies: &Dependencies) -> Result<(), String> {
        let needs = || dependencies.needs.iter().map(String::as_str);
        let violation = |problem: String| Err(format!("{event}: {problem}"));
        match &event.kind {
            EventKind::Started { attempt, .. } => {
                if let Some(name) = needs().find(|name| !self.is_ready(name, event.at)) {
                    return violation(format!("started while `{name}` was not ready"));
                }
                if let Some(name) = needs().find(|name| *attempt == 1 && !self.were_ready(name, event.at)) {
                    return violation(format!("started before all instances of `{name}` were ready"));
                }
                let mut after = dependencies.after.iter();
                if let Some(name) = after.find(|name| *attempt == 1 && !self.was_ready(name)) {
                    return violation(format!("started before `{name}` was ready"));
                }
            }
            // A needed task that recovers after the interrupt, before the attempt returns, was lost nevertheless.
            EventKind::Interrupted { cause: InterruptCause::Dependency, .. } if needs().next().is_none() => {
                return violation("interrupted for a dependency, and needs none".to_owned());
            }
            EventKind::Ended { outcome, .. }
                if ends_by_dependency(outcome) && !dependencies.all().any(|name| self.is_broken(name)) =>
            {
                return violation("ended by a dependency, and none of them has ended unready".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the task that has this name, or one of its instances, is ready at `at`, or may be.
    fn is_ready(&self, name: &str, at: Instant) -> bool {
        let tasks = self.names.deciding(name);
        let has_ended = |id: &TaskId| self.tasks.get(id).is_some_and(|task| task.outcome.is_some());
        // Instances that have ended do not count, unless all have.
        let (ended, live): (Vec<_>, Vec<_>) = tasks.into_iter().partition(has_ended);
        if live.is_empty() {
            return ended.iter().any(|id| self.tasks[id].is_completed());
        }
        let completed =
            ended.iter().any(|id| self.names.has_instances(name) && self.tasks[id].is_completed());
        completed || live.into_iter().any(|id| self.is_task_ready(id, at))
    }

    fn is_task_ready(&self, id: TaskId, at: Instant) -> bool {
        let Some(since) = self.tasks.get(&id).and_then(|task| task.since) else { return false };
        let interrupts = [&self.learned.restarts, &self.learned.pauses];
        let mut interrupts = interrupts.iter().filter_map(|all| all.get(&id)).flatten();
        !self.is_stopping(id, at) && !interrupts.any(|restart| since < *restart && *restart < at)
    }

    // Requests in the moment of an event may have come before or after it.
    fn is_stopping(&self, id: TaskId, at: Instant) -> bool {
        self.learned.stops.get(&id).is_some_and(|stop| *stop < at)
    }

    /// Whether all instances of the task of this name that are live at `at` were ready.
    fn were_ready(&self, name: &str, at: Instant) -> bool {
        if !self.names.has_instances(name) {
            return true;
        }
        let stopped = |id: &TaskId| self.learned.stops.get(id).is_some_and(|stop| *stop <= at);
        let tasks = self.names.all(name).filter(|id| !stopped(id)).filter_map(|id| self.tasks.get(&id));
        tasks.filter(|task| task.outcome.is_none()).all(|task| task.was_ready)
    }

    /// Whether a task of this name was ready. One that was added again counts as the same task.
    fn was_ready(&self, name: &str) -> bool {
        self.names.all(name).filter_map(|id| self.tasks.get(&id)).any(|task| task.was_ready)
    }

    /// Whether a task of this name has ended otherwise than completed.
    fn is_broken(&self, name: &str) -> bool {
        let mut tasks = self.names.all(name).filter_map(|id| self.tasks.get(&id));
        tasks.any(|task| task.outcome.is_some() && !task.is_completed())
    }
}

impl Readiness {
    fn is_completed(&self) -> bool {
        self.outcome.as_ref().is_some_and(Outcome::is_completed)
    }

    fn read(&mut self, event: &Event, declares: bool) {
        match &event.kind {
            EventKind::Ready { .. } => self.gain(event.at),
            EventKind::NotReady { .. } => self.since = None,
            EventKind::Succeeded { .. } if !declares => self.gain(event.at),
            EventKind::Failed { .. }
            | EventKind::TimedOut { .. }
            | EventKind::Panicked { .. }
            | EventKind::Interrupted { .. }
            | EventKind::Canceled { .. }
            | EventKind::Aborted { .. } => self.since = None,
            EventKind::Ended { outcome, .. } => {
                self.was_ready |= outcome.is_completed();
                self.outcome = Some(outcome.clone());
            }
            _ => {}
        }
    }

    fn gain(&mut self, at: Instant) {
        self.since = Some(at);
        self.was_ready = true;
    }
}

/// Whether a task ended because one that it depends on has ended.
pub(crate) fn ends_by_dependency(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Failed(failure) => failure.kind() == FailureKind::Dependency,
        Outcome::Canceled { cause, .. } => *cause == StopCause::Dependency,
        _ => false,
    }
}
