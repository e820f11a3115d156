//! The whole service at one moment.

use taskvisor::{Health, Phase, TaskStatus, WaitingOn};

use super::Snapshot;
use super::attention::{AttentionList, Found};
use super::history::count;
use super::phase::phase_name;
use crate::answer::{Attention, AttentionKind, Counts, PhaseName, StatusAnswer, VERSION, Verdict};
use crate::dashboard::Dashboard;
use crate::events::EndedTask;

/// How many entries of the attention list are answered.
const MAX_ATTENTION: usize = 100;

impl Snapshot<'_> {
    pub(crate) fn status(&self, dashboard: &Dashboard, has_model: bool) -> StatusAnswer {
        let health = self.supervisor.health();
        let (live, ended) = self.all_tasks();
        let slots = self.supervisor.slots();
        let attention = self.attention(&health, &live, &ended, &slots);
        let counts = counts(&live, &ended);
        let verdict = verdict(&health, &attention);
        let written = self.write_attention(&attention, MAX_ATTENTION);
        StatusAnswer {
            version: VERSION,
            now: self.moment.now_text(),
            name: dashboard.name(),
            run: dashboard.run().to_owned(),
            started_at: self.moment.time(dashboard.created_at()),
            verdict,
            text: describe(verdict, &health, &written, attention.len(), &counts),
            live: health.live,
            ready: health.ready,
            started: health.started,
            counts,
            grace_ends_at: self.supervisor.grace_deadline().map(|deadline| self.moment.time(deadline)),
            attention_total: count(attention.len()),
            attention: written,
            // Each is refused during a shutdown.
            actions: if verdict == Verdict::ShuttingDown { Vec::new() } else { dashboard.actions() },
            events: self.ring.is_some(),
            metrics: dashboard.has_metrics(),
            model: has_model,
        }
    }
}

fn counts(live: &[TaskStatus], ended: &[EndedTask]) -> Counts {
    let mut counts = Counts { ended: count(ended.len()), ..Counts::default() };
    let (jobs, tasks): (Vec<_>, Vec<_>) = live.iter().partition(|row| row.is_submission());
    counts.jobs = count(jobs.len());
    counts.queued_jobs = count(jobs.iter().filter(|job| is_queued(job)).count());
    for row in tasks {
        *match phase_name(row) {
            PhaseName::Running => &mut counts.running,
            PhaseName::BackingOff => &mut counts.backing_off,
            PhaseName::Sleeping => &mut counts.sleeping,
            PhaseName::Waiting => &mut counts.waiting,
            PhaseName::Paused => &mut counts.paused,
            PhaseName::Stuck => &mut counts.stuck,
            PhaseName::Ended => &mut counts.ended,
        } += 1;
    }
    let Counts { running, backing_off, sleeping, waiting, paused, stuck, ended, .. } = counts;
    counts.tasks = running + backing_off + sleeping + waiting + paused + stuck + ended;
    counts
}

fn is_queued(job: &TaskStatus) -> bool {
    matches!(job.phase, Phase::Waiting { on: WaitingOn::Slot, .. }) && job.slot.is_some()
}

fn verdict(health: &Health, attention: &AttentionList<'_>) -> Verdict {
    if attention.iter().any(|one| one.kind == AttentionKind::ShuttingDown) {
        return Verdict::ShuttingDown;
    }
    let is_part_of_a_start =
        |one: &Found<'_>| matches!(one.kind, AttentionKind::NotReady | AttentionKind::WaitingForDependency);
    if !health.started && attention.iter().all(is_part_of_a_start) {
        return Verdict::Starting;
    }
    if health.is_degraded() || attention.len() > 0 { Verdict::Degraded } else { Verdict::Ok }
}

fn describe(
    verdict: Verdict,
    health: &Health,
    attention: &[Attention],
    total: usize,
    counts: &Counts,
) -> String {
    let word = match verdict {
        Verdict::Ok => return format!("OK: {}, {} running", tasks(counts.tasks), counts.running),
        Verdict::ShuttingDown => {
            return format!("SHUTTING DOWN: {} left", tasks(counts.tasks - counts.ended));
        }
        Verdict::Starting => "STARTING",
        Verdict::Degraded => "DEGRADED",
    };
    match (attention.first(), total) {
        // A task may have changed between the readings of the health and of the tasks.
        (None, _) => format!("{word}: {health}"),
        (Some(first), 1) => format!("{word}: {}", sentence(first)),
        (Some(first), _) => format!("{word}: {}; and {} more", sentence(first), total - 1),
    }
}

fn sentence(attention: &Attention) -> String {
    let Attention { task, slot, text, .. } = attention;
    match (task, slot) {
        (Some(task), _) => format!("`{task}`{} {text}", verb(attention.kind)),
        (None, Some(slot)) => format!("slot `{slot}`: {text}"),
        (None, None) => text.clone(),
    }
}

/// The texts of these kinds have no verb.
fn verb(kind: AttentionKind) -> &'static str {
    match kind {
        AttentionKind::Stuck
        | AttentionKind::NotReady
        | AttentionKind::WaitingForDependency
        | AttentionKind::Paused => " is",
        AttentionKind::OverdueSchedule => ":",
        _ => "",
    }
}

fn tasks(number: u64) -> String {
    if number == 1 { "1 task".to_owned() } else { format!("{number} tasks") }
}
