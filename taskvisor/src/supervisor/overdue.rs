//! What is still there when a shutdown should be over, and how long an observer of the shutdown waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::{STUCK_CONFIRMATION, TaskCell, saturating_deadline};
use crate::runtime::registry::Registry;
use crate::runtime::shared::ShutdownState;
use crate::task::{Phase, StuckTask};

/// How long after the grace the driver waits for what is left: two looks at a task, [`STUCK_CONFIRMATION`] apart, show that it blocks,
/// and tasks that were just dropped get time to end.
pub(crate) const LAST_ENDS_MARGIN: Duration = Duration::from_millis(500);

/// How long after the last deadline an observer gives the driver, or the process, before it takes over.
pub(crate) const TAKEOVER_MARGIN: Duration = Duration::from_millis(200);

/// How long an observer of a shutdown waits for the driver.
pub(crate) enum ObserverWait {
    /// No stop was requested.
    Endless,
    Until(Instant),
    /// The driver does not run. Once every task that is left is stuck and no subscriber has anything left, there is
    /// nothing to wait for.
    WhileSomethingIsLeft,
    Over,
}

impl ShutdownState {
    pub(crate) fn observer_wait(&self, drain: Duration, now: Instant) -> ObserverWait {
        let Some(deadline) = self.deadline else { return ObserverWait::Endless };
        let last_ends = saturating_deadline(deadline, LAST_ENDS_MARGIN);
        if let Some(drained_by) = self.drained_by {
            let due = saturating_deadline(drained_by, TAKEOVER_MARGIN);
            return if now < due { ObserverWait::Until(due) } else { ObserverWait::Over };
        }
        if now < saturating_deadline(last_ends, STUCK_CONFIRMATION) {
            ObserverWait::Until(saturating_deadline(last_ends, STUCK_CONFIRMATION))
        } else if now < saturating_deadline(saturating_deadline(last_ends, drain), TAKEOVER_MARGIN) {
            ObserverWait::WhileSomethingIsLeft
        } else {
            ObserverWait::Over
        }
    }
}

/// Ends in their place those tasks that block past their grace: who blocks, and who is there beside them. It has to be
/// called twice, a margin apart: a task that was seen once may still return.
pub(crate) fn force_ends(registry: &Registry, now: Instant) -> (Vec<Arc<TaskCell>>, Vec<Arc<TaskCell>>) {
    let cells = registry.cells();
    for cell in &cells {
        cell.force_end(now);
    }
    let left = cells.into_iter().filter(|cell| !matches!(cell.status().phase, Phase::Ended(_)));
    left.partition(|cell| matches!(cell.status().phase, Phase::Stuck { .. }))
}

pub(crate) fn describe_all(cells: &[Arc<TaskCell>], now: Instant) -> Vec<StuckTask> {
    cells.iter().map(|cell| describe(cell, now)).collect()
}

fn describe(cell: &TaskCell, now: Instant) -> StuckTask {
    let status = cell.status();
    StuckTask {
        name: status.name.into_owned(),
        id: status.id,
        slot: status.slot,
        running_for: now.saturating_duration_since(status.since),
    }
}
