//! Events as messages of the stream.

use std::borrow::Cow;
use std::fmt::{self, Write};

use taskvisor::{Event, EventKind, Failure};

use super::ring::format_id;
use crate::answer::{EventAnswer, MissedAnswer, VERSION};
use crate::clock::{Moment, milliseconds};
use crate::failure::{bounded, bounded_to, shortened, shortened_outcome};

/// The longest text of an event, in bytes.
const MAX_LINE: usize = 2048;

/// The whole message of an event.
pub(super) fn event_message(event: &Event, id: String, moment: &Moment) -> String {
    let answer = event_answer(&shortened_event(event), id, moment);
    format!("id: {}\ndata: {}\n\n", answer.id, json(&answer))
}

/// The event with its failure [`shortened`], which its text and its answer both write.
fn shortened_event(event: &Event) -> Cow<'_, Event> {
    let mut event = Cow::Borrowed(event);
    let kind = match &event.kind {
        EventKind::Ended { outcome, .. } if outcome.failure().is_none() => return event,
        EventKind::Failed { .. }
        | EventKind::Panicked { .. }
        | EventKind::Backoff { .. }
        | EventKind::RunFailed { .. }
        | EventKind::GaveUp { .. }
        | EventKind::TimedOut { error: Some(_), .. }
        | EventKind::Stalled { error: Some(_), .. }
        | EventKind::Interrupted { error: Some(_), .. }
        | EventKind::Ended { .. } => &mut event.to_mut().kind,
        _ => return event,
    };
    match kind {
        EventKind::Failed { error, .. }
        | EventKind::Panicked { error, .. }
        | EventKind::Backoff { error, .. }
        | EventKind::RunFailed { error, .. }
        | EventKind::GaveUp { last: error, .. }
        | EventKind::TimedOut { error: Some(error), .. }
        | EventKind::Stalled { error: Some(error), .. }
        | EventKind::Interrupted { error: Some(error), .. } => *error = shortened(error),
        EventKind::Ended { outcome, .. } => *outcome = shortened_outcome(outcome),
        _ => {}
    }
    event
}

/// The message that stands for missing events. Its id is that of the last one, so that a client resumes after it.
pub(super) fn missed_message(run: &str, number: u64, missed: u64) -> String {
    let answer = MissedAnswer { version: VERSION, missed };
    format!("id: {}\nevent: missed\ndata: {}\n\n", format_id(run, number), json(&answer))
}

/// JSON in one line, because a line break would end the field `data`.
fn json(answer: &impl serde::Serialize) -> String {
    // Cannot fail: all keys are texts.
    serde_json::to_string(answer).unwrap_or_default()
}

fn event_answer(event: &Event, id: String, moment: &Moment) -> EventAnswer {
    let (task, is_submission) = match &event.kind {
        // Not about an accepted task, but about the submission that was refused.
        EventKind::Refused { task, .. } => (Some(task.as_str()), true),
        _ => (event.task(), event.is_submission()),
    };
    EventAnswer {
        version: VERSION,
        id,
        at: moment.time(event.at),
        kind: event.kind.name().label().to_owned(),
        task: task.map(bounded_text),
        task_id: event.id().map(|id| id.get()),
        instance: event.instance().and_then(|number| u64::try_from(number).ok()),
        is_submission,
        slot: event.slot().map(bounded_text),
        attempt: attempt_of(&event.kind),
        ran_ms: match &event.kind {
            EventKind::Succeeded { ran, .. }
            | EventKind::Snoozed { ran, .. }
            | EventKind::Failed { ran, .. } => Some(milliseconds(*ran)),
            _ => None,
        },
        error: error_of(&event.kind).map(bounded),
        text: line(event),
    }
}

fn bounded_text(text: &str) -> String {
    bounded(text.to_owned())
}

/// The number of the attempt that an event is about.
pub(super) fn attempt_of(kind: &EventKind) -> Option<u64> {
    match kind {
        EventKind::Started { attempt, .. }
        | EventKind::Succeeded { attempt, .. }
        | EventKind::Failed { attempt, .. }
        | EventKind::TimedOut { attempt, .. }
        | EventKind::Stalled { attempt, .. }
        | EventKind::Panicked { attempt, .. }
        | EventKind::Snoozed { attempt, .. }
        | EventKind::Canceled { attempt, .. }
        | EventKind::Interrupted { attempt, .. }
        | EventKind::Aborted { attempt, .. }
        | EventKind::Backoff { attempt, .. } => Some(*attempt),
        _ => None,
    }
}

fn error_of(kind: &EventKind) -> Option<String> {
    match kind {
        EventKind::Failed { error, .. }
        | EventKind::Panicked { error, .. }
        | EventKind::Backoff { error, .. }
        | EventKind::RunFailed { error, .. }
        | EventKind::GaveUp { last: error, .. } => Some(error.to_string()),
        EventKind::TimedOut { error, .. }
        | EventKind::Stalled { error, .. }
        | EventKind::Interrupted { error, .. } => error.as_ref().map(Failure::to_string),
        EventKind::Ended { outcome, .. } => outcome.failure().map(Failure::to_string),
        EventKind::Refused { reason, .. } => Some(reason.clone()),
        EventKind::SubscriberPanicked { message, .. } => Some(message.clone()),
        EventKind::Reloaded { problems, .. } => (!problems.is_empty()).then(|| problems.join("; ")),
        _ => None,
    }
}

/// The event without its task and its slot, as one line.
fn line(event: &Event) -> String {
    let mut line = Line(String::new());
    // Fails once the line is full.
    let _ = write!(line, "{event:#}");
    bounded_to(line.0, MAX_LINE)
}

/// The start of a text, as one line: at least a byte more than [`MAX_LINE`], so that [`bounded_to`] marks the cut, if the text is longer.
/// Errors may have several lines, or codes that control a terminal.
struct Line(String);

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Most texts are of this kind, and each event is written.
        if text.len() <= MAX_LINE.saturating_sub(self.0.len())
            && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        {
            self.0.push_str(text);
            return Ok(());
        }
        for character in text.chars() {
            if self.0.len() > MAX_LINE {
                return Err(fmt::Error);
            }
            self.0.push(if character.is_control() { ' ' } else { character });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
