//! The events of a supervisor, as text that a test can compare.

use std::time::Duration;

use taskvisor::{Event, EventKind, EventName, Outcome, Rejection, StopCause, TaskHandle, TaskId};
use tokio::time::Instant;

/// The events of a supervisor, in the order in which the recorder received them.
#[derive(Clone, Debug)]
pub struct EventLog {
    began: Instant,
    events: Vec<Event>,
}

impl EventLog {
    pub(crate) fn new(began: Instant, events: Vec<Event>) -> Self {
        Self { began, events }
    }

    /// All events.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// All events of one task.
    pub fn events_of(&self, task: &TaskHandle) -> impl Iterator<Item = &Event> {
        let id = task.id();
        self.events.iter().filter(move |event| event.id() == Some(id))
    }

    /// The events of one task, one line each, such as `failed 2: connection refused`. Without operations.
    #[must_use]
    pub fn of(&self, task: &TaskHandle) -> Vec<String> {
        self.events_of(task).filter(|event| !is_operation(event)).map(|event| describe(&event.kind)).collect()
    }

    /// The events of one task, one line each, with the operations on it.
    #[must_use]
    pub fn with_operations_of(&self, task: &TaskHandle) -> Vec<String> {
        self.events_of(task).map(|event| describe(&event.kind)).collect()
    }

    /// All operations, one line each. The line of an operation on a task begins with the name of the task.
    #[must_use]
    pub fn operations(&self) -> Vec<String> {
        self.events.iter().filter(|event| is_operation(event)).map(line).collect()
    }

    /// All events, one line each. The line of a task's event begins with the name of the task. Without operations.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.events.iter().filter(|event| !is_operation(event)).map(line).collect()
    }

    /// When the attempts of a task started, since the creation of the recorder.
    #[must_use]
    pub fn starts_of(&self, task: &TaskHandle) -> Vec<Duration> {
        self.times_of(task, EventName::Started)
    }

    /// When this event of a task happened, since the creation of the recorder.
    #[must_use]
    pub fn times_of(&self, task: &TaskHandle, name: EventName) -> Vec<Duration> {
        let named = self.events_of(task).filter(|event| event.kind.name() == name);
        named.map(|event| event.at - self.began).collect()
    }

    /// The delays of all backoffs of a task.
    #[must_use]
    pub fn backoffs_of(&self, task: &TaskHandle) -> Vec<Duration> {
        let delay = |event: &Event| match event.kind {
            EventKind::Backoff { delay, .. } => Some(delay),
            _ => None,
        };
        self.events_of(task).filter_map(delay).collect()
    }

    /// The number of events of this kind, over all tasks.
    #[must_use]
    pub fn count(&self, name: EventName) -> usize {
        self.events.iter().filter(|event| event.kind.name() == name).count()
    }

    /// The ids of all tasks that were added under this name, in that order.
    #[must_use]
    pub fn ids_of(&self, name: &str) -> Vec<TaskId> {
        let added = self.events.iter().filter(|event| event.kind.name() == EventName::Added);
        added.filter(|event| event.task() == Some(name)).filter_map(Event::id).collect()
    }
}

fn line(event: &Event) -> String {
    match event.task() {
        Some(name) => format!("{name} {}", describe(&event.kind)),
        None => describe(&event.kind),
    }
}

fn is_operation(event: &Event) -> bool {
    event.kind.name() == EventName::Operated
}

/// Formats the event, without values that differ from run to run.
fn describe(kind: &EventKind) -> String {
    let label = kind.name().label();
    match kind {
        EventKind::Started { attempt, .. }
        | EventKind::Succeeded { attempt, .. }
        | EventKind::TimedOut { attempt, error: None, .. }
        | EventKind::Stalled { attempt, error: None, .. }
        | EventKind::Canceled { attempt, .. }
        | EventKind::Interrupted { attempt, error: None, .. }
        | EventKind::Aborted { attempt, .. } => format!("{label} {attempt}"),
        EventKind::TimedOut { attempt, error: Some(error), .. }
        | EventKind::Stalled { attempt, error: Some(error), .. } => format!("{label} {attempt}: {error}"),
        EventKind::Snoozed { attempt, delay, .. } => format!("{label} {attempt}: {delay:?}"),
        EventKind::GaveUp { failures, within: None, .. } => format!("{label} after {failures}"),
        EventKind::GaveUp { failures, within: Some(within), .. } => {
            format!("{label} after {failures} in {within:?}")
        }
        EventKind::Failed { attempt, error, .. }
        | EventKind::Interrupted { attempt, error: Some(error), .. }
        | EventKind::Panicked { attempt, error, .. } => {
            format!("{label} {attempt}: {error}")
        }
        EventKind::Backoff { delay, failures, .. } => format!("{label} {failures}: {delay:?}"),
        EventKind::Ended { outcome, .. } => format!("{label} {}", describe_outcome(outcome)),
        EventKind::NotReady { reason, .. } => format!("{label}: {reason}"),
        EventKind::Scheduled { at, .. } => format!("{label} {at}"),
        EventKind::Skipped { at, ticks, why, .. } => format!("{label} {at}: {ticks} {why}"),
        EventKind::RunFailed { failures, .. } => format!("{label} after {failures}"),
        EventKind::Operated { action, by, slot, .. } => {
            let slot = slot.as_ref().map(|slot| format!(" [{slot}]")).unwrap_or_default();
            let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            format!("{label} {action}{slot}{by}")
        }
        EventKind::SubscriberPanicked { subscriber, message, .. } => {
            format!("{label} {subscriber}: {message}")
        }
        _ => label.to_owned(),
    }
}

/// Formats the outcome independently of its `Display`, which these tests do not cover.
fn describe_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Canceled { cause, last_error, .. } => {
            let by = match cause {
                StopCause::Cancel => "a cancel",
                StopCause::Shutdown => "shutdown",
                StopCause::Replace => "a replacement",
                StopCause::Clear => "a clear",
                StopCause::Dependency => "a dependency",
                _ => "another sender",
            };
            let failed = last_error.as_ref().map(|error| format!("; its last attempt failed: {error}"));
            format!("canceled by {by}{}", failed.unwrap_or_default())
        }
        Outcome::Failed(failure) => format!("failed: {failure}"),
        Outcome::Completed => "completed".to_owned(),
        Outcome::Aborted => "aborted".to_owned(),
        Outcome::Rejected(Rejection::Superseded) => "rejected: superseded".to_owned(),
        Outcome::Rejected(Rejection::Cleared) => "rejected: cleared".to_owned(),
        Outcome::Rejected(Rejection::ShuttingDown) => "rejected: shutting down".to_owned(),
        Outcome::Rejected(Rejection::Expired) => "rejected: expired".to_owned(),
        _ => "some other way".to_owned(),
    }
}
