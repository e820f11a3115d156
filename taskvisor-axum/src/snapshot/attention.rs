//! What needs attention, the worst first.
//!
//! One pass over all tasks finds the entries, without their texts. Then the texts of the worst entries are written: a service in which ten
//! thousand tasks fail costs little more than a healthy one.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use taskvisor::{Health, HealthReason, HealthReasonKind, Phase, SlotStatus, TaskStatus, WaitingOn};
use tokio::time::Instant;

use super::Snapshot;
use super::slots::{is_growing, queued_since};
use super::task::{has_failed, next_attempt};
use crate::answer::{Attention, AttentionKind};
use crate::events::EndedTask;
use crate::failure::{bounded, failure_answer};

/// The number of failures in a row from which a task needs attention although it retries. Retries are meant for fewer.
const CRASH_LOOP: u32 = 3;

/// How late a scheduled run may begin before it counts as overdue. Longer than any delay by a busy runtime.
const OVERDUE_RUN: Duration = Duration::from_secs(5);

const STUCK: &str = "stuck: its body blocks a thread past its deadline";

/// All that needs attention, the worst first: at most one entry for each task or instance, and one for each slot.
pub(super) struct AttentionList<'a>(Vec<Found<'a>>);

/// An entry without its texts.
pub(super) struct Found<'a> {
    pub(super) kind: AttentionKind,
    since: Instant,
    blocks_ready: bool,
    source: Source<'a>,
}

