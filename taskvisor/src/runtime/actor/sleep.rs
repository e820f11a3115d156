//! The wait between two attempts.

use std::ops::ControlFlow;
use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::{ActorStage, Attempted, CONTINUE, PENDING, Step, TaskActor};
use crate::policy::ScheduleKind;
use crate::runtime::cell::{Flag, PendingStop, saturating_deadline};

impl TaskActor {
    /// As `schedule_next`, and polls the timer of the sleep.
    #[inline(always)]
    pub(super) fn fall_asleep(
        &mut self,
        now: Instant,
        delay: Duration,
        attempted: Attempted,
        context: &mut Context<'_>,
    ) -> Step {
        match (self.schedule_next(now, delay, attempted, context), self.stage) {
            // Not through `sleep`, which would look for a trigger: `end_poll` finds one that has arrived since.
            (ControlFlow::Continue(()), ActorStage::Sleeping) => self.poll_sleep(context),
            (step, _) => step,
        }
    }

    /// Sleeps until the next attempt, or yields if there is no delay.
    // Inline in every caller: those of a schedule would otherwise make each restart call it.
    #[inline(always)]
    pub(super) fn schedule_next(
        &mut self,
        now: Instant,
        delay: Duration,
        attempted: Attempted,
        context: &Context<'_>,
    ) -> Step {
        let Attempted { after, failed, succeeded } = attempted;
        let until = saturating_deadline(now, delay);
        let failures = self.streak.failures();
        let becomes_ready = succeeded && self.policy.is_ready_after_success();
        let counts = (failures, self.streak.total());
        if let Err(stop) = self.registration.begin_sleep(now, until, counts, becomes_ready) {
            return self.finish_stopped(stop);
        }
        if becomes_ready && self.policy.readiness.is_some() {
            self.registration.publish_ready(now, after.ran);
        }
        if succeeded {
            self.registration.show_life(now);
        }
        if failed {
            self.registration.publish_backoff(after.attempt, now, delay, failures);
        }
        if delay.is_zero() {
            // One return to the scheduler between attempts: a task that always succeeds at once must not starve others.
            self.stage = ActorStage::Yielding;
            context.waker().wake_by_ref();
            return PENDING;
        }
        // The task was paused during the attempt, whose end has removed the interrupt. With a delay, a resume would have to wait
        // for it.
        if self.registration.cell().has_flag(Flag::Paused) {
            return self.enter_stage(ActorStage::Gates);
        }
        self.rare.timer(until).set(until);
        self.enter_stage(ActorStage::Sleeping)
    }

    #[inline]
    pub(super) fn sleep(
        &mut self,
        stop: Option<PendingStop>,
        paused: bool,
        context: &mut Context<'_>,
    ) -> Step {
        match stop {
            Some(stop) => self.finish_stopped(stop),
            // Paused during an attempt that failed nevertheless: by a panic, or because it exceeded a limit.
            None if paused => self.enter_stage(ActorStage::Gates),
            None if self.poll_sleep(context).is_continue() => CONTINUE,
            // Only after the timer: a sleep that ends in time takes no lock. The begin of the attempt removes a trigger that is left.
            None if self.registration.cell().take_trigger() => self.enter_stage(ActorStage::Gates),
            None => PENDING,
        }
    }

    /// Polls the timer of a sleep, and what else ends it, but for triggers and requests.
    #[inline]
    fn poll_sleep(&mut self, context: &mut Context<'_>) -> Step {
        if self.rare.poll_timer(context).is_ready() {
            return self.enter_stage(ActorStage::Gates);
        }
        if self.has_dependencies() && self.watch_backoff(context).is_continue() {
            return CONTINUE;
        }
        if self.policy.schedule != ScheduleKind::None {
            return self.watch_sleep_of_run(context);
        }
        PENDING
    }
}
