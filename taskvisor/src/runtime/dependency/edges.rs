//! What the actor of a dependent polls: whether it may start, and whether it has lost a task that it needs.

use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::blame::{Blame, Outage};
use super::graph::Dependent;
use super::node::Node;
use super::recovery::Recovery;
use crate::runtime::cell::{DependencyKind, DependencyState, TaskCell, TaskEnd, saturating_deadline};
use crate::runtime::registry::Registry;
use crate::sync::wakers::WaiterId;
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

#[derive(Debug)]
struct Edge {
    node: Arc<Node>,
    kind: DependencyKind,
    cell: Arc<TaskCell>,
    /// The registration in the cell. An edge waits for one thing at a time.
    waiter: Option<WaiterId>,
    /// The registration in the node, for the next task of the name.
    successor_waiter: Option<WaiterId>,
    /// Whether the dependent has found the task ready.
    was_satisfied: bool,
    /// Since when the task is lost, as far as the running attempt knows.
    lost_since: Option<Instant>,
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
        let edge = |(node, kind): &(Arc<Node>, DependencyKind)| Edge {
            cell: node.current(),
            node: Arc::clone(node),
            kind: *kind,
            waiter: None,
            successor_waiter: None,
            was_satisfied: false,
            lost_since: None,
        };
        Self {
            edges: dependent.links().iter().map(edge).collect(),
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
                        was_ready |= edge.was_satisfied || edge.cell.was_ready();
                    }
                    DependencyState::Ended(end) => {
                        let (name, outcome) = (edge.node.task_name(), edge.cell.decided_outcome(end));
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

    /// Registers the waker with every needed task. Returns `false` if one has ended since it was polled, which wakes nothing any more.
    fn watch_ends(&mut self, registry: &Registry, context: &Context<'_>) -> bool {
        for edge in self.edges.iter_mut().filter(|edge| edge.kind == DependencyKind::Needs) {
            edge.poll_loss(registry, context);
        }
        !self.edges.iter().any(Edge::is_broken)
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

    /// After an attempt: remembers when its failure was counted, or that it was excused. The end of an outage may end the backoff that
    /// follows if `may_end_backoff` says so.
    pub(crate) fn remember(&mut self, counted: Option<Instant>, excused: bool, may_end_backoff: bool) {
        self.blame.remember(counted, excused);
        self.is_backing_off = may_end_backoff;
    }

    /// Removes the counted failures that outages explain. Returns how many.
    pub(crate) fn forgive(&mut self, registry: &Registry) -> u32 {
        let needs = self.edges.iter().filter(|edge| edge.kind == DependencyKind::Needs);
        let outages = needs.flat_map(|edge| edge.outages(registry));
        outages.map(|outage| self.blame.remove(outage)).sum()
    }

    /// Whether the end of an outage may end the backoff.
    pub(crate) fn is_backing_off(&self) -> bool {
        self.is_backing_off
    }

    /// During a backoff: returns how many counted failures an outage explains, and whether the backoff is to end, because all needed
    /// tasks are ready after an outage that explains the latest failure. Registers the waker for the next change.
    pub(crate) fn poll_backoff(&mut self, registry: &Registry, context: &Context<'_>) -> (u32, bool) {
        let mut is_lost = false;
        for edge in self.edges.iter_mut().filter(|edge| edge.kind == DependencyKind::Needs) {
            is_lost |= edge.poll_loss(registry, context);
        }
        let removed = self.forgive(registry);
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

impl Edge {
    /// Whether `poll` would find the task satisfied.
    fn is_satisfied(&self, registry: &Registry) -> bool {
        self.is_over()
            || match self.cell.dependency_state(self.kind) {
                DependencyState::Satisfied => true,
                // A task that was started again is the one to wait for.
                DependencyState::Ended(TaskEnd::Completed) => {
                    self.node.successor(&self.cell, registry).is_none()
                }
                DependencyState::NotReady | DependencyState::Ended(_) => false,
            }
    }

    /// Whether a needed task is lost. One that has completed never is.
    fn is_lost(&self, registry: &Registry) -> bool {
        match self.cell.dependency_state(self.kind) {
            DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed) => false,
            DependencyState::NotReady => true,
            DependencyState::Ended(_) => {
                let successor = self.node.successor(&self.cell, registry);
                successor.is_none_or(|next| !next.is_satisfied(self.kind))
            }
        }
    }

    /// Whether the task has ended, and does not satisfy the dependent.
    fn is_broken(&self) -> bool {
        let state = self.cell.dependency_state(self.kind);
        !self.is_over() && matches!(state, DependencyState::Ended(end) if end != TaskEnd::Completed)
    }

    /// The last times that a needed task was down.
    fn outages(&self, registry: &Registry) -> Vec<Outage> {
        // The cell knows first: its actor may not have recorded yet that the task is ready again.
        if let Some(since) = self.cell.ready_since() {
            self.node.sign_of_life(since, Some(since));
        }
        self.node.outages(!self.is_lost(registry))
    }

    /// Whether nothing that happens to the task matters any more.
    fn is_over(&self) -> bool {
        self.kind == DependencyKind::After && self.was_satisfied
    }

    fn poll(&mut self, registry: &Registry, context: &Context<'_>) -> DependencyState {
        if self.is_over() {
            return DependencyState::Satisfied;
        }
        loop {
            match self.cell.poll_dependency(self.kind, &mut self.waiter, context) {
                DependencyState::NotReady => return DependencyState::NotReady,
                DependencyState::Ended(_) if self.continue_with_successor(registry) => continue,
                DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed) => {}
                DependencyState::Ended(end) => return DependencyState::Ended(end),
            }
            self.was_satisfied = true;
            return DependencyState::Satisfied;
        }
    }

    /// Continues with the task that was started under the name of the one that has ended. Returns whether there is one.
    // The name is free before the end is visible: a task that was started again before is found.
    fn continue_with_successor(&mut self, registry: &Registry) -> bool {
        self.node.successor(&self.cell, registry).is_some_and(|next| self.continue_with(next))
    }

    fn continue_with(&mut self, next: Arc<TaskCell>) -> bool {
        self.cell.remove_waiter(self.waiter.take());
        self.cell = next;
        true
    }

    /// Whether the task is not ready. Registers the waker for a change in either case.
    fn poll_loss(&mut self, registry: &Registry, context: &Context<'_>) -> bool {
        loop {
            if self.cell.poll_loss(&mut self.waiter, context).is_pending() {
                return false;
            }
            match self.cell.poll_dependency(self.kind, &mut self.waiter, context) {
                // Between the two looks it became ready again: wait for the next loss.
                DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed) => {}
                DependencyState::NotReady => return true,
                // Started again, it is the same task for its dependents, and may be ready.
                DependencyState::Ended(_) => {
                    let waiter = &mut self.successor_waiter;
                    match self.node.poll_successor(&self.cell, registry, waiter, context) {
                        Some(next) => self.continue_with(next),
                        None => return true,
                    };
                }
            }
        }
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.node.remove_waiter(self.successor_waiter);
        self.cell.remove_waiter(self.waiter);
    }
}
