//! The edge from a dependent to one task.

use std::sync::Arc;
use std::task::Context;

use tokio::time::Instant;

use super::blame::Outage;
use super::node::Node;
use crate::runtime::cell::{DependencyKind, DependencyState, TaskCell, TaskEnd};
use crate::runtime::registry::Registry;
use crate::sync::wakers::WaiterId;

/// What a dependent knows about one task that it depends on.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) node: Arc<Node>,
    pub(super) kind: DependencyKind,
    pub(super) cell: Arc<TaskCell>,
    /// The registration in the cell. An edge waits for one thing at a time.
    waiter: Option<WaiterId>,
    /// The registration in the node, for the next task of the name.
    successor_waiter: Option<WaiterId>,
    /// Whether the dependent has found the task ready.
    pub(super) was_satisfied: bool,
    /// Since when the task is lost, as far as the running attempt knows.
    pub(super) lost_since: Option<Instant>,
}

impl Edge {
    pub(super) fn new(node: &Arc<Node>, kind: DependencyKind) -> Self {
        Self {
            cell: node.current(),
            node: Arc::clone(node),
            kind,
            waiter: None,
            successor_waiter: None,
            was_satisfied: false,
            lost_since: None,
        }
    }

    /// Whether `poll` would find the task satisfied.
    pub(super) fn is_satisfied(&self, registry: &Registry) -> bool {
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
    pub(super) fn is_lost(&self, registry: &Registry) -> bool {
        match self.cell.dependency_state(self.kind) {
            DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed) => false,
            DependencyState::NotReady => true,
            DependencyState::Ended(_) => {
                let successor = self.node.successor(&self.cell, registry);
                successor.is_none_or(|next| !next.is_satisfied(self.kind))
            }
        }
    }

    /// The last times that a needed task was down.
    pub(super) fn outages(&self, registry: &Registry) -> Vec<Outage> {
        // The cell knows first: its actor may not have recorded yet that the task is ready again.
        if let Some(since) = self.cell.ready_since() {
            self.node.sign_of_life(since, Some(since));
        }
        self.node.outages(!self.is_lost(registry))
    }

    /// Whether nothing that happens to the task matters any more.
    pub(super) fn is_over(&self) -> bool {
        self.kind == DependencyKind::After && self.was_satisfied
    }

    pub(super) fn poll(&mut self, registry: &Registry, context: &Context<'_>) -> DependencyState {
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
    pub(super) fn continue_with_successor(&mut self, registry: &Registry) -> bool {
        self.node.successor(&self.cell, registry).is_some_and(|next| self.continue_with(next))
    }

    pub(super) fn continue_with(&mut self, next: Arc<TaskCell>) -> bool {
        self.cell.remove_waiter(self.waiter.take());
        self.cell = next;
        true
    }

    /// While the gate is closed: registers the waker for the end of the task, and for another one that takes the name after it has
    /// completed. Returns `false` if that has happened since the task was polled.
    pub(super) fn watch_end(&mut self, registry: &Registry, context: &Context<'_>) -> bool {
        self.poll_loss(registry, context);
        match self.cell.dependency_state(self.kind) {
            DependencyState::Satisfied | DependencyState::NotReady => true,
            DependencyState::Ended(TaskEnd::Completed) => {
                let waiter = &mut self.successor_waiter;
                self.node.poll_successor(&self.cell, registry, waiter, context).is_none()
            }
            DependencyState::Ended(_) => false,
        }
    }

    /// Whether the task is not ready. Registers the waker for a change in either case.
    pub(super) fn poll_loss(&mut self, registry: &Registry, context: &Context<'_>) -> bool {
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
