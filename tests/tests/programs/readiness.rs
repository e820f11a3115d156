//! Readiness: a caller that waits for it since the task was accepted, and what it must have seen.
//!
//! The model does not predict readiness, which changes nothing else in a program. The recorder checks its events, and this file
//! compares them with the waiting caller.

use std::time::Duration;

use taskvisor::{EventName, Outcome, TaskHandle};
use tests::EventLog;
use tokio::time::Instant;

use crate::specs::moment;
use crate::vocabulary::TaskOutcome;

/// The time after which a caller must have been polled: destructors block the thread for shorter times.
const PROMPT: Duration = Duration::from_secs(1);

/// When the caller saw the task ready, or how the task ended unready.
#[derive(Debug)]
pub(crate) struct ReadyWait {
    result: Result<Duration, TaskOutcome>,
    /// Whether the task declares its readiness.
    declares: bool,
}

/// Waits until the task is ready.
pub(crate) async fn wait(task: TaskHandle, began: Instant, declares: bool) -> ReadyWait {
    let result = match task.ready().await {
        Ok(()) => Ok(began.elapsed()),
        Err(outcome) => Err(TaskOutcome::of(&outcome)),
    };
    let status = task.status();
    // In the same poll, so that no stop request came in between.
    let is_ready = status.ready_since.is_some();
    assert!(result.is_err() || is_ready, "ready, but its status is {status:?}");
    ReadyWait { result, declares }
}

/// Checks what the caller saw against the events and the outcome.
pub(crate) fn check(
    wait: &ReadyWait,
    task: &TaskHandle,
    fate: &TaskOutcome,
    log: &EventLog,
) -> Result<(), String> {
    // A task that declares nothing is ready after a success.
    let name = if wait.declares { EventName::Ready } else { EventName::Succeeded };
    let ready = log.times_of(task, name);
    let lost = log.times_of(task, EventName::NotReady);
    match &wait.result {
        Ok(at) if ready.first().is_none_or(|first| first > at) => {
            Err(format!("seen ready at {} ms, before its event", moment(*at)))
        }
        Ok(_) => Ok(()),
        Err(_) if *fate == TaskOutcome::of(&Outcome::Completed) => {
            Err("a completed task was not ready".to_owned())
        }
        Err(seen) if seen != fate => Err(format!("not ready because of {seen:?}, but it ended {fate:?}")),
        Err(_) if wait.declares && ready.iter().zip(&lost).any(|(from, to)| *to > *from + PROMPT) => {
            Err("a caller missed that the task was ready".to_owned())
        }
        Err(_) => Ok(()),
    }
}
