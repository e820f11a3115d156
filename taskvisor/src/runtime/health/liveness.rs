//! The critical tasks, and which of them block their thread.
//!
//! Only a thread outside of the runtime can see that a body blocks: its actor is inside the poll. The watchdog of an application calls
//! `check`; without it, no task counts as blocking.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::{Overdue, STUCK_CONFIRMATION, TaskCell, saturating_deadline};
use crate::sync::{AtomicBool, Mutex, Ordering};

/// The longest time between two checks. A task without a heartbeat is found this long after its deadline at the latest.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Liveness {
    critical: Mutex<Vec<Weak<TaskCell>>>,
    /// Called when a critical task is added.
    observer: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// The tasks that were inside of a poll past a deadline at the last check.
    overdue: Mutex<Vec<BlockedTask>>,
    /// Whether one of them is confirmed.
    is_blocked: AtomicBool,
}

/// A critical task that is inside of a poll past a deadline.
#[derive(Clone, Debug)]
struct BlockedTask {
    // Weak, because the watchdog must not own an error of the user, which a cell may hold.
    cell: Weak<TaskCell>,
    overdue: Overdue,
    first_seen: Instant,
    /// Whether another check has found it past the same deadline, [`STUCK_CONFIRMATION`] later.
    // A poll that returns handles the deadline: it was not the same poll then.
    is_confirmed: bool,
}

impl Liveness {
    /// Adds a critical task that is about to start.
    #[cold]
    pub(crate) fn add(&self, cell: &Arc<TaskCell>) {
        {
            let mut critical = self.critical.lock();
            // Only when the list would grow, so that ended tasks do not accumulate.
            if critical.len() == critical.capacity() {
                critical.retain(|cell| cell.strong_count() > 0);
            }
            critical.push(Arc::downgrade(cell));
        }
        if let Some(observer) = self.observer.get() {
            observer();
        }
    }

    /// Sets what is called when a critical task is added. Only the first call counts.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn observe(&self, observer: impl Fn() + Send + Sync + 'static) {
        let _ = self.observer.set(Box::new(observer));
    }

    #[inline]
    pub(crate) fn is_blocked(&self) -> bool {
        self.is_blocked.load(Ordering::Acquire)
    }

    /// The critical tasks that block their thread, each with the deadline that it is past.
    pub(crate) fn blocked(&self) -> Vec<(Arc<TaskCell>, Overdue)> {
        let overdue = self.overdue.lock().clone();
        let confirmed = overdue.iter().filter(|task| task.is_confirmed);
        confirmed.filter_map(|task| Some((task.cell.upgrade()?, task.overdue))).collect()
    }

    /// Looks for critical tasks that block their thread. Returns the time of the next check, or `None` without critical tasks. Called
    /// only on the watchdog's thread.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn check(&self, now: Instant) -> Option<Instant> {
        // The cells are locked without these locks.
        let critical = self.critical.lock().clone();
        let cells: Vec<_> =
            critical.iter().filter_map(Weak::upgrade).filter(|cell| !cell.is_over()).collect();
        if cells.is_empty() {
            self.store(Vec::new());
            return None;
        }
        let known = self.overdue.lock().clone();
        let (mut found, mut next) = (Vec::new(), saturating_deadline(now, CHECK_INTERVAL));
        for cell in cells {
            let Some(overdue) = cell.blocks_past() else { continue };
            if overdue.deadline() > now {
                next = next.min(overdue.deadline());
                continue;
            }
            let cell = Arc::downgrade(&cell);
            let is_same = |task: &&BlockedTask| task.overdue == overdue && task.cell.ptr_eq(&cell);
            let first_seen = known.iter().find(is_same).map_or(now, |task| task.first_seen);
            let is_confirmed = now.saturating_duration_since(first_seen) >= STUCK_CONFIRMATION;
            found.push(BlockedTask { cell, overdue, first_seen, is_confirmed });
        }
        if found.iter().any(|task| !task.is_confirmed) {
            next = now;
        }
        self.store(found);
        // No more often than a task can be confirmed, however short its heartbeat is.
        Some(next.max(saturating_deadline(now, STUCK_CONFIRMATION)))
    }

    fn store(&self, overdue: Vec<BlockedTask>) {
        let is_blocked = overdue.iter().any(|task| task.is_confirmed);
        *self.overdue.lock() = overdue;
        self.is_blocked.store(is_blocked, Ordering::Release);
    }
}

impl std::fmt::Debug for Liveness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Liveness").field("is_blocked", &self.is_blocked).finish_non_exhaustive()
    }
}
