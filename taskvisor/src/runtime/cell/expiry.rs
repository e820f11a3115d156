//! The expiry of a submission: the deadline of its first attempt.
//!
//! It has one rule: an attempt that would begin at the deadline or later is refused. Two parties find a submission expired: its
//! actor, at a gate or in `begin_attempt`; and the timer of its slot, which withdraws it from the queue. Both request its stop
//! with [`Rejection::Expired`]. The first stop request decides the end, so that an earlier cancellation stays one.

use tokio::time::Instant;

use super::{PendingStop, StopKind, StopRequest, TaskCell};
use crate::task::{Rejection, StopCause};

impl TaskCell {
    /// Sets when the task expires. Called before it is registered.
    #[cfg(feature = "controller")]
    pub(crate) fn set_expiry(&self, deadline: Instant) {
        self.state.lock().pending.set_expiry(deadline);
    }

    /// Requests the stop of a task that has expired before its first attempt. Returns the stop request that decides its end.
    // A request like any other, because a destructor of the task may block: waiters learn the deadline, and can force the end.
    #[cold]
    pub(crate) fn expire(&self, now: Instant) -> PendingStop {
        self.request_stop(StopRequest::reject(Rejection::Expired, now));
        let pending = self.state.lock().stop();
        // Without a pending request the end is decided already, and this one has no effect.
        pending.unwrap_or(PendingStop {
            kind: StopKind::Reject(Rejection::Expired),
            cause: StopCause::Cancel,
            deadline: now,
            enforcer: StopCause::Cancel,
        })
    }
}
