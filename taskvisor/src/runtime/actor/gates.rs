//! Gates: what an attempt waits for before it begins.
//!
//! 1. A task that is *paused* waits until it is resumed, and holds nothing. The begin of the attempt checks it again.
//! 2. *Dependencies* are read next, without taking anything.
//! 3. Then the *permits* are acquired, from narrow to wide: first that of the declaration, then that of the supervisor. The first one is
//!    held while the task waits for the second one. All tasks acquire them in this order, so that no two tasks wait for each other. A
//!    task that waits for a token already acquires none before its token may be due.
//! 4. Then the dependencies are read again, with the permits held, because the wait for the permits may have been long. If one is not
//!    ready any more, the pass starts over, and gives the permits back if that gate is closed.
//! 5. A token of the *rate limit* is taken last (`limited.rs`). If none is due, the permits are given back, and the pass starts over once
//!    the task is the first in the queue and a token may be due. A token that was taken is given back if the attempt does not begin.
//!
//! So each needed task was ready at a moment after the previous attempt ended and with the permits held, with no wait in between. A
//! task that waits for a dependency or for a rate limit never keeps a permit from others.
//!
//! The slot of a submission is not in the list: its lane polls a submission only while it owns the slot, so that waiting
//! submissions have no actor.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::Instant;

use super::{Step, TaskActor};
use crate::error::FailureKind;
use crate::error::causes::{DependencyEnded, EndedRoot};
use crate::runtime::cell::{Flag, TaskEnd, WaitsFor};
use crate::runtime::dependency::{BrokenDependency, EdgesPoll};
use crate::task::{LimitScope, StopCause, WaitingOn};

/// Why an attempt does not begin.
#[derive(Debug)]
pub(super) enum Closed {
    /// The task is paused. A resume wakes the actor.
    Paused,
    /// A gate is not open. It wakes the actor once it may be. `sets_timer` says that the timer was used for something else, and must
    /// be set again for the reports of this wait.
    Waits { waits_for: WaitsFor, on: WaitingOn, sets_timer: bool },
    /// The rate limit lets no attempt begin now. It wakes the actor, or the actor polls again at the time `timer`.
    Rate { timer: Option<Instant>, expected: Instant },
    /// All dependencies are ready after an outage. The attempt begins at this time, so that not all dependents start at once.
    Recovers { until: Instant },
    /// A dependency has ended, and will never be ready: the task ends too.
    Broken(BrokenDependency),
}

impl TaskActor {
    /// Whether an attempt may have to wait. If not, it begins in the same lock as the poll of its actor.
    pub(super) fn has_gates(&self) -> bool {
        self.registration.shared().permits.is_some() || self.has_dependencies() || self.has_limits()
    }

    /// Whether its declaration has limits.
    #[inline]
    pub(super) fn has_limits(&self) -> bool {
        self.registration.cell().own_limits().is_some()
    }

    #[inline]
    pub(super) fn has_dependencies(&self) -> bool {
        self.registration.cell().has_flag(Flag::HasDependencies)
    }

    /// Polls the gates.
    pub(super) fn poll_gates(&mut self, paused: bool, context: &mut Context<'_>) -> Result<(), Closed> {
        if paused || self.is_paused_since(context) {
            return Err(Closed::Paused);
        }
        loop {
            if let Err(closed) = self.poll_dependencies(context) {
                // A permit that is held, or was handed over meanwhile, passes to the next task that waits for it. So does a token.
                self.rare.leave_limits();
                return Err(closed);
            }
            if self.has_limits() {
                self.poll_rate_turn(context)?;
                self.poll_own_permit(context)?;
            }
            if self.poll_permit(context).is_pending() {
                return Err(Closed::Waits {
                    waits_for: WaitsFor::Permit,
                    on: WaitingOn::Permit { of: LimitScope::Supervisor },
                    sets_timer: false,
                });
            }
            if self.are_dependencies_ready() {
                return if self.has_limits() { self.take_rate_token(context) } else { Ok(()) };
            }
            // The pass starts over. It gives the permits back, unless all are ready again by now.
        }
    }

    /// Whether the task was paused since its poll began: by the end of its attempt, for one. A gate must not end it then.
    fn is_paused_since(&self, context: &Context<'_>) -> bool {
        let is_paused = self.registration.cell().has_flag(Flag::Paused);
        if is_paused {
            // It may have been resumed by the end of the poll. `end_poll` compares the flag only, so that it would miss both together.
            context.waker().wake_by_ref();
        }
        is_paused
    }

    fn poll_permit(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(permits) = &self.registration.shared().permits else { return Poll::Ready(()) };
        self.rare.poll_permit(permits, context)
    }

    fn poll_dependencies(&mut self, context: &mut Context<'_>) -> Result<(), Closed> {
        if !self.has_dependencies() {
            return Ok(());
        }
        let shared = self.registration.shared();
        let Some(edges) = self.rare.edges(&shared.graph, self.registration.cell().id()) else {
            return Ok(());
        };
        let spread = shared.config.recovery_spread;
        match edges.poll(&shared.registry, spread, context) {
            EdgesPoll::Open => Ok(()),
            EdgesPoll::Closed { name, recovered } => Err(Closed::Waits {
                waits_for: WaitsFor::Dependency,
                on: WaitingOn::Dependency { name },
                sets_timer: recovered,
            }),
            EdgesPoll::Broken(broken) => Err(Closed::Broken(broken)),
            EdgesPoll::Recovering(until) => Err(Closed::Recovers { until }),
        }
    }

    fn are_dependencies_ready(&self) -> bool {
        // Without a permit or a limit there was no wait since the dependencies were read.
        let shared = self.registration.shared();
        (shared.permits.is_none() && !self.has_limits())
            || self.rare.known_edges().is_none_or(|edges| edges.are_open(&shared.registry))
    }

    /// Waits at a gate that is not open, or ends the task if it never will be.
    pub(super) fn stay_at_gate(&mut self, closed: Closed, context: &mut Context<'_>) -> Step {
        match closed {
            Closed::Paused => self.wait_while_paused(context),
            Closed::Waits { waits_for, on, sets_timer } => {
                self.wait_at_gate(waits_for, &on, sets_timer, context)
            }
            Closed::Rate { timer, expected } => self.wait_for_rate(timer, expected, context),
            Closed::Recovers { until } => self.wait_for_recovery(until, context),
            Closed::Broken(broken) => self.finish_broken(broken),
        }
    }

    /// Ends the task because a dependency has ended.
    pub(super) fn finish_broken(&mut self, broken: BrokenDependency) -> Step {
        if broken.outcome.is_canceled() {
            let failed = self.streak.last_failed();
            return self.finish(TaskEnd::Canceled { cause: StopCause::Dependency, failed }, None);
        }
        let BrokenDependency { name, outcome } = broken;
        let inherited = outcome.failure().and_then(|failure| failure.downcast_ref::<DependencyEnded>());
        let root = inherited.map_or_else(
            || Arc::new(EndedRoot { name: name.to_string(), outcome: outcome.to_string() }),
            |ended| Arc::clone(&ended.root),
        );
        let error = DependencyEnded { name: name.to_string(), root };
        self.registration.cell().record_failure(FailureKind::Dependency, Box::new(error));
        self.finish(TaskEnd::Failed, None)
    }

    /// Releases what the gates hold for the attempt. The next attempt passes them again.
    pub(super) fn release_gates(&mut self) {
        self.rare.release_permits();
    }

    /// Leaves all gates. What was handed to this task and not used passes on to the next one that waits.
    pub(super) fn leave_gates(&mut self) {
        self.rare.leave_gates();
    }
}
