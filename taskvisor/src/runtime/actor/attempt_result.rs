//! The result of an attempt: what happened, its classification, and its event.

use std::time::Duration;

use super::next_step::AttemptClass;
use crate::error::causes::{CanceledWithoutRequest, NotReadyInTime, Panicked, TimedOut};
use crate::error::{BoxError, FailureKind, TaskError};
use crate::event::{EventKind, EventName};
use crate::runtime::cell::{FinishedAttempt, TaskCell};

/// What ended an attempt.
#[derive(Debug)]
pub(crate) enum AttemptResult {
    Returned(Result<(), TaskError>),
    Panicked(String),
    TimedOut,
    /// Not ready within this time.
    NotReady(Duration),
    /// Dropped at the deadline of an interrupt.
    Interrupted,
    Aborted,
}

/// A result, classified for the next step, the failure record, and the event.
#[derive(Debug)]
pub(crate) struct Classified {
    pub(crate) class: AttemptClass,
    pub(crate) caught: Option<(FailureKind, BoxError)>,
    pub(crate) event: EventName,
}

impl AttemptResult {
    pub(crate) fn classify(self, cell: &TaskCell, timeout: Duration) -> Classified {
        let failed =
            |class, kind, event, error: BoxError| Classified { class, caught: Some((kind, error)), event };
        let stopped = |event| Classified { class: AttemptClass::Canceled, caught: None, event };
        let interrupted =
            || Classified { class: AttemptClass::Interrupted, caught: None, event: EventName::Interrupted };
        match self {
            Self::Returned(Ok(())) => {
                Classified { class: AttemptClass::Succeeded, caught: None, event: EventName::Succeeded }
            }
            Self::Returned(Err(TaskError::Canceled)) if cell.stop_requested() => stopped(EventName::Canceled),
            Self::Returned(Err(TaskError::Canceled)) if cell.is_interrupted() => interrupted(),
            // Without a stop request this is a failure. As a cancellation it would end the task for no visible reason.
            Self::Returned(Err(TaskError::Canceled)) => failed(
                AttemptClass::Failed,
                FailureKind::Canceled,
                EventName::Failed,
                Box::new(CanceledWithoutRequest),
            ),
            Self::Returned(Err(TaskError::Fail(error))) => {
                failed(AttemptClass::Failed, FailureKind::Error, EventName::Failed, error)
            }
            Self::Returned(Err(TaskError::Fatal(error))) => {
                failed(AttemptClass::Fatal, FailureKind::Fatal, EventName::Failed, error)
            }
            Self::Returned(Err(TaskError::RetryAfter { error, delay })) => {
                failed(AttemptClass::RetryAfter(delay), FailureKind::Error, EventName::Failed, error)
            }
            Self::Panicked(message) => failed(
                AttemptClass::Failed,
                FailureKind::Panic,
                EventName::Panicked,
                Box::new(Panicked(message)),
            ),
            Self::TimedOut => failed(
                AttemptClass::Failed,
                FailureKind::Timeout,
                EventName::TimedOut,
                Box::new(TimedOut(timeout)),
            ),
            // Not `TimedOut`, which carries no error: a subscriber could not tell it from the timeout of the attempt.
            Self::NotReady(limit) => failed(
                AttemptClass::Failed,
                FailureKind::NotReady,
                EventName::Failed,
                Box::new(NotReadyInTime(limit)),
            ),
            Self::Interrupted => interrupted(),
            Self::Aborted => stopped(EventName::Aborted),
        }
    }
}

/// The class and the event of an attempt that was interrupted. What its body returned decides nothing, because its token was
/// cancelled: an `Ok` may mean that the body has cleaned up. A panic stays a panic, and the value of a job is delivered.
pub(crate) fn interrupted(
    class: AttemptClass,
    event: EventName,
    returns_value: bool,
) -> (AttemptClass, EventName) {
    let keeps = match event {
        EventName::Panicked | EventName::Aborted => true,
        EventName::Succeeded => returns_value,
        _ => false,
    };
    if keeps { (class, event) } else { (AttemptClass::Interrupted, EventName::Interrupted) }
}

/// Creates the event of a finished attempt.
// After `TaskCell::finish_attempt`, which moves the error into the cell: events and status share one `Failure`.
pub(crate) fn attempt_event(
    name: EventName,
    after: &FinishedAttempt,
    timeout: Duration,
    returned_error: bool,
    cell: &TaskCell,
) -> EventKind {
    let FinishedAttempt { attempt, ran, interrupt, .. } = *after;
    if let (EventName::Interrupted, Some(cause)) = (name, interrupt) {
        let error = if returned_error { cell.last_error() } else { None };
        return EventKind::Interrupted { attempt, cause, error };
    }
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
