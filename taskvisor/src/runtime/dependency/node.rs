//! A task that others depend on.

use std::borrow::Cow;
use std::sync::Arc;

use tokio::time::Instant;

use super::blame::Outage;
use crate::runtime::body::Location;
use crate::runtime::cell::{Flag, TaskCell};
use crate::runtime::registry::Registry;
use crate::sync::Mutex;
use crate::task::{Named, TaskName};

/// A task that others depend on: its name, and the cell that has it or had it last. It outlives cells, so that a dependent finds the
/// task again that was started again, and the end of one that was not.
///
/// The graph holds it while a task depends on it; a declared task for the life of the supervisor.
#[derive(Debug)]
pub(crate) struct Node {
    name: Arc<NodeName>,
    location: Option<&'static Location>,
    state: Mutex<NodeState>,
}

#[derive(Debug)]
struct NodeState {
    current: Arc<TaskCell>,
    /// When the current readiness began.
    ready_since: Option<Instant>,
    /// The last success of the task, or when it became ready.
    sign_of_life: Option<Instant>,
    /// The last time that it was not ready, if it is over.
    outage: Option<Outage>,
}

#[derive(Debug)]
struct NodeName(Cow<'static, str>);

impl Named for NodeName {
    fn name(&self) -> &str {
        &self.0
    }
}

impl Node {
    pub(super) fn new(
        name: Cow<'static, str>,
        location: Option<&'static Location>,
        current: Arc<TaskCell>,
    ) -> Self {
        let ready_since = current.ready_since();
        let state = NodeState { current, ready_since, sign_of_life: ready_since, outage: None };
        Self { name: Arc::new(NodeName(name)), location, state: Mutex::new(state) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name.0
    }

    /// The name, without keeping the cell alive.
    pub(crate) fn task_name(&self) -> TaskName {
        TaskName::of(Arc::clone(&self.name) as _)
    }

    /// The source line of its declaration.
    pub(crate) fn location(&self) -> Option<&'static Location> {
        self.location
    }

    /// The latest cell that is known.
    pub(crate) fn current(&self) -> Arc<TaskCell> {
        Arc::clone(&self.state.lock().current)
    }

    /// Continues with a cell that has the name now.
    pub(super) fn set_current(&self, cell: &Arc<TaskCell>) {
        let previous = {
            let mut state = self.state.lock();
            // Ids grow, and two callers may find two cells in any order.
            (cell.id() > state.current.id()).then(|| std::mem::replace(&mut state.current, Arc::clone(cell)))
        };
        // Started again, it is the same task for its dependents. After the lock: never two locks at once, and the last reference to a
        // cell may drop an error of the user.
        if let Some(previous) = previous {
            if previous.has_flag(Flag::IsNeeded) {
                cell.set_flag(Flag::IsNeeded);
            }
            if previous.was_ready() || previous.is_ready() {
                cell.set_flag(Flag::WasReady);
            }
        }
    }

    /// Records a sign of life: the task has succeeded, or has become ready.
    pub(crate) fn sign_of_life(&self, at: Instant, ready_since: Option<Instant>) {
        let mut state = self.state.lock();
        if let Some(began) = ready_since.filter(|began| state.ready_since.is_none_or(|known| known < *began))
        {
            // Ready again: it was not ready at some time since the last sign of life.
            state.outage = state.sign_of_life.map(|after| Outage { after, until: Some(began) });
            state.ready_since = Some(began);
        }
        state.sign_of_life = Some(at);
    }

    /// The last time that the task was down, as far as it is known. `is_ready` says whether it is ready now.
    pub(super) fn outage(&self, is_ready: bool) -> Option<Outage> {
        let state = self.state.lock();
        if is_ready { state.outage } else { state.sign_of_life.map(|after| Outage { after, until: None }) }
    }

    /// Looks for a task that was started under the name after `ended`. Returns it if there is one.
    pub(super) fn successor(&self, ended: &TaskCell, registry: &Registry) -> Option<Arc<TaskCell>> {
        // Not under the lock of the node: the registry has its own.
        if let Some(found) = registry.find(self.name()) {
            self.set_current(&found);
        }
        Some(self.current()).filter(|current| current.id() != ended.id())
    }
}
