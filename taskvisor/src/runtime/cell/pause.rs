//! Pauses: no attempt begins until the task is resumed.
//!
//! An operator pauses a task, or its actor does when it gives up. The flag `Paused` is checked under the lock under which attempts
//! begin, so that none begins after a pause. An operator's pause also interrupts the running attempt, or the wait for the next one,
//! under the same lock. The task keeps its name, its slot, and the count of its failures, and is not ready.

use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use super::flags::Flag;
use super::interrupt::Interrupted;
use super::signals::Signal;
use super::{CellPhase, InterruptError, PendingStop, Request, RequestKind, TaskCell, Wait, WaitsFor};
use crate::sync::Ordering;
use crate::task::InterruptCause;

impl TaskCell {
    /// Pauses the task. A running attempt has `grace` to return, or the `stop_timeout` of the task if that is shorter. Returns
    /// `false` if the task is paused already.
    pub(crate) fn pause(&self, at: Instant, grace: Duration) -> Result<bool, InterruptError> {
        let interrupt =
            Request::new(at, grace, self.stop_timeout, RequestKind::Interrupt(InterruptCause::Pause));
        let interrupted = {
            let mut state = self.state.lock();
            self.check_operable(&state)?;
            if self.flags.set(Flag::Paused) {
                return Ok(false);
            }
            if state.pending.expiry().is_some() {
                // The submission has not started. An interrupt would replace its expiry, because both are in one field.
                let actor: Option<Waker> = state.links.live().and_then(|live| live.actor.take());
                Interrupted { actor, ..Interrupted::default() }
            } else {
                self.set_interrupt(&mut state, interrupt)?
            }
        };
        interrupted.announce();
        Ok(true)
    }

    /// Resumes the task. Returns `false` if it is not paused.
    pub(crate) fn resume(&self, now: Instant) -> Result<bool, InterruptError> {
        let actor = {
            let mut state = self.state.lock();
            self.check_operable(&state)?;
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
