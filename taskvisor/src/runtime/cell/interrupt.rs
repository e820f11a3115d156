//! Attempt interrupts: the running attempt ends, or the wait for the next one, and the task goes on.
//!
//! A stop request and an interrupt share one field of the cell (`pending.rs`), because a stop request replaces an interrupt:
//!
//! | pending | a stop request arrives | an interrupt arrives |
//! |---|---|---|
//! | nothing | it is pending | it is pending |
//! | an interrupt | the stop request is pending | the first cause and the earlier deadline stay |
//! | the expiry of a submission that has not started | the stop request is pending | nothing changes |
//! | a stop request | the earlier deadline stays | refused |
//!
//! The actor removes an interrupt: `end_attempt` for the attempt that it ended, `begin_poll` if it arrived between two
//! attempts. A stop request stays.

use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::flags::Flag;
use super::signals::Signal;
use super::{CellPhase, CellState, PendingStop, Request, RequestKind, TaskCell};
use crate::sync::wakers::WakeList;
use crate::task::InterruptCause;

/// Why a task cannot be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InterruptError {
    Stopping,
    Paused,
    Ended,
}

impl TaskCell {
    /// Interrupts the running attempt, or the wait for the next one. The attempt has `grace` to return, or the `stop_timeout` of
    /// the task if that is shorter.
    pub(crate) fn interrupt(
        &self,
        cause: InterruptCause,
        at: Instant,
        grace: Duration,
    ) -> Result<(), InterruptError> {
        let interrupted = {
            let mut state = self.state.lock();
            match cause {
                InterruptCause::Restart | InterruptCause::Pause => self.check_operable(&state)?,
                _ if state.end.is_some() => return Err(InterruptError::Ended),
                _ => {}
            }
            // A paused task waits for a resume, and one that is to be paused will. A restart replaces neither.
            let pauses = || self.flags.has(Flag::Paused) || state.signals.has(Signal::PausesAfterAttempt);
            if cause == InterruptCause::Restart && pauses() {
                return Err(InterruptError::Paused);
            }
            // The submission waits for its first attempt, which an interrupt does not delay. The request would replace the expiry,
            // because both are in one field.
            if state.pending.expiry().is_some() {
                return Ok(());
            }
            let kind = RequestKind::Interrupt(cause);
            // Under the lock under which attempts begin: the `stop_timeout` is that of the running attempt.
            let interrupt = Request::new(at, grace, self.stop_timeout.get(), kind);
            self.set_interrupt(&mut state, interrupt)?
        };
        interrupted.announce();
        Ok(())
    }

    /// Fails if no operator can control the task any more: it has ended, or is stopping.
    pub(super) fn check_operable(&self, state: &CellState) -> Result<(), InterruptError> {
        // A decided end is final, although waiters may not see it yet.
        if state.end.is_some() {
            return Err(InterruptError::Ended);
        }
        if state.stop().is_some() || self.finishes() { Err(InterruptError::Stopping) } else { Ok(()) }
    }

    /// Stores an interrupt, which ends the readiness. Called under the lock. Returns what the caller signals after it has released
    /// the lock.
    pub(super) fn set_interrupt(
        &self,
        state: &mut CellState,
        interrupt: Request,
    ) -> Result<Interrupted, InterruptError> {
        let is_lost = state.ready_since().is_some();
        if is_lost {
            self.remember_heartbeat();
        }
        match state.pending.request() {
            Some(Request { kind: RequestKind::Stop { .. }, .. }) => return Err(InterruptError::Stopping),
            Some(pending) => {
                let deadline = pending.deadline.min(interrupt.deadline);
                state.pending.set_request(Request { deadline, ..pending });
            }
            // It ends the readiness.
            None => state.pending.set_request(interrupt),
        }
        self.update_membership(state);
        let is_running = state.phase.is_running();
        let Some(live) = state.links.live() else { return Err(InterruptError::Ended) };
        // The token is cloned, not taken: the attempt may request the same token again. Waiters for the outcome stay: an
        // interrupt does not change what they wait for. The waiters for a loss are in the list of all waiters.
        let token = if is_running { live.token.clone() } else { None };
        let waiters = if is_lost && self.takes_loss_waiters() {
            Some(live.waiters.take())
        } else {
            live.waiters.take_attempt_waiters()
        };
        Ok(Interrupted { token, actor: live.actor.take(), waiters })
    }
}

/// What an interrupt cancels and wakes after the lock is released.
#[derive(Default)]
pub(super) struct Interrupted {
    pub(super) token: Option<CancellationToken>,
    pub(super) actor: Option<Waker>,
    pub(super) waiters: Option<WakeList>,
}

impl Interrupted {
    /// Cancels the token, and wakes the actor and the waiters.
    pub(super) fn announce(self) {
        let Self { token, actor, waiters } = self;
        if let Some(token) = token {
            token.cancel();
        }
        if let Some(actor) = actor {
            actor.wake();
        }
        if let Some(waiters) = waiters {
            waiters.wake();
        }
    }
}

impl CellState {
    pub(super) fn stop(&self) -> Option<PendingStop> {
        self.pending.stop()
    }

    pub(super) fn is_restarted(&self) -> bool {
        let kind = self.pending.request().map(|request| request.kind);
        kind == Some(RequestKind::Interrupt(InterruptCause::Restart))
    }

    /// Removes a pending interrupt.
    pub(super) fn take_interrupt(&mut self) -> Option<InterruptCause> {
        let Some(Request { kind: RequestKind::Interrupt(cause), .. }) = self.pending.request() else {
            return None;
        };
        self.pending.clear();
        Some(cause)
    }

    /// Removes an interrupt that arrived between two attempts, where it ends the wait.
    pub(super) fn take_interrupted_wait(&mut self) -> Option<InterruptCause> {
        if matches!(self.phase, CellPhase::Running(_) | CellPhase::Stuck) {
            return None;
        }
        let cause = self.take_interrupt()?;
        match cause {
            InterruptCause::Restart => self.failures = 0,
            InterruptCause::Dependency
            | InterruptCause::Pause
            | InterruptCause::Timeout
            | InterruptCause::Stalled => {}
        }
        Some(cause)
    }
}
