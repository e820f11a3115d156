//! All dependencies of a supervisor.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::cycle;
use super::node::Node;
use crate::runtime::body::{Dependencies, Dependency, Location};
use crate::runtime::cell::{DependencyKind, Flag, TaskCell};
use crate::runtime::registry::Registry;
use crate::sync::{AtomicBool, Mutex, Ordering};
use crate::task::{TaskId, TaskName};

/// The tasks that others depend on, by name, and the tasks and submissions that depend on them, by id.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    state: Mutex<GraphState>,
    /// Whether there is a dependent. Written under the lock.
    // So that adding a task without dependencies takes no lock, unless another one may wait for it. Relaxed: a dependent that is linked at
    // the same time finds the task in the registry.
    has_dependents: AtomicBool,
}

#[derive(Debug, Default)]
struct GraphState {
    nodes: HashMap<Cow<'static, str>, NodeEntry>,
    dependents: BTreeMap<TaskId, Arc<Dependent>>,
    /// The dependents that are added tasks, by name.
    named: HashMap<Cow<'static, str>, TaskId>,
}

#[derive(Debug)]
struct NodeEntry {
    node: Arc<Node>,
    /// How many live tasks depend on it.
    dependents: usize,
    /// Whether it stays without dependents, because it is declared.
    stays: bool,
}

/// A live task or submission that depends on others, or that stops last.
#[derive(Debug)]
pub(crate) struct Dependent {
    cell: Arc<TaskCell>,
    /// The source line of its declaration.
    location: Option<&'static Location>,
    links: Box<[(Arc<Node>, DependencyKind)]>,
    interrupt_on_loss: Option<Duration>,
    stops_last: bool,
}

/// What a task or a submission says about others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkRequest<'a> {
    pub(crate) dependencies: &'a Dependencies,
    pub(crate) location: Option<&'static Location>,
    pub(crate) interrupt_on_loss: Option<Duration>,
    pub(crate) stops_last: bool,
}

/// The tasks that a link makes needed.
pub(crate) type Linked = Vec<Arc<TaskCell>>;

impl Dependent {
    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    pub(crate) fn links(&self) -> &[(Arc<Node>, DependencyKind)] {
        &self.links
    }

    pub(crate) fn interrupt_on_loss(&self) -> Option<Duration> {
        self.interrupt_on_loss
    }

    pub(crate) fn stops_last(&self) -> bool {
        self.stops_last
    }
}

impl Graph {
    #[inline]
    pub(crate) fn has_dependents(&self) -> bool {
        self.has_dependents.load(Ordering::Relaxed)
    }

