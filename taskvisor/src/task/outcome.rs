//! The outcome of a task.

use std::fmt;

use crate::error::Failure;

/// The outcome of an accepted task.
///
/// Every accepted task has exactly one. All waiters see the same outcome, also those that come later.
///
/// Two outcomes are equal if their variants and fields are. Failures are compared by kind and message.
///
/// ```
/// use taskvisor::{Failure, FailureKind, Outcome, StopCause};
///
/// fn describe(outcome: &Outcome) -> String {
///     match outcome {
///         Outcome::Failed(failure) => format!("gave up after attempt {}", failure.attempt()),
///         Outcome::Canceled { cause: StopCause::Shutdown, .. } => "stopped with the application".to_owned(),
///         other => other.to_string(),
///     }
/// }
///
/// let failed = Outcome::Failed(Failure::new(FailureKind::Error, 4, "connection refused"));
/// assert_eq!(describe(&failed), "gave up after attempt 4");
/// assert_eq!(describe(&Outcome::canceled(StopCause::Shutdown)), "stopped with the application");
/// assert_eq!(describe(&Outcome::Completed), "completed");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The last attempt succeeded, and the restart policy required no other. Or the attempt called
    /// [`done`](crate::TaskContext::done), or a job returned its value.
    Completed,
    /// The last attempt failed and was not retried: the error was fatal, the policy allowed no retry, or the task gave up, because
    /// the failure exceeded its `max_retries` or its `max_failures`. Or a task that it depends on has failed or was aborted.
    Failed(Failure),
    /// A stop was requested, and the task stopped within its grace.
    #[non_exhaustive]
    Canceled {
        /// The cause of the stop request.
        cause: StopCause,
        /// The failure of the last attempt, if it failed.
        last_error: Option<Failure>,
    },
    /// The task did not stop within its grace, and its attempt was dropped. Or its Tokio runtime was shut down.
    Aborted,
    /// The submission never started.
    Rejected(Rejection),
}

impl Outcome {
    /// Creates a [`Canceled`](Self::Canceled) without a failure, to compare with or to test a subscriber.
    #[must_use]
    pub const fn canceled(cause: StopCause) -> Self {
        Self::Canceled { cause, last_error: None }
    }

    /// Returns the failure of a failed or canceled task, if there is one.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Canceled { last_error, .. } => last_error.as_ref(),
            Self::Completed | Self::Aborted | Self::Rejected(_) => None,
        }
    }

    /// Whether the outcome is [`Completed`](Outcome::Completed).
    #[must_use]
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed)
    }

    /// Whether the outcome is [`Failed`](Outcome::Failed).
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }

    /// Whether the outcome is [`Canceled`](Outcome::Canceled).
    #[must_use]
    pub fn is_canceled(&self) -> bool {
        matches!(self, Self::Canceled { .. })
    }

    /// Whether the outcome is [`Rejected`](Outcome::Rejected).
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        matches!(self, Self::Rejected(_))
    }

    /// Whether the outcome is [`Aborted`](Outcome::Aborted).
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
                    StopCause::Clear => " because its slot was cleared",
                    StopCause::Dependency => " because a task that it depends on was canceled",
                    StopCause::Scale => " because fewer instances are wanted",
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

/// The cause of a stop request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopCause {
    /// A call of `cancel` or `remove_task`, by name, by id or by handle.
    Cancel,
    /// The shutdown of the supervisor.
    Shutdown,
    /// Another submission that takes over the slot.
    Replace,
    /// A call of `clear_slot`.
    Clear,
    /// The end of a task that it depends on, which was canceled.
    Dependency,
    /// A call of [`scale`](crate::SupervisorHandle::scale) with a smaller number of instances.
    Scale,
}

/// The cause of an interrupt. An interrupt ends the running attempt, or the wait for the next one, without a stop request.
///
/// `Timeout` and `Stalled` interrupt an attempt that exceeds a limit. It has failed, and its end is published as `TimedOut`,
/// `Failed` or `Stalled`, never as `Interrupted`. The other causes are no failures, and another attempt follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InterruptCause {
    /// A call of `restart`.
    Restart,
    /// A task in [`needs`](crate::TaskSpec::with_needs) was not ready for as long as
    /// [`interrupt_on_loss`](crate::TaskSpec::with_interrupt_on_loss) allows.
    Dependency,
    /// A call of `pause`.
    Pause,
    /// The attempt has exceeded its `timeout` or its `start_timeout`, and the task has a `stop_timeout`.
    Timeout,
    /// The attempt has missed its heartbeat, and the task has a `stop_timeout`.
    Stalled,
}

impl InterruptCause {
    /// Whether the cause is an exceeded limit. Such an attempt has failed.
    pub(crate) fn is_limit(self) -> bool {
        matches!(self, Self::Timeout | Self::Stalled)
    }
}

/// Writes `restart`, `dependency`, `pause`, `timeout` or `stalled`.
impl fmt::Display for InterruptCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Restart => "restart",
            Self::Dependency => "dependency",
            Self::Pause => "pause",
            Self::Timeout => "timeout",
            Self::Stalled => "stalled",
        })
    }
}

/// The reason why an accepted submission never started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rejection {
    /// A later submission took its place in the queue.
    Superseded,
    /// The slot was cleared.
    Cleared,
    /// The supervisor shut down.
    ShuttingDown,
    /// It had not started within the time that its option `expires` allows.
    Expired,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Superseded => "superseded by a later submission",
            Self::Cleared => "the slot was cleared",
            Self::ShuttingDown => "the supervisor shut down before the submission started",
            Self::Expired => "the submission expired before it started",
        })
    }
}
