//! The result of an attempt: what happened, its classification, and its event.

use std::time::Duration;

use super::limits::ExceededLimit;
use super::next_step::AttemptClass;
use super::{ActorStage, TaskActor};
use crate::error::causes::{CanceledWithoutRequest, MissedHeartbeat, NotReadyInTime, Panicked, TimedOut};
use crate::error::{BoxError, FailureKind, TaskError};
use crate::event::{EventKind, EventName};
use crate::policy::FatalIf;
use crate::runtime::cell::{Conclusion, FinishedAttempt, RequestKind, TaskCell};
use crate::sync::panics;

/// What ended an attempt.
#[derive(Debug)]
pub(crate) enum AttemptResult {
    Returned(Result<(), TaskError>),
    Panicked(String),
    /// The attempt exceeded a limit. `returned` is the error that it returned after its token was canceled, if any.
    Exceeded {
        limit: ExceededLimit,
        returned: Option<BoxError>,
    },
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
    /// Whether the attempt has returned an error.
    pub(crate) returned_error: bool,
}

impl AttemptResult {
    pub(crate) fn classify(self, cell: &TaskCell, timeout: Duration) -> Classified {
        let failed = |class, kind, event, error: BoxError| Classified {
            class,
            caught: Some((kind, error)),
            event,
            returned_error: true,
        };
        let ended = |class, event| Classified { class, caught: None, event, returned_error: false };
        let stopped = |event| ended(AttemptClass::Canceled, event);
        let interrupted = || ended(AttemptClass::Interrupted, EventName::Interrupted);
        match self {
            Self::Returned(Ok(())) => ended(AttemptClass::Succeeded, EventName::Succeeded),
            // Read once: between two reads, a stop request could replace the interrupt, and neither would find one.
            Self::Returned(Err(TaskError::Canceled)) => match cell.pending_request() {
                Some(RequestKind::Stop { .. }) => stopped(EventName::Canceled),
                Some(RequestKind::Interrupt(_)) => interrupted(),
                // This is a failure. As a cancellation it would end the task for no visible reason.
                None => failed(
                    AttemptClass::Failed,
                    FailureKind::Canceled,
                    EventName::Failed,
                    Box::new(CanceledWithoutRequest),
                ),
            },
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
            Self::Exceeded { limit, returned } => {
                let returned_error = returned.is_some();
                let (kind, event, error): (_, _, BoxError) = match limit {
                    ExceededLimit::Timeout => {
                        let error = TimedOut { limit: timeout, returned };
                        (FailureKind::Timeout, EventName::TimedOut, Box::new(error))
                    }
                    // Not `TimedOut`: a subscriber could not tell it from the timeout of the attempt.
                    ExceededLimit::NotReady(limit) => {
                        let error = NotReadyInTime { limit: limit.get(), returned };
                        (FailureKind::NotReady, EventName::Failed, Box::new(error))
                    }
                    ExceededLimit::Stalled => {
                        let limit =
                            cell.rare().and_then(|rare| rare.options().heartbeat()).unwrap_or_default();
                        let error = MissedHeartbeat { limit, returned };
                        (FailureKind::Stalled, EventName::Stalled, Box::new(error))
                    }
                };
                let class = AttemptClass::Failed;
                Classified { class, caught: Some((kind, error)), event, returned_error }
            }
            Self::Interrupted => interrupted(),
            Self::Aborted => stopped(EventName::Aborted),
        }
    }
}

impl TaskActor {
    /// Decides what the result of an attempt counts as, if the attempt has exceeded a limit or its task has rare options.
    // By reference, so that the result of any other attempt is not copied.
    #[cold]
    pub(super) fn decide_result(&self, result: &mut AttemptResult) {
        let mut decided = std::mem::replace(result, AttemptResult::Aborted);
        if let ActorStage::Overtime { limit } = self.stage {
            decided = self.exceeded(limit, decided);
        }
        if let Some(is_fatal) = self.registration.cell().rare().and_then(|rare| rare.options().fatal_if()) {
            decided = self.decide_fatal(decided, is_fatal);
        }
        *result = decided;
    }

    /// As `settled`. An interrupt may clear the series of failures before this attempt is counted: a panic during a restart is the
    /// first failure of a new series.
    #[cold]
    pub(super) fn settle(
        &mut self,
        class: AttemptClass,
        event: EventName,
        after: &FinishedAttempt,
    ) -> (AttemptClass, EventName) {
        if let Some(cause) = after.interrupt.filter(|cause| !cause.is_limit()) {
            self.clear_streak(cause);
        }
        settled(class, event, after, self.policy.returns_value)
    }

