//! What is asked of a task, and how a task ends: the words its cell is written in.

use std::time::Duration;

use tokio::time::Instant;

use crate::outcome::{LastFailure, Outcome, StopCause};

/// What was asked of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) kind: AskKind,
    pub(crate) cause: StopCause,
    pub(crate) deadline: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskKind {
    Stop,
}

impl Ask {
    pub(crate) fn stop(cause: StopCause, now: Instant, grace: Duration) -> Self {
        Self { kind: AskKind::Stop, cause, deadline: later(now, grace) }
    }
}

/// How a task ends, before anybody asks for the outcome with its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Completed,
    Failed,
    Canceled { cause: StopCause, failed: bool },
    Aborted,
}

impl End {
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
        }
    }
}

/// A time after `now`; a duration beyond the clock's range means some thirty years.
pub(crate) fn later(now: Instant, duration: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    now.checked_add(duration).unwrap_or_else(|| now + FAR)
}
