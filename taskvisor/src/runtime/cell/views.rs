//! What the cell returns to the actor: copies of its state, taken under the lock.

use std::time::Duration;

use super::PendingStop;

/// What `finish_attempt` returns to the actor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FinishedAttempt {
    pub(crate) stop: Option<PendingStop>,
    pub(crate) attempt: u64,
    pub(crate) ran: Duration,
    /// Whether an older error was dropped. Its destructor is user code of any duration, so that the clock must be read
    /// again.
    pub(crate) dropped: bool,
}

/// The state that one poll of the actor is based on.
// `end_poll` compares it with the state at the end of the poll; a difference triggers another poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PollView {
    pub(crate) stop: Option<PendingStop>,
}
