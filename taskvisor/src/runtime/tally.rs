//! Counters of task ends, for the report of a supervisor.

use std::time::Duration;

use super::cell::{TaskCell, TaskEnd};
use crate::error::Failure;
use crate::sync::{AtomicU64, Mutex, Ordering, watchdog};
use crate::task::{AbortedTask, FailedTask, GiveUp, Outcome, Report, StopCause};

/// Counts task ends. The common ones take no lock.
// All orderings are relaxed: a counter guards no other data. A report is exact once the registry is idle, because each task
// is counted before `Registry::count_out`, whose release pairs with the acquire of the idle check.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    completed: AtomicU64,
    canceled: AtomicU64,
    rejected: AtomicU64,
    /// The parts of the report that list tasks, under a lock: failures and aborts are rare.
    listed: Mutex<Report>,
}

impl Tally {
    /// `share` returns the share of the grace that an aborted task had.
    #[inline]
    pub(crate) fn count(&self, cell: &TaskCell, end: TaskEnd, share: impl FnOnce() -> Option<Duration>) {
        match end {
            TaskEnd::Completed => {
                self.completed.fetch_add(1, Ordering::Relaxed);
            }
            TaskEnd::Canceled { failed, .. } => {
                self.canceled.fetch_add(1, Ordering::Relaxed);
                if failed {
                    self.failed_while_stopping(cell, end);
                }
            }
            TaskEnd::Rejected(_) => {
                self.rejected.fetch_add(1, Ordering::Relaxed);
            }
            TaskEnd::Failed => self.failed(cell, end),
            TaskEnd::Aborted => self.aborted(cell, share()),
        }
    }

    pub(crate) fn report(&self, subscriber_panics: u64) -> Report {
        let mut report = self.listed.lock().clone();
        report.subscriber_panics = subscriber_panics;
        report.completed = self.completed.load(Ordering::Relaxed);
        report.canceled = self.canceled.load(Ordering::Relaxed);
        report.rejected = self.rejected.load(Ordering::Relaxed);
        report.watchdog_error = watchdog::refused().map(str::to_owned);
        report
    }

    /// Lists a task that gave up.
    pub(crate) fn give_up(&self, cell: &TaskCell, failures: u32, within: Option<Duration>, last: Failure) {
        let (name, slot) = (cell.name().to_owned(), cell.slot().cloned());
        let give_up = GiveUp { name, id: cell.id(), slot, failures, within, last };
        let mut report = self.listed.lock();
        if report.give_ups.len() < Report::MAX_LISTED {
            report.give_ups.push(give_up);
        }
    }

    /// Sets the critical task that has shut the supervisor down.
    pub(crate) fn critical(&self, task: FailedTask) {
        self.listed.lock().critical_task = Some(task);
    }

    fn failed(&self, cell: &TaskCell, end: TaskEnd) {
        // The cell is read before the report is locked: never two locks at once.
        let Outcome::Failed(failure) = cell.decided_outcome(end) else { return };
        let task = failed_task(cell, failure);
        let mut report = self.listed.lock();
        report.failed += 1;
        if report.failures.len() < Report::MAX_LISTED {
            report.failures.push(task);
        }
    }

    fn failed_while_stopping(&self, cell: &TaskCell, end: TaskEnd) {
        let Outcome::Canceled { last_error: Some(failure), .. } = cell.decided_outcome(end) else { return };
        let task = failed_task(cell, failure);
        let mut report = self.listed.lock();
        if report.failed_while_stopping.len() < Report::MAX_LISTED {
            report.failed_while_stopping.push(task);
        }
    }

    pub(crate) fn undrained(&self, subscribers: Vec<String>) {
        self.listed.lock().undrained_subscribers = subscribers;
    }

    fn aborted(&self, cell: &TaskCell, share: Option<Duration>) {
        let (name, slot) = (cell.name().to_owned(), cell.slot().cloned());
        let (cause, stop_timeout) = (cell.enforcer(), cell.stop_timeout());
        let grace_share = share.filter(|_| cause == Some(StopCause::Shutdown) && stop_timeout.is_none());
        let task = AbortedTask { name, id: cell.id(), slot, cause, stop_timeout, grace_share };
        let mut report = self.listed.lock();
        report.aborted += 1;
        report.overdue += u64::from(task.cause == Some(StopCause::Shutdown));
        if report.aborted_tasks.len() < Report::MAX_LISTED {
            report.aborted_tasks.push(task);
        }
    }
}

pub(crate) fn failed_task(cell: &TaskCell, failure: Failure) -> FailedTask {
    FailedTask { name: cell.name().to_owned(), id: cell.id(), slot: cell.slot().cloned(), failure }
}
