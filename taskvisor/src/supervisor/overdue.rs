//! What is still there when a shutdown should be over, and how long an observer of the shutdown waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::{MARGIN, TaskCell, later};
use crate::runtime::registry::Registry;
use crate::runtime::shared::Stop;
use crate::task::{Phase, StuckTask};

/// How long after the grace the driver waits for what is left: two looks at a task, [`MARGIN`] apart, show that it blocks,
/// and tasks that were just dropped get time to end.
pub(crate) const LAST_ENDS: Duration = Duration::from_millis(500);

/// How long after the last deadline an observer gives the driver, or the process, before it takes over.
pub(crate) const TAKE_OVER: Duration = Duration::from_millis(200);

/// How long an observer of a shutdown waits for the driver.
pub(crate) enum Patience {
    /// No stop was requested.
    Endless,
    Until(Instant),
    /// The driver does not run. Once every task that is left is stuck and no subscriber has anything left, there is
    /// nothing to wait for.
    WhileSomethingIsLeft,
    Over,
}

impl Stop {
    pub(crate) fn patience(&self, drain: Duration, now: Instant) -> Patience {
        let Some(deadline) = self.deadline else { return Patience::Endless };
        let last_ends = later(deadline, LAST_ENDS);
        if let Some(drained_by) = self.drained_by {
            let due = later(drained_by, TAKE_OVER);
            return if now < due { Patience::Until(due) } else { Patience::Over };
        }
        if now < later(last_ends, MARGIN) {
            Patience::Until(later(last_ends, MARGIN))
        } else if now < later(later(last_ends, drain), TAKE_OVER) {
            Patience::WhileSomethingIsLeft
        } else {
            Patience::Over
        }
    }
}

/// Ends in their place those tasks that block past their grace: who blocks, and who is there beside them. It has to be
/// called twice, a margin apart: a task that was seen once may still return.
pub(crate) fn force_all(registry: &Registry, now: Instant) -> (Vec<Arc<TaskCell>>, Vec<Arc<TaskCell>>) {
    let cells = registry.cells();
    for cell in &cells {
        cell.force(now);
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
