//! The edge from a dependent to one task.

use std::sync::Arc;
use std::task::Context;

use tokio::time::Instant;

use super::blame::Outage;
use super::instance_edge::InstanceEdge;
use super::node::Node;
use crate::runtime::cell::{DependencyState, TaskCell, TaskEnd};
use crate::runtime::registry::Registry;
use crate::sync::wakers::WaiterId;
use crate::task::DependencyKind;
use crate::task::Outcome;

/// What a dependent knows about one task that it depends on.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) node: Arc<Node>,
    pub(super) kind: DependencyKind,
    pub(super) cell: Arc<TaskCell>,
    /// The instances of the task, if it has any. `cell` is one of them then, and is not read.
    pub(super) instances: Option<Box<InstanceEdge>>,
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
            instances: node.instances().map(|set| Box::new(InstanceEdge::new(set, kind))),
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
        if self.instances.is_some() {
            return self.is_over() || is_satisfied(self.instance_state(self.was_satisfied));
        }
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
        if self.instances.is_some() {
            return !is_satisfied(self.instance_state(true));
        }
        match self.cell.dependency_state(self.kind) {
            DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed) => false,
            DependencyState::NotReady => true,
            DependencyState::Ended(_) => {
                let successor = self.node.successor(&self.cell, registry);
                successor.is_none_or(|next| !next.is_satisfied(self.kind))
            }
        }
    }

    /// The state of the instances, also of those that were added again after all before have ended.
    fn instance_state(&self, one_suffices: bool) -> DependencyState {
        match self.node.instances() {
            Some(set) => InstanceEdge::state_of(&set, self.kind, one_suffices),
            // A task without instances has taken the name.
            None => self.node.current().dependency_state(self.kind),
        }
    }

    /// The last times that a needed task was down.
    pub(super) fn outages(&self, registry: &Registry) -> Vec<Outage> {
        // The cell knows first: its actor may not have recorded yet that the task is ready again.
        let ready_since = match &self.instances {
            Some(instances) => instances.ready_since(),
            None => self.cell.ready_since(),
        };
        if let Some(since) = ready_since {
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
            // After all have completed, others may have been added: those are the ones to wait for.
            if self.instances.is_some() {
                self.follow_instances();
            }
            if let Some(instances) = &mut self.instances {
                let state = instances.poll(self.was_satisfied, context);
                if matches!(state, DependencyState::Ended(_)) && self.follow_instances() {
                    continue;
                }
                self.was_satisfied |= is_satisfied(state);
                return state;
            }
            match self.cell.poll_dependency(self.kind, &mut self.waiter, context) {
                DependencyState::NotReady => return DependencyState::NotReady,
                DependencyState::Ended(_)
                    if self.continue_with_successor(registry) || self.follow_instances() =>
                {
                    continue;
                }
                DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed) => {}
                DependencyState::Ended(end) => return DependencyState::Ended(end),
            }
            self.was_satisfied = true;
            return DependencyState::Satisfied;
        }
    }

    /// Continues with other instances if the task was added again, with instances or without. Returns whether it was.
    fn follow_instances(&mut self) -> bool {
        let known = self.instances.as_ref().map(|instances| instances.set());
        let now = self.node.instances();
        let is_same = match (known, &now) {
            (Some(known), Some(now)) => Arc::ptr_eq(known, now),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            self.instances = now.map(|set| Box::new(InstanceEdge::new(set, self.kind)));
            let next = self.node.current();
            self.continue_with(next);
        }
        !is_same
    }

    /// Whether the task was ready before.
    pub(super) fn was_ready(&self) -> bool {
        self.was_satisfied
            || self
                .instances
                .as_ref()
                .map_or_else(|| self.cell.was_ready(), |instances| instances.was_ready())
    }

    /// The outcome of a task that has ended in this way.
    pub(super) fn outcome(&self, end: TaskEnd) -> Outcome {
        let instance = self.instances.as_ref().and_then(|instances| instances.ended(end));
        instance.unwrap_or(&self.cell).decided_outcome(end)
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
        let is_lost = self.poll_loss(registry, context);
        if let Some(instances) = &self.instances {
            return !is_lost || !matches!(instances.state(self.was_satisfied), DependencyState::Ended(_));
        }
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
            if self.instances.is_some() {
                self.follow_instances();
            }
            if let Some(instances) = &mut self.instances {
                return instances.poll_loss(context);
            }
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
                        None if self.follow_instances() => true,
                        None => return true,
                    };
                }
            }
        }
    }
}

fn is_satisfied(state: DependencyState) -> bool {
    matches!(state, DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed))
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.node.remove_waiter(self.successor_waiter);
        self.cell.remove_waiter(self.waiter);
    }
}