    /// Makes a returned error fatal if the predicate of the task returns `true` for it. A mark of the error takes precedence.
    fn decide_fatal(&self, result: AttemptResult, is_fatal: FatalIf) -> AttemptResult {
        match result {
            AttemptResult::Returned(Err(TaskError::Fail(error)))
                if panics::contain(|| is_fatal(&*error)).unwrap_or(false) =>
            {
                AttemptResult::Returned(Err(TaskError::Fatal(error)))
            }
            result => result,
        }
    }
}

/// The class and the event of an attempt that has ended in the cell, by an interrupt or with a conclusion.
#[cold]
pub(super) fn settled(
    class: AttemptClass,
    event: EventName,
    after: &FinishedAttempt,
    returns_value: bool,
) -> (AttemptClass, EventName) {
    match after.interrupt {
        None => concluded(class, event, after.conclusion(), after.stop.is_some()),
        // The attempt is classified as failed already.
        Some(cause) if cause.is_limit() => (class, event),
        Some(_) => interrupted(class, event, returns_value && !after.conclusion().is_snooze()),
    }
}

/// The class and the event of an attempt that was interrupted. What its body returned decides nothing, because its token was
/// canceled: an `Ok` may mean that the body has cleaned up. A panic stays a panic, and the value of a job is delivered.
fn interrupted(class: AttemptClass, event: EventName, delivers: bool) -> (AttemptClass, EventName) {
    let keeps = match event {
        EventName::Panicked | EventName::Aborted => true,
        EventName::Succeeded => delivers,
        _ => false,
    };
    if keeps { (class, event) } else { (AttemptClass::Interrupted, EventName::Interrupted) }
}

/// The class and the event of an attempt that no interrupt has ended: those that its body has decided, if it returned without an
/// error. `stopped` says whether a stop was requested.
fn concluded(
    class: AttemptClass,
    event: EventName,
    conclusion: Conclusion,
    stopped: bool,
) -> (AttemptClass, EventName) {
    match conclusion {
        // A stop request has replaced the interrupt since the result was classified.
        _ if class == AttemptClass::Interrupted => (AttemptClass::Canceled, EventName::Canceled),
        _ if class != AttemptClass::Succeeded => (class, event),
        // No other attempt follows, and this one has not done its work: a job has no value.
        Conclusion::Snooze(_) if stopped => (AttemptClass::Canceled, EventName::Canceled),
        Conclusion::Snooze(delay) => (AttemptClass::Snoozed(delay), EventName::Snoozed),
        Conclusion::Done if !stopped => (AttemptClass::Done, event),
        Conclusion::Done | Conclusion::ByPolicy => (class, event),
    }
}

/// Creates the event of a finished attempt.
// After `TaskCell::end_attempt`, which moves the error into the cell: events and status share one `Failure`.
#[inline]
pub(crate) fn attempt_event(
    name: EventName,
    after: &FinishedAttempt,
    timeout: Duration,
    returned_error: bool,
    cell: &TaskCell,
) -> EventKind {
    let FinishedAttempt { attempt, ran, interrupt, .. } = *after;
    let returned = || if returned_error { cell.last_error() } else { None };
    if let (EventName::Interrupted, Some(cause)) = (name, interrupt) {
        return EventKind::Interrupted { attempt, cause, error: returned() };
    }
    match (name, after.conclusion()) {
        (EventName::Succeeded, _) => EventKind::Succeeded { attempt, ran },
        (EventName::Snoozed, Conclusion::Snooze(delay)) => EventKind::Snoozed { attempt, ran, delay },
        (EventName::Aborted, _) => EventKind::Aborted { attempt },
        (EventName::TimedOut, _) => EventKind::TimedOut { attempt, timeout, error: returned() },
        (EventName::Stalled, _) => {
            let heartbeat = cell.rare().and_then(|rare| rare.options().heartbeat()).unwrap_or_default();
            EventKind::Stalled { attempt, heartbeat, error: returned() }
        }
        _ => match (name, cell.last_error()) {
            (EventName::Failed, Some(error)) => EventKind::Failed { attempt, ran, error },
            (EventName::Panicked, Some(error)) => EventKind::Panicked { attempt, error },
            _ => EventKind::Canceled { attempt },
        },
    }
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_stop_request_that_replaces_an_interrupt_cancels() {
        let (class, event) =
            concluded(AttemptClass::Interrupted, EventName::Interrupted, Conclusion::ByPolicy, true);
        assert_eq!((class, event), (AttemptClass::Canceled, EventName::Canceled));
    }
}
