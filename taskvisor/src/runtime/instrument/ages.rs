//! The ages of heartbeats. They grow without any event, and the facade calls nothing when it is scraped, so that a task of the
//! supervisor sets them every [`RESOLUTION`]. It runs only while there are tasks with a heartbeat, and a recorder.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::metrics::SeriesId;
use super::series_table::Table;
use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::sync::Mutex;
use crate::task::TaskId;

/// How often the ages are set.
const RESOLUTION: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Ages(Mutex<Watched>);

/// The live tasks with a heartbeat.
#[derive(Debug, Default)]
struct Watched {
    tasks: BTreeMap<TaskId, Weak<TaskCell>>,
    /// Whether a task of the supervisor sets the ages. Both are under one lock: it ends when the list is empty, or else finds the next.
    is_running: bool,
}

/// Adds a task with a heartbeat.
pub(super) fn watch(ages: &Ages, shared: &Arc<Shared>, cell: &Arc<TaskCell>) {
    let is_running = {
        let mut watched = ages.0.lock();
        watched.tasks.insert(cell.id(), Arc::downgrade(cell));
        std::mem::replace(&mut watched.is_running, true)
    };
    // A lane may have ended it meanwhile, before it was added.
    if cell.has_ended_shown() {
        ages.remove(cell.id());
    }
    // Always bound here, because a task was accepted.
    if let Some(runtime) = shared.runtime.get().filter(|_| !is_running) {
        runtime.spawn(show_ages(Arc::downgrade(shared)));
    }
}

// Weak, and only upgraded for a moment: it must not keep the states of the application alive.
async fn show_ages(shared: Weak<Shared>) {
    let mut shown = Vec::new();
    loop {
        sleep(RESOLUTION).await;
        let Some(strong) = shared.upgrade() else { return };
        if !strong.registry.metrics().show_ages(&mut shown, Instant::now()) {
            return;
        }
    }
}

impl Ages {
    pub(super) fn remove(&self, id: TaskId) {
        // Bound to a variable, so that the last reference is dropped after the lock.
        let _removed = self.0.lock().tasks.remove(&id);
    }

    /// Sets the largest age of each name, and zero for those in `shown` that have none any more. Returns `false` if no task is left.
    pub(super) fn show(&self, table: &Table, shown: &mut Vec<SeriesId>, now: Instant) -> bool {
        let (cells, is_running) = {
            let mut watched = self.0.lock();
            watched.is_running = !watched.tasks.is_empty();
            let cells: Vec<_> = watched.tasks.values().filter_map(Weak::upgrade).collect();
            (cells, watched.is_running)
        };
        let mut oldest: BTreeMap<SeriesId, Duration> =
            shown.drain(..).map(|id| (id, Duration::ZERO)).collect();
        for cell in cells {
            if let Some(age) = cell.heartbeat_age(now) {
                let oldest = oldest.entry(cell.series()).or_default();
                *oldest = age.max(*oldest);
                shown.push(cell.series());
            }
        }
        shown.sort_unstable();
        shown.dedup();
        for (id, age) in oldest {
            if let Some(series) = table.series(id) {
                series.heartbeat_age().set(age);
            }
        }
        is_running
    }
}
