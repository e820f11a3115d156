//! The end of a task. Its actor decides it and publishes it. If the actor is stuck inside a poll, an observer forces it: a
//! waiter for the outcome, the driver of the shutdown, or the watchdog.

use tokio::time::Instant;

use super::{CellPhase, StopKind, TaskCell, TaskEnd};

impl TaskCell {
    /// Ends the task on behalf of its actor, if the actor has been inside one poll past the deadline of a stop. Returns
    /// whether this call ended it.
    ///
    /// One call never suffices: a second call must find the actor in the same poll [`STUCK_CONFIRMATION`] later. On an
    /// overloaded machine, a poll that is observed once may simply not have received CPU time.
    ///
    /// [`STUCK_CONFIRMATION`]: super::STUCK_CONFIRMATION
    pub(crate) fn force_end(&self, now: Instant) -> bool {
        let waiters = {
            let mut state = self.state.lock();
            // An actor outside a poll handles its stop itself, and its own end has priority.
            if state.end.is_some() || !state.polling {
                return false;
            }
            let Some(stop) = state.stop.as_mut().filter(|stop| stop.deadline <= now) else { return false };
            if !stop.confirm_overdue(now) {
                return false;
            }
            let kind = stop.kind;
            state.end = Some(match kind {
                StopKind::Stop => TaskEnd::Aborted,
                // The task never owned its slot, so that there is no attempt to abort.
                StopKind::Reject(rejection) => TaskEnd::Rejected(rejection),
            });
            state.phase = CellPhase::Stuck;
            // The actor's waker and the token stay: the actor is still inside its poll, and `finish` follows when it
            // returns.
            state.waiters.take()
        };
        waiters.wake();
        true
    }

    /// Decides the end unless it is decided already, and returns the decided end. Waiters see it only after `finish`.
    // Two steps, because events and counters report the end before the name is free, and waiters wake after it is.
    pub(crate) fn decide_end(&self, end: TaskEnd) -> TaskEnd {
        *self.state.lock().end.get_or_insert(end)
    }

    /// Makes the end visible and wakes all waiters. Returns whether there was one. The last change of a cell.
    pub(crate) fn finish(&self, now: Instant) -> bool {
        let (token, _actor, waiters) = {
            let mut state = self.state.lock();
            // Already set by `decide_end`. The fallback keeps the invariant that a cell in the phase `Ended` has an end.
            state.end.get_or_insert(TaskEnd::Aborted);
            state.phase = CellPhase::Ended;
            state.since = now;
            state.polling = false;
            (state.token.take(), state.actor.take(), state.waiters.take())
        };
        if let Some(token) = token {
            token.cancel();
        }
        let woke = !waiters.is_empty();
        waiters.wake();
        woke
    }
}
