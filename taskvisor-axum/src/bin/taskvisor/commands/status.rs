//! `taskvisor status`.

use std::process::ExitCode;

use taskvisor_axum::answer::{StatusAnswer, Verdict};

use super::Output;
use super::describe::{count, failure_cell, next_cell, yes_or_no};
use crate::client::Client;
use crate::display::{Cell, Paint, Screen, Table, Times};
use crate::error::CommandError;

/// The exit code if the service is degraded or shuts down.
const DEGRADED: u8 = 3;

pub(super) fn run(client: &Client, output: Output<'_>) -> Result<ExitCode, CommandError> {
    let answer = client.get("/status")?;
    let status: StatusAnswer = answer.read()?;
    let code = match status.verdict {
        Verdict::Ok | Verdict::Starting => ExitCode::SUCCESS,
        // A verdict of a later version counts as a problem.
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
    if let Some(deadline) = &status.grace_ends_at {
        let text = match times.is_past(deadline) {
            true => format!("is over for {}", times.age(deadline)),
            false => format!("ends {}", times.until(deadline)),
        };
        screen.field("grace", &format!("{text} ({deadline})"), Paint::Warning);
    }
    if !status.attention.is_empty() {
        show_attention(screen, status, times);
    }
}

/// The number of tasks, and how many are in which phase.
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

fn show_attention(screen: &mut Screen, status: &StatusAnswer, times: Times) {
    screen.heading(&format!("NEEDS ATTENTION ({})", status.attention_total));
    let mut table = Table::new(&["TASK", "PROBLEM", "FOR", "NEXT", "LAST ERROR"]);
    for attention in &status.attention {
        let subject = match (&attention.task, &attention.slot) {
            (Some(task), _) => task.clone(),
            (None, Some(slot)) => format!("slot {slot}"),
            (None, None) => String::new(),
        };
        let (effect, paint) = match attention.blocks_ready {
            true => (", so that the service is not ready", Paint::Bad),
            false => ("", Paint::Warning),
        };
        table.row([
            Cell::new(&subject),
            Cell::painted(&format!("{}{effect}", attention.text), paint),
            Cell::new(&times.age(&attention.since)),
            next_cell(attention.until.as_deref(), times),
            failure_cell(attention.last_error.as_ref()),
        ]);
    }
    screen.table(&table);
    let listed = status.attention.len() as u64;
    if status.attention_total > listed {
        screen.line(&[(&format!("… and {} more", status.attention_total - listed), Paint::Faint)]);
    }
}
