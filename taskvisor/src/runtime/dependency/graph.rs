//! All dependencies of a supervisor.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::time::Instant;

use super::cycle;
use super::dependent::{Dependent, LinkRequest, Linked};
use super::names::repeated_dependency;
use super::node::Node;
use crate::runtime::body::Location;
use crate::runtime::cell::{Flag, TaskCell};
use crate::runtime::instances::InstanceSets;
use crate::runtime::registry::Registry;
use crate::sync::{AtomicBool, Mutex, Ordering};
use crate::task::{TaskId, TaskName};

/// The tasks that others depend on, by name, and the tasks and submissions that depend on them, by id.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(super) state: Mutex<GraphState>,
    /// Whether there is a dependent. Written under the lock.
    // So that adding a task without dependencies takes no lock, unless another one may wait for it. Relaxed: a dependent that is linked at
    // the same time finds the task in the registry.
    has_dependents: AtomicBool,
}

#[derive(Debug, Default)]
pub(super) struct GraphState {
    pub(super) nodes: HashMap<Cow<'static, str>, NodeEntry>,
    pub(super) dependents: BTreeMap<TaskId, Arc<Dependent>>,
    /// The dependents that are added tasks, by name.
    named: HashMap<Cow<'static, str>, TaskId>,
}

#[derive(Debug)]
pub(super) struct NodeEntry {
    pub(super) node: Arc<Node>,
    /// How many live tasks depend on it.
    pub(super) dependents: usize,
    /// Whether it stays without dependents, because it is declared.
    pub(super) stays: bool,
}

impl Graph {
    #[inline]
    pub(crate) fn has_dependents(&self) -> bool {
        self.has_dependents.load(Ordering::Relaxed)
    }

