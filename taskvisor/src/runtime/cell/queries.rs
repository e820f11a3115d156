//! Reads of a cell. They change only the waiter list and the token, which is created on demand.

#[cfg(feature = "controller")]
use std::borrow::Cow;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::conclusion::{Conclusion, PackedConclusion};
use super::flags::Flag;
use super::rare_state::RareState;
use super::{CellPhase, CellState, Request, RequestKind, TaskCell, TaskEnd, WaitsFor};
use crate::error::Failure;
use crate::event::Subject;
use crate::policy::Milliseconds;
use crate::runtime::limits::AttemptLimits;
use crate::sync::Ordering;
use crate::sync::wakers::{WaiterId, check_or_register};
use crate::task::{
    InterruptCause, LimitScope, Named, Outcome, Phase, RareStatus, StopCause, TaskId, TaskName, TaskStatus,
    WaitingOn,
};

/// The result of polling for an outcome.
pub(crate) enum OutcomePoll {
    Over(Outcome),
    /// The task has not ended. Carries the deadline of its stop, if a stop was requested.
    Until(Option<Instant>),
}

impl TaskCell {
    pub(crate) fn id(&self) -> TaskId {
        self.id
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A copy of the name, which shares the text of a constant.
    #[cfg(feature = "controller")]
    pub(crate) fn shared_name(&self) -> Cow<'static, str> {
        self.name.clone()
    }

    /// The slot of a submission.
    pub(crate) fn slot(&self) -> Option<&Arc<str>> {
        self.slot.slot()
    }

    /// The options that most tasks leave out, and their state. `None` for a task that sets none of them.
    #[inline]
    pub(crate) fn rare(&self) -> Option<&RareState> {
        self.slot.rare()
    }

    /// Whether the task is registered under its name. The name of a submission is only a label.
    pub(crate) fn holds_name(&self) -> bool {
        self.label.holds_name()
    }

