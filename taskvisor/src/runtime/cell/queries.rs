//! What can be seen of a task, by anyone. Nothing changes here but who waits, and a token that is made on demand.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{CellPhase, CellState, PollView, TaskCell, TaskEnd};
use crate::error::Failure;
use crate::event::Subject;
use crate::sync::wakers::{WaiterId, check_or_register};
use crate::task::{Outcome, Phase, StopCause, TaskId, TaskStatus};

/// What a waiter found.
pub(crate) enum OutcomePoll {
    Over(Outcome),
    /// Still there; the deadline is set once a stop was asked.
    Until(Option<Instant>),
}

impl TaskCell {
    pub(crate) fn id(&self) -> TaskId {
        self.id
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The slot it is submitted to.
    pub(crate) fn slot(&self) -> Option<&Arc<str>> {
        self.slot.as_ref()
    }

    /// Whether its name is held, as that of an added task; the name of a submission is a label.
    pub(crate) fn holds_name(&self) -> bool {
        self.holds_name
    }

    /// Whether it holds this name. A label is not held.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.holds_name && self.name == name
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    /// The outcome, or a place among the waiters.
    pub(crate) fn poll_outcome(&self, place: &mut Option<WaiterId>, context: &Context<'_>) -> OutcomePoll {
        check_or_register(place, context.waker(), |place, visitor| {
            let mut state = self.state.lock();
            if let Some(outcome) = state.outcome() {
                return Some(OutcomePoll::Over(outcome));
            }
            let deadline = state.stop.map(|stop| stop.deadline);
            state.waiters.register(place, visitor).then_some(OutcomePoll::Until(deadline))
        })
    }

    pub(crate) fn remove_waiter(&self, place: Option<WaiterId>) {
        let _removed = self.state.lock().waiters.remove(place);
    }

    /// Ready when `attempt` should stop; or a place among the waiters.
    pub(crate) fn poll_cancelled(
        &self,
        attempt: u64,
        place: &mut Option<WaiterId>,
        context: &Context<'_>,
    ) -> Poll<()> {
        check_or_register(place, context.waker(), |place, visitor| {
            let mut state = self.state.lock();
            if state.is_cancelled(attempt) {
                return Some(Poll::Ready(()));
            }
            state.waiters.register_for_attempt(place, visitor).then_some(Poll::Pending)
        })
    }

    /// Whether its end is visible to waiters.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.state.lock().phase, CellPhase::Stuck | CellPhase::Ended)
    }

    /// The outcome that `settle` decided, for the event that tells it.
    pub(crate) fn decided_outcome(&self, end: TaskEnd) -> Outcome {
        end.outcome(&mut self.state.lock().last)
    }

    /// Whose deadline is in force.
    pub(crate) fn enforcer(&self) -> Option<StopCause> {
        self.state.lock().stop.map(|stop| stop.enforcer)
    }

    pub(crate) fn last_error(&self) -> Option<Failure> {
        self.state.lock().last.share()
    }

    /// Whether `attempt` should stop: it was asked to, or it is over.
    pub(crate) fn is_cancelled(&self, attempt: u64) -> bool {
        self.state.lock().is_cancelled(attempt)
    }

    /// The token of `attempt`, made when first asked for. That of an attempt that is over is cancelled.
    pub(crate) fn token(&self, attempt: u64) -> CancellationToken {
        let (token, cancelled) = {
            let mut state = self.state.lock();
            if state.runs(attempt) {
                let cancelled = state.stop.is_some();
                (state.token.get_or_insert_with(CancellationToken::new).clone(), cancelled)
            } else {
                (CancellationToken::new(), true)
            }
        };
        if cancelled {
            token.cancel();
        }
        token
    }

    pub(crate) fn status(&self) -> TaskStatus {
        let mut state = self.state.lock();
        let attempt = state.attempt;
        let (phase, next_attempt) = match state.phase {
            CellPhase::Waiting(on) => (Phase::Waiting { on }, None),
            CellPhase::Running => (Phase::Running { attempt }, None),
            CellPhase::Sleeping { until } => (Phase::Sleeping { attempt, until }, Some(until)),
            CellPhase::Stuck => (Phase::Stuck { attempt }, None),
            CellPhase::Ended => (Phase::Ended(state.outcome().unwrap_or(Outcome::Aborted)), None),
        };
        TaskStatus {
            name: self.name.clone(),
            id: self.id,
            slot: self.slot().cloned(),
            phase,
            since: state.since,
            attempt,
            failures: state.failures,
            last_error: state.last.share(),
            next_attempt,
            stopping: state.stop.is_some(),
        }
    }
}

impl CellState {
    pub(super) fn polled(&self) -> PollView {
        PollView { stop: self.stop, owns_slot: self.owns_slot }
    }

    fn is_cancelled(&self, attempt: u64) -> bool {
        self.stop.is_some() || !self.runs(attempt)
    }

    fn runs(&self, attempt: u64) -> bool {
        self.phase == CellPhase::Running && self.attempt == attempt
    }

    fn outcome(&mut self) -> Option<Outcome> {
        match (self.phase, self.end) {
            (CellPhase::Stuck | CellPhase::Ended, Some(end)) => Some(end.outcome(&mut self.last)),
            _ => None,
        }
    }
}

impl Subject for TaskCell {
    fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> TaskId {
        self.id
    }

    fn slot(&self) -> Option<&Arc<str>> {
        self.slot()
    }
}

impl PartialEq for TaskCell {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
