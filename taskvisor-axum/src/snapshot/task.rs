//! A task as an answer.

use std::time::SystemTime;

use taskvisor::{Phase, ScheduledTime, TaskHandle, TaskStatus, WaitingOn};
use tokio::time::Instant;

use super::Snapshot;
use super::history::{Records, count};
use super::phase::{phase_name, phase_text, waits_for};
use crate::answer::{FailuresInWindow, PhaseName, TaskAnswer};
use crate::clock::{Moment, format_time, milliseconds};
use crate::events::EndedTask;
use crate::failure::failure_answer;

impl Snapshot<'_> {
    /// The handle of a live task, unless another task has its name by now. `None` for the row of instances, which has the name of none
    /// of them.
    fn handle(&self, status: &TaskStatus) -> Option<TaskHandle> {
        self.supervisor.task(&status.name).filter(|task| task.id() == status.id)
    }

    /// The records of a live task.
    pub(super) fn records(&self, status: &TaskStatus) -> Option<Records> {
        self.handle(status).as_ref().map(Records::of)
    }

    pub(super) fn live_task(&self, status: &TaskStatus, with_attempts: bool) -> TaskAnswer {
        let task = self.handle(status);
        let records = task.as_ref().map(Records::of);
        let moment = &self.moment;
        let instances = status.instances();
        let progress = match instances {
            [] => last_progress(status, records.as_ref(), moment),
            instances => {
                let progress = |one| last_progress(one, self.records(one).as_ref(), moment);
                instances.iter().filter_map(progress).max()
            }
        };
        TaskAnswer {
            name: status.name.to_string(),
            id: status.id.get(),
            phase: phase_name(status),
            phase_text: phase_text(status),
            since: moment.time(status.since),
            waits_for: waits_for(status),
            gave_up: matches!(status.phase, Phase::Paused { gave_up: true, .. }),
            overdue: matches!(status.phase, Phase::Running { overdue: true, .. }),
            stopping: status.stopping,
            pausing: status.pausing,
            ready: status.ready_since.is_some(),
            ready_since: status.ready_since.map(|since| moment.time(since)),
            attempt: status.attempt,
            failures: status.failures,
            total_failures: status.total_failures,
            failures_in_window: task.and_then(|task| task.failures_in_window()).map(failures_in_window),
            restarts: status.restarts,
            last_error: status.last_error.as_ref().map(failure_answer),
            next_attempt: next_attempt(status).map(|next| moment.time(next)),
            next_run: status.next_run().map(|run| scheduled(run, moment)),
            last_run: status.last_run().map(|run| scheduled(run, moment)),
            skipped_ticks: status.skipped_ticks(),
            last_progress: progress.map(|progress| moment.time(progress)),
            heartbeat_age_ms: status.heartbeat_age.map(milliseconds),
            instances: (!instances.is_empty()).then(|| count(instances.len())),
            history: records.as_ref().map(|records| records.summary(moment)),
            attempts: records.filter(|_| with_attempts).map(|records| records.attempts(moment)),
        }
    }

    pub(super) fn ended_task(&self, task: &EndedTask) -> TaskAnswer {
        TaskAnswer {
            name: task.name.clone(),
            id: task.id.get(),
            phase: PhaseName::Ended,
            phase_text: task.outcome.clone(),
            since: self.moment.time(task.ended_at),
            waits_for: None,
            gave_up: has_failed(task),
            overdue: false,
            stopping: false,
            pausing: false,
            // A completed task remains ready: its dependents may run.
            ready: task.completed,
            ready_since: None,
            attempt: task.attempt,
            failures: task.failures,
            total_failures: task.failures,
            failures_in_window: None,
            restarts: task.attempt.saturating_sub(1),
            last_error: task.failure.clone(),
            next_attempt: None,
            next_run: None,
            last_run: None,
            skipped_ticks: 0,
            last_progress: task.completed.then(|| self.moment.time(task.ended_at)),
            heartbeat_age_ms: None,
            instances: None,
            history: None,
            attempts: None,
        }
    }
}

fn failures_in_window(window: taskvisor::FailuresInWindow) -> FailuresInWindow {
    let taskvisor::FailuresInWindow { failures, limit, .. } = window;
    FailuresInWindow { failures, limit: limit.failures(), within_ms: milliseconds(limit.within()) }
}

/// Whether a task has ended because it failed: it gave up, or it failed without a retry.
pub(super) fn has_failed(task: &EndedTask) -> bool {
    task.gave_up || (task.failure.is_some() && !task.completed && !task.canceled)
}

/// When the next attempt begins, also behind a rate limit.
pub(super) fn next_attempt(status: &TaskStatus) -> Option<Instant> {
    match &status.phase {
        Phase::Waiting { on: WaitingOn::Rate { until, .. }, .. } => Some(*until),
        _ => status.next_attempt,
    }
}

/// When the task last showed that it does something.
fn last_progress(status: &TaskStatus, records: Option<&Records>, moment: &Moment) -> Option<Instant> {
    let begun = status.phase.is_running().then_some(status.since);
    let heartbeat = status.heartbeat_age.and_then(|age| moment.now().checked_sub(age));
    let success = records.and_then(Records::last_success);
    begun.into_iter().chain(heartbeat).chain(success).max()
}

fn scheduled(time: ScheduledTime, moment: &Moment) -> String {
    match (time.date(), time.instant()) {
        (Some(date), _) => format_time(date),
        (None, Some(instant)) => moment.time(instant),
        // `ScheduledTime` may grow.
        (None, None) => format_time(SystemTime::now()),
    }
}

impl Snapshot<'_> {
    /// The instant of a scheduled time. `None` for a date before the process began to count.
    pub(super) fn instant_of(&self, time: ScheduledTime) -> Option<Instant> {
        match (time.instant(), time.date()) {
            (Some(instant), _) => Some(instant),
            (None, Some(date)) => self.moment.instant_of(date),
            (None, None) => None,
        }
    }
}
