//! The triggers that end a wait for the next attempt, and the waits of a task with a schedule.

use std::task::Waker;

use tokio::time::Instant;

use super::signals::Signal;
use super::{CellPhase, InterruptError, PendingStop, TaskCell, WaitsFor};

impl TaskCell {
    /// Ends the wait for the next attempt, if the task waits for one. Returns whether it does.
    pub(crate) fn trigger(&self) -> Result<bool, InterruptError> {
        let actor: Option<Waker> = {
            let mut state = self.state.lock();
            self.check_operable(&state)?;
            if self.is_paused_between_attempts(&state) {
                return Err(InterruptError::Paused);
            }
            let waits = match state.phase {
                // Without a delay, the next poll of the actor begins the attempt, and there is no wait to end.
                CellPhase::Sleeping { until } => until > state.since,
                // A task with a schedule that was added or resumed waits for a poll of its actor, which may find that it waits for a
                // tick.
                CellPhase::Waiting(WaitsFor::Slot) => {
                    self.rare().is_some_and(|rare| rare.schedule().is_some())
                }
                _ => false,
            };
            if !waits {
                return Ok(false);
            }
            // Under the lock that checks the phase. If the actor is inside a poll, it finds the signal in
            // this poll, or `end_poll` does.
            state.signals.set(Signal::Triggered);
            state.links.live().and_then(|live| live.actor.take())
        };
        if let Some(actor) = actor {
            actor.wake();
        }
        Ok(true)
    }

    /// Removes a trigger. Returns whether there was one. Each step of the actor that ends a sleep removes it, so that a signal never
    /// outlives the wait that it is for.
    pub(crate) fn take_trigger(&self) -> bool {
        self.state.lock().signals.take(Signal::Triggered)
    }

    /// Enters the phase `Sleeping` until the next tick, unless a stop was requested. The counts of failures and the readiness do not
    /// change.
    pub(crate) fn begin_tick_wait(&self, now: Instant, until: Instant) -> Result<(), PendingStop> {
        let mut state = self.state.lock();
        // Checked under the lock that sets the phase: no task enters a wait after its stop was requested.
        if let Some(stop) = self.stop_or_finish(&mut state, now) {
            return Err(stop);
        }
        if !matches!(state.phase, CellPhase::Sleeping { .. }) {
            state.since = now;
        }
        state.phase = CellPhase::Sleeping { until };
        Ok(())
    }

    /// Ends a sleep at `until`, if that is earlier. Returns whether it is.
    pub(crate) fn shorten_sleep(&self, until: Instant) -> bool {
        let mut state = self.state.lock();
        match &mut state.phase {
            CellPhase::Sleeping { until: end } if until < *end => {
                *end = until;
                true
            }
            _ => false,
        }
    }

    /// Wakes the actor, so that it reads the wall clock again.
    #[cfg(feature = "schedule")]
    pub(crate) fn wake_actor(&self) {
        // Cloned, not taken: the registered waker stays valid if this wake-up is for nothing.
        let actor = self.state.lock().links.live().and_then(|live| live.actor.clone());
        if let Some(actor) = actor {
            actor.wake();
        }
    }
}
