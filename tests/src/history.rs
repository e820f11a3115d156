//! The check of a history against the events of its task.

use std::collections::HashMap;

use taskvisor::{EventKind, TaskHandle, TaskId};
use tokio::time::Instant;

use crate::EventLog;

/// How many attempts a history has at most.
const CAPACITY: usize = 20;

/// An attempt, as the events or the history describe it.
#[derive(Debug, PartialEq)]
struct Seen {
    attempt: u64,
    began: Instant,
    ended: Instant,
    result: &'static str,
    error: Option<String>,
}

/// The ended attempts of all tasks, as the events describe them.
// Collected once for all tasks: a test may have a hundred thousand of them.
#[derive(Debug, Default)]
pub(crate) struct Attempts(HashMap<TaskId, Vec<Seen>>);

/// Compares the history of a task that has ended with its events.
pub(crate) fn check_history(task: &TaskHandle, attempts: &Attempts) -> Result<(), String> {
    let published = attempts.0.get(&task.id()).map_or(&[][..], |seen| seen);
    let expected = &published[published.len().saturating_sub(CAPACITY)..];
    let history: Vec<_> = task
        .history()
        .into_iter()
        .map(|record| Seen {
            attempt: record.attempt,
            began: record.started_at,
            ended: record.started_at + record.ran,
            result: record.result.label(),
            error: record.error.map(|error| error.to_string()),
        })
        .collect();
    if history.len() == expected.len() && history.iter().zip(expected).all(|(seen, event)| agree(seen, event))
    {
        return Ok(());
    }
    Err(format!("the history has {history:#?}, and the events {expected:#?}"))
}

/// The events of a limit carry an error only if the attempt has returned one; the history names the limit.
fn agree(seen: &Seen, event: &Seen) -> bool {
    let Seen { attempt, began, ended, result, error } = seen;
    let agrees =
        if matches!(*result, "timed_out" | "stalled") { error.is_some() } else { *error == event.error };
    agrees && (attempt, began, ended, result) == (&event.attempt, &event.began, &event.ended, &event.result)
}

impl Attempts {
    pub(crate) fn of(event_log: &EventLog) -> Self {
        let mut attempts = Self::default();
        let mut began = HashMap::new();
        for event in event_log.events() {
            let Some(id) = event.id() else { continue };
            if matches!(event.kind, EventKind::Started { .. }) {
                began.insert(id, event.at);
            } else if let Some((attempt, error)) = attempt_end(&event.kind) {
                let Some(began) = began.remove(&id) else { continue };
                let (ended, result) = (event.at, event.kind.name().label());
                attempts.0.entry(id).or_default().push(Seen { attempt, began, ended, result, error });
            }
        }
        attempts
    }
}

/// The number and the error of an attempt that this event ends.
fn attempt_end(kind: &EventKind) -> Option<(u64, Option<String>)> {
    Some(match kind {
        EventKind::Succeeded { attempt, .. }
        | EventKind::Snoozed { attempt, .. }
        | EventKind::TimedOut { attempt, .. }
        | EventKind::Stalled { attempt, .. }
        | EventKind::Canceled { attempt, .. }
        | EventKind::Aborted { attempt, .. } => (*attempt, None),
        EventKind::Failed { attempt, error, .. } => (*attempt, Some(error.to_string())),
        EventKind::Panicked { attempt, error, .. } => {
            (*attempt, Some(error.to_string().trim_start_matches("panicked: ").to_owned()))
        }
        EventKind::Interrupted { attempt, error, .. } => (*attempt, error.as_ref().map(ToString::to_string)),
        _ => return None,
    })
}
