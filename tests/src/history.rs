//! The check of a history against the events of its task.

use taskvisor::{EventKind, TaskHandle};
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

/// Compares the history of a task that has ended with its events.
pub(crate) fn check_history(task: &TaskHandle, event_log: &EventLog) -> Result<(), String> {
    let published = published(task, event_log);
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

fn published(task: &TaskHandle, event_log: &EventLog) -> Vec<Seen> {
    let mut began = None;
    let mut seen = Vec::new();
    for event in event_log.events_of(task) {
        let (attempt, error) = match &event.kind {
            EventKind::Started { .. } => {
                began = Some(event.at);
                continue;
            }
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
            EventKind::Interrupted { attempt, error, .. } => {
                (*attempt, error.as_ref().map(ToString::to_string))
            }
            _ => continue,
        };
        let Some(began) = began.take() else { continue };
        seen.push(Seen { attempt, began, ended: event.at, result: event.kind.name().label(), error });
    }
    seen
}
