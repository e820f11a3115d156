//! The start-up set: the tasks that must be ready before the supervisor is.

use std::collections::{HashSet, VecDeque};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll};

use tokio::time::Instant;

use super::cell::{RareState, TaskCell};
use super::health::{ReadyCount, is_replaced};
use crate::sync::wakers::{WaiterId, Wakers, check_or_register};
use crate::sync::{Mutex, Ordering};
use crate::task::TaskId;

/// Below this number of tasks, those that have ended may stay.
const MIN_COMPACTED: usize = 16;

/// The added tasks that declare their readiness, or that other tasks depend on.
#[derive(Debug, Default)]
pub(crate) struct StartupSet {
    /// A copy of the field in the state.
    // So that a task takes no lock to start, unless it is the first one.
    has_begun: AtomicBool,
    state: Mutex<SetState>,
    /// How many of these tasks are not ready.
    count: Arc<ReadyCount>,
}

#[derive(Debug, Default)]
struct SetState {
    /// In the order in which they were added.
    tasks: Vec<Arc<TaskCell>>,
    /// The number of tasks at which those that have ended are removed.
    compact_at: usize,
    /// Whether a task was started.
    has_begun: bool,
    /// Whether the start is watched.
    is_watched: bool,
    waiters: Wakers,
}

impl StartupSet {
    /// Adds a task that is registered and not spawned yet, unless it waits before its first attempt.
    // A task that waits for its first tick does not hold up the start: it may come in a month.
    pub(crate) fn insert(&self, cell: &Arc<TaskCell>) {
        let schedule = cell.rare().and_then(RareState::schedule);
        if schedule.is_some_and(|schedule| !schedule.runs_at_once()) {
            return;
        }
        // Before it is listed, and before any task is started: the supervisor does not look ready in between.
        if !cell.join_startup_set(&self.count, Instant::now()) {
            return;
        }
        let is_due = {
            let mut state = self.state.lock();
            state.tasks.push(Arc::clone(cell));
            state.tasks.len() >= state.compact_at.max(MIN_COMPACTED)
        };
        // At each doubling, so that a service which adds and ends tasks for ever keeps few of them, at constant cost.
        if is_due {
            self.compact();
        }
    }

    pub(crate) fn count(&self) -> &Arc<ReadyCount> {
        &self.count
    }

    /// Removes the failed tasks that had the name of a task which starts now.
    #[cold]
    pub(crate) fn replace(&self, cell: &TaskCell) {
        let removed: Vec<_> = {
            let mut state = self.state.lock();
            let (removed, kept) =
                mem::take(&mut state.tasks).into_iter().partition(|task| is_replaced(task, cell));
            state.tasks = kept;
            removed
        };
        for task in removed {
            task.leave_startup_set();
        }
    }

    /// Claims the watch of the start. Returns whether the caller must watch: there are tasks, and no other watch runs.
    pub(crate) fn claim_watch(&self) -> bool {
        let mut state = self.state.lock();
        let claims = !state.tasks.is_empty() && !state.is_watched;
        state.is_watched |= claims;
        claims
    }

    /// Gives the claim back: the watch is over.
    pub(crate) fn release_watch(&self) {
        self.state.lock().is_watched = false;
    }

    /// Ends the wait for the first task: one is about to start, or the supervisor runs without any.
    #[inline]
    pub(crate) fn begin(&self) {
        // Relaxed: only a shortcut. The state under the lock decides.
        if !self.has_begun.load(Ordering::Relaxed) {
            self.begin_first();
        }
    }

    #[cold]
    fn begin_first(&self) {
        let waiters = {
            let mut state = self.state.lock();
            state.has_begun = true;
            state.waiters.take()
        };
        self.count.begin(Instant::now());
        self.has_begun.store(true, Ordering::Relaxed);
        waiters.wake();
    }

    /// Ready once the supervisor has begun to start tasks. Otherwise registers the waker.
    pub(crate) fn poll_begun(&self, id: &mut Option<WaiterId>, context: &Context<'_>) -> Poll<()> {
        check_or_register(id, context.waker(), |id, source| {
            // One lock for the check and the registration, so that no begin passes unnoticed in between.
            let mut state = self.state.lock();
            if state.has_begun {
                return Some(Poll::Ready(()));
            }
            state.waiters.register(id, source).then_some(Poll::Pending)
        })
    }

    pub(crate) fn remove_waiter(&self, id: Option<WaiterId>) {
        // Bound to a variable, so that the waker is dropped after the lock: its destructor is foreign code.
        let _removed = self.state.lock().waiters.remove(id);
    }

    /// Returns the tasks of the set: those that are live, and those that have failed and were not added again.
    pub(crate) fn tasks(&self) -> Vec<Arc<TaskCell>> {
        self.compact();
        self.state.lock().tasks.clone()
    }

    /// Removes the tasks that have completed or were canceled, and those that have ended and whose name was added again.
    // Other failed ones stay: the supervisor is not ready without them, whenever the caller asks.
    fn compact(&self) {
        // The cells are locked without the lock of the set. What is over stays over, so that a second look is not needed.
        let tasks = self.state.lock().tasks.clone();
        let mut names = HashSet::new();
        let mut over = HashSet::new();
        for task in tasks.iter().rev() {
            let is_latest = names.insert(task.name());
            let is_over = if is_latest { task.has_left() } else { task.is_finished() };
            if is_over {
                over.insert(task.id());
            }
        }
        let _removed: Vec<_> = {
            let mut state = self.state.lock();
            let (removed, kept) =
                mem::take(&mut state.tasks).into_iter().partition(|task| over.contains(&task.id()));
            state.tasks = kept;
            state.compact_at = 2 * state.tasks.len();
            // Dropped after the lock: a cell may hold the last reference to an error of the user.
            removed
        };
    }
}

/// The tasks of the set that a caller has yet to wait for.
#[derive(Debug, Default)]
pub(crate) struct AwaitedTasks {
    been_ready: HashSet<TaskId>,
    /// A snapshot of the set, so that a start of many tasks does not copy the set for each of them.
    listed: VecDeque<Arc<TaskCell>>,
}

impl AwaitedTasks {
    /// Returns a task that the caller has not seen ready, or `None` if there is none at this moment. Each task once: a set in which one
    /// task is not ready at any time has started nevertheless.
    pub(crate) fn next(&mut self, set: &StartupSet) -> Option<Arc<TaskCell>> {
        // It may have left the set since the snapshot, and then it is not waited for.
        let next = self.listed.pop_front().filter(|task| !task.is_finished() || task.is_ready());
        if next.is_some() {
            return next;
        }
        self.listed = set.tasks().into_iter().filter(|task| !self.been_ready.contains(&task.id())).collect();
        self.listed.pop_front()
    }

    pub(crate) fn was_ready(&mut self, id: TaskId) {
        self.been_ready.insert(id);
    }
}
