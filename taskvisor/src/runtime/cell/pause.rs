//! Pauses: no attempt begins until the task is resumed.
//!
//! An operator pauses a task, or its actor does when it gives up. The flag `Paused` is checked under the lock under which attempts
//! begin, so that none begins after a pause. An operator's pause also interrupts the running attempt, or the wait for the next one,
//! under the same lock. The task keeps its name, its slot, and the count of its failures, and is not ready.
//!
//! A pause after the attempt is a signal while the attempt runs. The step after the attempt turns it into the flag, under the lock that
//! begins the sleep: a resume before that takes it back, and a pause before that replaces it.

use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use super::flags::Flag;
use super::interrupt::Interrupted;
use super::signals::Signal;
use super::{
    CellPhase, CellState, InterruptError, PendingStop, Request, RequestKind, TaskCell, Wait, WaitsFor,
};
use crate::sync::Ordering;
use crate::task::InterruptCause;

impl TaskCell {
    /// Pauses the task. A running attempt has `grace` to return, or the `stop_timeout` of the task if that is shorter. Returns
    /// `false` if the task is paused already.
    pub(crate) fn pause(&self, at: Instant, grace: Duration) -> Result<bool, InterruptError> {
        let interrupted = {
            let mut state = self.state.lock();
            self.check_operable(&state)?;
            self.set_paused(&mut state, at, grace)?
        };
        Ok(announce(interrupted))
    }

    /// Pauses the task after its running attempt, or at once if none is running. Returns `false` if the task is paused already, or a
    /// pause after the attempt was requested before.
    pub(crate) fn pause_after_attempt(&self, at: Instant, grace: Duration) -> Result<bool, InterruptError> {
        let interrupted = {
            let mut state = self.state.lock();
            self.check_operable(&state)?;
            // The flag may be set while an attempt runs, which a pause has interrupted.
            if state.phase.is_running() && !self.flags.has(Flag::Paused) {
                return Ok(!state.signals.set(Signal::PausesAfterAttempt));
            }
            self.set_paused(&mut state, at, grace)?
        };
        Ok(announce(interrupted))
    }

    /// Sets the flag `Paused`, and interrupts the attempt or the wait. Called under the lock. `None` if the task is paused already.
    fn set_paused(
        &self,
        state: &mut CellState,
        at: Instant,
        grace: Duration,
    ) -> Result<Option<Interrupted>, InterruptError> {
        if self.flags.set(Flag::Paused) {
            return Ok(None);
        }
        state.signals.take(Signal::PausesAfterAttempt);
        if state.pending.expiry().is_some() {
            // The submission has not started. An interrupt would replace its expiry, because both are in one field.
            let actor: Option<Waker> = state.links.live().and_then(|live| live.actor.take());
            return Ok(Some(Interrupted { actor, ..Interrupted::default() }));
        }
        let kind = RequestKind::Interrupt(InterruptCause::Pause);
        self.set_interrupt(state, Request::new(at, grace, self.stop_timeout.get(), kind)).map(Some)
    }

    /// Pauses a task whose attempt has ended. Called under the lock. The interrupt ends its readiness, and its wait.
    #[cold]
    pub(super) fn pause_between_attempts(&self, state: &mut CellState, now: Instant) -> Interrupted {
        // An error means that a stop was requested or the task has ended: neither is possible under this lock.
        self.set_paused(state, now, Duration::ZERO).ok().flatten().unwrap_or_default()
    }

    /// Whether a pause was requested and has not taken effect.
    pub(super) fn is_pausing(&self, state: &CellState) -> bool {
        let is_live = !matches!(state.phase, CellPhase::Paused { .. } | CellPhase::Stuck | CellPhase::Ended);
        is_live && (self.flags.has(Flag::Paused) || state.signals.has(Signal::PausesAfterAttempt))
    }

    /// Whether no attempt follows before a resume. Read between two attempts, or while one runs that a pause has interrupted.
    pub(super) fn is_paused_between_attempts(&self, state: &CellState) -> bool {
        // The signal outlives the attempt until the actor has decided what follows, in the same poll.
        let is_about_to = state.signals.has(Signal::PausesAfterAttempt) && !state.phase.is_running();
        self.flags.has(Flag::Paused) || is_about_to
    }

    /// Resumes the task, or takes a pause after its attempt back. Returns `false` if it is not paused and is not to be paused.
    pub(crate) fn resume(&self, now: Instant) -> Result<bool, InterruptError> {
        let actor = {
            let mut state = self.state.lock();
            self.check_operable(&state)?;
            if state.signals.take(Signal::PausesAfterAttempt) {
                // Never together with the flag, and the actor has not seen it.
                return Ok(true);
            }
            if !self.flags.has(Flag::Paused) {
                return Ok(false);
            }
            self.flags.clear(Flag::Paused);
            self.update_membership(&mut state);
            if let CellPhase::Paused { gave_up } = state.phase {
                (state.phase, state.since) = (CellPhase::Waiting(WaitsFor::Slot), now);
                if gave_up {
                    // The actor forgot the failures when the task gave up. The status has shown them until now.
                    state.failures = 0;
                }
            }
            // Taken, not cloned: `end_poll` of the next poll registers it again. Inside of a poll, `end_poll` sees the change.
            state.links.live().and_then(|live| live.actor.take())
        };
        if let Some(actor) = actor {
            actor.wake();
        }
        Ok(true)
    }

    /// Enters the phase `Paused` at the first gate, unless the task is in it already, because it gave up.
    pub(crate) fn begin_pause(&self, now: Instant) -> Wait {
        let mut state = self.state.lock();
        // The run that it has started waits at its gates already.
        state.signals.take(Signal::Triggered);
        // A task whose end was forced stays `Stuck` until its actor returns, and one that was resumed meanwhile is not paused.
        let begins = state.end.is_none()
            && self.flags.has(Flag::Paused)
            && !matches!(state.phase, CellPhase::Paused { .. });
        if begins {
            (state.phase, state.since) = (CellPhase::Paused { gave_up: false }, now);
        }
        Wait { since: state.since, sets_timer: begins, expiry: state.pending.expiry() }
    }

    /// Pauses a task that has given up, unless a stop was requested or the task was restarted meanwhile. Sets `failures`, the
    /// numbers of consecutive and of all failures, in every case.
    pub(crate) fn pause_after_give_up(&self, now: Instant, failures: (u32, u32)) -> Result<(), PendingStop> {
        let waiters = {
            let mut state = self.state.lock();
            state.failures = failures.0;
            self.total_failures.store(failures.1, Ordering::Relaxed);
            state.signals.take(Signal::PausesAfterAttempt);
            // Checked under the lock that sets the phase, as for a sleep.
            if let Some(stop) = self.stop_or_finish(&mut state, now) {
                return Err(stop);
            }
            // The task was restarted since its attempt ended, and starts anew: the next poll of the actor finds the interrupt.
            if state.is_restarted() {
                return Ok(());
            }
            self.flags.set(Flag::Paused);
            (state.phase, state.since) = (CellPhase::Paused { gave_up: true }, now);
            // Wakes the callers that wait for the start of the supervisor: they return that the task gave up.
            self.take_readiness_waiters(&mut state)
        };
        if let Some(waiters) = waiters {
            waiters.wake();
        }
        Ok(())
    }
}

/// Signals a pause after the lock is released. Returns whether there is one.
fn announce(interrupted: Option<Interrupted>) -> bool {
    let pauses = interrupted.is_some();
    if let Some(interrupted) = interrupted {
        interrupted.announce();
    }
    pauses
}