    /// Registers the dependencies of a task that is registered under its name or slot, and has not started. Until [`unlink`] they
    /// are part of the graph.
    ///
    /// # Errors
    ///
    /// Every problem: a name that no task has or had, one that is listed twice, a task that can never be ready, or a cycle. Then
    /// nothing was changed.
    ///
    /// [`unlink`]: Self::unlink
    pub(crate) fn link(
        &self,
        cell: &Arc<TaskCell>,
        request: LinkRequest<'_>,
        tasks: (&Registry, &InstanceSets),
    ) -> Result<Linked, Vec<String>> {
        let LinkRequest { dependencies, location, interrupt_on_loss, stops_last } = request;
        let mut targets = Vec::with_capacity(dependencies.after.len() + dependencies.needs.len());
        let mut problems = Vec::new();
        for (dependency, kind) in dependencies.unique() {
            match self.target(cell, dependency, kind, tasks) {
                Ok(cells) => {
                    // Read before the graph is locked: never two locks at once.
                    let ready_since = cells.iter().filter_map(|cell| cell.ready_since()).min();
                    targets.push((dependency, kind, cells, ready_since));
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.extend(dependencies.repeated().map(repeated_dependency));
        if !problems.is_empty() {
            return Err(problems);
        }
        // Set before the entry exists: the end of a task that has the flag and no entry finds nothing to remove.
        cell.set_flag(Flag::HasDependencies);
        let nodes: Vec<_>;
        {
            let mut state = self.state.lock();
            // Only a task that others depend on already can close a cycle.
            if cell.holds_name() && state.has_dependents(cell.base_name()) {
                let names = targets.iter().map(|(dependency, ..)| &*dependency.name);
                if let Some(path) = cycle::path(names, cell.base_name(), |name| state.depends_on(name)) {
                    return Err(vec![describe_cycle(cell.base_name(), &path)]);
                }
            }
            let mut links = Vec::with_capacity(targets.len());
            for (dependency, kind, cells, ready_since) in &targets {
                let entry = state.entry(&dependency.name, dependency.location(), &cells[0], *ready_since);
                entry.dependents += 1;
                links.push((Arc::clone(&entry.node), *kind));
            }
            let dependent = Dependent {
                cell: Arc::clone(cell),
                location,
                links: links.into_boxed_slice(),
                interrupt_on_loss,
                stops_last,
            };
            nodes = dependent.links.iter().map(|(node, _)| Arc::clone(node)).collect();
            state.dependents.insert(cell.id(), Arc::new(dependent));
            self.has_dependents.store(true, Ordering::Relaxed);
            if cell.holds_name() {
                state.named.insert(cell.base_name().to_owned().into(), cell.id());
            }
        }
        for (node, (.., ready_since)) in nodes.iter().zip(&targets) {
            // `target` does not become the current cell: a run that is refused withdraws it. `adopt` follows for one that starts.
            // It may have become ready before it was needed.
            if let Some(since) = ready_since {
                node.sign_of_life(*since, Some(*since));
            }
        }
        let mut needed = Linked::new();
        for (.., cells, _) in targets {
            // Read again: an instance that was started meanwhile may not have found that it has a dependent.
            let set = cells[0].instance().and_then(|instance| instance.set.upgrade());
            needed.extend(set.map_or(cells, |set| set.cells_or_latest()));
        }
        Ok(needed)
    }

    /// Removes the dependencies of a task that ends.
    pub(crate) fn unlink(&self, id: TaskId) {
        let mut removed = Vec::new();
        let dependent = {
            let mut state = self.state.lock();
            let dependent = state.dependents.remove(&id);
            self.has_dependents.store(!state.dependents.is_empty(), Ordering::Relaxed);
            if let Some(cell) = dependent.as_ref().map(|dependent| &dependent.cell) {
                state.forget_name(cell, id);
            }
            for (node, _) in dependent.iter().flat_map(|dependent| dependent.links()) {
                let Some(entry) = state.nodes.get_mut(node.name()) else { continue };
                entry.dependents -= 1;
                if entry.dependents == 0 && !entry.stays {
                    removed.push(state.nodes.remove(node.name()));
                }
            }
            dependent
        };
        // After the lock: the last reference to a cell may drop an error of the user.
        drop((dependent, removed));
    }

    pub(crate) fn dependent(&self, id: TaskId) -> Option<Arc<Dependent>> {
        self.state.lock().dependents.get(&id).map(Arc::clone)
    }

    /// The source line where a task was declared, if the graph knows the task.
    pub(crate) fn location(&self, cell: &TaskCell) -> Option<&'static Location> {
        let state = self.state.lock();
        let dependent = state.dependents.get(&cell.id()).and_then(|dependent| dependent.location);
        let node = state.nodes.get(cell.base_name()).filter(|_| cell.holds_name());
        dependent.or_else(|| node.and_then(|entry| entry.node.location()))
    }

    /// All live dependents, the oldest first.
    pub(crate) fn dependents(&self) -> Vec<Arc<Dependent>> {
        self.state.lock().dependents.values().map(Arc::clone).collect()
    }

    /// The node of a name, if a task depends on it or it is declared.
    pub(crate) fn node(&self, name: &str) -> Option<Arc<Node>> {
        self.state.lock().nodes.get(name).map(|entry| Arc::clone(&entry.node))
    }

    /// The name of the task that this one waits for.
    pub(crate) fn awaited(&self, id: TaskId) -> Option<TaskName> {
        let dependent = self.dependent(id)?;
        let links = dependent.links();
        // A dependent needs all instances of a task or one of them. A task without any ready instance comes first, because it closes
        // the gate in both cases.
        let none = |node: &Node, kind| !node.cells().iter().any(|cell| cell.is_satisfied(kind));
        let some = |node: &Node, kind| !node.cells().iter().all(|cell| cell.is_satisfied(kind));
        let closed = links.iter().find(|(node, kind)| none(node, *kind));
        let closed = closed.or_else(|| links.iter().find(|(node, kind)| some(node, *kind)));
        // After an outage all are ready, and the task waits for its part of the spread.
        closed.or(links.first()).map(|(node, _)| node.task_name())
    }
}

impl GraphState {
    pub(super) fn entry(
        &mut self,
        name: &str,
        location: Option<&'static Location>,
        cell: &Arc<TaskCell>,
        ready_since: Option<Instant>,
    ) -> &mut NodeEntry {
        // Not by `entry`: most names are known, and are not copied.
        if !self.nodes.contains_key(name) {
            let node = Arc::new(Node::new(name.to_owned().into(), location, Arc::clone(cell), ready_since));
            self.nodes.insert(name.to_owned().into(), NodeEntry { node, dependents: 0, stays: false });
        }
        self.nodes.get_mut(name).unwrap_or_else(|| unreachable!("it was inserted above"))
    }

    /// Removes the name of a dependent that ends. Another instance of the task stands for it.
    fn forget_name(&mut self, cell: &TaskCell, id: TaskId) {
        let name = cell.base_name();
        if self.named.get(name) != Some(&id) {
            return;
        }
        let is_other =
            |other: &&Arc<Dependent>| other.cell.instance().is_some() && other.cell.base_name() == name;
        let other = cell.instance().and_then(|_| self.dependents.values().find(is_other));
        match other.map(|other| other.cell.id()) {
            Some(other) => self.named.insert(name.to_owned().into(), other),
            None => self.named.remove(name),
        };
    }

    fn has_dependents(&self, name: &str) -> bool {
        self.nodes.get(name).is_some_and(|entry| entry.dependents > 0)
    }

    /// The names of the tasks that the live task of this name depends on.
    fn depends_on(&self, name: &str) -> Vec<&str> {
        let dependent = self.named.get(name).and_then(|id| self.dependents.get(id));
        dependent.iter().flat_map(|dependent| dependent.links()).map(|(node, _)| node.name()).collect()
    }
}

fn describe_cycle(name: &str, path: &[&str]) -> String {
    let path: Vec<_> = path.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "the dependencies form a cycle, and none of its tasks could ever start: `{name}` → {}; remove one of these \
         dependencies",
        path.join(" → ")
    )
}
