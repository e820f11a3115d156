//! The data of an event as fields of a tracing event.

use std::time::Duration;

use crate::error::Failure;
use crate::event::{Event, EventKind};
use crate::task::{LimitScope, Outcome, StopCause, WaitingOn, describe_blocking};

/// The fields of one event. A field that the event does not have is not recorded. `TracingSubscriber` documents them.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) task: Option<String>,
    pub(super) id: Option<u64>,
    pub(super) slot: Option<String>,
    pub(super) instance: Option<u64>,
    pub(super) attempt: Option<u64>,
    pub(super) error: Option<String>,
    pub(super) ran_ms: Option<u64>,
    pub(super) delay_ms: Option<u64>,
    pub(super) limit_ms: Option<u64>,
    pub(super) after_ms: Option<u64>,
    pub(super) waited_ms: Option<u64>,
    pub(super) by_ms: Option<i64>,
    pub(super) failures: Option<u64>,
    pub(super) repeats: Option<u64>,
    pub(super) over_ms: Option<u64>,
    pub(super) ticks: Option<u64>,
    pub(super) lost: Option<u64>,
    pub(super) outcome: Option<&'static str>,
    pub(super) cause: Option<String>,
    pub(super) due: Option<String>,
    pub(super) on: Option<String>,
    pub(super) of: Option<String>,
    pub(super) held_by: Option<String>,
    pub(super) blocking: Option<String>,
    pub(super) subscriber: Option<String>,
    pub(super) changed: Option<String>,
    pub(super) needs_restart: Option<String>,
    pub(super) action: Option<String>,
    pub(super) by: Option<String>,
}

impl Fields {
    pub(super) fn of(event: &Event) -> Self {
        let fields = Self {
            task: event.task().map(str::to_owned),
            id: event.id().map(|id| id.get()),
            slot: event.slot().map(str::to_owned),
            instance: event.instance().map(|instance| u64::try_from(instance).unwrap_or(u64::MAX)),
            ..Self::default()
        };
        fields.with_kind(event)
    }

    fn with_kind(self, event: &Event) -> Self {
        match &event.kind {
            EventKind::Started { attempt }
            | EventKind::Canceled { attempt }
            | EventKind::Aborted { attempt } => Self { attempt: Some(*attempt), ..self },
            EventKind::Succeeded { attempt, ran } => {
                Self { attempt: Some(*attempt), ran_ms: Some(millis(*ran)), ..self }
            }
            EventKind::Snoozed { attempt, ran, delay } => {
                let (ran_ms, delay_ms) = (Some(millis(*ran)), Some(millis(*delay)));
                Self { attempt: Some(*attempt), ran_ms, delay_ms, ..self }
            }
            EventKind::Failed { attempt, ran, error } => {
                Self { attempt: Some(*attempt), ran_ms: Some(millis(*ran)), ..self.with_error(Some(error)) }
            }
            EventKind::TimedOut { attempt, timeout: limit, error }
            | EventKind::Stalled { attempt, heartbeat: limit, error } => {
                let limit_ms = Some(millis(*limit));
                Self { attempt: Some(*attempt), limit_ms, ..self.with_error(error.as_ref()) }
            }
            EventKind::Panicked { attempt, error } => {
                Self { attempt: Some(*attempt), error: Some(error.message()), ..self }
            }
            EventKind::Interrupted { attempt, cause, error } => {
                let cause = Some(cause.to_string());
                Self { attempt: Some(*attempt), cause, ..self.with_error(error.as_ref()) }
            }
            EventKind::Backoff { attempt, delay, failures, error } => Self {
                attempt: Some(*attempt),
                delay_ms: Some(millis(*delay)),
                failures: Some(u64::from(*failures)),
                ..self.with_error(Some(error))
            },
            EventKind::RunFailed { occurrence, failures, error } => {
                let due = occurrence.as_ref().map(ToString::to_string);
                Self { due, failures: Some(u64::from(*failures)), ..self.with_error(Some(error)) }
            }
            EventKind::GaveUp { failures, within, last } => {
                let limit_ms = within.map(millis);
                Self { failures: Some(u64::from(*failures)), limit_ms, ..self.with_error(Some(last)) }
            }
            EventKind::Ended { outcome } => self.with_outcome(outcome),
            EventKind::Scheduled { at } => Self { due: Some(at.to_string()), ..self },
            EventKind::Skipped { at, ticks, why } => {
                let (due, cause) = (Some(at.to_string()), Some(why.to_string()));
                Self { due, ticks: Some(*ticks), cause, ..self }
            }
            EventKind::Ready { after } => Self { after_ms: Some(millis(*after)), ..self },
            EventKind::NotReady { reason } => Self { cause: Some(reason.to_string()), ..self },
            EventKind::Delayed { on, since, held_by } => {
                let of = match on {
                    WaitingOn::Permit { of: LimitScope::Task { name } } => Some(name.to_string()),
                    _ => None,
                };
                let held_by = (!held_by.is_empty()).then(|| held_by.to_string());
                let waited_ms = Some(millis(event.at.saturating_duration_since(*since)));
                Self { on: Some(on.to_string()), of, held_by, waited_ms, ..self }
            }
            EventKind::Refused { task, reason, .. } => {
                Self { task: Some(task.clone()), error: Some(reason.clone()), ..self }
            }
            EventKind::StillStarting { after, blocking } | EventKind::StillStopping { after, blocking } => {
                let blocking = Some(describe_blocking(blocking));
                Self { after_ms: Some(millis(*after)), blocking, ..self }
            }
            EventKind::Reloaded { changed, needs_restart, problems } => Self {
                changed: lines(changed),
                needs_restart: lines(needs_restart),
                error: lines(problems),
                ..self
            },
            EventKind::ClockStepped { by, back } => {
                let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
                Self { by_ms: Some(if *back { -by } else { by }), ..self }
            }
            EventKind::SubscriberPanicked { subscriber, message } => {
                Self { subscriber: Some(subscriber.clone()), error: Some(message.clone()), ..self }
            }
            EventKind::Operated { action, by, .. } => {
                let by = by.as_ref().map(ToString::to_string);
                Self { action: Some(action.to_string()), by, ..self }
            }
            EventKind::Lagged { lost } => Self { lost: Some(*lost), ..self },
            // Its slot is that of the event.
            EventKind::Queued { .. }
            | EventKind::Added
            | EventKind::Admitted
            | EventKind::Removed
            | EventKind::ShutdownRequested
            | EventKind::Stopped => self,
        }
    }

    fn with_error(self, error: Option<&Failure>) -> Self {
        Self { error: error.map(ToString::to_string), ..self }
    }

    fn with_outcome(self, outcome: &Outcome) -> Self {
        let (label, cause) = match outcome {
            Outcome::Completed => ("completed", None),
            Outcome::Failed(_) => ("failed", None),
            Outcome::Canceled { cause, .. } => ("canceled", Some(cause_label(*cause).to_owned())),
            Outcome::Aborted => ("aborted", None),
            Outcome::Rejected(rejection) => ("rejected", Some(rejection.to_string())),
        };
        Self { outcome: Some(label), cause, ..self.with_error(outcome.failure()) }
    }
}

/// Several texts as one field.
fn lines(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn cause_label(cause: StopCause) -> &'static str {
    match cause {
        StopCause::Cancel => "cancel",
        StopCause::Shutdown => "shutdown",
        StopCause::Replace => "replace",
        StopCause::Clear => "clear",
        StopCause::Dependency => "dependency",
        StopCause::Scale => "scale",
    }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
