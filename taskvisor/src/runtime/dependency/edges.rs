//! What the actor of a dependent polls: whether it may start, and whether it has lost a task that it needs.

use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::blame::Blame;
use super::dependent::Dependent;
use super::edge::Edge;
use super::recovery::Recovery;
use crate::runtime::cell::{DependencyState, saturating_deadline};
use crate::runtime::failure_window::FailureWindow;
use crate::runtime::registry::Registry;
use crate::sync::Mutex;
use crate::task::DependencyKind;
use crate::task::{Outcome, TaskName};

/// The edges from a dependent to the tasks that it depends on.
#[derive(Debug)]
pub(crate) struct Edges {
    edges: Box<[Edge]>,
    recovery: Recovery,
    /// How long a task may be lost before the running attempt is interrupted.
    interrupt_on_loss: Option<Duration>,
    blame: Blame,
    /// Whether the dependent is in a backoff that the end of an outage may end.
    is_backing_off: bool,
}

/// A dependency that has ended, and never will be ready.
#[derive(Debug)]
pub(crate) struct BrokenDependency {
    pub(crate) name: TaskName,
    pub(crate) outcome: Outcome,
}

/// What a dependent finds before an attempt.
#[derive(Debug)]
pub(crate) enum EdgesPoll {
    /// All tasks are ready, and the attempt may start.
    Open,
    /// This one is not ready. It wakes the dependent.
    Closed {
        name: TaskName,
        /// Whether all were ready at the last poll, and the caller was to wait.
        recovered: bool,
    },
    /// All are ready, but there was an outage. The caller waits until this time, and polls again.
    Recovering(Instant),
    Broken(BrokenDependency),
}

impl Edges {
    pub(crate) fn new(dependent: &Dependent) -> Self {
        Self {
            edges: dependent.links().iter().map(|(node, kind)| Edge::new(node, *kind)).collect(),
            recovery: Recovery::None,
            interrupt_on_loss: dependent.interrupt_on_loss(),
            blame: Blame::default(),
            is_backing_off: false,
        }
    }

    /// Polls the edges before an attempt. If one is closed, all register the waker: any of them may end meanwhile, which ends the
    /// dependent at once.
    pub(crate) fn poll(&mut self, registry: &Registry, spread: Duration, context: &Context<'_>) -> EdgesPoll {
        loop {
            let (mut first, mut was_ready) = (None, false);
            for (index, edge) in self.edges.iter_mut().enumerate() {
                match edge.poll(registry, context) {
                    DependencyState::Satisfied => {}
                    DependencyState::NotReady => {
                        first = first.or(Some(index));
                        was_ready |= edge.was_ready();
                    }
                    DependencyState::Ended(end) => {
                        let (name, outcome) = (edge.node.task_name(), edge.outcome(end));
                        return EdgesPoll::Broken(BrokenDependency { name, outcome });
                    }
                }
            }
            let Some(first) = first else {
                return self
                    .recovery
                    .open(Instant::now, spread)
                    .map_or(EdgesPoll::Open, EdgesPoll::Recovering);
            };
            // A dependent of one task has registered its waker above.
            let is_watched = self.edges.len() == 1 || self.watch_ends(registry, context);
            if is_watched {
                let name = self.edges[first].node.task_name();
                return EdgesPoll::Closed { name, recovered: self.recovery.close(was_ready) };
            }
        }
    }

    /// Registers the waker with every needed task. Returns `false` if one has changed since it was polled, which wakes nothing any
    /// more.
    fn watch_ends(&mut self, registry: &Registry, context: &Context<'_>) -> bool {
        let needs = self.edges.iter_mut().filter(|edge| edge.kind == DependencyKind::Needs);
        let mut is_unchanged = true;
        for edge in needs {
            is_unchanged &= edge.watch_end(registry, context);
        }
        is_unchanged
    }

    /// Whether an attempt may start at this moment. Registers nothing.
    pub(crate) fn are_open(&self, registry: &Registry) -> bool {
        self.edges.iter().all(|edge| edge.is_satisfied(registry))
    }

