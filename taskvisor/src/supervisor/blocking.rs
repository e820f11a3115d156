//! What is blocking? Finds the tasks that hold up a start or a shutdown, and the tasks that wait for them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use humantime::format_duration;
use tokio::time::Instant;

use crate::runtime::cell::TaskCell;
use crate::runtime::dependency::Dependent;
use crate::runtime::shared::Shared;
use crate::task::{BlockingTask, Phase, TaskId, TaskName, TaskStatus, WaitingOn};

/// The tasks of the start-up set that are not ready and wait for no other, each with the tasks that wait for it.
pub(super) fn blocking_start(shared: &Shared) -> Vec<BlockingTask> {
    let dependents = shared.graph.dependents();
    let mut waiters: HashMap<TaskId, Vec<&Arc<Dependent>>> = HashMap::new();
    for dependent in &dependents {
        for (node, _) in dependent.links() {
            waiters.entry(node.current().id()).or_default().push(dependent);
        }
    }
    let unready = shared.startup_set.tasks().into_iter().filter(|cell| !cell.counts_as_ready());
    let roots = unready.filter(|cell| !cell.is_finished() && !waits_for_dependency(&cell.status()));
    let mut seen = HashSet::new();
    let roots = roots.filter(|cell| seen.insert(cell.id()));
    roots.map(|cell| describe_start(&cell, waiting_for(&cell, &waiters))).collect()
}

/// The names of the tasks that wait for a dependency because of `root`, the nearest first.
fn waiting_for(root: &Arc<TaskCell>, waiters: &HashMap<TaskId, Vec<&Arc<Dependent>>>) -> Vec<TaskName> {
    let (mut found, mut seen, mut next) = (Vec::new(), HashSet::new(), vec![root.id()]);
    while !next.is_empty() {
        let nearest = next.iter().filter_map(|id| waiters.get(id)).flatten();
        let nearest: Vec<_> = nearest.filter(|dependent| seen.insert(dependent.cell().id())).collect();
        let waiting = nearest.iter().map(|dependent| dependent.cell().status());
        found.extend(waiting.filter(waits_for_dependency).map(|status| status.name));
        next = nearest.iter().map(|dependent| dependent.cell().id()).collect();
    }
    found
}

fn waits_for_dependency(status: &TaskStatus) -> bool {
    matches!(status.phase, Phase::Waiting { on: WaitingOn::Dependency { .. } })
}

fn describe_start(cell: &Arc<TaskCell>, waiting: Vec<TaskName>) -> BlockingTask {
    let TaskStatus { name, phase, attempt, last_error, .. } = cell.status();
    let state = match (phase, last_error) {
        (Phase::Waiting { on }, _) => format!("waits for its {on}"),
        (Phase::Paused { gave_up: false }, _) => "is paused".to_owned(),
        (Phase::Paused { gave_up: true }, Some(error)) => {
            format!("is paused, because it gave up (last: {error})")
        }
        (_, Some(error)) => format!("is not ready (attempt {attempt}, last: {error})"),
        (_, None) => format!("is not ready (attempt {attempt})"),
    };
    BlockingTask { name, state, waiting }
}

/// The tasks whose stop was requested and that have not ended, each with the tasks that stop only after it.
pub(super) fn blocking_stop(shared: &Shared, now: Instant) -> Vec<BlockingTask> {
    let dependents = shared.graph.dependents();
    let by_id: HashMap<TaskId, &Arc<Dependent>> =
        dependents.iter().map(|dependent| (dependent.cell().id(), dependent)).collect();
    let stopping =
        shared.registry.cells().into_iter().filter(|cell| cell.stop_requested() || cell.is_finishing());
    stopping
        .map(|cell| {
            let TaskStatus { name, since, .. } = cell.status();
            let location = shared.graph.location(&cell);
            let location = location.map_or(String::new(), |location| format!("({location}) "));
            let running_for = whole_seconds(now.saturating_duration_since(since));
            let state = format!("{location}runs for {}", format_duration(running_for));
            BlockingTask { name, state, waiting: held_back(&cell, &by_id) }
        })
        .collect()
}

/// The names of the tasks that this one depends on and whose stop was not requested, the nearest first.
fn held_back(cell: &Arc<TaskCell>, by_id: &HashMap<TaskId, &Arc<Dependent>>) -> Vec<TaskName> {
    let (mut found, mut seen, mut next) = (Vec::new(), HashSet::new(), vec![cell.id()]);
    while !next.is_empty() {
        let links = next.iter().filter_map(|id| by_id.get(id)).flat_map(|dependent| dependent.links());
        let nearest: Vec<_> =
            links.map(|(node, _)| node).filter(|node| seen.insert(node.current().id())).collect();
        for node in &nearest {
            let current = node.current();
            if !current.is_finished() && !current.stop_requested() {
                found.push(node.task_name());
            }
        }
        next = nearest.iter().map(|node| node.current().id()).collect();
    }
    found
}

/// Rounds down to seconds, unless nothing would be left.
pub(super) fn whole_seconds(time: Duration) -> Duration {
    if time.as_secs() > 0 {
        Duration::from_secs(time.as_secs())
    } else {
        Duration::from_millis(u64::from(time.subsec_millis()))
    }
}
