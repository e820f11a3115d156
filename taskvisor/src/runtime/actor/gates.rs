//! Gates: what an attempt waits for before it begins.
//!
//! The actor polls the gates in the order of [`Gate::IN_ORDER`]. The first one that is not open is what the task waits for. A
//! gate that is open stays open until the attempt ends, or until the task does.
//!
//! The slot of a submission is not in the list: its lane polls a submission only while it owns the slot, so that waiting
//! submissions have no actor.

use std::task::{Context, Poll};

use super::TaskActor;
use crate::task::WaitingOn;

/// One condition of an attempt.
#[derive(Clone, Copy, Debug)]
enum Gate {
    /// A permit of the supervisor, if its attempts are limited.
    Permit,
}

impl Gate {
    /// In the order in which they are polled. A gate that holds something which other tasks need comes after those that hold
    /// nothing, and a narrow one before a wider one, so that a task that waits keeps few others waiting.
    const IN_ORDER: [Self; 1] = [Self::Permit];

    fn waiting_on(self) -> WaitingOn {
        match self {
            Self::Permit => WaitingOn::Permit,
        }
    }
}

impl TaskActor {
    /// Whether an attempt may have to wait. If not, it begins in the same lock as the poll of its actor.
    pub(super) fn has_gates(&self) -> bool {
        self.registration.shared().permits.is_some()
    }

    /// Polls the gates. Returns what the task waits for, if one is not open: the gate wakes the actor.
    pub(super) fn poll_gates(&mut self, context: &mut Context<'_>) -> Result<(), WaitingOn> {
        let closed = Gate::IN_ORDER.into_iter().find(|gate| self.poll_gate(*gate, context).is_pending());
        closed.map_or(Ok(()), |gate| Err(gate.waiting_on()))
    }

    fn poll_gate(&mut self, gate: Gate, context: &mut Context<'_>) -> Poll<()> {
        match gate {
            Gate::Permit => {
                let Some(permits) = &self.registration.shared().permits else { return Poll::Ready(()) };
                self.rare.poll_permit(permits, context)
            }
        }
    }

    /// Releases what the gates hold for the attempt. The next attempt passes them again.
    pub(super) fn release_gates(&mut self) {
        self.rare.release_permit();
    }

    /// Leaves all gates. What was handed to this task and not used passes on to the next one that waits.
    pub(super) fn leave_gates(&mut self) {
        self.rare.leave_permits();
    }
}
