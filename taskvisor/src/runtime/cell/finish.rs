//! How a task ends: its actor settles it and shows it, or somebody forces it because the actor cannot.

use tokio::time::Instant;

use super::{AskKind, End, Stage, TaskCell};

impl TaskCell {
    /// Ends the task in its actor's place, if the actor is inside a poll past the deadline of a stop. It has to be called
    /// again: a poll that is seen only once may be one that the machine gave no time to.
    pub(crate) fn force(&self, now: Instant) -> bool {
        let waiters = {
            let mut state = self.state.lock();
            if state.end.is_some() || !state.polling {
                return false;
            }
            let Some(ask) = state.asked.as_mut().filter(|ask| ask.deadline <= now) else { return false };
            if !ask.is_seen_again(now) {
                return false;
            }
            let kind = ask.kind;
            state.end = Some(match kind {
                AskKind::Stop => End::Aborted,
                // It never had its turn: there is no attempt to abort.
                AskKind::Reject(rejection) => End::Rejected(rejection),
            });
            state.stage = Stage::Stuck;
            state.waiters.take()
        };
        waiters.wake();
        true
    }

    /// Decides the end, if nobody did, and says which it is. Nobody sees it before `end`.
    pub(crate) fn settle(&self, end: End) -> End {
        *self.state.lock().end.get_or_insert(end)
    }

    /// Shows the end to everybody. The last thing that happens to a task.
    pub(crate) fn end(&self, now: Instant) {
        let (token, _actor, waiters) = {
            let mut state = self.state.lock();
            state.end.get_or_insert(End::Aborted);
            state.stage = Stage::Ended;
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
