//! The state of one task: what it does and what was asked of it, behind one small lock. It changes only in this file and
//! in `ended`; `seen` reads it.
//!
//! Invariants, each shown by a model in `models/cell.rs`, `models/force.rs` or `models/waiters.rs`:
//! 1. The end is first-writer-wins: the actor settles it, or a waiter forces it, never both.
//! 2. A waiter registers under the lock that checks, so no end is missed.
//! 3. What the actor did not see when it was polled, an ask or its turn, has it polled again.
//! 4. An end is forced only past the deadline of a stop, and inside a poll that was seen twice, a margin apart.
//!
//! Wakers and tokens are taken out under the lock and used after it; so are users' errors dropped.

use std::borrow::Cow;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::error::{BoxError, ErrorSlot, FailureKind, LastFailure};
use crate::policy::StopTimeout;
use crate::sync::Mutex;
use crate::sync::panics::discard;
use crate::sync::wakers::Wakers;
use crate::task::{TaskId, WaitingOn};

mod stop_request;
mod finish;
mod queries;

pub(crate) use queries::OutcomePoll;
pub(crate) use stop_request::{
    PendingStop, RegistryKey, STUCK_CONFIRMATION, StopKind, StopRequest, TaskEnd, saturating_deadline,
};

#[derive(Debug)]
pub(crate) struct TaskCell {
    id: TaskId,
    name: Cow<'static, str>,
    // A `Key` taken apart: it has no room left for the `stop_timeout`, these three have.
    slot: Option<Arc<str>>,
    holds_name: bool,
    stop_timeout: Option<StopTimeout>,
    /// By what it is found in its registry.
    hash: u64,
    state: Mutex<CellState>,
}

#[derive(Debug)]
struct CellState {
    phase: CellPhase,
    since: Instant,
    attempt: u64,
    failures: u32,
    /// What was asked of the task, beside what it does.
    stop: Option<PendingStop>,
    /// Whether its slot is its own. A task without one never waits for it.
    owns_slot: bool,
    /// Whether the actor has to report that it still waits for its slot.
    report_delay: bool,
    /// Whether the actor is inside a poll, where user code may block.
    polling: bool,
    /// Decided, once; seen by waiters only when `phase` says `Stuck` or `Ended`.
    end: Option<TaskEnd>,
    last: LastFailure,
    actor: Option<Waker>,
    /// Those who wait for the end, and, as brief ones, those who wait for a stop or the end of the attempt.
    waiters: Wakers,
    token: Option<CancellationToken>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellPhase {
    Waiting(WaitingOn),
    Running,
    Sleeping { until: Instant },
    Stuck,
    Ended,
}

/// How an attempt left the cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FinishedAttempt {
    pub(crate) stop: Option<PendingStop>,
    pub(crate) attempt: u64,
    pub(crate) ran: Duration,
    /// Whether an older failure was dropped, which may have taken any time: its error is a user's.
    pub(crate) dropped: bool,
}

/// What an actor finds when it is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PollView {
    pub(crate) stop: Option<PendingStop>,
    /// Whether its slot is its own, if it has one.
    pub(crate) owns_slot: bool,
}

impl TaskCell {
    pub(crate) fn new(
        id: TaskId,
        name: Cow<'static, str>,
        key: RegistryKey,
        hash: u64,
        now: Instant,
    ) -> Self {
        let state = CellState {
            phase: CellPhase::Waiting(WaitingOn::Slot),
            since: now,
            attempt: 0,
            failures: 0,
            stop: None,
            owns_slot: !matches!(key, RegistryKey::Slot(_)),
            report_delay: false,
            polling: false,
            end: None,
            last: LastFailure::default(),
            actor: None,
            waiters: Wakers::default(),
            token: None,
        };
        let (slot, holds_name) = match key {
            RegistryKey::Name => (None, true),
            RegistryKey::Slot(slot) => (Some(slot), false),
            RegistryKey::Free => (None, false),
        };
        Self { id, name, slot, holds_name, stop_timeout: None, hash, state: Mutex::new(state) }
    }

    /// Gives the task less time after a stop request than whoever sends it.
    pub(crate) fn with_stop_timeout(mut self, stop_timeout: Option<StopTimeout>) -> Self {
        self.stop_timeout = stop_timeout;
        self
    }