enum Source<'a> {
    Task(&'a TaskStatus),
    Ended(&'a EndedTask),
    Reason(&'a HealthReason),
    Slot(&'a SlotStatus),
}

impl Snapshot<'_> {
    pub(super) fn attention<'a>(
        &self,
        health: &'a Health,
        live: &'a [TaskStatus],
        ended: &'a [EndedTask],
        slots: &'a [SlotStatus],
    ) -> AttentionList<'a> {
        let mut tasks = HashMap::new();
        let mut add = |name: &'a str, found: Found<'a>| match tasks.get_mut(name) {
            None => drop(tasks.insert(name, found)),
            Some(known) => known.merge(found),
        };
        for row in live.iter().filter(|row| !row.is_submission()) {
            for status in each_instance(row) {
                if let Some((kind, since)) = self.kind_of(status) {
                    add(
                        &status.name,
                        Found { kind, since, blocks_ready: false, source: Source::Task(status) },
                    );
                }
            }
        }
        for task in ended.iter().filter(|task| has_failed(task)) {
            let (kind, since) = (AttentionKind::GaveUp, task.ended_at);
            add(&task.name, Found { kind, since, blocks_ready: false, source: Source::Ended(task) });
        }
        let mut others = Vec::new();
        for reason in &health.reasons {
            let found = Found {
                kind: kind_of_reason(reason.kind),
                since: reason.since,
                blocks_ready: reason.blocks_ready,
                source: Source::Reason(reason),
            };
            match &reason.task {
                Some(name) => add(name, found),
                None => others.push(found),
            }
        }
        for slot in slots.iter().filter(|slot| is_growing(slot, self.moment.now())) {
            let since = slot.waiting.first().map_or(slot.since, |first| first.since);
            let (kind, source) = (AttentionKind::GrowingSlot, Source::Slot(slot));
            others.push(Found { kind, since, blocks_ready: false, source });
        }
        let mut all: Vec<_> = tasks.into_values().chain(others).collect();
        all.sort_by_cached_key(|found| {
            (found.kind, Reverse(found.blocks_ready), found.since, found.task().map(str::to_owned))
        });
        AttentionList(all)
    }

    fn kind_of(&self, status: &TaskStatus) -> Option<(AttentionKind, Instant)> {
        let is_late = |due: &Instant| self.moment.now().saturating_duration_since(*due) > OVERDUE_RUN;
        let kind = match &status.phase {
            Phase::Stuck { .. } => AttentionKind::Stuck,
            Phase::Paused { gave_up: true, .. } => AttentionKind::GaveUp,
            Phase::Paused { .. } => AttentionKind::Paused,
            Phase::Running { overdue: true, .. } => AttentionKind::Overdue,
            Phase::Sleeping { .. } | Phase::Running { .. } if status.failures >= CRASH_LOOP => {
                AttentionKind::CrashLooping
            }
            Phase::Waiting { on: WaitingOn::Dependency { .. }, .. } => AttentionKind::WaitingForDependency,
            Phase::Waiting { .. } | Phase::Sleeping { .. } => {
                let due = status.next_run().and_then(|run| self.instant_of(run)).filter(is_late)?;
                return Some((AttentionKind::OverdueSchedule, due));
            }
            _ => return None,
        };
        Some((kind, status.since))
    }

    /// Writes the worst entries.
    pub(super) fn write_attention(&self, list: &AttentionList<'_>, max: usize) -> Vec<Attention> {
        list.0.iter().take(max).map(|found| self.write(found)).collect()
    }

    fn write(&self, found: &Found<'_>) -> Attention {
        let Found { kind, since, blocks_ready, ref source } = *found;
        let mut written = Attention {
            kind,
            task: found.task().map(str::to_owned),
            slot: None,
            text: String::new(),
            since: self.moment.time(since),
            until: None,
            last_error: None,
            blocks_ready,
        };
        match source {
            Source::Task(status) => {
                written.until = next_attempt(status).map(|next| self.moment.time(next));
                written.last_error = status.last_error.as_ref().map(failure_answer);
                let (text, since) = self.describe(kind, status);
                written.text = text;
                written.since = self.moment.time(since.unwrap_or(found.since));
            }
            Source::Ended(task) => {
                written.text = describe_end(task);
                written.last_error.clone_from(&task.failure);
            }
            Source::Reason(reason) => {
                written.text = self.describe_reason(reason);
                written.last_error = reason.last_error.as_ref().map(failure_answer);
            }
            Source::Slot(slot) => {
                written.slot = Some(bounded(slot.key.to_string()));
                let (waiting, queued) = (slot.waiting.len(), queued_since(slot));
                written.text = format!(
                    "{waiting} submissions wait for it, {queued} of them since its oldest owner acquired it"
                );
            }
        }
        written
    }

    /// What is wrong with a live task, and since when, if its history knows that better than its status.
    fn describe(&self, kind: AttentionKind, status: &TaskStatus) -> (String, Option<Instant>) {
        let text = match (kind, &status.phase) {
            (AttentionKind::CrashLooping, _) => {
                let (failures, since) = self.failures(status, self.moment.now());
                return (format!("fails again and again, {failures}"), since);
            }
            (AttentionKind::GaveUp, _) if status.failures > 0 => {
                format!("gave up, {}", self.failures(status, status.since).0)
            }
            (AttentionKind::GaveUp, _) => "gave up".to_owned(),
            (AttentionKind::Stuck, _) => STUCK.to_owned(),
            (AttentionKind::Overdue, _) => {
                "has not returned since it was interrupted: its body blocks a thread".to_owned()
            }
            (_, Phase::Waiting { on: WaitingOn::Dependency { name, .. }, .. }) => {
                bounded(format!("waiting for `{name}`"))
            }
            (AttentionKind::OverdueSchedule, _) => "its scheduled run has not begun".to_owned(),
            _ => "paused".to_owned(),
        };
        (text, None)
    }

    fn describe_reason(&self, reason: &HealthReason) -> String {
        match reason.kind {
            HealthReasonKind::GaveUp if reason.failures > 0 => {
                format!("gave up, {}", failures(reason.failures))
            }
            HealthReasonKind::GaveUp => "gave up".to_owned(),
            HealthReasonKind::Stalled => "has sent no heartbeat in time".to_owned(),
            HealthReasonKind::Stuck => STUCK.to_owned(),
            HealthReasonKind::Paused => "paused".to_owned(),
            HealthReasonKind::ShuttingDown => "shutting down".to_owned(),
            _ => self.describe_unready(reason.task.as_deref()),
        }
    }

    /// Says what a task that is not ready lacks. A reader may not know that a loop which never returns is not ready by default.
    fn describe_unready(&self, task: Option<&str>) -> String {
        let Some(task) = task else { return "not ready".to_owned() };
        if self.supervisor.task(task).is_some_and(|task| task.status().stopping) {
            return "not ready: it stops".to_owned();
        }
        let options = self.policy(self.task_of(task));
        let ready = options.iter().find(|option| option.name == "ready").map(|option| option.value.as_str());
        match ready {
            Some("success") => "not ready until an attempt succeeds".to_owned(),
            Some("notify") => "not ready until its attempt calls `ready.notify()`".to_owned(),
            _ => "not ready".to_owned(),
        }
    }

    /// The number of consecutive failures, with the time that those in the history took until `end`; and the start of the first of them.
    fn failures(&self, status: &TaskStatus, end: Instant) -> (String, Option<Instant>) {
        let number = failures(status.failures);
        match self.records(status).map(|records| records.failures_in_a_row(end)) {
            Some((kept, time)) if kept > 1 => {
                (format!("{number} in {}", rounded(time)), end.checked_sub(time))
            }
            _ => (number, None),
        }
    }
}

