//! How a task ends: its actor settles it and shows it, or somebody forces it because the actor cannot.

use tokio::time::Instant;

use super::{CellPhase, StopKind, TaskCell, TaskEnd};

impl TaskCell {
    /// Ends the task in its actor's place, if the actor is inside a poll past the deadline of a stop. It has to be called
    /// again: a poll that is seen only once may be one that the machine gave no time to.
    pub(crate) fn force_end(&self, now: Instant) -> bool {
        let waiters = {
            let mut state = self.state.lock();
            if state.end.is_some() || !state.polling {
                return false;
            }
            let Some(stop) = state.stop.as_mut().filter(|stop| stop.deadline <= now) else { return false };
            if !stop.is_overdue_again(now) {
                return false;
            }
            let kind = stop.kind;
            state.end = Some(match kind {
                StopKind::Stop => TaskEnd::Aborted,
                // It never had its turn: there is no attempt to abort.
                StopKind::Reject(rejection) => TaskEnd::Rejected(rejection),
            });
            state.phase = CellPhase::Stuck;
            state.waiters.take()
        };
        waiters.wake();
        true
    }

    /// Decides the end, if nobody did, and says which it is. Nobody sees it before `end`.
    pub(crate) fn decide_end(&self, end: TaskEnd) -> TaskEnd {
        *self.state.lock().end.get_or_insert(end)
    }

    /// Shows the end to everybody. The last thing that happens to a task.
    pub(crate) fn finish(&self, now: Instant) {
        let (token, _actor, waiters) = {
            let mut state = self.state.lock();
            state.end.get_or_insert(TaskEnd::Aborted);
            state.phase = CellPhase::Ended;
            state.since = now;
            state.polling = false;
            (state.token.take(), state.actor.take(), state.waiters.take())
        };
        if let Some(token) = token {
            token.cancel();
        }
        waiters.wake();
    }
}
