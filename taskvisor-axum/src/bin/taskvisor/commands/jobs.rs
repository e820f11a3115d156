//! `taskvisor jobs`.

use std::process::ExitCode;

use taskvisor_axum::answer::JobListAnswer;

use super::Output;
use super::describe::{failure_cell, next_cell, phase_paint};
use crate::client::Client;
use crate::display::{Cell, Paint, Screen, Table, Times, format_run_time};
use crate::error::CommandError;

pub(super) fn run(client: &Client, limit: u16, output: Output<'_>) -> Result<ExitCode, CommandError> {
    let answer = client.get(&format!("/jobs?limit={limit}"))?;
    output.print(&answer, |screen| {
        let jobs: JobListAnswer = answer.read()?;
        show_live(screen, &jobs);
        show_ended(screen, &jobs);
        Ok(())
    })
}

fn show_live(screen: &mut Screen, jobs: &JobListAnswer) {
    let times = Times::at(&jobs.now);
    screen.line(&[(&format!("LIVE ({})", jobs.live_total), Paint::Heading)]);
    if jobs.live.is_empty() {
        screen.line(&[("none", Paint::Faint)]);
        return;
    }
    let mut table = Table::new(&["ID", "NAME", "STATE", "FOR", "SLOT", "ATTEMPT", "NEXT", "LAST ERROR"]);
    for job in &jobs.live {
        let state = format!("{}{}", job.phase_text, if job.stopping { ", stopping" } else { "" });
        table.row([
            Cell::new(&job.id.to_string()),
            Cell::new(&job.name),
            Cell::painted(&state, phase_paint(job.phase)),
            Cell::new(&times.age(&job.since)),
            Cell::new(job.slot.as_deref().unwrap_or_default()),
            Cell::new(&job.attempt.to_string()),
            next_cell(job.next_attempt.as_deref(), times),
            failure_cell(job.last_error.as_ref()),
        ]);
    }
    screen.table(&table);
    let listed = jobs.live.len() as u64;
    if jobs.live_total > listed {
        screen.line(&[(&format!("… and {} more", jobs.live_total - listed), Paint::Faint)]);
    }
}

fn show_ended(screen: &mut Screen, jobs: &JobListAnswer) {
    let times = Times::at(&jobs.now);
    screen.heading(&format!("ENDED (the latest {})", jobs.ended.len()));
    if jobs.ended.is_empty() {
        let why = if jobs.kept == 0 { "the service keeps none" } else { "none" };
        screen.line(&[(why, Paint::Faint)]);
        return;
    }
    let mut table = Table::new(&["ID", "NAME", "ENDED", "SLOT", "ATTEMPTS", "WAITED", "RAN", "OUTCOME"]);
    for job in &jobs.ended {
        let paint = if job.completed { Paint::Good } else { Paint::Bad };
        table.row([
            Cell::new(&job.id.to_string()),
            Cell::new(&job.name),
            Cell::new(&format!("{} ago", times.age(&job.ended_at))),
            Cell::new(job.slot.as_deref().unwrap_or_default()),
            Cell::new(&job.attempts.to_string()),
            Cell::new(&format_run_time(job.waited_ms)),
            Cell::new(&job.ran_ms.map(format_run_time).unwrap_or_default()),
            Cell::painted(&job.outcome, paint),
        ]);
    }
    screen.table(&table);
}
