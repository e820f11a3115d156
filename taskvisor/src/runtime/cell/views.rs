//! What the cell returns to the actor: copies of its state, taken under the lock.

use std::time::Duration;

use tokio::time::Instant;

use super::conclusion::PackedConclusion;
use super::{PendingStop, Request};
use crate::event::EventName;
use crate::task::InterruptCause;

/// What `end_attempt` returns to the actor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FinishedAttempt {
    pub(crate) stop: Option<PendingStop>,
    /// The interrupt that ended the attempt. The cell has removed it.
    pub(crate) interrupt: Option<InterruptCause>,
    pub(crate) attempt: u64,
    /// What the body has requested to follow the attempt. Packed, because it is copied for every attempt.
    pub(super) conclusion: PackedConclusion,
    pub(crate) ran: Duration,
    /// Whether an older error was dropped. Its destructor is user code of any duration, so that the clock must be read
    /// again.
    pub(crate) dropped: bool,
}

impl FinishedAttempt {
    /// Whether `event` is the event of the attempt: no interrupt has ended it, and its body has requested nothing to follow it.
    #[inline]
    pub(crate) fn is_plain(&self, event: EventName) -> bool {
        // A stop request may have replaced the interrupt since the attempt was classified.
        self.interrupt.is_none()
            && self.conclusion == PackedConclusion::BY_POLICY
            && event != EventName::Interrupted
    }
}

/// The state that one poll of the actor is based on.
// `end_poll` compares the request with the one at the end of the poll; a difference triggers another poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PollView {
    pub(crate) request: Option<Request>,
    /// An interrupt that arrived between two attempts. The cell has removed it.
    pub(crate) interrupted_wait: Option<InterruptCause>,
    /// Whether the task is paused.
    pub(crate) paused: bool,
}

/// Why an attempt has not begun.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NotBegun {
    Stopped(PendingStop),
    Paused,
    /// The policy of the task was replaced. The actor takes the new one and tries again.
    Updated,
}

/// A wait of a task at one of its gates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) since: Instant,
    /// Whether the timer must be set: the wait begins with this poll, or the timer was used for something else meanwhile.
    pub(crate) sets_timer: bool,
    /// When the task expires, if it does and has not begun its first attempt.
    pub(crate) expiry: Option<Instant>,
}

impl PollView {
    pub(crate) fn stop(&self) -> Option<PendingStop> {
        self.request.as_ref().and_then(Request::stop)
    }
}
