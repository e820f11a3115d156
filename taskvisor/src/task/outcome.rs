//! How a task ended.

use std::fmt;

use crate::error::Failure;

/// How an accepted task ended: exactly one for each, for any number of waiters, early or late.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The last attempt succeeded and the restart policy asked for no other.
    Completed,
    /// The task gave up: out of retries, not to be retried, or fatal.
    Failed(Failure),
    /// A stop was asked, and the task stopped within its grace.
    Canceled {
        /// Who asked.
        cause: StopCause,
        /// The failure of the final attempt, if it failed rather than stopped.
        last_error: Option<Failure>,
    },
    /// The task did not stop within its grace, so its attempt was dropped; or its runtime was shut down under it.
    Aborted,
    /// A submission that never had its first turn.
    Rejected(Rejection),
}

impl Outcome {
    /// The failure it carries, if any.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Canceled { last_error, .. } => last_error.as_ref(),
            Self::Completed | Self::Aborted | Self::Rejected(_) => None,
        }
    }

    /// Whether it is [`Completed`](Outcome::Completed).
    #[must_use]
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed)
    }

    /// Whether it is [`Failed`](Outcome::Failed).
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }

    /// Whether it is [`Canceled`](Outcome::Canceled).
    #[must_use]
    pub fn is_canceled(&self) -> bool {
        matches!(self, Self::Canceled { .. })
    }

    /// Whether it is [`Rejected`](Outcome::Rejected).
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        matches!(self, Self::Rejected(_))
    }

    /// Whether it is [`Aborted`](Outcome::Aborted).
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        matches!(self, Self::Aborted)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed => f.write_str("completed"),
            Self::Failed(failure) => write!(f, "failed: {failure}"),
            Self::Canceled { cause, last_error } => {
                f.write_str("canceled")?;
                f.write_str(match cause {
                    StopCause::Cancel => "",
                    StopCause::Shutdown => " by the shutdown",
                    StopCause::Replace => " by a replacement",
                    StopCause::Clear => " with its slot",
                })?;
                match last_error {
                    Some(failure) => write!(f, "; its last attempt failed: {failure}"),
                    None => Ok(()),
                }
            }
            Self::Aborted => f.write_str("aborted"),
            Self::Rejected(rejection) => write!(f, "rejected: {rejection}"),
        }
    }
}

/// Who asked a task to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopCause {
    /// A `cancel` or `remove_task`, by name or by handle.
    Cancel,
    /// The shutdown of the supervisor.
    Shutdown,
    /// A submission that takes its slot.
    Replace,
    /// A `clear_slot`.
    Clear,
}

/// Why an accepted submission never had its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rejection {
    /// A later submission took its place among those who wait.
    Superseded,
    /// The slot was cleared.
    Cleared,
    /// The supervisor shut down.
    ShuttingDown,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Superseded => "superseded by a later submission",
            Self::Cleared => "the slot was cleared",
            Self::ShuttingDown => "the supervisor shut down before its turn",
        })
    }
}
