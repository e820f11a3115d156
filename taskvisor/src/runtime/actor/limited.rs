//! The gates of a declaration with limits: its permits, and its rate limit.

use std::task::Context;

use tokio::time::Instant;

use super::delayed::{WaitEnd, poll_wait_until};
use super::gates::Closed;
use super::{PENDING, Step, TaskActor};
use crate::runtime::cell::WaitsFor;
use crate::runtime::limits::RatePoll;
use crate::task::WaitingOn;

impl TaskActor {
    /// Acquires a permit of the declaration, if it limits its attempts.
    #[cold]
    pub(super) fn poll_own_permit(&mut self, context: &mut Context<'_>) -> Result<(), Closed> {
        let Some(limits) = self.registration.cell().own_limits() else { return Ok(()) };
        let Some(permits) = limits.permits() else { return Ok(()) };
        if self.rare.all_gates().poll_own_permit(permits, context).is_ready() {
            return Ok(());
        }
        let on = WaitingOn::Permit { of: limits.scope() };
        Err(Closed::Waits { waits_for: WaitsFor::OwnPermit, on, sets_timer: false })
    }

    /// Continues to wait for a token of the rate limit. A task that waits for one acquires no permit before a token may be due: it would
    /// only keep the permit from others.
    #[cold]
    pub(super) fn poll_rate_turn(&mut self, context: &mut Context<'_>) -> Result<(), Closed> {
        let poll = self.rare.rate_turn().and_then(|turn| turn.poll_waiter(context));
        match poll {
            Some(RatePoll::Waits { timer, expected }) => Err(Closed::Rate { timer, expected }),
            Some(RatePoll::Taken { .. }) | None => Ok(()),
        }
    }

    /// Takes a token of the rate limit. Without one, releases the permits.
    #[cold]
    pub(super) fn take_rate_token(&mut self, context: &mut Context<'_>) -> Result<(), Closed> {
        let Some(limits) = self.registration.cell().own_limits() else { return Ok(()) };
        let Some(rate) = limits.rate() else { return Ok(()) };
        let gates = self.rare.all_gates();
        match gates.rate_turn(limits).poll(rate, Instant::now(), context) {
            RatePoll::Taken { .. } => Ok(()),
            RatePoll::Waits { timer, expected } => {
                gates.release_permits();
                Err(Closed::Rate { timer, expected })
            }
        }
    }

    /// Uses the token of an attempt that has begun, and records that its task holds the permit.
    #[cold]
    pub(super) fn use_limits(&mut self) {
        let cell = self.registration.cell();
        if let Some(limits) = cell.own_limits() {
            limits.begin_attempt(cell.id());
        }
        self.rare.all_gates().use_token();
    }

    /// Waits for the rate limit: until it wakes the actor, or until `timer`. Ends a submission that expires before.
    pub(super) fn wait_for_rate(
        &mut self,
        timer: Option<Instant>,
        expected: Instant,
        context: &mut Context<'_>,
    ) -> Step {
        let cell = self.registration.cell();
        if let Some(rare) = cell.rare() {
            // Before the phase: a status that shows the phase reads this time afterwards.
            rare.set_expected_start(expected);
        }
        let wait = cell.begin_wait(WaitsFor::Rate, Instant::now());
        let on = WaitingOn::Rate { until: expected };
        match poll_wait_until(&mut self.rare, &self.registration, &on, wait, timer, context) {
            WaitEnd::Pending => PENDING,
            WaitEnd::Expired => self.finish_expired(),
            WaitEnd::Due => {
                // The time has passed since the gates were polled.
                context.waker().wake_by_ref();
                PENDING
            }
        }
    }
}