    pub(crate) fn into_name(self) -> Cow<'static, str> {
        self.name
    }

    /// Asks the task to stop. Says whether this was the first to ask; a later one can only bring the deadline forward.
    pub(crate) fn request_stop(&self, request: StopRequest) -> bool {
        self.request_stop_if(request, |_| true)
    }

    /// Requests a stop, but neither of an attempt that runs nor of a task that has had none yet. Decided under the lock
    /// under which attempts begin: one that began first goes on, one that did not never begins.
    pub(crate) fn request_stop_between_attempts(&self, request: StopRequest) -> bool {
        self.request_stop_if(request, |state| state.attempt > 0 && state.phase != CellPhase::Running)
    }

    fn request_stop_if(&self, request: StopRequest, applies: impl FnOnce(&CellState) -> bool) -> bool {
        let stop = request.limited_to(self.stop_timeout);
        let (first, token, actor, waiters) = {
            let mut state = self.state.lock();
            if state.end.is_some() || !applies(&state) {
                return false;
            }
            let first = match &mut state.stop {
                Some(pending) if pending.deadline <= stop.deadline => return false,
                Some(pending) => {
                    pending.deadline = stop.deadline;
                    pending.enforcer = stop.cause;
                    pending.first_overdue_ms = 0;
                    false
                }
                None => {
                    state.stop = Some(stop);
                    true
                }
            };
            (first, state.token.clone(), state.actor.take(), state.waiters.take())
        };
        if let Some(token) = token {
            token.cancel();
        }
        if let Some(actor) = actor {
            actor.wake();
        }
        waiters.wake();
        first
    }

    /// The actor is polled: what was asked of it, and may it run?
    pub(crate) fn begin_poll(&self) -> PollView {
        self.state.lock().begin_poll()
    }

    /// The actor is polled, and begins its next attempt if it may.
    pub(crate) fn begin_poll_and_attempt(&self, now: Instant) -> (PollView, Option<u64>) {
        let mut state = self.state.lock();
        let polled = state.begin_poll();
        let may = polled.owns_slot && polled.stop.is_none();
        (polled, may.then(|| state.begin_attempt(now)))
    }

    /// The actor, which found `seen`, leaves its poll to wait. Only now it leaves its waker: most tasks never wait. Says
    /// whether its end was forced: then there is nothing to wait for.
    pub(crate) fn end_poll(&self, seen: PollView, waker: &Waker) -> bool {
        let (missed, stuck, _replaced) = {
            let mut state = self.state.lock();
            state.polling = false;
            let known = state.actor.as_ref().is_some_and(|held| held.will_wake(waker));
            let replaced = if known { None } else { state.actor.replace(waker.clone()) };
            (state.polled() != seen || state.report_delay, state.phase == CellPhase::Stuck, replaced)
        };
        if missed {
            waker.wake_by_ref();
        }
        stuck
    }

    /// The slot is its own now. If it has ended meanwhile, its registration passes the slot on.
    pub(crate) fn grant_slot(&self) {
        let actor = {
            let mut state = self.state.lock();
            state.owns_slot = true;
            // The wait is over. Left set, it would have the actor polled for ever: nothing takes it any more.
            state.report_delay = false;
            state.actor.take()
        };
        if let Some(actor) = actor {
            actor.wake();
        }
    }

    /// Has the actor publish that it still waits for its slot, unless it does not wait any more.
    #[cfg(feature = "controller")]
    pub(crate) fn report_delay(&self) {
        let actor = {
            let mut state = self.state.lock();
            if state.owns_slot || state.stop.is_some() {
                return;
            }
            state.report_delay = true;
            state.actor.take()
        };
        if let Some(actor) = actor {
            actor.wake();
        }
    }

    /// Whether a report of the wait for the slot is due, and since when the task waits.
    pub(crate) fn take_delay(&self) -> Option<Instant> {
        let mut state = self.state.lock();
        std::mem::take(&mut state.report_delay).then_some(state.since)
    }

    pub(crate) fn stop_requested(&self) -> bool {
        self.state.lock().stop.is_some()
    }

    /// Waits on something before an attempt. One that was given up meanwhile stays stuck. Says since when it waits, and
    /// whether the wait begins with this call.
    pub(crate) fn begin_wait(&self, on: WaitingOn, now: Instant) -> (Instant, bool) {
        let mut state = self.state.lock();
        let begins = state.end.is_none() && state.phase != CellPhase::Waiting(on);
        if begins {
            state.phase = CellPhase::Waiting(on);
            state.since = now;
        }
        (state.since, begins)
    }

    /// Begins the next attempt, unless a stop was asked.
    pub(crate) fn begin_attempt(&self, now: Instant) -> Result<u64, PendingStop> {
        let mut state = self.state.lock();
        if let Some(stop) = state.stop {
            return Err(stop);
        }
        Ok(state.begin_attempt(now))
    }

    /// The attempt is over and its future dropped: its token is cancelled, its failure kept.
    pub(crate) fn finish_attempt(
        &self,
        now: Instant,
        caught: Option<(FailureKind, BoxError)>,
    ) -> FinishedAttempt {
        let (after, token, listeners, previous) = {
            let mut state = self.state.lock();
            // One that was given up stays stuck until it is gone.
            if state.end.is_none() {
                state.phase = CellPhase::Waiting(WaitingOn::Slot);
            }
            let attempt = state.attempt;
            let previous = caught.map(|(kind, error)| state.last.replace(kind, attempt, error));
            let ran = now.saturating_duration_since(state.since);
            let dropped = matches!(previous, Some(ErrorSlot::Caught(..) | ErrorSlot::Shared(..)));
            let after = FinishedAttempt { stop: state.stop, attempt, ran, dropped };
            state.since = now;
            (after, state.token.take(), state.waiters.take_attempt_waiters(), previous)
        };
        if let Some(token) = token {
            token.cancel();
        }
        if let Some(listeners) = listeners {
            listeners.wake();
        }
        discard(previous);
        after
    }

    /// How many attempts failed in a row by now.
    pub(crate) fn count_failures(&self, failures: u32) {
        self.state.lock().failures = failures;
    }

    /// Sleeps until the next attempt, unless a stop was asked; counts the failures in a row in either case.
    pub(crate) fn begin_sleep(&self, now: Instant, until: Instant, failures: u32) -> Result<(), PendingStop> {
        let mut state = self.state.lock();
        state.failures = failures;
        if let Some(stop) = state.stop {
            return Err(stop);
        }
        state.phase = CellPhase::Sleeping { until };
        state.since = now;
        Ok(())
    }
}

impl CellState {
    fn begin_poll(&mut self) -> PollView {
        self.polling = true;
        if let Some(pending) = &mut self.stop {
            pending.first_overdue_ms = 0;
        }
        self.polled()
    }

    fn begin_attempt(&mut self, now: Instant) -> u64 {
        self.attempt += 1;
        self.phase = CellPhase::Running;
        self.since = now;
        self.attempt
    }
}
