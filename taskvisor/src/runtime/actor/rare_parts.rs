//! The parts of an actor that most tasks never use.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::gate_parts::{AllParts, GateParts};
use super::timer::ActorTimer;
use crate::runtime::dependency::{Edges, Graph};
use crate::runtime::limits::RateTurn;
use crate::task::TaskId;

/// All of them, in one box that is allocated on first use: every task pays for the size of its actor.
#[derive(Default)]
pub(super) struct RareParts(Option<Pin<Box<Parts>>>);

pin_project! {
    #[derive(Default)]
    struct Parts {
        #[pin]
        timer: Option<ActorTimer>,
        gates: Option<GateParts>,
    }
}

impl RareParts {
    fn parts(&mut self) -> Pin<&mut Parts> {
        self.0.get_or_insert_with(|| Box::pin(Parts::default())).as_mut()
    }

    /// The timers of the actor. `due` is the time of new ones; those that exist keep theirs.
    pub(super) fn timer(&mut self, due: Instant) -> Pin<&mut ActorTimer> {
        let mut timer = self.parts().project().timer;
        if timer.is_none() {
            timer.set(Some(ActorTimer::new(due)));
        }
        timer.as_pin_mut().unwrap_or_else(|| unreachable!("the timer was set above"))
    }

    /// Ready at the time that was set last, or at once without a timer.
    pub(super) fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let timer = self.0.as_mut().and_then(|parts| parts.as_mut().project().timer.as_pin_mut());
        timer.map_or(Poll::Ready(()), |timer| timer.poll(context))
    }

    /// Drops a timer that has not fired, so that it does not wake the actor in its next stage. One that has fired is kept, to be
    /// set again.
    pub(super) fn disarm_timer(&mut self) {
        let Some(parts) = &mut self.0 else { return };
        let mut timer = parts.as_mut().project().timer;
        if timer.as_ref().get_ref().as_ref().is_some_and(|timer| !timer.has_fired()) {
            timer.set(None);
        }
    }

    /// Drops all timers.
    pub(super) fn drop_timers(&mut self) {
        if let Some(parts) = &mut self.0 {
            parts.as_mut().project().timer.set(None);
        }
    }

    /// Acquires a permit of the supervisor, or continues to wait for it. Ready while one is held.
    pub(super) fn poll_permit(&mut self, permits: &Arc<Semaphore>, context: &mut Context<'_>) -> Poll<()> {
        GateParts::poll_permit(self.parts().project().gates, permits, context)
    }

    /// What the gates of a task with limits keep.
    pub(super) fn all_gates(&mut self) -> &mut AllParts {
        GateParts::all(self.parts().project().gates)
    }

    /// The turn at the rate limit, if there is one.
    pub(super) fn rate_turn(&mut self) -> Option<&mut RateTurn> {
        self.0.as_mut()?.as_mut().project().gates.as_mut()?.rate_turn_mut()
    }

    /// Releases the permits of an attempt. Keeps what acquires the next ones.
    #[inline]
    pub(super) fn release_permits(&mut self) {
        let Some(parts) = &mut self.0 else { return };
        if let Some(gates) = parts.as_mut().project().gates {
            gates.release_permits();
        }
    }

    /// Releases the permits, or stops waiting for them: a permit that was handed over meanwhile passes to the next waiter. Leaves the rate
    /// limit, and gives a token back that is not used.
    pub(super) fn leave_limits(&mut self) {
        if let Some(parts) = &mut self.0 {
            GateParts::leave_limits(parts.as_mut().project().gates);
        }
    }

    /// As `leave_limits`, and drops the edges, which belong to one task.
    pub(super) fn leave_gates(&mut self) {
        if let Some(parts) = &mut self.0 {
            *parts.as_mut().project().gates = None;
        }
    }

    /// The edges of a task that has dependencies. The first call takes them from the graph.
    pub(super) fn edges(&mut self, graph: &Graph, id: TaskId) -> Option<&mut Edges> {
        let gates = self.parts().project().gates;
        if gates.as_ref().is_none_or(|gates| gates.edges().is_none()) {
            let dependent = graph.dependent(id)?;
            GateParts::all(gates).edges = Some(Edges::new(&dependent));
        }
        gates.as_mut()?.edges_mut()
    }

    /// The edges, if they were taken from the graph.
    #[inline]
    pub(super) fn known_edges(&self) -> Option<&Edges> {
        self.0.as_ref()?.gates.as_ref()?.edges()
    }

    /// As `known_edges`.
    pub(super) fn known_edges_mut(&mut self) -> Option<&mut Edges> {
        self.0.as_mut()?.as_mut().project().gates.as_mut()?.edges_mut()
    }

    /// Whether the loss of a needed task may interrupt an attempt.
    pub(super) fn watches_losses(&self) -> bool {
        self.known_edges().is_some_and(Edges::watches_losses)
    }
}