    /// Checks that a task which takes a name can be what the dependents of the name wait for.
    pub(crate) fn check_name(&self, cell: &TaskCell) -> Result<(), Vec<String>> {
        if !cell.has_flag(Flag::NeverReady) {
            return Ok(());
        }
        let state = self.state.lock();
        let depends = |one: &&Arc<Dependent>| one.links().iter().any(|(node, _)| node.name() == cell.name());
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
            let Some(entry) = state.nodes.get(cell.name()) else { return false };
            (Arc::clone(&entry.node), entry.dependents > 0)
        };
        node.set_current(cell);
        is_needed
    }

    /// Keeps a declared task, so that its end is known for the life of the supervisor.
    pub(crate) fn declare(&self, location: &'static Location, cell: &Arc<TaskCell>) {
        let node = {
            let mut state = self.state.lock();
            // It has not started, and is not ready.
            let entry = state.entry(cell.name(), Some(location), cell, None);
            entry.stays = true;
            Arc::clone(&entry.node)
        };
        node.set_current(cell);
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
        registry: &Registry,
    ) -> Result<Linked, Vec<String>> {
        let LinkRequest { dependencies, location, interrupt_on_loss, stops_last } = request;
        let mut targets = Vec::with_capacity(dependencies.after.len() + dependencies.needs.len());
        let mut problems = Vec::new();
        for (dependency, kind) in dependencies.iter() {
            match self.target(cell, dependency, kind, registry) {
                Ok(target) => {
                    // Read before the graph is locked: never two locks at once.
                    let ready_since = target.ready_since();
                    targets.push((dependency, kind, target, ready_since));
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
        let mut needed = Vec::new();
        let nodes: Vec<_>;
        {
            let mut state = self.state.lock();
            // Only a task that others depend on already can close a cycle.
            if cell.holds_name() && state.has_dependents(cell.name()) {
                let names = targets.iter().map(|(dependency, ..)| &*dependency.name);
                if let Some(path) = cycle::path(names, cell.name(), |name| state.depends_on(name)) {
                    return Err(vec![describe_cycle(cell.name(), &path)]);
                }
            }
            let mut links = Vec::with_capacity(targets.len());
            for (dependency, kind, target, ready_since) in &targets {
                let entry = state.entry(&dependency.name, dependency.location(), target, *ready_since);
                entry.dependents += 1;
                links.push((Arc::clone(&entry.node), *kind));
                needed.push(Arc::clone(target));
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
                state.named.insert(cell.name().to_owned().into(), cell.id());
            }
        }
        for (node, (_, _, target, ready_since)) in nodes.iter().zip(&targets) {
            node.set_current(target);
            // It may have become ready before it was needed.
            if let Some(since) = ready_since {
                node.sign_of_life(*since, Some(*since));
            }
        }
        Ok(needed)
    }

    /// Finds the task that a dependency names.
    fn target(
        &self,
        cell: &TaskCell,
        dependency: &Dependency,
        kind: DependencyKind,
        registry: &Registry,
    ) -> Result<Arc<TaskCell>, String> {
        let name = &*dependency.name;
        let option = kind.option();
        if cell.is_named(name) {
            return Err(format!("it is in its own `{option}`, and would wait for itself: remove it there"));
        }
        // The registry first: the node may remember an earlier task of this name.
        let found = registry.find(name).or_else(|| self.node(name).map(|node| node.current()));
        let Some(target) = found else {
            return Err(format!(
                "`{option}` names `{name}`, and no task of this name was added: add it first"
            ));
        };
        if target.has_flag(Flag::NeverReady) {
            return Err(never_ready(option, name));
        }
        Ok(target)
    }

    /// Removes the dependencies of a task that ends.
    pub(crate) fn unlink(&self, id: TaskId) {
        let mut removed = Vec::new();
        let dependent = {
            let mut state = self.state.lock();
            let dependent = state.dependents.remove(&id);
            self.has_dependents.store(!state.dependents.is_empty(), Ordering::Relaxed);
            if let Some(name) = dependent.as_ref().map(|dependent| dependent.cell.name()) {
                if state.named.get(name) == Some(&id) {
                    state.named.remove(name);
                }
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
        let node = state.nodes.get(cell.name()).filter(|_| cell.holds_name());
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
        let closed = links.iter().find(|(node, kind)| !node.current().is_satisfied(*kind));
        // After an outage all are ready, and the task waits for its part of the spread.
        closed.or(links.first()).map(|(node, _)| node.task_name())
    }
}

impl GraphState {
    fn entry(
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

    fn has_dependents(&self, name: &str) -> bool {
        self.nodes.get(name).is_some_and(|entry| entry.dependents > 0)
    }

    /// The names of the tasks that the live task of this name depends on.
    fn depends_on(&self, name: &str) -> Vec<&str> {
        let dependent = self.named.get(name).and_then(|id| self.dependents.get(id));
        dependent.iter().flat_map(|dependent| dependent.links()).map(|(node, _)| node.name()).collect()
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

fn describe_cycle(name: &str, path: &[&str]) -> String {
    let path: Vec<_> = path.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "the dependencies form a cycle, and none of its tasks could ever start: `{name}` → {}; remove one of them",
        path.join(" → ")
    )
}
