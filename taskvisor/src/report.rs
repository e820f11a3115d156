//! What a supervisor has done, counted.

use std::fmt;

use crate::cell::{End, TaskCell};
use crate::id::TaskId;
use crate::outcome::{Failure, Outcome, StopCause};
use crate::sync::{AtomicU64, Mutex, Ordering, watchdog};

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
    /// Who gave up and why; the first [`Report::LISTED`].
    pub failures: Vec<FailedTask>,
    /// Who was aborted; the first [`Report::LISTED`].
    pub abortions: Vec<AbortedTask>,
    /// Why the system refused the thread that enforces the deadlines of stops, if it did. Then they are left to the timers
    /// of the runtime, and a task that blocks its thread may hold up a stop beyond its grace.
    pub watchdog_error: Option<String>,
    /// How many were aborted at the deadline of the shutdown.
    overdue: u64,
}

impl Report {
    /// How many failures and abortions are listed by name. All are counted.
    pub const LISTED: usize = 1024;

    /// Whether a task was still there when the grace of the shutdown was over.
    #[must_use]
    pub fn grace_exceeded(&self) -> bool {
        self.overdue > 0
    }
}

/// A task that gave up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedTask {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: TaskId,
    /// The failure it gave up over.
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
    /// Whose deadline it did not meet; nobody's, if its runtime was shut down under it.
    pub cause: Option<StopCause>,
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

/// Counts the ends. The common ones take no lock.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    completed: AtomicU64,
    canceled: AtomicU64,
    rejected: AtomicU64,
    trouble: Mutex<Report>,
}

impl Tally {
    pub(crate) fn count(&self, cell: &TaskCell, end: End) {
        match end {
            End::Completed => {
                self.completed.fetch_add(1, Ordering::Relaxed);
            }
            End::Canceled { .. } => {
                self.canceled.fetch_add(1, Ordering::Relaxed);
            }
            End::Rejected(_) => {
                self.rejected.fetch_add(1, Ordering::Relaxed);
            }
            End::Failed => self.failed(cell, end),
            End::Aborted => self.aborted(cell),
        }
    }

    pub(crate) fn report(&self) -> Report {
        let mut report = self.trouble.lock().clone();
        report.completed = self.completed.load(Ordering::Relaxed);
        report.canceled = self.canceled.load(Ordering::Relaxed);
        report.rejected = self.rejected.load(Ordering::Relaxed);
        report.watchdog_error = watchdog::refused().map(str::to_owned);
        report
    }

    fn failed(&self, cell: &TaskCell, end: End) {
        let Outcome::Failed(failure) = cell.settled_outcome(end) else { return };
        let task = FailedTask { name: cell.name().to_owned(), id: cell.id(), failure };
        let mut report = self.trouble.lock();
        report.failed += 1;
        if report.failures.len() < Report::LISTED {
            report.failures.push(task);
        }
    }

    fn aborted(&self, cell: &TaskCell) {
        let task = AbortedTask { name: cell.name().to_owned(), id: cell.id(), cause: cell.enforcer() };
        let mut report = self.trouble.lock();
        report.aborted += 1;
        report.overdue += u64::from(task.cause == Some(StopCause::Shutdown));
        if report.abortions.len() < Report::LISTED {
            report.abortions.push(task);
        }
    }
}
