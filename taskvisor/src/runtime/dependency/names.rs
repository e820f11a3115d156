//! The names of a graph: which task a dependency means, and what takes the place of a task that has ended.

use std::sync::Arc;

use super::dependent::Dependent;
use super::graph::Graph;
use crate::runtime::body::{Dependency, Location};
use crate::runtime::cell::{Flag, TaskCell};
use crate::runtime::instances::InstanceSets;
use crate::runtime::registry::Registry;
use crate::task::DependencyKind;

impl Graph {
    /// Checks that a task which takes a name can be what the dependents of the name wait for.
    pub(crate) fn check_name(&self, cell: &TaskCell) -> Result<(), Vec<String>> {
        if !cell.has_flag(Flag::NeverReady) {
            return Ok(());
        }
        let state = self.state.lock();
        let depends =
            |one: &&Arc<Dependent>| one.links().iter().any(|(node, _)| node.name() == cell.base_name());
        let Some(dependent) = state.dependents.values().find(depends) else { return Ok(()) };
        Err(vec![format!(
            "`{}` depends on it, and it repeats without end and never says that it is ready: give it a parameter `Ready`, or set its \
             `ready = \"start\"` or `ready = \"success\"`",
            dependent.cell().name()
        )])
    }

    /// Makes a task that has taken a name the one that the dependents of the name wait for. Returns whether there are any.
    pub(crate) fn adopt(&self, cell: &Arc<TaskCell>) -> bool {
        let (node, is_needed) = {
            let state = self.state.lock();
            let Some(entry) = state.nodes.get(cell.base_name()) else { return false };
            (Arc::clone(&entry.node), entry.dependents > 0)
        };
        node.continue_with(cell);
        is_needed
    }

    /// Keeps a declared task, so that its end is known for the life of the supervisor.
    pub(crate) fn declare(&self, location: &'static Location, cell: &Arc<TaskCell>) {
        let node = {
            let mut state = self.state.lock();
            // It has not started, and is not ready.
            let entry = state.entry(cell.base_name(), Some(location), cell, None);
            entry.stays = true;
            Arc::clone(&entry.node)
        };
        node.continue_with(cell);
    }

    /// Finds the task that a dependency names, or its instances: at least one.
    pub(super) fn target(
        &self,
        cell: &TaskCell,
        dependency: &Dependency,
        kind: DependencyKind,
        (registry, instances): (&Registry, &InstanceSets),
    ) -> Result<Vec<Arc<TaskCell>>, String> {
        let name = &*dependency.name;
        let option = kind.label();
        if cell.holds_name() && cell.base_name() == name {
            return Err(format!("it is in its own `{option}`, and would wait for itself: remove it there"));
        }
        // The registry first: the node may remember an earlier task of this name.
        let found = registry.find(name).map(|cell| vec![cell]);
        let found = found.or_else(|| instances.find_known(name).map(|set| set.cells_or_latest()));
        let found = found.or_else(|| self.node(name).map(|node| node.cells())).unwrap_or_default();
        // All instances have the same options.
        let Some(target) = found.first() else {
            return Err(format!(
                "`{option}` names `{name}`, and no task of this name was added: add it first"
            ));
        };
        if target.has_flag(Flag::NeverReady) {
            return Err(never_ready(option, name));
        }
        Ok(found)
    }
}

/// The problem of a task that waits for one which can never be ready.
fn never_ready(option: &str, name: &str) -> String {
    format!(
        "`{option}` names `{name}`, which repeats without end and never says that it is ready: give `{name}` a parameter `Ready`, or \
         set its `ready = \"start\"` or `ready = \"success\"`"
    )
}

/// The problem of a task that is named twice.
pub(crate) fn repeated_dependency(name: &str) -> String {
    format!("it depends on `{name}` twice: name it once, in `needs` or in `after`")
}
