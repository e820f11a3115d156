//! The wait at a gate, which ends when the gate opens or when the submission expires.

use std::task::Context;

use tokio::time::Instant;

use super::delayed::poll_wait;
use super::{PENDING, Step, TaskActor};
use crate::policy::ScheduleKind;
use crate::runtime::cell::{Wait, WaitsFor};
use crate::task::WaitingOn;

impl TaskActor {
    /// Waits at a gate that is not open, and wakes the actor. `sets_timer` says whether the timer was used for something else. Ends a
    /// submission that expires there: it passes its slot on.
    pub(super) fn wait_at_gate(
        &mut self,
        waits_for: WaitsFor,
        on: &WaitingOn,
        sets_timer: bool,
        context: &mut Context<'_>,
    ) -> Step {
        let mut wait = self.registration.cell().begin_wait(waits_for, Instant::now());
        wait.sets_timer |= sets_timer;
        if poll_wait(&mut self.rare, &self.registration, on, wait, context).is_pending() {
            return PENDING;
        }
        self.finish_expired()
    }

    /// Waits until the time at which the task starts after an outage. Ends a submission that expires before. This short wait is not
    /// reported, because it uses the timer.
    pub(super) fn wait_for_recovery(&mut self, until: Instant, context: &mut Context<'_>) -> Step {
        let Wait { expiry, .. } = self.registration.cell().begin_wait(WaitsFor::Dependency, Instant::now());
        let due = expiry.map_or(until, |expiry| expiry.min(until));
        self.rare.timer(due).set(due);
        if self.rare.poll_timer(context).is_pending() {
            return PENDING;
        }
        if expiry.is_some_and(|expiry| expiry <= Instant::now()) {
            return self.finish_expired();
        }
        // The time has passed since the gates were polled.
        context.waker().wake_by_ref();
        PENDING
    }

    /// Waits until the task is resumed, and leaves its limits. Ends a submission that expires before. No `Delayed` reports this
    /// wait, because an operator requested it, or an event has reported that the task gave up.
    pub(super) fn wait_while_paused(&mut self, context: &mut Context<'_>) -> Step {
        self.rare.leave_limits();
        if self.policy.schedule == ScheduleKind::Ticks {
            self.pause_schedule();
        }
        let cell = self.registration.cell();
        let Wait { expiry, .. } = cell.begin_pause(Instant::now());
        // Every pause leads here, also that of a task that gave up.
        self.registration.shared().suspects.add(cell);
        let Some(expiry) = expiry else {
            self.rare.disarm_timer();
            return PENDING;
        };
        self.rare.timer(expiry).set(expiry);
        if self.rare.poll_timer(context).is_pending() {
            return PENDING;
        }
        self.finish_expired()
    }

    pub(super) fn finish_expired(&mut self) -> Step {
        let stop = self.registration.cell().expire(Instant::now());
        self.finish_stopped(stop)
    }
}