    /// Whether an attempt may be interrupted because a needed task is lost.
    pub(crate) fn watches_losses(&self) -> bool {
        self.interrupt_on_loss.is_some()
    }

    /// An attempt begins, which has lost nothing.
    pub(crate) fn begin_attempt(&mut self) {
        for edge in &mut self.edges {
            edge.lost_since = None;
        }
    }

    /// During an attempt: returns when it is to be interrupted, if a needed task is not ready. Registers the waker for the next loss,
    /// or for the end of this one.
    pub(crate) fn poll_loss(
        &mut self,
        now: Instant,
        registry: &Registry,
        context: &Context<'_>,
    ) -> Option<Instant> {
        let limit = self.interrupt_on_loss?;
        for edge in self.edges.iter_mut().filter(|edge| edge.kind == DependencyKind::Needs) {
            // Each task has its own limit: two that are lost one after the other are not one long loss.
            edge.lost_since = edge.poll_loss(registry, context).then(|| edge.lost_since.unwrap_or(now));
        }
        let first = self.edges.iter().filter_map(|edge| edge.lost_since).min()?;
        Some(saturating_deadline(first, limit))
    }

    /// Whether a needed task is lost for longer than the limit. Registers nothing.
    pub(crate) fn has_lost_for_long(&self, now: Instant, registry: &Registry) -> bool {
        let Some(limit) = self.interrupt_on_loss else { return false };
        let is_over = |since: Instant| saturating_deadline(since, limit) <= now;
        self.edges.iter().any(|edge| edge.lost_since.is_some_and(is_over) && edge.is_lost(registry))
    }

    /// Forgets the failures: their series is over.
    pub(crate) fn forget(&mut self) {
        self.blame.forget();
    }

    /// After an attempt: remembers when its failure was counted, or that it was excused. The end of an outage may end the backoff
    /// that follows if `may_end_backoff` says so.
    pub(crate) fn remember(&mut self, counted: Option<Instant>, excused: bool, may_end_backoff: bool) {
        self.blame.remember(counted, excused);
        self.is_backing_off = may_end_backoff;
    }

    /// Removes the failures that outages explain, from the streak and from the window `failures`. Returns how many of the streak.
    pub(crate) fn forgive(&mut self, registry: &Registry, failures: Option<&Mutex<FailureWindow>>) -> u32 {
        let needs = self.edges.iter().filter(|edge| edge.kind == DependencyKind::Needs);
        let outages: Vec<_> = needs.flat_map(|edge| edge.outages(registry)).collect();
        if let Some(failures) = failures {
            // Locked after the locks of the nodes are released: never two locks at once.
            let mut failures = failures.lock();
            outages.iter().for_each(|outage| failures.forgive(*outage));
        }
        outages.into_iter().map(|outage| self.blame.remove(outage)).sum()
    }

    /// Whether the end of an outage may end the backoff.
    pub(crate) fn is_backing_off(&self) -> bool {
        self.is_backing_off
    }

    /// During a backoff: returns how many counted failures an outage explains, and whether the backoff is to end, because all needed
    /// tasks are ready after an outage that explains the latest failure. Registers the waker for the next change.
    pub(crate) fn poll_backoff(
        &mut self,
        registry: &Registry,
        failures: Option<&Mutex<FailureWindow>>,
        context: &Context<'_>,
    ) -> (u32, bool) {
        let mut is_lost = false;
        for edge in self.edges.iter_mut().filter(|edge| edge.kind == DependencyKind::Needs) {
            is_lost |= edge.poll_loss(registry, context);
        }
        let removed = self.forgive(registry, failures);
        let recovered = !is_lost && self.blame.explains_latest();
        if recovered {
            self.is_backing_off = false;
            // The other dependents end their backoffs now too.
            self.recovery = Recovery::Outage;
        }
        (removed, recovered)
    }

    /// Whether a needed task is not ready at this moment. Registers nothing.
    pub(crate) fn has_lost(&self, registry: &Registry) -> bool {
        let mut needs = self.edges.iter().filter(|edge| edge.kind == DependencyKind::Needs);
        needs.any(|edge| edge.is_lost(registry))
    }
}
