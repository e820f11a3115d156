//! Tasks that block their thread past the grace: ends them on their behalf and describes them.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::{StopRequest, TaskCell};
use crate::runtime::registry::Registry;
use crate::task::{Phase, StopCause, StuckTask};

/// Live tasks, split by whether they are confirmed as stuck.
pub(crate) struct RemainingTasks {
    pub(crate) stuck: Vec<Arc<TaskCell>>,
    /// Tasks outside of a poll, or inside one that was seen only once.
    pub(crate) unconfirmed: Vec<Arc<TaskCell>>,
}

/// Force-ends every task that blocks past its grace and returns the live tasks.
///
/// One call confirms nothing: a poll counts as stuck if two calls, `STUCK_CONFIRMATION` apart, find the same poll running.
pub(crate) fn force_ends(registry: &Registry, now: Instant) -> RemainingTasks {
    let cells = registry.cells();
    for cell in &cells {
        // The driver that stops the later waves may be blocked itself. Nothing changes for a task whose stop was requested.
        cell.request_stop(StopRequest::stop(StopCause::Shutdown, now, Duration::ZERO));
        if cell.force_end(now) {
            registry.metrics().state_changed(cell);
        }
    }
    let live = cells.into_iter().filter(|cell| !matches!(cell.status().phase, Phase::Ended(_)));
    let (stuck, unconfirmed) = live.partition(|cell| matches!(cell.status().phase, Phase::Stuck { .. }));
    RemainingTasks { stuck, unconfirmed }
}

/// Describes the tasks for a report, as of `now`.
pub(crate) fn describe_all(cells: &[Arc<TaskCell>], now: Instant) -> Vec<StuckTask> {
    cells.iter().map(|cell| describe(cell, now)).collect()
}

fn describe(cell: &Arc<TaskCell>, now: Instant) -> StuckTask {
    let status = cell.status();
    StuckTask {
        name: status.name.to_string(),
        id: status.id,
        slot: status.slot,
        running_for: now.saturating_duration_since(status.since),
    }
}
