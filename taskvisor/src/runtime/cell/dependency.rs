//! What the dependents of a task read in its cell: whether it is ready, was ready, or has ended.
//!
//! The cell answers under its own lock, so that it stays the single source of truth, and so that a dependent which finds the task not
//! ready is registered before the task can change.

use std::task::{Context, Poll};

use super::flags::Flag;
use super::{CellPhase, CellState, TaskCell, TaskEnd};
use crate::sync::wakers::{WaiterId, check_or_register};
use crate::task::DependencyKind;

/// What a dependent finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DependencyState {
    /// The task is ready, or was ready once if that suffices.
    Satisfied,
    /// The task is not ready, and has not ended.
    NotReady,
    /// The task has ended. One that has completed is ready for ever.
    Ended(TaskEnd),
}

impl TaskCell {
    /// What a dependent of this kind finds.
    pub(crate) fn dependency_state(&self, kind: DependencyKind) -> DependencyState {
        self.state_for(&self.state.lock(), kind)
    }

    /// Whether the task is ready now, or was ready once if that suffices.
    pub(crate) fn is_satisfied(&self, kind: DependencyKind) -> bool {
        let state = self.dependency_state(kind);
        matches!(state, DependencyState::Satisfied | DependencyState::Ended(TaskEnd::Completed))
    }

    /// As `dependency_state`. Registers the waker if the dependent must wait.
    pub(crate) fn poll_dependency(
        &self,
        kind: DependencyKind,
        id: &mut Option<WaiterId>,
        context: &Context<'_>,
    ) -> DependencyState {
        check_or_register(id, context.waker(), |id, source| {
            // One lock for the check and the registration: between two locks, the task could become ready unnoticed.
            let mut state = self.state.lock();
            let found = self.state_for(&state, kind);
            if found != DependencyState::NotReady {
                return Some(found);
            }
            self.flags.set(Flag::AwaitsReady);
            // Unreachable: a task without live links has ended, which is no `NotReady`.
            let Some(live) = state.links.live() else { return Some(found) };
            live.waiters.register(id, source).then_some(found)
        })
    }

    /// Ready once the task is not ready. Otherwise registers the waker.
    pub(crate) fn poll_loss(&self, id: &mut Option<WaiterId>, context: &Context<'_>) -> Poll<()> {
        check_or_register(id, context.waker(), |id, source| {
            let mut state = self.state.lock();
            if state.ready_since().is_none() {
                return Some(Poll::Ready(()));
            }
            self.flags.set(Flag::AwaitsLoss);
            // Without live links it has completed, and is ready for ever.
            let Some(live) = state.links.live() else { return Some(Poll::Pending) };
            live.waiters.register(id, source).then_some(Poll::Pending)
        })
    }

    /// Whether the task was ready at any time.
    pub(crate) fn was_ready(&self) -> bool {
        self.flags.has(Flag::WasReady)
    }

    fn state_for(&self, state: &CellState, kind: DependencyKind) -> DependencyState {
        if kind == DependencyKind::After && self.was_ready() {
            return DependencyState::Satisfied;
        }
        match (state.phase, state.end) {
            (CellPhase::Stuck | CellPhase::Ended, Some(end)) => DependencyState::Ended(end),
            _ if state.ready_since().is_some() => DependencyState::Satisfied,
            _ => DependencyState::NotReady,
        }
    }
}