impl<'a> Found<'a> {
    pub(super) fn task(&self) -> Option<&'a str> {
        match self.source {
            Source::Task(status) => Some(&status.name),
            Source::Ended(task) => Some(&task.name),
            Source::Reason(reason) => reason.task.as_deref(),
            Source::Slot(_) => None,
        }
    }

    /// Keeps the worse one of two entries of one task. Of two entries of one kind, the first has more details.
    fn merge(&mut self, other: Self) {
        let blocks_ready = self.blocks_ready || other.blocks_ready;
        if other.kind < self.kind {
            *self = other;
        }
        self.blocks_ready = blocks_ready;
    }
}

impl<'a> AttentionList<'a> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Found<'a>> {
        self.0.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The instances of a row, or the row itself.
fn each_instance(row: &TaskStatus) -> &[TaskStatus] {
    if row.instances().is_empty() { std::slice::from_ref(row) } else { row.instances() }
}

fn kind_of_reason(kind: HealthReasonKind) -> AttentionKind {
    match kind {
        HealthReasonKind::GaveUp => AttentionKind::GaveUp,
        HealthReasonKind::Stalled => AttentionKind::Stalled,
        HealthReasonKind::Stuck => AttentionKind::Stuck,
        HealthReasonKind::Paused => AttentionKind::Paused,
        HealthReasonKind::ShuttingDown => AttentionKind::ShuttingDown,
        // `HealthReasonKind` may grow.
        _ => AttentionKind::NotReady,
    }
}

fn describe_end(task: &EndedTask) -> String {
    let time = task.failing_since.and_then(|since| task.ended_at.checked_duration_since(since));
    match (task.failures, time) {
        (0, _) => "gave up, and has ended".to_owned(),
        (count @ 2.., Some(time)) => {
            format!("gave up, {} in {}, and has ended", failures(count), rounded(time))
        }
        (count, _) => format!("gave up, {}, and has ended", failures(count)),
    }
}

fn failures(count: u32) -> String {
    if count == 1 { "1 failure".to_owned() } else { format!("{count} failures") }
}

/// A time in whole seconds, or in milliseconds below one second.
fn rounded(time: Duration) -> humantime::FormattedDuration {
    let second = Duration::from_secs(1);
    let nanoseconds = if time < second { time.subsec_millis() * 1_000_000 } else { 0 };
    humantime::format_duration(Duration::new(time.as_secs(), nanoseconds))
}
