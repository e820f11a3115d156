//! Words that several commands use.

use taskvisor_axum::answer::{FailureAnswer, PhaseName, TaskAnswer};

use crate::display::{Cell, Paint, Times};

pub(super) fn phase_paint(phase: PhaseName) -> Paint {
    match phase {
        PhaseName::Running => Paint::Good,
        PhaseName::BackingOff | PhaseName::Waiting => Paint::Warning,
        PhaseName::Stuck => Paint::Bad,
        PhaseName::Paused | PhaseName::Ended => Paint::Faint,
        _ => Paint::Plain,
    }
}

/// The phase with what the phase alone does not say: `running, overdue`.
pub(super) fn state_text(task: &TaskAnswer) -> String {
    let mut text = task.phase_text.clone();
    // Not if the phase says it: `paused after it gave up`.
    if task.gave_up && !text.contains("gave up") {
        text.push_str(", gave up");
    }
    for (applies, words) in [
        (task.overdue, ", overdue"),
        (task.stopping, ", stopping"),
        (task.pausing, ", pauses after this attempt"),
    ] {
        if applies && task.phase != PhaseName::Ended {
            text.push_str(words);
        }
    }
    text
}

pub(super) fn state_cell(task: &TaskAnswer) -> Cell {
    let paint = if task.gave_up || task.overdue { Paint::Bad } else { phase_paint(task.phase) };
    Cell::painted(&state_text(task), paint)
}

/// When the next attempt begins. The retry of a run comes before its next run.
pub(super) fn next_time(task: &TaskAnswer) -> Option<&str> {
    task.next_attempt.as_deref().or(task.next_run.as_deref())
}

pub(super) fn next_cell(next: Option<&str>, times: Times) -> Cell {
    next.map_or_else(Cell::default, |next| Cell::new(&times.until(next)))
}

/// A failure with its causes in one line.
pub(super) fn failure_text(failure: &FailureAnswer) -> String {
    // A timeout or a panic says in its message what it is.
    std::iter::once(&failure.message)
        .chain(&failure.causes)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(": ")
}

pub(super) fn failure_cell(failure: Option<&FailureAnswer>) -> Cell {
    failure.map_or_else(Cell::default, |failure| Cell::new(&failure_text(failure)))
}

pub(super) fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

/// `1 task`, `2 tasks`.
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
