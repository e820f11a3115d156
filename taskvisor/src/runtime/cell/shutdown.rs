//! A shutdown that lets the running attempt finish.
//!
//! The attempt goes on without a stop request, but no other attempt follows: the actor finds `finishing` when the attempt has
//! ended, and treats it as a stop request of the shutdown. The driver of the shutdown requests the stop itself when little time is
//! left.

use tokio::time::Instant;

use super::flags::Flag;
use super::rare_state::RareState;
use super::{CellState, PendingStop, Request, RequestKind, StopKind, StopRequest, TaskCell};
use crate::task::StopCause;

impl TaskCell {
    /// Lets the running attempt finish, or requests the stop if no attempt is running. Returns whether an attempt may finish.
    pub(crate) fn allow_finish_or_stop(&self, request: StopRequest) -> bool {
        let mut finishes = false;
        // Decided under the lock that begins attempts: none begins between the decision and the request.
        self.request_stop_if(request, |state| {
            // A pause has interrupted the attempt of a paused task already.
            let may_finish =
                state.phase.is_running() && !self.flags.has(Flag::Paused) && state.stop().is_none();
            if let Some(rare) = self.rare().filter(|_| may_finish) {
                rare.set_finishing();
                finishes = true;
            }
            !finishes
        });
        finishes
    }

    /// Whether a shutdown lets the running attempt finish, and has not requested its stop yet.
    pub(crate) fn is_finishing(&self) -> bool {
        let state = self.state.lock();
        self.finishes() && state.end.is_none() && state.stop().is_none()
    }

    /// Whether the shutdown lets an attempt finish. Called under the lock.
    pub(super) fn finishes(&self) -> bool {
        self.rare().is_some_and(RareState::is_finishing)
    }

    /// The pending stop request. After an attempt that was allowed to finish, it sets the stop request of the shutdown first.
    pub(super) fn stop_or_finish(&self, state: &mut CellState, now: Instant) -> Option<PendingStop> {
        if self.finishes() && state.stop().is_none() {
            let cause = StopCause::Shutdown;
            let kind = RequestKind::Stop { kind: StopKind::Stop, cause, enforcer: cause };
            state.pending.set_request(Request { deadline: now, first_overdue_ms: 0, kind });
            self.update_membership(state);
        }
        state.stop()
    }
}
