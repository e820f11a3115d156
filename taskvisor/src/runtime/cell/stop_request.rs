//! What is asked of a task, and how a task ends: the words its cell is written in.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::LastFailure;
use crate::policy::StopTimeout;
use crate::task::{Outcome, Rejection, StopCause};

/// What a task holds while it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegistryKey {
    /// Its name, as one that was added.
    Name,
    /// A slot, as a submission; its name is a label.
    Slot(Arc<str>),
    /// Nothing: a submission that competes with nobody.
    Free,
}

/// What was asked of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PendingStop {
    pub(crate) kind: StopKind,
    /// Who asked first.
    pub(crate) cause: StopCause,
    pub(crate) deadline: Instant,
    /// Who set the deadline that is in force.
    pub(crate) enforcer: StopCause,
    /// How many milliseconds after the deadline, and one, the poll was first seen in which the actor is; zero if it was not.
    pub(super) first_overdue_ms: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopKind {
    Stop,
    /// To give up waiting for a turn that will not come.
    Reject(Rejection),
}

/// A request to stop, before a task has taken it: the task may have less time than its sender gives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StopRequest {
    kind: StopKind,
    cause: StopCause,
    at: Instant,
    grace: Duration,
}

impl StopRequest {
    pub(crate) fn stop(cause: StopCause, at: Instant, grace: Duration) -> Self {
        Self { kind: StopKind::Stop, cause, at, grace }
    }

    pub(crate) fn reject(rejection: Rejection, at: Instant) -> Self {
        let cause = match rejection {
            Rejection::Superseded => StopCause::Replace,
            Rejection::Cleared => StopCause::Clear,
            Rejection::ShuttingDown => StopCause::Shutdown,
        };
        Self { kind: StopKind::Reject(rejection), cause, at, grace: Duration::ZERO }
    }

    /// As a task with this `stop_timeout` takes it: never more time than the sender gives.
    pub(super) fn limited_to(self, stop_timeout: Option<StopTimeout>) -> PendingStop {
        let Self { kind, cause, at, grace } = self;
        let grace = stop_timeout.map_or(grace, |timeout| grace.min(timeout.get()));
        PendingStop {
            kind,
            cause,
            deadline: saturating_deadline(at, grace),
            enforcer: cause,
            first_overdue_ms: 0,
        }
    }
}

impl PendingStop {
    /// The actor is in an overdue poll. Says whether that was seen before, a margin earlier.
    pub(super) fn is_overdue_again(&mut self, now: Instant) -> bool {
        let late = now.saturating_duration_since(self.deadline).as_millis();
        let late = u32::try_from(late).unwrap_or(u32::MAX).saturating_add(1);
        if self.first_overdue_ms == 0 {
            self.first_overdue_ms = late;
        }
        // Whoever looks may have read the clock before somebody who looked before it. Beyond the range, once is enough.
        late == u32::MAX
            || u128::from(late.saturating_sub(self.first_overdue_ms)) >= STUCK_CONFIRMATION.as_millis()
    }
}

/// How much longer than the actor others wait: a body that polls is given the time to come back from its poll.
pub(crate) const STUCK_CONFIRMATION: Duration = Duration::from_millis(100);

/// How a task ends, before anybody asks for the outcome with its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskEnd {
    Completed,
    Failed,
    Canceled { cause: StopCause, failed: bool },
    Aborted,
    Rejected(Rejection),
}

impl TaskEnd {
    pub(super) fn outcome(self, last: &mut LastFailure) -> Outcome {
        match self {
            Self::Completed => Outcome::Completed,
            Self::Failed => match last.share() {
                Some(failure) => Outcome::Failed(failure),
                None => Outcome::Aborted,
            },
            Self::Canceled { cause, failed } => {
                Outcome::Canceled { cause, last_error: if failed { last.share() } else { None } }
            }
            Self::Aborted => Outcome::Aborted,
            Self::Rejected(rejection) => Outcome::Rejected(rejection),
        }
    }
}

/// A time after `now`; a duration beyond the clock's range means some thirty years.
pub(crate) fn saturating_deadline(now: Instant, duration: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    now.checked_add(duration).unwrap_or_else(|| now + FAR)
}
