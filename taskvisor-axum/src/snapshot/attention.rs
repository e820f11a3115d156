//! What needs attention, the worst first.

use std::collections::BTreeMap;
use std::time::Duration;

use taskvisor::{Health, HealthReason, HealthReasonKind, Phase, SlotStatus, TaskStatus, WaitingOn};
use tokio::time::Instant;

use super::Snapshot;
use super::slots::is_growing;
use super::task::{has_failed, next_attempt};
use crate::answer::{Attention, AttentionKind};
use crate::events::EndedTask;
use crate::failure::{bounded, failure_answer};

/// From how many failures in a row on a task that goes on counts as one that fails again and again. Fewer are what retries are for.
const CRASH_LOOP: u32 = 3;

/// How late a scheduled run may begin before it counts as overdue. Longer than any delay by a busy runtime.
const OVERDUE_RUN: Duration = Duration::from_secs(5);

/// All that needs attention. At most one entry for each task, and one for each slot.
pub(super) struct AttentionList(Vec<(Instant, Attention)>);

impl Snapshot<'_> {
    pub(super) fn attention(
        &self,
        health: &Health,
        live: &[TaskStatus],
        ended: &[EndedTask],
        slots: &[SlotStatus],
    ) -> AttentionList {
        let mut tasks = BTreeMap::new();
        let mut others = Vec::new();
        let mut add = |name: &str, since: Instant, found: Attention| match tasks.get_mut(name) {
            None => drop(tasks.insert(name.to_owned(), (since, found))),
            Some((_, known)) if known.kind <= found.kind => known.blocks_ready |= found.blocks_ready,
            Some(known) => {
                let blocks_ready = known.1.blocks_ready;
                *known = (since, found);
                known.1.blocks_ready |= blocks_ready;
            }
        };
        for row in live.iter().filter(|row| !row.is_submission()) {
            let one = std::slice::from_ref(row);
            let statuses = if row.instances().is_empty() { one } else { row.instances() };
            for status in statuses {
                if let Some((since, found)) = self.attention_of(status) {
                    add(&status.name, since, found);
                }
            }
        }
        for task in ended.iter().filter(|task| has_failed(task)) {
            add(&task.name, task.ended_at, self.attention_of_ended(task));
        }
        for reason in &health.reasons {
            let found = self.attention_of_reason(reason);
            match &reason.task {
                Some(name) => add(name, reason.since, found),
                None => others.push((reason.since, found)),
            }
        }
        for slot in slots.iter().filter(|slot| is_growing(slot, self.moment.now())) {
            let since = slot.waiting.first().map_or(slot.since, |first| first.since);
            others.push((since, self.attention_of_slot(slot, since)));
        }
        let mut all: Vec<_> = tasks.into_values().chain(others).collect();
        // Stable: those of one kind by their age, and of one age by name.
        all.sort_by_key(|(since, found)| (found.kind, *since));
        AttentionList(all)
    }

    fn attention_of(&self, status: &TaskStatus) -> Option<(Instant, Attention)> {
        let due = status.next_run().and_then(|run| self.instant_of(run));
        let is_late = |due: &Instant| self.moment.now().saturating_duration_since(*due) > OVERDUE_RUN;
        let (kind, since, text) = match &status.phase {
            Phase::Stuck { .. } => (
                AttentionKind::Stuck,
                status.since,
                "stuck: its body blocks a thread past its deadline".to_owned(),
            ),
            Phase::Paused { gave_up: true, .. } => {
                (AttentionKind::GaveUp, status.since, self.gave_up(status))
            }
            Phase::Paused { .. } => (AttentionKind::Paused, status.since, "paused".to_owned()),
            Phase::Running { overdue: true, .. } => (
                AttentionKind::Overdue,
                status.since,
                "has not returned since it was interrupted: its body blocks a thread".to_owned(),
            ),
            Phase::Sleeping { .. } | Phase::Running { .. } if status.failures >= CRASH_LOOP => {
                let (text, since) = self.crash_loop(status);
                (AttentionKind::CrashLooping, since, text)
            }
            Phase::Waiting { on: WaitingOn::Dependency { name, .. }, .. } => {
                (AttentionKind::WaitingForDependency, status.since, format!("waiting for `{name}`"))
            }
            Phase::Waiting { .. } | Phase::Sleeping { .. } => {
                let due = due.filter(is_late)?;
                (AttentionKind::OverdueSchedule, due, "its scheduled run has not begun".to_owned())
            }
            _ => return None,
        };
        let found = Attention {
            kind,
            task: Some(status.name.to_string()),
            slot: None,
            text: bounded(text),
            since: self.moment.time(since),
            until: next_attempt(status).map(|next| self.moment.time(next)),
            last_error: status.last_error.as_ref().map(failure_answer),
            blocks_ready: false,
        };
        Some((since, found))
    }

    /// What is said about a task that fails again and again, and since when it does so.
    fn crash_loop(&self, status: &TaskStatus) -> (String, Instant) {
        let now = self.moment.now();
        let (kept, time) =
            self.records(status).map_or((0, Duration::ZERO), |records| records.failures_in_a_row(now));
        let since = now.checked_sub(time).unwrap_or(now);
        let text =
            format!("fails again and again: {} in a row{}", failures(status.failures), in_time(kept, time));
        (text, since)
    }

    fn gave_up(&self, status: &TaskStatus) -> String {
        let records = self.records(status);
        let (kept, time) =
            records.map_or((0, Duration::ZERO), |records| records.failures_in_a_row(status.since));
        match status.failures {
            0 => "gave up".to_owned(),
            count => format!("gave up, {}{}", failures(count), in_time(kept, time)),
        }
    }

    fn attention_of_ended(&self, task: &EndedTask) -> Attention {
        Attention {
            kind: AttentionKind::GaveUp,
            task: Some(task.name.clone()),
            slot: None,
            text: "gave up, and has ended".to_owned(),
            since: self.moment.time(task.ended_at),
            until: None,
            last_error: task.failure.clone(),
            blocks_ready: false,
        }
    }

    fn attention_of_reason(&self, reason: &HealthReason) -> Attention {
        let (kind, text) = match reason.kind {
            HealthReasonKind::GaveUp => (
                AttentionKind::GaveUp,
                match reason.failures {
                    0 => "gave up".to_owned(),
                    count => format!("gave up, {}", failures(count)),
                },
            ),
            HealthReasonKind::Stalled => (AttentionKind::Stalled, "has sent no heartbeat in time".to_owned()),
            HealthReasonKind::Stuck => {
                (AttentionKind::Stuck, "stuck: its body blocks a thread past its deadline".to_owned())
            }
            HealthReasonKind::Paused => (AttentionKind::Paused, "paused".to_owned()),
            HealthReasonKind::ShuttingDown => (AttentionKind::ShuttingDown, "shutting down".to_owned()),
            // `HealthReasonKind` may grow.
            _ => (AttentionKind::NotReady, "not ready".to_owned()),
        };
        Attention {
            kind,
            task: reason.task.as_ref().map(ToString::to_string),
            slot: None,
            text,
            since: self.moment.time(reason.since),
            until: None,
            last_error: reason.last_error.as_ref().map(failure_answer),
            blocks_ready: reason.blocks_ready,
        }
    }

    fn attention_of_slot(&self, slot: &SlotStatus, since: Instant) -> Attention {
        Attention {
            kind: AttentionKind::GrowingSlot,
            task: None,
            slot: Some(bounded(slot.key.to_string())),
            text: format!("{} submissions wait for it, and more come than leave", slot.waiting.len()),
            since: self.moment.time(since),
            until: None,
            last_error: None,
            blocks_ready: false,
        }
    }
}

impl AttentionList {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Attention> {
        self.0.iter().map(|(_, found)| found)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_answer(self, max: usize) -> Vec<Attention> {
        self.0.into_iter().take(max).map(|(_, found)| found).collect()
    }
}

fn failures(count: u32) -> String {
    if count == 1 { "1 failure".to_owned() } else { format!("{count} failures") }
}

/// The time that the kept failures took. Nothing if there are fewer than two of them.
fn in_time(kept: usize, time: Duration) -> String {
    if kept < 2 {
        return String::new();
    }
    let precise = if time < Duration::from_secs(1) { time.as_millis() } else { time.as_secs().into() };
    let unit = if time < Duration::from_secs(1) { Duration::from_millis } else { Duration::from_secs };
    let rounded = unit(u64::try_from(precise).unwrap_or(u64::MAX));
    format!(" in {}", humantime::format_duration(rounded))
}
