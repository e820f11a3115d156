//! How an attempt ended: what was returned or happened, what it means, and the event that tells it.

use std::time::Duration;

use super::next_step::Ending;
use crate::error::causes::{CanceledUnasked, Panicked, TimedOut};
use crate::error::{BoxError, FailureKind, TaskError};
use crate::event::{EventKind, EventName};
use crate::runtime::cell::{AfterAttempt, TaskCell};

/// What happened to an attempt.
#[derive(Debug)]
pub(crate) enum Ended {
    Returned(Result<(), TaskError>),
    Panicked(String),
    TimedOut,
    Aborted,
}

/// What that means.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) ending: Ending,
    pub(crate) caught: Option<(FailureKind, BoxError)>,
    pub(crate) event: EventName,
}

impl Ended {
    pub(crate) fn judge(self, cell: &TaskCell, timeout: Duration) -> Judgement {
        let failed =
            |ending, kind, event, error: BoxError| Judgement { ending, caught: Some((kind, error)), event };
        let stopped = |event| Judgement { ending: Ending::Canceled, caught: None, event };
        match self {
            Self::Returned(Ok(())) => {
                Judgement { ending: Ending::Succeeded, caught: None, event: EventName::Succeeded }
            }
            Self::Returned(Err(TaskError::Canceled)) if cell.is_asked() => stopped(EventName::Canceled),
            Self::Returned(Err(TaskError::Canceled)) => {
                failed(Ending::Failed, FailureKind::Canceled, EventName::Failed, Box::new(CanceledUnasked))
            }
            Self::Returned(Err(TaskError::Fail(error))) => {
                failed(Ending::Failed, FailureKind::Error, EventName::Failed, error)
            }
            Self::Returned(Err(TaskError::Fatal(error))) => {
                failed(Ending::Fatal, FailureKind::Fatal, EventName::Failed, error)
            }
            Self::Returned(Err(TaskError::RetryAfter { error, delay })) => {
                failed(Ending::RetryAfter(delay), FailureKind::Error, EventName::Failed, error)
            }
            Self::Panicked(message) => {
                failed(Ending::Failed, FailureKind::Panic, EventName::Panicked, Box::new(Panicked(message)))
            }
            Self::TimedOut => {
                failed(Ending::Failed, FailureKind::Timeout, EventName::TimedOut, Box::new(TimedOut(timeout)))
            }
            Self::Aborted => stopped(EventName::Aborted),
        }
    }
}

/// The event of an attempt that was judged `name`; its error is by now in the cell.
pub(crate) fn attempt_event(
    name: EventName,
    after: &AfterAttempt,
    timeout: Duration,
    cell: &TaskCell,
) -> EventKind {
    let AfterAttempt { attempt, ran, .. } = *after;
    match name {
        EventName::Succeeded => EventKind::Succeeded { attempt, ran },
        EventName::Aborted => EventKind::Aborted { attempt },
        EventName::TimedOut => EventKind::TimedOut { attempt, timeout },
        _ => match (name, cell.last_error()) {
            (EventName::Failed, Some(error)) => EventKind::Failed { attempt, ran, error },
            (EventName::Panicked, Some(error)) => EventKind::Panicked { attempt, error },
            _ => EventKind::Canceled { attempt },
        },
    }
}
