//! `taskvisor status`.

use std::process::ExitCode;

use taskvisor_axum::answer::{Attention, StatusAnswer, Verdict};

use super::Output;
use super::describe::{count, failure_text, yes_or_no};
use crate::DEGRADED;
use crate::client::Client;
use crate::display::{Paint, Screen, Times};
use crate::error::CommandError;

pub(super) fn run(client: &Client, output: Output<'_>) -> Result<ExitCode, CommandError> {
    let answer = client.get("/status")?;
    let status: StatusAnswer = answer.read()?;
    let code = match status.verdict {
        Verdict::Ok | Verdict::Starting => ExitCode::SUCCESS,
        // A verdict that is not known yet is not well either.
        _ => ExitCode::from(DEGRADED),
    };
    let printed = output.print(&answer, |screen| {
        show(screen, &status);
        Ok(())
    });
    match printed {
        Err(CommandError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(code),
        other => other.map(|_| code),
    }
}

fn show(screen: &mut Screen, status: &StatusAnswer) {
    let times = Times::at(&status.now);
    let paint = match status.verdict {
        Verdict::Ok => Paint::Good,
        Verdict::Degraded => Paint::Bad,
        _ => Paint::Warning,
    };
    screen.line(&[(&status.text, paint)]);
    screen.line(&[]);
    screen.field(
        "service",
        &format!("{}, observed for {}", status.name, times.age(&status.started_at)),
        Paint::Plain,
    );
    let health = format!(
        "{}, live: {}, started: {}",
        yes_or_no(status.ready),
        yes_or_no(status.live),
        yes_or_no(status.started)
    );
    screen.field("ready", &health, if status.ready { Paint::Plain } else { Paint::Warning });
    screen.field("tasks", &phases(status), Paint::Plain);
    let counts = &status.counts;
    screen.field("jobs", &format!("{}, {} of them queued", counts.jobs, counts.queued_jobs), Paint::Plain);
    if !status.attention.is_empty() {
        screen.heading(&format!("NEEDS ATTENTION ({})", status.attention_total));
    }
    for attention in &status.attention {
        show_attention(screen, attention, times);
    }
    let listed = status.attention.len() as u64;
    if status.attention_total > listed {
        screen.line(&[(&format!("… and {} more", status.attention_total - listed), Paint::Faint)]);
    }
}

/// The number of tasks, and those phases that tasks are in.
fn phases(status: &StatusAnswer) -> String {
    let counts = &status.counts;
    let phases = [
        (counts.running, "running"),
        (counts.backing_off, "backing off"),
        (counts.sleeping, "sleeping"),
        (counts.waiting, "waiting"),
        (counts.paused, "paused"),
        (counts.stuck, "stuck"),
        (counts.ended, "ended"),
    ];
    let present: Vec<_> = phases
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, phase)| format!("{number} {phase}"))
        .collect();
    match present.is_empty() {
        true => count(counts.tasks, "task"),
        false => format!("{}: {}", counts.tasks, present.join(", ")),
    }
}

/// One line on what is wrong, and one on the failure behind it.
fn show_attention(screen: &mut Screen, attention: &Attention, times: Times) {
    let subject = match (&attention.task, &attention.slot) {
        (Some(task), _) => format!("`{task}` "),
        (None, Some(slot)) => format!("slot `{slot}` "),
        (None, None) => String::new(),
    };
    let next = attention.until.as_ref().map(|until| format!(", next attempt {}", times.until(until)));
    let blocks = if attention.blocks_ready { ", not ready because of it" } else { "" };
    let rest = format!(" for {}{}{blocks}", times.age(&attention.since), next.unwrap_or_default());
    let paint = if attention.blocks_ready { Paint::Bad } else { Paint::Warning };
    screen.line(&[(&subject, Paint::Heading), (&attention.text, paint), (&rest, Paint::Plain)]);
    if let Some(error) = &attention.last_error {
        screen.line(&[("    ", Paint::Plain), (&failure_text(error), Paint::Faint)]);
    }
}
