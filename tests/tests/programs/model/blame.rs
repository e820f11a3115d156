//! Blame: which failures of a dependent an outage of a needed task explains, and when it ends their backoff. Contract 3.

use std::time::Duration;

use super::World;
use super::place::Place;
use super::task::{Edge, Key};
use crate::program::{Ms, Name};

/// The signs of life of the tasks of a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Life {
    ready_since: Option<Ms>,
    last_sign: Option<Ms>,
    outages: Vec<Outage>,
}

/// A time in which a task was down.
#[derive(Clone, Copy, Debug)]
struct Outage {
    /// The last sign of life before it.
    after: Ms,
    until: Option<Ms>,
}

/// A failure that is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub(super) at: Ms,
    /// The backoff delay after it. None after `retry_after`.
    pub(super) delay: Option<Duration>,
}

impl Outage {
    fn explains(self, failure: &Counted) -> bool {
        failure.at > self.after && self.until.is_none_or(|until| failure.at < until)
    }
}

impl World<'_> {
    /// Records that a task has succeeded or has become ready.
    pub(super) fn show_life(&mut self, number: usize) {
        let Key::Name(name) = self.tasks[number].key else { return };
        let (now, ready_at) = (self.now, self.tasks[number].ready_at);
        let life = self.lives.entry(name).or_default();
        if let Some(began) = ready_at.filter(|began| life.ready_since.is_none_or(|known| known < *began)) {
            let outage = life.last_sign.map(|after| Outage { after, until: Some(began) });
            life.outages.extend(outage);
            life.ready_since = Some(began);
        }
        life.last_sign = Some(now);
    }

    /// Records that a task takes a name. Returns whether it counts as one that was ready: for those that depend on it, it is the same
    /// task as the one before.
    pub(super) fn takes_name(&mut self, name: Name) -> bool {
        let Some(previous) = self.latest(name).filter(|_| self.is_needed(name)) else { return false };
        self.met.insert("a needed task is added again".to_owned());
        // One that has completed was ready until now.
        if self.tasks[previous].is_ready() {
            self.lives.entry(name).or_default().last_sign = Some(self.now);
        }
        self.tasks[previous].was_ready
    }

    fn outages(&self, edge: &Edge) -> Vec<Outage> {
        let Some(life) = self.lives.get(&edge.name) else { return Vec::new() };
        let present =
            life.last_sign.filter(|_| self.is_lost(edge)).map(|after| Outage { after, until: None });
        life.outages.iter().copied().chain(present).collect()
    }

    /// Removes the counted failures that an outage explains.
    pub(super) fn forgive(&mut self, number: usize) {
        let needs = self.tasks[number].edges.iter().filter(|edge| edge.is_needed);
        let outages: Vec<_> = needs.flat_map(|edge| self.outages(edge)).collect();
        let task = &mut self.tasks[number];
        let explained = |failure: &Counted| outages.iter().any(|outage| outage.explains(failure));
        task.explained |= task.counted.last().is_some_and(explained);
        let in_window = task.window.len();
        task.window.retain(|at| !explained(&Counted { at: *at, delay: None }));
        if task.window.len() < in_window {
            self.met.insert("failures that a window forgives".to_owned());
        }
        let before = task.counted.len();
        task.counted.retain(|failure| !explained(failure));
        if task.counted.len() < before {
            let delays: Vec<_> = task.counted.iter().filter_map(|failure| failure.delay).collect();
            task.failures -= u32::try_from(before - task.counted.len()).unwrap_or(u32::MAX);
            task.backoffs = u32::try_from(delays.len()).unwrap_or(u32::MAX);
            task.previous = delays.last().copied();
            self.met.insert("failures that are forgiven".to_owned());
        }
    }

    /// Whether a needed task is down, which excuses a failure.
    pub(super) fn has_lost(&self, number: usize) -> bool {
        self.tasks[number].edges.iter().any(|edge| self.is_lost(edge))
    }

    /// During a backoff: forgives failures, and ends it if all needed tasks are ready and the latest failure is explained. Returns
    /// whether it does.
    pub(super) fn ends_backoff(&mut self, number: usize) -> bool {
        if !self.tasks[number].backing_off {
            return false;
        }
        self.forgive(number);
        if !self.tasks[number].explained || self.has_lost(number) {
            return false;
        }
        let task = &mut self.tasks[number];
        task.backing_off = false;
        // The other dependents end their backoffs now too.
        task.outage = true;
        self.met.insert("a backoff that ends with an outage".to_owned());
        self.arrive(number);
        true
    }

    /// Whether the order of events in this moment decides what a failure or a backoff of this task is worth.
    pub(super) fn is_blame_open(
        &self,
        number: usize,
        changed: impl Fn(Name) -> bool,
        flapped: impl Fn(Name) -> bool,
    ) -> bool {
        let task = &self.tasks[number];
        let mut needs = task.edges.iter().filter(|edge| edge.is_needed);
        if self.changes.judged.contains(&number) {
            return needs.any(|edge| changed(edge.name));
        }
        let sleeps = matches!(task.place, Place::Sleeping(_));
        sleeps && task.backing_off && needs.any(|edge| flapped(edge.name))
    }
}
