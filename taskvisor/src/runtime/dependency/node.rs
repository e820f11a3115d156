//! A task that others depend on.

use std::borrow::Cow;
use std::sync::Arc;

use crate::runtime::body::Location;
use crate::runtime::cell::TaskCell;
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
    current: Mutex<Arc<TaskCell>>,
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
        Self { name: Arc::new(NodeName(name)), location, current: Mutex::new(current) }
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
        Arc::clone(&self.current.lock())
    }

    /// Continues with a cell that has the name now.
    pub(super) fn set_current(&self, cell: &Arc<TaskCell>) {
        let newer = {
            let mut current = self.current.lock();
            // Ids grow, and two callers may find two cells in any order.
            (cell.id() > current.id()).then(|| std::mem::replace(&mut *current, Arc::clone(cell)))
        };
        // After the lock: the last reference to a cell may drop an error of the user.
        drop(newer);
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