    /// Whether the task is registered under `name`.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.label.holds_name() && self.name == name
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash.get()
    }

    /// Returns the outcome, or registers the waker. The waker is also woken by a stop request, which sets the deadline.
    pub(crate) fn poll_outcome(&self, id: &mut Option<WaiterId>, context: &Context<'_>) -> OutcomePoll {
        check_or_register(id, context.waker(), |id, source| {
            // One lock for the check and the registration: between two locks, an end could pass unnoticed.
            let mut state = self.state.lock();
            if let Some(outcome) = state.outcome() {
                return Some(OutcomePoll::Over(outcome));
            }
            let deadline = state.stop().map(|stop| stop.deadline);
            // Not reached without live links: an ended task has an outcome.
            let Some(live) = state.links.live() else { return Some(OutcomePoll::Over(Outcome::Aborted)) };
            live.waiters.register(id, source).then_some(OutcomePoll::Until(deadline))
        })
    }

    /// Ready once the first attempt has begun, with `Err` if the task has ended without one. Otherwise registers the waker.
    pub(crate) fn poll_started(
        &self,
        id: &mut Option<WaiterId>,
        context: &Context<'_>,
    ) -> Poll<Result<(), Outcome>> {
        check_or_register(id, context.waker(), |id, source| {
            let mut state = self.state.lock();
            if state.attempt > 0 {
                return Some(Poll::Ready(Ok(())));
            }
            if let Some(outcome) = state.outcome() {
                return Some(Poll::Ready(Err(outcome)));
            }
            // Set in the lock that registers the waiter, so that an attempt that begins after it finds both. Attempt-scoped,
            // because there is no other attempt to wait for.
            self.flags.set(Flag::AwaitsStart);
            let Some(live) = state.links.live() else { return Some(Poll::Ready(Err(Outcome::Aborted))) };
            live.waiters.register_for_attempt(id, source).then_some(Poll::Pending)
        })
    }

    pub(crate) fn remove_waiter(&self, id: Option<WaiterId>) {
        // Bound to a variable, so that the waker is dropped after the lock: its destructor is foreign code.
        let _removed = self.state.lock().links.live().and_then(|live| live.waiters.remove(id));
    }

    /// Ready once `attempt` should return. Otherwise registers the waker.
    pub(crate) fn poll_cancelled(
        &self,
        attempt: u64,
        id: &mut Option<WaiterId>,
        context: &Context<'_>,
    ) -> Poll<()> {
        check_or_register(id, context.waker(), |id, source| {
            let mut state = self.state.lock();
            if state.is_cancelled(attempt) {
                return Some(Poll::Ready(()));
            }
            // Attempt-scoped: the end of the attempt wakes it, without waking the waiters for the outcome.
            // Not reached without live links: an ended task runs no attempt.
            let Some(live) = state.links.live() else { return Some(Poll::Ready(())) };
            live.waiters.register_for_attempt(id, source).then_some(Poll::Pending)
        })
    }

    /// Whether the end is visible to waiters.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.state.lock().phase, CellPhase::Stuck | CellPhase::Ended)
    }

    /// Returns the outcome of a decided end that is not visible yet, for its event and for the report.
    pub(crate) fn decided_outcome(&self, end: TaskEnd) -> Outcome {
        end.outcome(&mut self.state.lock().attempts)
    }

    /// Returns the option `stop_timeout`.
    pub(crate) fn stop_timeout(&self) -> Option<Duration> {
        self.stop_timeout.get().map(Milliseconds::get)
    }

    /// By when the task must have stopped, if a stop was requested.
    pub(crate) fn stop_deadline(&self) -> Option<Instant> {
        self.state.lock().stop().map(|stop| stop.deadline)
    }

    /// The cause of the stop request whose deadline is in force.
    pub(crate) fn enforcer(&self) -> Option<StopCause> {
        self.state.lock().stop().map(|stop| stop.enforcer)
    }

    pub(crate) fn last_error(&self) -> Option<Failure> {
        self.state.lock().attempts.share_failure()
    }

    /// Whether `attempt` should return: a stop was requested, or the attempt was interrupted or has ended.
    pub(crate) fn is_cancelled(&self, attempt: u64) -> bool {
        self.state.lock().is_cancelled(attempt)
    }

    /// Returns the token of `attempt`, and creates it on the first call. The token of an ended attempt is canceled.
    pub(crate) fn token(&self, attempt: u64) -> CancellationToken {
        let (token, cancelled) = {
            let mut state = self.state.lock();
            let (runs, cancelled) = (state.runs(attempt), state.pending.is_request());
            match state.links.live() {
                Some(live) if runs => {
                    (live.token.get_or_insert_with(CancellationToken::new).clone(), cancelled)
                }
                // A new token: the one in the cell may belong to the next attempt.
                _ => (CancellationToken::new(), true),
            }
        };
        // After the lock: cancelling a token wakes its waiters, and wakers are foreign code.
        if cancelled {
            token.cancel();
        }
        token
    }

    /// A wait for a dependency has the name of this task in place of that of the dependency: see `Shared::status`.
    #[inline]
    pub(crate) fn status(self: &Arc<Self>) -> TaskStatus {
        if self.own_limits().is_some() { self.limited_status() } else { self.plain_status() }
    }

    // Apart, because a status that is changed afterwards is copied.
    #[cold]
    fn limited_status(self: &Arc<Self>) -> TaskStatus {
        let mut status = self.plain_status();
        if let Phase::Waiting { on: WaitingOn::Rate { until } } = &mut status.phase {
            // The actor writes the time before the phase, so that a time that is read after the phase is that of this wait or of a later
            // one.
            *until = self.rare().and_then(RareState::expected_start).unwrap_or(*until);
        }
        status
    }

    fn plain_status(self: &Arc<Self>) -> TaskStatus {
        // Before the lock, because the schedule has its own.
        let schedule = self.rare().and_then(RareState::schedule);
        let schedule = schedule.map(|schedule| schedule.status(Instant::now()));
        // One lock for all other fields, so that they describe the same moment.
        let mut state = self.state.lock();
        let attempt = state.attempt;
        let (heartbeat_age, finishes) = match self.rare() {
            None => (None, false),
            Some(rare) => self.rare_status(rare, &state),
        };
        let (phase, next_attempt) = match state.phase {
            CellPhase::Waiting(on) => (Phase::Waiting { on: self.waiting_on(on, state.since) }, None),
            CellPhase::Running(_) => {
                // The clock is read only for an attempt that was interrupted.
                let overdue = match state.pending.request() {
                    Some(Request { deadline, kind: RequestKind::Interrupt(_), .. }) => {
                        deadline <= Instant::now()
                    }
                    _ => false,
                };
                (Phase::Running { attempt, overdue }, None)
            }
            CellPhase::Sleeping { until } => (Phase::Sleeping { attempt, until }, Some(until)),
            CellPhase::Paused { gave_up } => (Phase::Paused { gave_up }, None),
            CellPhase::Stuck => (Phase::Stuck { attempt }, None),
            CellPhase::Ended => (Phase::Ended(state.outcome().unwrap_or(Outcome::Aborted)), None),
        };
        TaskStatus {
            name: TaskName::of(Arc::clone(self) as _),
            id: self.id,
            slot: self.slot().cloned(),
            phase,
            since: state.since,
            attempt,
            failures: state.failures,
            total_failures: self.total_failures.load(Ordering::Relaxed),
            restarts: attempt.saturating_sub(1),
            last_error: state.attempts.share_failure(),
            next_attempt,
            ready_since: state.ready_since(),
            heartbeat_age,
            stopping: state.stop().is_some() || finishes,
            pausing: self.is_pausing(&state),
            rare: schedule.map(RareStatus::of_schedule),
        }
    }

    /// The age of the heartbeat, and whether the running attempt finishes for a shutdown.
    #[cold]
    fn rare_status(&self, rare: &RareState, state: &CellState) -> (Option<Duration>, bool) {
        let latest = self.heartbeat_base(state);
        (latest.map(|latest| Instant::now().saturating_duration_since(latest)), rare.is_finishing())
    }

    /// When the current phase began. The start of the attempt, if one is running.
    #[cfg(feature = "metrics")]
    pub(crate) fn phase_since(&self) -> Instant {
        self.state.lock().since
    }

    /// The pending request.
    pub(crate) fn pending_request(&self) -> Option<RequestKind> {
        self.state.lock().pending.request().map(|request| request.kind)
    }

    /// The cause of the stop request that `attempt` has received.
    pub(crate) fn stop_cause(&self, attempt: u64) -> Option<StopCause> {
        let state = self.state.lock();
        state.stop().filter(|_| state.runs(attempt)).map(|stop| stop.cause)
    }

    /// The cause of the interrupt of `attempt`.
    pub(crate) fn interrupt_cause(&self, attempt: u64) -> Option<InterruptCause> {
        let state = self.state.lock();
        match state.pending.request().map(|request| request.kind) {
            Some(RequestKind::Interrupt(cause)) if state.runs(attempt) => Some(cause),
            _ => None,
        }
    }

    /// The deadline by which `attempt` must return, if it has received a request.
    pub(crate) fn return_deadline(&self, attempt: u64) -> Option<Instant> {
        let state = self.state.lock();
        state.pending.request().filter(|_| state.runs(attempt)).map(|request| request.deadline)
    }

    /// Decides what follows `attempt` if it returns without an error.
    pub(crate) fn conclude(&self, attempt: u64, conclusion: Conclusion) {
        let mut state = self.state.lock();
        if state.runs(attempt) {
            state.phase = CellPhase::Running(PackedConclusion::new(conclusion));
        }
    }

    fn waiting_on(self: &Arc<Self>, waits_for: WaitsFor, since: Instant) -> WaitingOn {
        match waits_for {
            WaitsFor::Slot => WaitingOn::Slot,
            WaitsFor::Permit => WaitingOn::Permit { of: LimitScope::Supervisor },
            // Only a task with limits waits for its own permit: the other value is never used.
            WaitsFor::OwnPermit => WaitingOn::Permit {
                of: self.own_limits().map_or(LimitScope::Supervisor, AttemptLimits::scope),
            },
            WaitsFor::Rate => WaitingOn::Rate { until: since },
            WaitsFor::Dependency => WaitingOn::Dependency { name: TaskName::of(Arc::clone(self) as _) },
        }
    }
}

impl CellState {
    fn is_cancelled(&self, attempt: u64) -> bool {
        self.pending.is_request() || !self.runs(attempt)
    }

    pub(super) fn runs(&self, attempt: u64) -> bool {
        self.phase.is_running() && self.attempt == attempt
    }

    pub(super) fn outcome(&mut self) -> Option<Outcome> {
        match (self.phase, self.end) {
            (CellPhase::Stuck | CellPhase::Ended, Some(end)) => Some(end.outcome(&mut self.attempts)),
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

    fn holds_name(&self) -> bool {
        self.label.holds_name()
    }

    fn slot(&self) -> Option<&Arc<str>> {
        self.slot()
    }

    fn base_name(&self) -> &str {
        self.base_name()
    }

    fn instance(&self) -> Option<usize> {
        self.instance().map(|instance| instance.index)
    }

    #[cfg(feature = "tracing")]
    fn is_critical(&self) -> bool {
        self.rare().is_some_and(|rare| rare.options().is_critical())
    }
}

impl Named for TaskCell {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_submission(&self) -> bool {
        !self.holds_name()
    }
}

impl PartialEq for TaskCell {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
