//! The edge from a dependent to a task with instances.

use std::collections::HashMap;
use std::sync::Arc;
use std::task::Context;

use tokio::time::Instant;

use crate::runtime::cell::{DependencyState, TaskCell, TaskEnd};
use crate::runtime::instances::InstanceSet;
use crate::sync::wakers::WaiterId;
use crate::task::DependencyKind;

/// What a dependent knows about the instances of one task.
///
/// Before its first attempt the dependent waits until all instances are ready, and afterwards for at least one. Instances that have ended
/// do not count, unless all have ended. Then those that have completed are ready, and if none has, the end of the one with the highest
/// number decides, as that of a single task.
#[derive(Debug)]
pub(super) struct InstanceEdge {
    set: Arc<InstanceSet>,
    kind: DependencyKind,
    /// The number of changes of the set when `instances` was read.
    version: u64,
    instances: Vec<WatchedInstance>,
    /// The index of the instance that decided the last poll. The next one begins there.
    // Otherwise thousands of instances that become ready one by one, or are lost, would take quadratic time.
    decisive: usize,
    /// The registration for the next change of the set.
    waiter: Option<WaiterId>,
}

#[derive(Debug)]
struct WatchedInstance {
    cell: Arc<TaskCell>,
    waiter: Option<WaiterId>,
}

/// How many instances are ready, and how many are not, and the end of the last one that has ended without completing.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    satisfied: usize,
    not_ready: usize,
    ended: Option<TaskEnd>,
}

impl Counts {
    fn of(states: impl Iterator<Item = DependencyState>) -> Self {
        let mut counts = Self::default();
        states.for_each(|state| counts.add(state));
        counts
    }

    fn add(&mut self, state: DependencyState) {
        match state {
            DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed) => self.satisfied += 1,
            DependencyState::NotReady => self.not_ready += 1,
            DependencyState::Ended(end) => self.ended = Some(end),
        }
    }

    /// `one_suffices` is true once the dependent has found all instances ready.
    fn state(self, one_suffices: bool) -> DependencyState {
        if self.satisfied > 0 && (one_suffices || self.not_ready == 0) {
            return DependencyState::Satisfied;
        }
        match self.ended {
            Some(end) if self.not_ready == 0 => DependencyState::Ended(end),
            // Also without any instance: the number may be raised again.
            _ => DependencyState::NotReady,
        }
    }
}

impl InstanceEdge {
    pub(super) fn new(set: Arc<InstanceSet>, kind: DependencyKind) -> Self {
        let mut edge = Self { set, kind, version: 0, instances: Vec::new(), decisive: 0, waiter: None };
        edge.refresh();
        edge
    }

    pub(super) fn set(&self) -> &Arc<InstanceSet> {
        &self.set
    }

    /// Reads which instances there are. Registrations in cells that stay are kept.
    fn refresh(&mut self) {
        let (version, cells) = self.set.versioned_cells();
        let known = std::mem::take(&mut self.instances);
        // By id: there may be thousands.
        let mut known: HashMap<_, _> = known.into_iter().map(|one| (one.cell.id(), one)).collect();
        let watched =
            |cell: Arc<TaskCell>| known.remove(&cell.id()).unwrap_or(WatchedInstance { cell, waiter: None });
        self.instances = cells.into_iter().map(watched).collect();
        (self.version, self.decisive) = (version, 0);
        for gone in known.into_values() {
            gone.cell.remove_waiter(gone.waiter);
        }
    }

    /// Reads the instances again if they have changed, and registers the waker for the next change.
    fn follow_changes(&mut self, context: &Context<'_>) {
        while self.set.poll_change(self.version, &mut self.waiter, context).is_ready() {
            self.refresh();
        }
    }

    /// Registers the waker for a change of the instances, and with one that is not ready; with all of them if one suffices.
    pub(super) fn poll(&mut self, one_suffices: bool, context: &Context<'_>) -> DependencyState {
        loop {
            // Registered before the instances are read: a change after it wakes the dependent.
            self.follow_changes(context);
            let state = self.poll_instances(context, one_suffices);
            // Instances that `scale` has stopped meanwhile have left the set before they ended, and decide nothing.
            let is_final = matches!(state, DependencyState::Ended(_));
            if !is_final || self.set.poll_change(self.version, &mut self.waiter, context).is_pending() {
                return state;
            }
        }
    }

    fn poll_instances(&mut self, context: &Context<'_>, one_suffices: bool) -> DependencyState {
        let (kind, mut counts) = (self.kind, Counts::default());
        for index in self.poll_order() {
            let one = &mut self.instances[index];
            counts.add(one.cell.poll_dependency(kind, &mut one.waiter, context));
            // It decides whatever the others are: one is ready and suffices, or one is not ready and all must be.
            let decides = if one_suffices { counts.satisfied > 0 } else { counts.not_ready > 0 };
            if decides {
                self.decisive = index;
                break;
            }
        }
        counts.state(one_suffices)
    }

    /// The indices of all instances, the decisive one first.
    fn poll_order(&self) -> impl Iterator<Item = usize> + use<> {
        (self.decisive..self.instances.len()).chain(0..self.decisive)
    }

    /// Whether no instance is ready. Registers the waker for a change of that.
    pub(super) fn poll_loss(&mut self, context: &Context<'_>) -> bool {
        self.follow_changes(context);
        for index in self.poll_order() {
            let one = &mut self.instances[index];
            // One suffices, and its loss wakes the dependent.
            if one.cell.poll_loss(&mut one.waiter, context).is_pending() {
                self.decisive = index;
                return false;
            }
        }
        !matches!(self.poll(true, context), DependencyState::Satisfied)
    }

    /// As `poll`. Registers nothing, and reads the instances anew.
    pub(super) fn state(&self, one_suffices: bool) -> DependencyState {
        Self::state_of(&self.set, self.kind, one_suffices)
    }

    /// As `state`, for any set.
    pub(super) fn state_of(set: &InstanceSet, kind: DependencyKind, one_suffices: bool) -> DependencyState {
        Counts::of(set.cells().iter().map(|cell| cell.dependency_state(kind))).state(one_suffices)
    }

    pub(super) fn was_ready(&self) -> bool {
        self.instances.iter().any(|one| one.cell.was_ready())
    }

    pub(super) fn ready_since(&self) -> Option<Instant> {
        self.set.ready_since(None)
    }

    /// An instance that has ended in this way.
    pub(super) fn ended(&self, end: TaskEnd) -> Option<&Arc<TaskCell>> {
        let has_ended =
            |one: &&WatchedInstance| one.cell.dependency_state(self.kind) == DependencyState::Ended(end);
        self.instances.iter().rev().find(has_ended).map(|one| &one.cell)
    }
}

impl Drop for InstanceEdge {
    fn drop(&mut self) {
        self.set.remove_waiter(self.waiter);
        for one in &self.instances {
            one.cell.remove_waiter(one.waiter);
        }
    }
}
