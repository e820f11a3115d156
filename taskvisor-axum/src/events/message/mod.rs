//! Events as messages of the stream.

use std::borrow::Cow;
use std::fmt::{self, Write};

use serde::Serialize;
use taskvisor::{Event, EventKind, Failure};

use super::ring::format_id;
use crate::answer::{EventAnswer, MissedAnswer, VERSION};
use crate::clock::{Moment, milliseconds};
use crate::failure::{bounded, bounded_to, shortened, shortened_outcome};

/// The longest text of an event, in bytes.
const MAX_LINE: usize = 2048;

/// The length of a usual text and of a usual message. Longer ones are allocated again.
const USUAL_LINE: usize = 128;
const USUAL_MESSAGE: usize = 512;

/// The whole message of an event.
pub(super) fn event_message(event: &Event, id: String, moment: &Moment) -> String {
    let answer = event_answer(&shortened_event(event), id, moment);
    message(&answer.id, "", &answer)
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
    message(&format_id(run, number), "event: missed\n", &answer)
}

/// A message of the stream. `name` is the line of its name, if it has one.
fn message(id: &str, name: &str, data: &impl Serialize) -> String {
    let mut message = Vec::with_capacity(USUAL_MESSAGE);
    for part in ["id: ", id, "\n", name, "data: "] {
        message.extend_from_slice(part.as_bytes());
    }
    // Cannot fail: all keys are texts. Without line breaks, which would end the field `data`.
    let _ = serde_json::to_writer(&mut message, data);
    message.extend_from_slice(b"\n\n");
    // JSON is UTF-8.
    String::from_utf8(message).unwrap_or_default()
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
    let mut line = Line(String::with_capacity(USUAL_LINE));
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
