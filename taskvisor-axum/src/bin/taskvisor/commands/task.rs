//! `taskvisor task`.

use std::process::ExitCode;

use taskvisor_axum::answer::{
    Attention, FailuresInWindow, History, PhaseName, StatusAnswer, TaskAnswer, TaskDetailAnswer,
};

use super::Output;
use super::describe::{
    count, failure_cell, next_cell, next_time, state_cell, state_paint, state_text, yes_or_no,
};
use crate::address::encode;
use crate::client::Client;
use crate::display::{Cell, Paint, Screen, Table, Times, format_run_time};
use crate::error::CommandError;

pub(super) fn run(client: &Client, name: &str, output: Output<'_>) -> Result<ExitCode, CommandError> {
    let answer = client.get(&format!("/tasks/{}", encode(name)))?;
    output.print(&answer, |screen| {
        let detail: TaskDetailAnswer = answer.read()?;
        // The service decides why the task needs attention: it knows the other tasks.
        let status: StatusAnswer = client.get("/status")?.read()?;
        show(screen, &detail, &status.attention);
        Ok(())
    })
}

fn show(screen: &mut Screen, detail: &TaskDetailAnswer, attention: &[Attention]) {
    let task = &detail.task;
    let times = Times::at(&detail.now);
    screen.line(&[(&task.name, Paint::Heading), (&format!(" (id {})", task.id), Paint::Faint)]);
    screen.field("state", &state_text(task), state_paint(task));
    for (index, reason) in reasons(task, attention).iter().enumerate() {
        screen.field(if index == 0 { "why" } else { "" }, reason, Paint::Warning);
    }
    screen.field("since", &moment(&task.since, times), Paint::Plain);
    screen.field("next", &next(task, times), Paint::Plain);
    let ready = match &task.ready_since {
        Some(since) if task.ready => format!("yes, since {}", moment(since, times)),
        _ => yes_or_no(task.ready).to_owned(),
    };
    screen.field("ready", &ready, Paint::Plain);
    if let Some(progress) = &task.last_progress {
        screen.field("progress", &moment(progress, times), Paint::Plain);
    }
    if let Some(age) = task.heartbeat_age_ms {
        screen.field("heartbeat", &format!("{} ago", format_run_time(age)), Paint::Plain);
    }
    if let Some(last) = &task.last_run {
        screen.field("last run", &format!("was due {}", moment(last, times)), Paint::Plain);
    }
    if task.skipped_ticks > 0 {
        screen.field("skipped", &count(task.skipped_ticks, "tick"), Paint::Plain);
    }
    show_attempts(screen, task);
    for (label, names) in
        [("needs", &detail.needs), ("after", &detail.after), ("needed by", &detail.dependents)]
    {
        if !names.is_empty() {
            screen.field(label, &names.join(", "), Paint::Plain);
        }
    }
    show_tables(screen, detail, times);
}

/// Why the task is in its state, as far as the state does not say it.
fn reasons(task: &TaskAnswer, attention: &[Attention]) -> Vec<String> {
    let mut reasons = Vec::new();
    for found in attention {
        match &found.task {
            Some(name) if *name == task.name => reasons.push(found.text.clone()),
            Some(name) if is_or_has_instance(&task.name, name) => {
                reasons.push(format!("`{name}` {}", found.text))
            }
            _ => {}
        }
    }
    reasons.retain(|reason| *reason != task.phase_text);
    if let (true, PhaseName::BackingOff, Some(error)) = (reasons.is_empty(), task.phase, &task.last_error) {
        reasons.push(format!("attempt {} failed: {}", error.attempt, error.message));
    }
    reasons
}

/// Whether a name is that of the task, or of one of its instances: `consume/0` of `consume`.
fn is_or_has_instance(task: &str, name: &str) -> bool {
    name.strip_prefix(task).is_some_and(|rest| rest.is_empty() || is_instance_number(rest))
}

