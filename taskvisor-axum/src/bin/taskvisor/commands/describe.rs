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

/// The phase in words. Those of the service have all but one thing.
pub(super) fn state_text(task: &TaskAnswer) -> String {
    with_gave_up(task, task.phase_text.clone())
}

/// The phase in a few words: `failed, gave up`.
pub(super) fn state_cell(task: &TaskAnswer) -> Cell {
    let text = task.phase_text.as_str();
    let first = match task.phase {
        // It has the name of another task, which may have any characters.
        PhaseName::Waiting => text,
        _ => text.find([':', ';']).map_or(text, |end| &text[..end]),
    };
    let mut short = with_gave_up(task, first.to_owned());
    for (applies, words) in [(task.stopping, ", stopping"), (task.pausing, ", pausing")] {
        if applies && task.phase != PhaseName::Ended {
            short.push_str(words);
        }
    }
    Cell::painted(&short, state_paint(task))
}

pub(super) fn state_paint(task: &TaskAnswer) -> Paint {
    if task.gave_up || task.overdue { Paint::Bad } else { phase_paint(task.phase) }
}

/// Not twice: `paused after it gave up`.
fn with_gave_up(task: &TaskAnswer, mut text: String) -> String {
    if task.gave_up && !text.contains("gave up") {
        text.push_str(", gave up");
    }
    text
}

/// When the next attempt begins. The retry of a run comes before its next run.
pub(super) fn next_time(task: &TaskAnswer) -> Option<&str> {
    task.next_attempt.as_deref().or(task.next_run.as_deref())
}

pub(super) fn next_cell(next: Option<&str>, times: Times) -> Cell {
    next.map_or_else(Cell::default, |next| Cell::new(&times.until(next)))
}

/// A failure with its causes in one line.
fn failure_text(failure: &FailureAnswer) -> String {
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
