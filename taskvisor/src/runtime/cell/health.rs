//! What the health of a supervisor reads in a cell, and the membership of the start-up set: whether the task holds up the readiness of
//! the supervisor.
//!
//! The membership remembers whether the supervisor counts the task as not ready. Every change of the state that may change this calls
//! `update_membership` under the same lock, which computes it anew and adjusts the count. So, while the lock is free:
//!
//! 1. A member is counted if and only if it holds up the start-up set (`holds_up`).
//! 2. The count is the number of members that are counted: no other code changes it.
//!
//! The count is an atomic beside the lock, not a second lock. If a reader finds it zero, each member was ready at a moment when it was
//! zero, and a reader that has seen a member not ready finds the count above zero. `models/health.rs` shows both.

use std::sync::Arc;

use tokio::time::Instant;

use super::flags::Flag;
use super::{CellPhase, CellState, Links, RequestKind, TaskCell, TaskEnd};
use crate::error::FailureKind;
use crate::runtime::health::{Membership, ReadyCount};
use crate::task::InterruptCause;

impl TaskCell {
    /// Joins the start-up set. Returns `false` if the task is in it; then its count is brought up to date.
    pub(crate) fn join_startup_set(&self, count: &Arc<ReadyCount>, now: Instant) -> bool {
        let mut state = self.state.lock();
        let joins = match state.links.live() {
            Some(live) if live.waiters.attached().is_none() => {
                *live.waiters.attachment() = Some(Membership::new(count, now));
                true
            }
            // Only a job that has completed has no live links.
            Some(_) | None => false,
        };
        if joins && self.counts_once_started() && state.attempt == 0 {
            // The first attempt then updates the membership, and no later one has to.
            self.flags.set(Flag::AwaitsStart);
        }
        self.update_membership(&mut state);
        joins
    }

    /// Leaves the start-up set, for a task that has ended and is replaced by another one of its name.
    pub(crate) fn leave_startup_set(&self) {
        let removed = {
            let mut state = self.state.lock();
            state.links.live().and_then(|live| live.waiters.attachment().take())
        };
        if let Some(membership) = removed {
            membership.leave();
        }
    }

    /// Since when the task holds up the start-up set, if it does.
    pub(crate) fn holds_up_since(&self) -> Option<Instant> {
        let state = self.state.lock();
        state.membership().and_then(Membership::held_up_since)
    }

    /// Adjusts the count of the start-up set. Called under the lock, after a change.
    // Inline: most tasks are in no start-up set, and pay for a comparison.
    #[inline]
    pub(super) fn update_membership(&self, state: &mut CellState) {
        if state.membership().is_some() {
            self.update_member(state);
        }
    }

    #[cold]
    fn update_member(&self, state: &mut CellState) {
        let (holds_up, has_failed) = (self.holds_up(state), state.has_failed());
        if let Some(membership) = state.links.live().and_then(|live| live.waiters.attachment().as_mut()) {
            membership.update(holds_up, has_failed);
        }
    }

    /// Whether the start-up set is not ready because of this task.
    fn holds_up(&self, state: &CellState) -> bool {
        match state.end {
            // It has left the set.
            Some(TaskEnd::Canceled { .. } | TaskEnd::Rejected(_)) => state.phase != CellPhase::Ended,
            Some(TaskEnd::Failed | TaskEnd::Aborted) => true,
            Some(TaskEnd::Completed) | None => {
                state.ready_since().is_none() && !self.counts_as_started(state)
            }
        }
    }

    /// Whether the task is a critical one that counts as ready once its first attempt has begun, and is not stopped or paused since.
    fn counts_as_started(&self, state: &CellState) -> bool {
        state.attempt > 0
            && self.counts_once_started()
            && state.stop().is_none()
            && !self.flags.has(Flag::Paused)
    }
}

/// What is wrong with a task, whether it is in the start-up set or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symptom {
    /// It has failed for good, or was paused because it gave up.
    GaveUp,
    /// Its latest attempt has missed its heartbeat.
    Stalled,
    Stuck,
    /// An operator has paused it.
    Paused,
}

/// A deadline of a task whose actor is inside of a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    Heartbeat(Instant),
    /// Of a stop request or an interrupt.
    Request(Instant),
}

impl Overdue {
    pub(crate) fn deadline(self) -> Instant {
        let (Self::Heartbeat(deadline) | Self::Request(deadline)) = self;
        deadline
    }
}

impl TaskCell {
    /// What is wrong with the task.
    pub(crate) fn symptom(&self) -> Option<Symptom> {
        let state = self.state.lock();
        match (state.phase, state.end) {
            (CellPhase::Paused { gave_up: false }, _) => Some(Symptom::Paused),
            (CellPhase::Paused { gave_up: true }, _) | (CellPhase::Ended, Some(TaskEnd::Failed)) => {
                Some(Symptom::GaveUp)
            }
            (CellPhase::Ended, _) => None,
            (CellPhase::Stuck, _) => Some(Symptom::Stuck),
            (CellPhase::Waiting(_) | CellPhase::Running(_) | CellPhase::Sleeping { .. }, _) => {
                self.has_stalled(&state).then_some(Symptom::Stalled)
            }
        }
    }

    /// Whether the running attempt has missed its heartbeat, or the last one did and no other has begun.
    fn has_stalled(&self, state: &CellState) -> bool {
        if !state.phase.is_running() {
            return state.attempts.kind_of(state.attempt) == Some(FailureKind::Stalled);
        }
        match state.pending.request().map(|request| request.kind) {
            Some(RequestKind::Interrupt(cause)) => cause == InterruptCause::Stalled,
            Some(RequestKind::Stop { .. }) => false,
            None => self.heartbeat_due_at(state).is_some_and(|due| due <= Instant::now()),
        }
    }

    /// Whether the running attempt has missed its heartbeat. Not after its end, with which the miss is handled.
    #[cfg(feature = "systemd")]
    pub(crate) fn misses_heartbeat(&self) -> bool {
        // Without the lock: few tasks have a heartbeat.
        if !self.has_heartbeat() {
            return false;
        }
        let state = self.state.lock();
        state.phase.is_running() && self.has_stalled(&state)
    }

    /// The deadline that a poll which blocks is or will be past. `None` outside of a poll.
    pub(crate) fn blocks_past(&self) -> Option<Overdue> {
        let state = self.state.lock();
        if !state.polling {
            return None;
        }
        match state.pending.request() {
            Some(request) => Some(Overdue::Request(request.deadline)),
            None => self.heartbeat_due_at(&state).map(Overdue::Heartbeat),
        }
    }

    /// Whether the task has ended, and no body of it is left.
    pub(crate) fn is_over(&self) -> bool {
        self.state.lock().phase == CellPhase::Ended
    }
}

impl CellState {
    #[inline]
    fn membership(&self) -> Option<&Membership> {
        match &self.links {
            Links::Live(live) => live.waiters.attached(),
            Links::Value(_) => None,
        }
    }

    /// Whether the task stays in the start-up set after its end.
    fn has_failed(&self) -> bool {
        matches!(self.end, Some(TaskEnd::Failed | TaskEnd::Aborted))
    }
}
