//! The steps of a task with a schedule: the wait for a tick, the begin of a run, and its end.

use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::give_up::ExceededFailures;
use super::next_step::{AttemptClass, NextStep};
use super::{ActorStage, Attempted, PENDING, Step, TaskActor};
use crate::event::{EventKind, EventName};
use crate::runtime::cell::{FinishedAttempt, PendingStop};
use crate::runtime::schedule::{NextTick, Schedule, Skipped};

impl TaskActor {
    fn schedule(&self) -> Option<&Schedule> {
        self.registration.cell().rare()?.schedule()
    }

    /// Waits for the next tick, or for the end of the start delay.
    #[cold]
    pub(super) fn wait_for_tick(
        &mut self,
        stop: Option<PendingStop>,
        paused: bool,
        context: &mut Context<'_>,
    ) -> Step {
        if let Some(stop) = stop {
            return self.finish_stopped(stop);
        }
        // Before the pause: a run that was triggered before it begins after the resume.
        if self.registration.cell().take_trigger() {
            return self.enter_stage(ActorStage::Gates);
        }
        if paused {
            return self.wait_while_paused(context);
        }
        let now = Instant::now();
        let Some((skipped, next)) = self.schedule().map(|schedule| schedule.poll(now)) else {
            return self.enter_stage(ActorStage::Gates);
        };
        self.publish_skipped(now, skipped);
        let NextTick::At(until) = next else { return self.enter_stage(ActorStage::Gates) };
        if let Err(stop) = self.registration.cell().begin_tick_wait(now, until) {
            return self.finish_stopped(stop);
        }
        self.rare.timer(until).set(until);
        // A date is read again once its time has come: the wall clock may have moved a little.
        if self.rare.poll_timer(context).is_pending() {
            PENDING
        } else {
            self.enter_stage(ActorStage::Scheduled)
        }
    }

    /// Called when an attempt begins, before its event. Decides which occurrence it belongs to.
    #[cold]
    pub(super) fn begin_scheduled(&mut self, attempt: u64, now: Instant) {
        let Some(schedule) = self.schedule() else { return };
        let begun = schedule.begin_attempt(now, attempt);
        if begun.begins_run && self.streak.failures() > 0 {
            // The retries of a run are its own. Until here, the status has shown the failures of the run before.
            self.streak.begin_anew();
            self.registration.cell().count_failures((0, self.streak.total()));
        }
        self.publish_skipped(now, begun.skipped);
        if let Some(at) = begun.scheduled {
            self.registration.publish(EventName::Scheduled, Some(now), || EventKind::Scheduled { at });
        }
    }

    /// Takes the next step of a task with ticks. `None` leaves it to the ordinary rules.
    #[cold]
    pub(super) fn follow_schedule(
        &mut self,
        next: NextStep,
        class: AttemptClass,
        now: Instant,
        after: FinishedAttempt,
        excused: bool,
        context: &Context<'_>,
    ) -> Option<Step> {
        match next {
            NextStep::Stop { .. } | NextStep::Complete => None,
            NextStep::Repeat { .. } if class == AttemptClass::Succeeded => {
                Some(self.end_run(now, Attempted { after, failed: false, succeeded: true }, context))
            }
            // An interrupt or a snooze: the run goes on.
            NextStep::Repeat { .. } => None,
            NextStep::Fail | NextStep::GiveUp => Some(self.fail_run(now, after, excused, context)),
            NextStep::Retry { after: delay } => {
                if let Some(exceeded) = self.count_failure_of_run(now, excused) {
                    self.publish_run_failed(now);
                    return Some(self.give_up_run(now, exceeded, context));
                }
                let attempted = Attempted { after, failed: true, succeeded: false };
                // The server has asked for this delay, so that no tick shortens it.
                let is_backoff = !matches!(class, AttemptClass::RetryAfter(_));
                let backoff = if is_backoff {
                    self.schedule().map(|schedule| schedule.begin_backoff(now))
                } else {
                    None
                };
                let (skipped, tick) = backoff.unwrap_or_default();
                self.publish_skipped(now, skipped);
                let step = self.continue_run(now, delay, attempted, context);
                if let (Some(tick), ActorStage::Sleeping) = (tick, self.stage) {
                    self.shorten_sleep(tick);
                }
                Some(step)
            }
        }
    }