pub(super) fn is_instance_number(rest: &str) -> bool {
    rest.strip_prefix('/')
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `3m 20s ago (2026-11-29T16:30:00.000Z)`.
fn moment(time: &str, times: Times) -> String {
    format!("{} ago ({time})", times.age(time))
}

/// What happens next, also if nothing is scheduled.
fn next(task: &TaskAnswer, times: Times) -> String {
    let attempt = task.attempt + 1;
    if let Some(next) = next_time(task) {
        return match task.next_attempt {
            Some(_) => format!("attempt {attempt} {} ({next})", times.until(next)),
            None => format!("the next run {} ({next})", times.until(next)),
        };
    }
    match (task.phase, &task.waits_for) {
        (PhaseName::Waiting, Some(waits)) => match &waits.name {
            Some(name) if waits.kind == "dependency" => format!("attempt {attempt}, once `{name}` is ready"),
            Some(name) => format!("attempt {attempt}, once the {} of `{name}` permits it", waits.kind),
            None => format!("attempt {attempt}, once its {} permits it", waits.kind),
        },
        (PhaseName::Running, _) if task.stopping => "it ends once its attempt returns".to_owned(),
        (PhaseName::Running, _) if task.pausing => "it pauses once its attempt has ended".to_owned(),
        (PhaseName::Running, _) => format!("depends on the end of attempt {}", task.attempt),
        (PhaseName::Paused, _) => format!("nothing, until `taskvisor resume {}`", task.name),
        (PhaseName::Stuck, _) => "nothing: its body blocks its thread".to_owned(),
        (PhaseName::Ended, _) => "nothing: it has ended".to_owned(),
        _ => format!("attempt {attempt}"),
    }
}

fn show_attempts(screen: &mut Screen, task: &TaskAnswer) {
    // Beyond the end of a task, the service knows only the failures with which it gave up.
    let attempts = if task.phase == PhaseName::Ended && task.total_failures == 0 {
        task.attempt.to_string()
    } else {
        format!("{}, {} failed ({} in a row)", task.attempt, task.total_failures, task.failures)
    };
    screen.field("attempts", &attempts, Paint::Plain);
    if let Some(FailuresInWindow { failures, limit, within_ms, .. }) = task.failures_in_window {
        let text = format!(
            "{failures} failed in the latest {}; gives up beyond {limit}",
            format_run_time(within_ms)
        );
        screen.field("window", &text, Paint::Plain);
    }
    let history = task.history.filter(|history| history.count > 0);
    if let Some(History { count: kept, failed, over_ms, p50_ms, p95_ms, .. }) = history {
        let mut text = format!("the latest {kept} in {}: {failed} failed", format_run_time(over_ms));
        if let (Some(p50), Some(p95)) = (p50_ms, p95_ms) {
            text.push_str(&format!(", p50 {}, p95 {}", format_run_time(p50), format_run_time(p95)));
        }
        screen.field("history", &text, Paint::Plain);
    }
    if let Some(error) = &task.last_error {
        let text = format!("attempt {}, {}: {}", error.attempt, error.kind, error.message);
        screen.field("last error", &text, Paint::Bad);
        for cause in &error.causes {
            screen.field("", &format!("caused by: {cause}"), Paint::Plain);
        }
    }
}

fn show_tables(screen: &mut Screen, detail: &TaskDetailAnswer, times: Times) {
    if !detail.instances.is_empty() {
        screen.heading("INSTANCES");
        let mut table = Table::new(&["NAME", "STATE", "FOR", "READY", "ATTEMPT", "NEXT", "LAST ERROR"]);
        for instance in &detail.instances {
            table.row([
                Cell::new(&instance.name),
                state_cell(instance),
                Cell::new(&times.age(&instance.since)),
                Cell::new(yes_or_no(instance.ready)),
                Cell::new(&instance.attempt.to_string()),
                next_cell(next_time(instance), times),
                failure_cell(instance.last_error.as_ref()),
            ]);
        }
        screen.table(&table);
    }
    if !detail.attempts.is_empty() {
        screen.heading("LATEST ATTEMPTS");
        let mut table = Table::new(&["ATTEMPT", "STARTED", "RAN", "RESULT", "ERROR"]);
        for attempt in &detail.attempts {
            table.row([
                Cell::new(&attempt.attempt.to_string()),
                Cell::new(&format!("{} ago", times.age(&attempt.started_at))),
                Cell::new(&format_run_time(attempt.ran_ms)),
                Cell::new(&attempt.result),
                Cell::new(attempt.error.as_deref().unwrap_or_default()),
            ]);
        }
        screen.table(&table);
    }
    if !detail.policy.is_empty() {
        screen.heading("POLICY");
        let mut table = Table::new(&["OPTION", "VALUE", "SET BY"]);
        for option in &detail.policy {
            table.row([
                Cell::new(&option.name),
                Cell::new(&option.value),
                Cell::painted(&option.origin, Paint::Faint),
            ]);
        }
        screen.table(&table);
    }
}
