//! A task that others depend on.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Context;

use tokio::time::Instant;

use super::blame::Outage;
use crate::runtime::body::Location;
use crate::runtime::cell::{Flag, TaskCell};
use crate::runtime::instances::InstanceSet;
use crate::runtime::registry::Registry;
use crate::sync::Mutex;
use crate::sync::wakers::{WaiterId, Wakers, check_or_register};
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
    /// The instances of the task, if it has any. `current` is one of them then.
    instances: Option<Arc<InstanceSet>>,
    /// When the current readiness began.
    ready_since: Option<Instant>,
    /// The last success of the task, or when it became ready.
    sign_of_life: Option<Instant>,
    /// The last times that it was not ready, without the present one.
    outages: VecDeque<Outage>,
    /// The dependents that wait until the task is started again.
    waiters: Wakers,
}

/// How many outages are remembered. Those without a sign of life in between count as one.
const REMEMBERED: usize = 16;

impl NodeState {
    /// The last sign of life, with the heartbeats before the current task stopped being ready.
    fn last_sign_of_life(&self) -> Option<Instant> {
        let beat = self.current.rare().and_then(|rare| rare.heartbeat().before_loss());
        self.sign_of_life.map(|sign| beat.map_or(sign, |beat| sign.max(beat)))
    }

    fn remember(&mut self, outage: Outage) {
        match self.outages.back_mut() {
            Some(last) if last.until >= Some(outage.after) => last.until = outage.until,
            _ => {
                if self.outages.len() == REMEMBERED {
                    self.outages.pop_front();
                }
                self.outages.push_back(outage);
            }
        }
    }
}

#[derive(Debug)]
struct NodeName(Cow<'static, str>);

impl Named for NodeName {
    fn name(&self) -> &str {
        &self.0
    }
}

impl Node {
    /// `ready_since` says since when the cell is ready.
    pub(super) fn new(
        name: Cow<'static, str>,
        location: Option<&'static Location>,
        current: Arc<TaskCell>,
        ready_since: Option<Instant>,
    ) -> Self {
        let state = NodeState {
            current,
            instances: None,
            ready_since,
            sign_of_life: ready_since,
            outages: VecDeque::new(),
            waiters: Wakers::default(),
        };
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

    /// The instances of the task, if it has any.
    pub(crate) fn instances(&self) -> Option<Arc<InstanceSet>> {
        self.state.lock().instances.clone()
    }

    /// The cells of the task: one, or those of its instances.
    pub(crate) fn cells(&self) -> Vec<Arc<TaskCell>> {
        self.instances().map_or_else(|| vec![self.current()], |set| set.cells())
    }

    /// Continues with a cell that has the name now, or with the instances of which it is one.
    pub(super) fn continue_with(&self, cell: &Arc<TaskCell>) {
        match cell.instance() {
            None => self.set_current(cell),
            // The set lives while one of its instances is registered.
            Some(instance) => {
                if let Some(set) = instance.set.upgrade() {
                    self.set_instances(&set, cell);
                }
            }
        }
    }

    /// Continues with the instances that have the name now, of which `cell` is one, and wakes the dependents that wait for them.
    pub(super) fn set_instances(&self, set: &Arc<InstanceSet>, cell: &Arc<TaskCell>) {
        let (_replaced, waiters) = {
            let mut state = self.state.lock();
            if state.instances.as_ref().is_some_and(|known| Arc::ptr_eq(known, set)) {
                return;
            }
            let replaced = (state.instances.replace(Arc::clone(set)), {
                std::mem::replace(&mut state.current, Arc::clone(cell))
            });
            (replaced, state.waiters.take())
        };
        waiters.wake();
    }

    /// Continues with a cell that has the name now, and wakes the dependents that wait for it.
    pub(super) fn set_current(&self, cell: &Arc<TaskCell>) {
        let (previous, waiters) = {
            let mut state = self.state.lock();
            // Ids grow, and two callers may find two cells in any order.
            if cell.id() <= state.current.id() {
                return;
            }
            state.sign_of_life = state.last_sign_of_life();
            // A task without instances has taken the name of one with them.
            state.instances = None;
            (std::mem::replace(&mut state.current, Arc::clone(cell)), state.waiters.take())
        };
        // Started again, it is the same task for its dependents. After the lock: never two locks at once, and the last reference to a
        // cell may drop an error of the user.
        if previous.has_flag(Flag::IsNeeded) {
            cell.set_flag(Flag::IsNeeded);
        }
        // It has completed: it was ready until now, and no outage has begun since.
        let ready_since = previous.ready_since();
        if let Some(since) = ready_since {
            // Also records the end of an outage that no dependent has read yet.
            self.sign_of_life(Instant::now(), Some(since));
        }
        if previous.was_ready() || ready_since.is_some() {
            cell.set_flag(Flag::WasReady);
        }
        drop(previous);
        waiters.wake();
    }

    /// When the current readiness began, as far as it was recorded.
    pub(crate) fn ready_since(&self) -> Option<Instant> {
        self.state.lock().ready_since
    }

    /// Records a sign of life: the task has succeeded, or has become ready.
    pub(crate) fn sign_of_life(&self, at: Instant, ready_since: Option<Instant>) {
        let mut state = self.state.lock();
        if let Some(began) = ready_since.filter(|began| state.ready_since.is_none_or(|known| known < *began))
        {
            // Ready again: it was not ready at some time since the last sign of life. Of several instances, one may have been ready
            // before that sign: then there was no outage.
            if let Some(after) = state.last_sign_of_life().filter(|after| *after <= began) {
                state.remember(Outage { after, until: Some(began) });
            }
            state.ready_since = Some(began);
        }
        state.sign_of_life = state.sign_of_life.max(Some(at));
    }

    /// The last times that the task was down, as far as they are known. `is_ready` says whether it is ready now.
    pub(super) fn outages(&self, is_ready: bool) -> Vec<Outage> {
        let state = self.state.lock();
        let present =
            state.last_sign_of_life().filter(|_| !is_ready).map(|after| Outage { after, until: None });
        state.outages.iter().copied().chain(present).collect()
    }

    /// Looks for a task that was started under the name after `ended`. Returns it if there is one.
    pub(super) fn successor(&self, ended: &TaskCell, registry: &Registry) -> Option<Arc<TaskCell>> {
        // Not under the lock of the node: the registry has its own.
        if let Some(found) = registry.find(self.name()) {
            self.set_current(&found);
        }
        Some(self.current()).filter(|current| current.id() > ended.id())
    }

    /// As `successor`. Registers the waker if there is none.
    pub(super) fn poll_successor(
        &self,
        ended: &TaskCell,
        registry: &Registry,
        id: &mut Option<WaiterId>,
        context: &Context<'_>,
    ) -> Option<Arc<TaskCell>> {
        let known = check_or_register(id, context.waker(), |id, source| {
            let mut state = self.state.lock();
            if state.current.id() > ended.id() {
                return Some(Some(Arc::clone(&state.current)));
            }
            state.waiters.register(id, source).then_some(None)
        });
        // Registered before the registry is read: a task that takes the name later wakes the waiter.
        known.or_else(|| self.successor(ended, registry))
    }

    pub(super) fn remove_waiter(&self, id: Option<WaiterId>) {
        if id.is_some() {
            // Bound to a variable, so that the waker is dropped after the lock: its destructor is foreign code.
            let _removed = self.state.lock().waiters.remove(id);
        }
    }
}
