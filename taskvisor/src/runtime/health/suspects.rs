//! The tasks that may need attention, although the start-up set may be ready.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Weak};

use super::ReadyCount;
use crate::runtime::cell::TaskCell;
use crate::sync::{AtomicBool, Mutex, Ordering};
use crate::task::TaskId;

/// Below this number of live suspects, tasks that are well again may stay.
const MIN_COMPACTED: usize = 16;

/// How many failed tasks are kept. They have ended, and only their cells are left.
const MAX_FAILED: usize = 64;

/// The tasks that were paused, have given up, have failed for good, or have missed a heartbeat.
///
/// Actors add a task when it happens. No code removes it when it is well again, so that being well costs nothing: `find` looks at each
/// suspect, and removes it if it is well again.
#[derive(Debug)]
pub(crate) struct Suspects {
    /// Whether there is a suspect. Written under the lock.
    // So that a caller takes no lock if there is none. Relaxed: the list under the lock decides.
    has_any: AtomicBool,
    state: Mutex<SuspectState>,
    count: Arc<ReadyCount>,
}

#[derive(Debug, Default)]
struct SuspectState {
    live: BTreeMap<TaskId, Weak<TaskCell>>,
    /// The number of live suspects at which tasks that are well again are removed.
    compact_at: usize,
    /// The tasks that have ended as failed, the last [`MAX_FAILED`] of them.
    failed: VecDeque<Arc<TaskCell>>,
}

impl Suspects {
    pub(crate) fn new(count: &Arc<ReadyCount>) -> Self {
        Self { has_any: AtomicBool::new(false), state: Mutex::default(), count: Arc::clone(count) }
    }

    #[inline]
    pub(crate) fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Relaxed)
    }

    /// Adds a live task.
    #[cold]
    pub(crate) fn add(&self, cell: &Arc<TaskCell>) {
        let is_due = {
            let mut state = self.state.lock();
            state.live.insert(cell.id(), Arc::downgrade(cell));
            self.has_any.store(true, Ordering::Relaxed);
            state.live.len() >= state.compact_at.max(MIN_COMPACTED)
        };
        // At each doubling, so that a service which never reads its health keeps few of them, at constant cost.
        if is_due {
            self.find();
        }
    }

    /// Adds an added task that ends as failed. Called before its name is free.
    #[cold]
    pub(crate) fn add_failed(&self, cell: &Arc<TaskCell>) {
        self.count.add_replaceable();
        let removed = {
            let mut state = self.state.lock();
            state.failed.push_back(Arc::clone(cell));
            self.has_any.store(true, Ordering::Relaxed);
            if state.failed.len() > MAX_FAILED { state.failed.pop_front() } else { None }
        };
        // Dropped after the lock: it may hold the last reference to an error of the user.
        if removed.is_some() {
            self.count.remove_replaceable();
        }
    }

    /// Forgets the failed tasks that had the name of a task which starts now.
    #[cold]
    pub(crate) fn replace(&self, cell: &TaskCell) {
        let removed: VecDeque<_> = {
            let mut state = self.state.lock();
            let failed = std::mem::take(&mut state.failed);
            let (removed, kept) = failed.into_iter().partition(|failed| is_replaced(failed, cell));
            state.failed = kept;
            removed
        };
        for _ in removed {
            self.count.remove_replaceable();
        }
    }

    /// Returns the tasks that need attention, and forgets the others.
    pub(crate) fn find(&self) -> Vec<Arc<TaskCell>> {
        // The cells are locked without this lock.
        let (listed, failed) = {
            let state = self.state.lock();
            let live: Vec<_> = state.live.iter().map(|(id, cell)| (*id, Weak::clone(cell))).collect();
            (live, Vec::from_iter(state.failed.iter().map(Arc::clone)))
        };
        let (mut found, mut well) = (failed, Vec::new());
        for (id, cell) in listed {
            match cell.upgrade().filter(|cell| !cell.is_over() && cell.symptom().is_some()) {
                Some(cell) => found.push(cell),
                None => well.push(id),
            }
        }
        let mut state = self.state.lock();
        for id in well {
            state.live.remove(&id);
        }
        state.compact_at = 2 * state.live.len();
        self.has_any.store(!state.live.is_empty() || !state.failed.is_empty(), Ordering::Relaxed);
        found
    }
}

/// Whether a task that starts replaces an ended one: it has its name.
pub(crate) fn is_replaced(ended: &TaskCell, next: &TaskCell) -> bool {
    ended.id() < next.id() && ended.name() == next.name() && ended.holds_name() && next.holds_name()
}
