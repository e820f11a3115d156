//! Tasks with a schedule: the waits for a tick, the begins and ends of runs, and triggers.

use std::time::Duration;

use taskvisor::{FailureKind, StopCause};

use super::ending::Ending;
use super::grid::Grid;
use super::place::Place;
use super::{Unclear, World};
use crate::vocabulary::{Answer, Error, Refusal, TaskEvent, TaskOutcome};

impl World<'_> {
    /// Publishes that ticks were skipped.
    fn publish_skipped(&mut self, number: usize, skipped: Option<TaskEvent>) {
        let Some(event) = skipped else { return };
        let (now, task) = (self.now, &mut self.tasks[number]);
        if let (TaskEvent::Skipped { why, .. }, Some(grid)) = (&event, &task.grid) {
            let (overlap, missed) =
                (grid.options.overlap.unwrap_or_default(), grid.options.missed.unwrap_or_default());
            self.met.insert(format!("skipped: {why}, overlap {overlap}, missed {missed}"));
        }
        task.publish(now, event);
    }

    fn with_grid(&mut self, number: usize, change: impl FnOnce(&mut Grid) -> Option<TaskEvent>) {
        let skipped = self.tasks[number].grid.as_mut().and_then(change);
        self.publish_skipped(number, skipped);
    }

    /// Waits for a tick, or for the end of the start delay. Returns whether the wait is over.
    pub(super) fn wait_for_tick(&mut self, number: usize) -> bool {
        let now = self.now;
        self.with_grid(number, |grid| if grid.has_ticks() { grid.look(now) } else { None });
        let Some(grid) = &self.tasks[number].grid else { return false };
        let is_over = if grid.has_ticks() { grid.pending.is_some() } else { grid.wait_until() <= now };
        if is_over {
            self.arrive(number);
        }
        is_over
    }

    /// Looks at the ticks of a task that was resumed at its gates.
    pub(super) fn look_after_resume(&mut self, number: usize) {
        let now = self.now;
        self.with_grid(number, |grid| {
            let looks = grid.was_paused && grid.has_ticks();
            if looks { grid.look(now) } else { None }
        });
    }

    /// A pause begins, outside of an attempt.
    pub(super) fn pause_schedule(&mut self, number: usize) {
        let now = self.now;
        let waits = self.tasks[number].place == Place::ForTick;
        self.with_grid(number, |grid| {
            grid.resumes_wait = waits;
            if waits || !grid.has_ticks() {
                grid.was_paused = true;
                return None;
            }
            grid.begin_pause(now)
        });
    }

    /// An attempt begins: decides which tick it is for.
    pub(super) fn begin_scheduled(&mut self, number: usize) {
        let now = self.now;
        let Some(grid) = &mut self.tasks[number].grid else { return };
        let (events, begins_run) = grid.begin_attempt(now);
        if begins_run && grid.has_ticks() {
            self.tasks[number].clear_failures();
        }
        for event in events {
            match event {
                TaskEvent::Skipped { .. } => self.publish_skipped(number, Some(event)),
                event => self.tasks[number].publish(now, event),
            }
        }
    }

    pub(super) fn has_ticks(&self, number: usize) -> bool {
        self.tasks[number].grid.as_ref().is_some_and(Grid::has_ticks)
    }

    /// Ends a run: the task waits for its next tick, or runs again for one that is queued.
    pub(super) fn end_run(&mut self, number: usize) {
        let now = self.now;
        self.with_grid(number, |grid| grid.end_run(now));
        let task = &mut self.tasks[number];
        let is_queued = task.grid.as_ref().is_some_and(|grid| grid.pending.is_some());
        task.since = now;
        task.place = if is_queued { Place::Sleeping(Duration::from_millis(now)) } else { Place::ForTick };
    }

    /// Selects the next step of a task with ticks after a failure. No failure but a give-up ends the task.
    pub(super) fn follow_failure(
        &mut self,
        number: usize,
        ending: &Ending,
        error: Error,
        finishes: bool,
    ) -> Result<(), Unclear> {
        let (now, task) = (self.now, &self.tasks[number]);
        let is_spent = task.policy.max_retries.is_some_and(|retries| task.failures > retries);
        let fails = error.kind == FailureKind::Fatal || is_spent;
        let gives_up = self.exceeds_window(number, &error);
        if fails || gives_up.is_some() {
            let task = &mut self.tasks[number];
            let occurrence = task.grid.as_ref().and_then(Grid::occurrence);
            let failures = task.failures;
            task.publish(now, TaskEvent::RunFailed { occurrence, failures, error: error.clone() });
            self.end_run(number);
            let what = match error.kind {
                FailureKind::Fatal => "a fatal error",
                _ if is_spent => "spent retries",
                _ => "a failure",
            };
            self.met.insert(format!("a run fails with {what}, gives up: {}", gives_up.is_some()));
        }
        if let Some(word) = gives_up {
            self.tasks[number].publish(now, word);
            let pauses = self.tasks[number].work.rare.pauses;
            match (pauses, finishes) {
                (true, true) => self.end(number, TaskOutcome::Canceled(StopCause::Shutdown, Some(error))),
                (true, false) => self.pause_after_give_up(number),
                (false, _) => self.end(number, TaskOutcome::Failed(error)),
            }
            return Ok(());
        }
        let is_backoff = !fails && !matches!(ending, Ending::RetryAfter(_));
        if is_backoff {
            self.with_grid(number, |grid| grid.begin_backoff(now));
        }
        if finishes {
            self.end(number, TaskOutcome::Canceled(StopCause::Shutdown, Some(error)));
            return Ok(());
        }
        if fails {
            return Ok(());
        }
        self.retry(number, ending)?;
        let task = &mut self.tasks[number];
        if let (true, Some(grid), Place::Sleeping(until)) = (is_backoff, &task.grid, &mut task.place) {
            let tick = Duration::from_millis(grid.next_after(now));
            if tick < *until {
                *until = tick;
                self.met.insert("a tick during a backoff".to_owned());
            }
        }
        Ok(())
    }

    pub(super) fn trigger(&mut self, number: usize) -> Answer {
        let task = &self.tasks[number];
        let phase = match &task.place {
            Place::Gone => "after its end",
            _ if task.paused => "in a pause",
            Place::ForTick if task.is_new => "before its first poll",
            Place::ForTick if !self.has_ticks(number) => "in a start delay",
            Place::ForTick => "before a tick",
            Place::Sleeping(_) if task.backing_off => "in a backoff",
            Place::Sleeping(_) => "in a sleep",
            Place::Running => "during an attempt",
            _ => "at its gates",
        };
        let is_unpolled = task.is_new && task.place != Place::Running;
        let ends_wait = match task.place {
            // Without a delay there is no wait.
            Place::Sleeping(until) => until > Duration::from_millis(task.since),
            Place::ForTick => true,
            _ => is_unpolled && task.grid.is_some(),
        };
        let refusal = self.refuses_control(number).or(task.paused.then_some(Refusal::Paused));
        if let Some(refusal) = refusal {
            let phase = match refusal {
                Refusal::Stopping => "while it stops",
                Refusal::ShuttingDown => "during a shutdown",
                _ => phase,
            };
            self.met.insert(format!("a trigger {phase}: {refusal:?}"));
            return Answer::Refused(vec![refusal]);
        }
        let what = if task.grid.is_some() { "" } else { " without a schedule" };
        self.met.insert(format!("a trigger {phase}{what}: {ends_wait}"));
        self.tasks[number].triggered |= ends_wait;
        Answer::Triggered(ends_wait)
    }

    /// Ends the wait of a task that was triggered. Returns whether it waited.
    pub(super) fn end_triggered_wait(&mut self, number: usize) -> bool {
        let task = &mut self.tasks[number];
        let waits = matches!(task.place, Place::ForTick | Place::Sleeping(_));
        let ends = std::mem::take(&mut task.triggered) && waits && !task.is_stopping();
        if ends {
            if self.tasks[number].backing_off {
                self.changes.judged.push(number);
            }
            self.arrive(number);
        }
        ends
    }
}