    /// Ends a run that has failed: the task waits for its next tick, or gives up.
    fn fail_run(
        &mut self,
        now: Instant,
        after: FinishedAttempt,
        excused: bool,
        context: &Context<'_>,
    ) -> Step {
        self.publish_run_failed(now);
        // Each failure counts, also one that no retry follows: the next tick does.
        match self.count_failure_of_run(now, excused) {
            Some(exceeded) => self.give_up_run(now, exceeded, context),
            None => self.end_run(now, Attempted { after, failed: false, succeeded: false }, context),
        }
    }

    fn give_up_run(&mut self, now: Instant, exceeded: ExceededFailures, context: &Context<'_>) -> Step {
        let skipped = self.schedule().and_then(|schedule| schedule.end_run(now).0);
        self.publish_skipped(now, skipped);
        let step = self.give_up(now, exceeded, context);
        if let ActorStage::Gates = self.stage {
            // After a resume, the task waits for a tick.
            self.stage = ActorStage::Scheduled;
        }
        step
    }

    /// Ends a run. The task waits for its next tick, or runs again at once for one that has passed.
    fn end_run(&mut self, now: Instant, attempted: Attempted, context: &Context<'_>) -> Step {
        let Some((skipped, next)) = self.schedule().map(|schedule| schedule.end_run(now)) else {
            return PENDING;
        };
        self.publish_skipped(now, skipped);
        let delay = match next {
            NextTick::Due => Duration::ZERO,
            NextTick::At(until) => until.saturating_duration_since(now),
        };
        let step = self.continue_run(now, delay, attempted, context);
        if step.is_continue() {
            self.stage = ActorStage::Scheduled;
        }
        step
    }

    #[cold]
    fn continue_run(
        &mut self,
        now: Instant,
        delay: Duration,
        attempted: Attempted,
        context: &Context<'_>,
    ) -> Step {
        self.schedule_next(now, delay, attempted, context)
    }

    #[cold]
    fn count_failure_of_run(&self, now: Instant, excused: bool) -> Option<ExceededFailures> {
        self.count_failure(now, excused)
    }

    /// Between two attempts of a run: a tick ends a backoff, and comes earlier if the wall clock was set.
    #[cold]
    pub(super) fn watch_sleep_of_run(&mut self, context: &mut Context<'_>) -> Step {
        let now = Instant::now();
        let Some(tick) = self.schedule().and_then(|schedule| schedule.end_of_backoff(now)) else {
            return PENDING;
        };
        if tick <= now {
            return self.enter_stage(ActorStage::Gates);
        }
        self.shorten_sleep(tick);
        if self.rare.poll_timer(context).is_pending() { PENDING } else { self.enter_stage(ActorStage::Gates) }
    }

    fn shorten_sleep(&mut self, tick: Instant) {
        if self.registration.cell().shorten_sleep(tick) {
            self.rare.timer(tick).set(tick);
        }
    }

    /// The task waits in a pause: decides about the ticks that have passed before it.
    #[cold]
    pub(super) fn pause_schedule(&self) {
        let Some(schedule) = self.schedule() else { return };
        let now = Instant::now();
        let skipped = if let ActorStage::Scheduled = self.stage {
            schedule.pause_wait();
            None
        } else {
            schedule.pause_run(now)
        };
        self.publish_skipped(now, skipped);
    }

    /// The task is at its gates, and not paused: decides about the ticks that have passed during a pause before.
    #[cold]
    pub(super) fn resume_schedule(&self) {
        // Each poll at a gate comes here, so that the clocks are read only after a pause.
        let Some(schedule) = self.schedule().filter(|schedule| schedule.was_paused()) else { return };
        let now = Instant::now();
        let skipped = schedule.resume_run(now);
        self.publish_skipped(now, skipped);
    }

    fn publish_skipped(&self, now: Instant, skipped: Option<Skipped>) {
        if let Some(Skipped { at, ticks, why }) = skipped {
            self.registration.publish(EventName::Skipped, Some(now), || EventKind::Skipped {
                at,
                ticks,
                why,
            });
        }
    }

    fn publish_run_failed(&self, now: Instant) {
        let cell = self.registration.cell();
        let (Some(schedule), Some(error)) = (self.schedule(), cell.last_error()) else { return };
        let (occurrence, failures) = (schedule.latest_occurrence(), self.streak.failures());
        let kind = EventKind::RunFailed { occurrence, failures, error };
        self.registration.publish(EventName::RunFailed, Some(now), || kind);
    }
}
