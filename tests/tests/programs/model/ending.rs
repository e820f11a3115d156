//! The result of an attempt in the model.

use taskvisor::FailureKind;

use super::task::{Last, Task};
use crate::program::{End, Ms, Step};

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Ending {
    Succeeded,
    Failed(FailureKind),
    RetryAfter(Ms),
    Snoozed(Ms),
    Done,
    /// The attempt returned `Canceled` after a stop request.
    Canceled,
    /// The attempt was interrupted, and returned this failure, if any.
    Interrupted(Option<FailureKind>),
    Aborted,
}

/// The result of an attempt whose token was canceled by an interrupt. What it returned decides nothing, except for the value of
/// a job and for a panic.
pub(super) fn interrupted(ending: Ending, last: Last, returns_value: bool) -> Ending {
    match ending {
        Ending::Succeeded if returns_value => ending,
        Ending::Failed(FailureKind::Panic) => ending,
        _ if matches!(last, Last::Timeout | Last::Stall | Last::Deadline) => Ending::Interrupted(None),
        Ending::Failed(kind) => Ending::Interrupted(Some(kind)),
        Ending::RetryAfter(_) => Ending::Interrupted(Some(FailureKind::Error)),
        _ => Ending::Interrupted(None),
    }
}

/// The result of an attempt, as its program says.
pub(super) fn ending(task: &Task, last: Last) -> Ending {
    let end = match (task.work.step(task.attempt), last) {
        (_, Last::Deadline) => return Ending::Aborted,
        (_, Last::Timeout) => return Ending::Failed(FailureKind::Timeout),
        (_, Last::Stall) => return Ending::Failed(FailureKind::Stalled),
        (Step::Attempt(attempt), Last::Itself) => attempt.ends.map(|(_, end)| end),
        (Step::Attempt(attempt), Last::StopRequest) => attempt.on_stop.map(|(_, end)| end),
        (Step::Unbuildable, _) | (_, Last::Unbuilt) => Some(End::Panic),
    };
    match end {
        Some(End::Succeed) | None => Ending::Succeeded,
        Some(End::Fail) => Ending::Failed(FailureKind::Error),
        Some(End::Fatal) => Ending::Failed(FailureKind::Fatal),
        Some(End::RetryAfter(delay)) => Ending::RetryAfter(delay),
        // After a request, it has no effect.
        Some(End::Snooze(_)) if task.request.is_some() => Ending::Canceled,
        Some(End::Snooze(delay)) => Ending::Snoozed(delay),
        Some(End::Done) => Ending::Done,
        Some(End::Cancel) if task.request.is_some() => Ending::Canceled,
        Some(End::Cancel) => Ending::Failed(FailureKind::Canceled),
        Some(End::Panic) => Ending::Failed(FailureKind::Panic),
    }
}
