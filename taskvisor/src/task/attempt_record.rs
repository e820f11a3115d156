//! One ended attempt in the history of a task.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// An attempt that has ended. [`TaskHandle::history`](crate::TaskHandle::history) returns the latest ones of a task.
///
/// ```
/// use taskvisor::{AttemptEnd, BackoffPolicy, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::default();
/// let feed = TaskFn::arc("feed", |ctx: TaskContext| async move {
///     if ctx.attempt() == 1 { Err(TaskError::fail("no such host")) } else { Ok(()) }
/// });
/// let task = supervisor.add_task(TaskSpec::on_failure(feed).with_backoff(BackoffPolicy::none()))?;
/// task.outcome().await;
///
/// let history = task.history();
/// assert_eq!(history[0].result, AttemptEnd::Failed);
/// assert_eq!(history[0].error.as_deref(), Some("no such host"));
/// assert_eq!((history[1].attempt, history[1].result), (2, AttemptEnd::Succeeded));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttemptRecord {
    /// The number of the attempt, from 1.
    pub attempt: u64,
    /// When the attempt began.
    pub started_at: Instant,
    /// How long the attempt ran, until its future was dropped.
    pub ran: Duration,
    /// How the attempt ended.
    pub result: AttemptEnd,
    /// The messages of its error and of the sources of that error, after `fatal: ` if it was fatal. Also of an error that decided
    /// nothing, such as one that was returned after an interrupt. `None` if the attempt had no error. At most 1,024 bytes: a longer
    /// text ends with `… (cut)`.
    pub error: Option<Arc<str>>,
}

/// How an attempt has ended, in the words of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptEnd {
    /// It returned `Ok`.
    Succeeded,
    /// It had nothing to do, and another attempt follows after a delay.
    Snoozed,
    /// It returned an error, or was not ready within its `start_timeout`.
    Failed,
    /// It took longer than its timeout.
    TimedOut,
    /// It sent no heartbeat in time.
    Stalled,
    /// It panicked.
    Panicked,
    /// It stopped after a stop request.
    Canceled,
    /// It was interrupted, and another attempt follows.
    Interrupted,
    /// It did not stop within the grace, and was dropped. Or its runtime was shut down.
    Aborted,
}

impl AttemptEnd {
    /// Returns a stable name for logs and metrics: the label of the event, such as `timed_out`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Snoozed => "snoozed",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Stalled => "stalled",
            Self::Panicked => "panicked",
            Self::Canceled => "canceled",
            Self::Interrupted => "interrupted",
            Self::Aborted => "aborted",
        }
    }
}

/// Writes the label.
impl fmt::Display for AttemptEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}
