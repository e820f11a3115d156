//! The tasks with instances, by name.

use std::collections::HashMap;
use std::sync::Arc;

use super::InstanceSet;
use crate::runtime::registry::Registry;
use crate::sync::{AtomicBool, Mutex, Ordering};
use crate::task::Named;

/// All declarations with instances of a supervisor.
#[derive(Debug, Default)]
pub(crate) struct InstanceSets {
    sets: Mutex<HashMap<Box<str>, Arc<InstanceSet>>>,
    /// Whether a set was ever inserted. Written under the lock.
    // So that adding a task takes no lock if there is no set. It is stored before the registry is searched for the base name, and read
    // after a task has taken its name there. The lock of the registry orders the two, so that the task or the set is refused.
    has_any: AtomicBool,
}

impl InstanceSets {
    /// Whether there ever was a task with instances.
    #[inline]
    pub(crate) fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Relaxed)
    }

    /// Adds a set. `None` if its name is taken by a task, or by another set that is not over. Otherwise returns the set that it replaces,
    /// if any.
    pub(crate) fn insert(
        &self,
        set: &Arc<InstanceSet>,
        registry: &Registry,
    ) -> Option<Option<Arc<InstanceSet>>> {
        let name = set.name();
        loop {
            let known = self.find_known(name);
            // Without the lock of the table: never two locks at once.
            if known.as_ref().is_some_and(|known| !known.is_over()) {
                return None;
            }
            let mut sets = self.sets.lock();
            let is_unchanged = match (sets.get(name), &known) {
                (Some(now), Some(known)) => Arc::ptr_eq(now, known),
                (None, None) => true,
                _ => false,
            };
            if is_unchanged {
                self.has_any.store(true, Ordering::Relaxed);
                sets.insert(name.into(), Arc::clone(set));
                drop(sets);
                // A concurrent `scale` of the known one claims a number first, and reads this table afterwards: one of both is refused.
                let is_over = known.as_ref().is_none_or(|known| known.is_over());
                if registry.find(name).is_some() || !is_over {
                    self.restore(set, known);
                    return None;
                }
                return Some(known);
            }
        }
    }

    /// Removes a set that was refused. The set that it has replaced can be scaled up again.
    pub(crate) fn restore(&self, set: &Arc<InstanceSet>, replaced: Option<Arc<InstanceSet>>) {
        // Bound to a variable, and dropped after the lock: its template has values of the user.
        let _removed = {
            let mut sets = self.sets.lock();
            if !sets.get(set.name()).is_some_and(|other| Arc::ptr_eq(other, set)) {
                return;
            }
            match replaced {
                Some(replaced) => sets.insert(set.name().into(), replaced),
                None => sets.remove(set.name()),
            }
        };
    }

    /// Finds a set, unless it is over.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<InstanceSet>> {
        self.find_known(name).filter(|set| !set.is_over())
    }

    /// Whether the name belongs to this set, and not to another one that was added when it was over.
    pub(crate) fn has(&self, set: &Arc<InstanceSet>) -> bool {
        self.find_known(set.name()).is_some_and(|known| Arc::ptr_eq(&known, set))
    }

    /// Finds a set, even if it is over.
    pub(crate) fn find_known(&self, name: &str) -> Option<Arc<InstanceSet>> {
        if !self.has_any() {
            return None;
        }
        // The state of the set is read after the lock: never two locks at once.
        self.sets.lock().get(name).map(Arc::clone)
    }
    /// The base names of all sets, in no order.
    pub(crate) fn names(&self) -> Vec<Box<str>> {
        self.sets.lock().keys().cloned().collect()
    }
}
