//! The report of a supervisor: how its tasks ended.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{GiveUp, StopCause, TaskId};
use crate::error::Failure;

/// The outcomes of all tasks since the supervisor was built: counts, and lists of the tasks that failed, gave up, were aborted or are
/// stuck.
///
/// Comparisons ignore how long stuck tasks have been running, and compare failures by kind and message.
///
/// ```
/// use taskvisor::{Config, Supervisor, TaskError, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let ping = TaskFn::arc("ping", || async { Ok(()) });
/// let import = TaskFn::arc("import", || async { Err(TaskError::fatal("no such file")) });
/// let report = supervisor.run(vec![TaskSpec::once(ping), TaskSpec::once(import)]).await?;
/// assert_eq!((report.completed, report.failed), (1, 1));
/// for failed in &report.failures {
///     println!("{}: {}", failed.name, failed.failure); // import: fatal: no such file
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// How many tasks completed.
    pub completed: u64,
    /// How many tasks were canceled.
    pub canceled: u64,
    /// How many tasks failed.
    pub failed: u64,
    /// How many tasks were aborted.
    pub aborted: u64,
    /// How many submissions were rejected while they waited for their slots.
    pub rejected: u64,
    /// The failed tasks with their last failures; the first [`Report::MAX_LISTED`] of them.
    pub failures: Vec<FailedTask>,
    /// The aborted tasks; the first [`Report::MAX_LISTED`] of them.
    pub aborted_tasks: Vec<AbortedTask>,
    /// The canceled tasks whose last attempt failed after the stop request, for example in a clean-up; the first
    /// [`Report::MAX_LISTED`] of them. They count as canceled.
    pub failed_while_stopping: Vec<FailedTask>,
    /// The critical task whose failure has shut the supervisor down, if one has.
    pub critical_task: Option<FailedTask>,
    /// The tasks that gave up, in order; the first [`Report::MAX_LISTED`] entries. A task that gives up again after a resume has a
    /// further entry.
    pub give_ups: Vec<GiveUp>,
    /// The tasks that had not ended when the shutdown was over: they block their threads, or wait for a blocked thread.
    /// Each counts as aborted once its body returns.
    pub stuck: Vec<StuckTask>,
    /// The names of the subscribers that had not handled all their events when the drain was over.
    pub undrained_subscribers: Vec<String>,
    /// How often a subscriber panicked.
    pub subscriber_panics: u64,
    /// The error of the system if the watchdog thread could not be spawned. Then only the timers of the runtime enforce
    /// stop deadlines, and a task that blocks its thread can delay a stop beyond its grace.
    pub watchdog_error: Option<String>,
    /// How many tasks were aborted at the deadline of the shutdown.
    pub(crate) overdue: u64,
}

impl Report {
    /// The maximum length of each list of tasks. The counts include all tasks.
    pub const MAX_LISTED: usize = 1024;

    /// Returns the listed tasks that were aborted at the deadline of the shutdown.
    pub(crate) fn overdue(&self) -> impl Iterator<Item = &AbortedTask> {
        self.aborted_tasks.iter().filter(|task| task.cause == Some(StopCause::Shutdown))
    }

    /// Whether a task did not stop within the grace of the shutdown.
    #[must_use]
    pub fn grace_exceeded(&self) -> bool {
        self.overdue > 0 || !self.stuck.is_empty()
    }
}

/// A failed task, or a task whose last attempt failed after a stop request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FailedTask {
    /// The name of the task.
    pub name: String,
    /// The id of the task.
    pub id: TaskId,
    /// The slot, if the task is a submission to a slot.
    pub slot: Option<Arc<str>>,
    /// The last failure of the task.
    pub failure: Failure,
}

/// An aborted task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AbortedTask {
    /// The name of the task.
    pub name: String,
    /// The id of the task.
    pub id: TaskId,
    /// The slot, if the task is a submission to a slot.
    pub slot: Option<Arc<str>>,
    /// The cause of the stop request whose deadline the task missed. `None` if its Tokio runtime was shut down.
    pub cause: Option<StopCause>,
    /// Its own `stop_timeout`, if it sets one. Otherwise the task missed the end of the grace, or of its share of the grace, if the
    /// tasks that it depends on had to stop after it.
    pub stop_timeout: Option<Duration>,
    /// The share of the grace that it missed, if other tasks were to stop after it. See
    /// [`SupervisorHandle::stop`](crate::SupervisorHandle::stop).
    pub grace_share: Option<Duration>,
}

impl AbortedTask {
    /// The limit that it missed, for a message.
    #[cfg(feature = "macros")]
    pub(crate) fn limit(&self) -> String {
        use humantime::format_duration;

        match (self.stop_timeout, self.grace_share) {
            (Some(time), _) => format!("its `stop_timeout` of {}", format_duration(time)),
            (None, Some(share)) => format!("its share of the grace, {},", format_duration(share)),
            (None, None) => "the grace".to_owned(),
        }
    }
}

/// A task that had not ended when the shutdown was over.
///
/// Comparisons ignore `running_for`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StuckTask {
    /// The name of the task.
    pub name: String,
    /// The id of the task.
    pub id: TaskId,
    /// The slot, if the task is a submission to a slot.
    pub slot: Option<Arc<str>>,
    /// How long the task has been in its current phase. For a body that blocks, this is the running time of its
    /// attempt.
    pub running_for: Duration,
}

/// Ignores the measured time.
impl PartialEq for StuckTask {
    fn eq(&self, other: &Self) -> bool {
        let Self { name, id, slot, running_for: _ } = self;
        (name, id, slot) == (&other.name, &other.id, &other.slot)
    }
}

impl Eq for StuckTask {}

impl fmt::Display for StuckTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = u64::try_from(self.running_for.as_millis()).unwrap_or(u64::MAX);
        let running_for = humantime::format_duration(Duration::from_millis(milliseconds));
        write!(f, "{} (running for {running_for})", Labelled(&self.name, self.slot.as_deref()))
    }
}

/// A task in a message: its name, and the slot of a submission in brackets.
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
