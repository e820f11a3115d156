//! What a supervisor has done, counted.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{StopCause, TaskId};
use crate::error::Failure;

/// How the tasks of a supervisor ended, all of them since it was built.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// How many completed.
    pub completed: u64,
    /// How many were canceled.
    pub canceled: u64,
    /// How many gave up.
    pub failed: u64,
    /// How many were aborted.
    pub aborted: u64,
    /// How many submissions were rejected while they waited.
    pub rejected: u64,
    /// Who gave up and why; the first [`Report::MAX_LISTED`].
    pub failures: Vec<FailedTask>,
    /// Who was aborted; the first [`Report::MAX_LISTED`].
    pub aborted_tasks: Vec<AbortedTask>,
    /// The canceled tasks whose last attempt failed instead of stopping, such as a clean-up that did not succeed; the first
    /// [`Report::MAX_LISTED`]. They count as canceled.
    pub failed_while_stopping: Vec<FailedTask>,
    /// The tasks that were still there when the shutdown was over: they block their threads, or wait for one that is
    /// blocked. They count as aborted once their bodies return.
    pub stuck: Vec<StuckTask>,
    /// The subscribers that had not handled all their events when the drain was over, by name.
    pub undrained_subscribers: Vec<String>,
    /// How often a subscriber panicked.
    pub subscriber_panics: u64,
    /// Why the system refused the thread that enforces the deadlines of stops, if it did. Then they are left to the timers
    /// of the runtime, and a task that blocks its thread may hold up a stop beyond its grace.
    pub watchdog_error: Option<String>,
    /// How many were aborted at the deadline of the shutdown.
    pub(crate) overdue: u64,
}

impl Report {
    /// How many failures and aborted_tasks are listed by name. All are counted.
    pub const MAX_LISTED: usize = 1024;

    /// Those that were aborted at the deadline of the shutdown, as far as they are listed.
    pub(crate) fn overdue(&self) -> impl Iterator<Item = &AbortedTask> {
        self.aborted_tasks.iter().filter(|task| task.cause == Some(StopCause::Shutdown))
    }

    /// Whether a task was still there when the grace of the shutdown was over.
    #[must_use]
    pub fn grace_exceeded(&self) -> bool {
        self.overdue > 0 || !self.stuck.is_empty()
    }
}

/// A task that failed: it gave up, or did so while it was stopping.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedTask {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: TaskId,
    /// The slot of a submission.
    pub slot: Option<Arc<str>>,
    /// Its last failure.
    pub failure: Failure,
}

/// A task that was aborted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AbortedTask {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: TaskId,
    /// The slot of a submission.
    pub slot: Option<Arc<str>>,
    /// Whose deadline it did not meet; nobody's, if its runtime was shut down under it.
    pub cause: Option<StopCause>,
}

/// A task that was still there when the shutdown was over.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StuckTask {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: TaskId,
    /// The slot of a submission.
    pub slot: Option<Arc<str>>,
    /// For how long it has been doing what it does: if it blocks, running its attempt.
    pub running_for: Duration,
}

impl fmt::Display for StuckTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = u64::try_from(self.running_for.as_millis()).unwrap_or(u64::MAX);
        let running_for = humantime::format_duration(Duration::from_millis(milliseconds));
        write!(f, "{} (running for {running_for})", Labelled(&self.name, self.slot.as_deref()))
    }
}

/// A task in a message: its name, and the slot of a submission.
pub(crate) struct Labelled<'a>(pub(crate) &'a str, pub(crate) Option<&'a str>);

impl fmt::Display for Labelled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(name, Some(slot)) => write!(f, "`{name}` [{slot}]"),
            Self(name, None) => write!(f, "`{name}`"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { completed, canceled, failed, aborted, rejected, .. } = self;
        write!(f, "{completed} completed, {canceled} canceled, {failed} failed, {aborted} aborted")?;
        if *rejected > 0 {
            write!(f, ", {rejected} rejected")?;
        }
        Ok(())
    }
}
