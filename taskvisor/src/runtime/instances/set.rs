//! The instances of one declaration.
//!
//! # Invariants
//!
//! The models in `models/instances.rs` show them:
//! 1. At most one holds for a number: it is claimed, it has a live member, or its last instance is leaving. So no two instances of one
//!    number are live.
//! 2. Once all concurrent calls of `scale` have returned, each number below the target has a member, or its last instance is leaving and
//!    the next one starts when that has ended. Every other live instance has received a stop request.
//! 3. A dependent that reads the members after it has registered for their change misses no change.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::Instant;

use super::TaskTemplate;
use crate::runtime::body::TaskSpec;
use crate::runtime::cell::TaskCell;
use crate::sync::Mutex;
use crate::sync::wakers::{WaiterId, Wakers, check_or_register};
use crate::task::Named;

#[derive(Debug)]
pub(crate) struct InstanceSet {
    name: Arc<str>,
    // No other lock is held when this one is taken, nor taken while it is held.
    template: Mutex<Arc<TaskTemplate>>,
    state: Mutex<SetState>,
}

#[derive(Debug, Default)]
struct SetState {
    /// How many instances there must be.
    target: usize,
    /// Whether the instances were accepted. Before that, the target cannot change, because they may still be refused.
    is_accepted: bool,
    /// By number, all below `target`. A member that has ended stays until the next instance takes its number.
    members: BTreeMap<usize, Member>,
    /// By number. Surplus instances, which were requested to stop and have not ended.
    leaving: BTreeMap<usize, Arc<TaskCell>>,
    /// Numbers whose instance is about to be registered.
    claimed: BTreeSet<usize>,
    /// The instance that was added last. It may have ended.
    // So that other tasks can depend on the declaration while it has no instance.
    latest: Option<Arc<TaskCell>>,
    /// The number of the instance that was found to be ready for the longest time. A hint: it may have ended.
    steadiest: usize,
    /// Counts the changes of `members`.
    version: u64,
    /// Dependents that wait for a change of `members`.
    waiters: Wakers,
}

#[derive(Debug)]
struct Member {
    cell: Arc<TaskCell>,
    has_ended: bool,
}

/// Which numbers `claim` returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Those without an instance.
    Never,
    /// Also those whose instance has ended by itself.
    OrEnded,
}

/// What a change of the number requires of the caller.
#[must_use = "the surplus instances must be stopped"]
#[derive(Debug)]
pub(crate) struct Scaled {
    pub(crate) before: usize,
    /// The instances to stop, in this order: the highest number first.
    pub(crate) surplus: Vec<Arc<TaskCell>>,
}

impl InstanceSet {
    pub(crate) fn new(name: &str, template: TaskTemplate, target: usize) -> Self {
        let state = SetState { target, ..SetState::default() };
        Self { name: name.into(), template: Mutex::new(Arc::new(template)), state: Mutex::new(state) }
    }

    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    /// What an instance that starts now is created from.
    pub(crate) fn template(&self) -> Arc<TaskTemplate> {
        Arc::clone(&self.template.lock())
    }

    /// Replaces the template. An instance that starts meanwhile may be created from the old one: see `update_instances`.
    #[cfg(any(feature = "config", test))]
    pub(crate) fn replace_template(&self, template: Arc<TaskTemplate>) {
        // Dropped after the lock: it has values of the user.
        let _replaced = std::mem::replace(&mut *self.template.lock(), template);
    }

    /// The spec of one instance.
    pub(crate) fn spec(&self, template: &TaskTemplate, index: usize) -> TaskSpec {
        template.spec(format!("{}/{index}", self.name))
    }

    /// Accepts the instances: from now on, none of them is refused.
    pub(crate) fn accept(&self) {
        self.state.lock().is_accepted = true;
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.state.lock().is_accepted
    }

    /// Sets how many instances there must be. `None` if they were not accepted.
    // The waiters are woken, and the caller stops the surplus instances, after the lock: both run foreign code.
    pub(crate) fn set_target(&self, target: usize) -> Option<Scaled> {
        // Dropped after the lock: the last reference to a cell may drop an error of the user.
        let (scaled, waiters, _removed) = {
            let mut state = self.state.lock();
            if !state.is_accepted {
                return None;
            }
            let before = std::mem::replace(&mut state.target, target);
            let removed = state.members.split_off(&target);
            let waiters = if removed.is_empty() { None } else { Some(state.change()) };
            let mut surplus = Vec::new();
            for (index, member) in removed.iter().rev().filter(|(_, member)| !member.has_ended) {
                surplus.push(Arc::clone(&member.cell));
                state.leaving.insert(*index, Arc::clone(&member.cell));
            }
            (Scaled { before, surplus }, waiters, removed)
        };
        if let Some(waiters) = waiters {
            waiters.wake();
        }
        Some(scaled)
    }

    /// Claims the lowest of these numbers that lacks an instance. The caller registers one and calls `join`, or `release`.
    // A number whose last instance is leaving cannot be claimed before that one has ended, because it still has the name.
    pub(crate) fn claim(&self, numbers: Range<usize>, missing: Missing) -> Option<usize> {
        let mut state = self.state.lock();
        let is_missing = |index: &usize| {
            let known = match state.members.get(index) {
                Some(member) => missing == Missing::Never || !member.has_ended,
                None => false,
            };
            !known && !state.leaving.contains_key(index) && !state.claimed.contains(index)
        };
        let index = (numbers.start..numbers.end.min(state.target)).find(is_missing)?;
        state.claimed.insert(index);
        Some(index)
    }

    /// Gives a claim back: its instance was refused.
    pub(crate) fn release(&self, index: usize) {
        self.state.lock().claimed.remove(&index);
    }

    /// Adds the instance of a claimed number, before it starts. Returns whether it is wanted. If not, the target was lowered meanwhile,
    /// and the caller stops the instance.
    pub(crate) fn join(&self, index: usize, cell: &Arc<TaskCell>) -> bool {
        // Bound to variables, and dropped after the lock: the last reference to a cell may drop an error of the user.
        let (_replaced, waiters);
        {
            let mut state = self.state.lock();
            state.claimed.remove(&index);
            let latest = state.latest.replace(Arc::clone(cell));
            let is_wanted = index < state.target;
            let member = if is_wanted {
                state.members.insert(index, Member { cell: Arc::clone(cell), has_ended: false })
            } else {
                state.leaving.insert(index, Arc::clone(cell));
                None
            };
            _replaced = (latest, member);
            waiters = is_wanted.then(|| state.change());
        }
        let is_wanted = waiters.is_some();
        if let Some(waiters) = waiters {
            waiters.wake();
        }
        is_wanted
    }

    /// Records that an instance ends. Its name is free by now, and its outcome is not visible yet. Returns whether its number needs
    /// another instance.
    pub(crate) fn end(&self, index: usize, cell: &TaskCell) -> bool {
        let mut state = self.state.lock();
        if state.leaving.get(&index).is_some_and(|leaving| **leaving == *cell) {
            let _removed = state.leaving.remove(&index);
            return index < state.target;
        }
        if let Some(member) = state.members.get_mut(&index).filter(|member| *member.cell == *cell) {
            member.has_ended = true;
        }
        false
    }

    /// The members, in the order of their numbers: the latest instance of each number.
    pub(crate) fn cells(&self) -> Vec<Arc<TaskCell>> {
        self.state.lock().members.values().map(|member| Arc::clone(&member.cell)).collect()
    }

    /// As `cells`. If there is none, the instance that was added last.
    pub(crate) fn cells_or_latest(&self) -> Vec<Arc<TaskCell>> {
        let state = self.state.lock();
        let members = state.members.values().map(|member| &member.cell);
        let latest = state.latest.as_ref().filter(|_| state.members.is_empty());
        members.chain(latest).map(Arc::clone).collect()
    }

    /// As `cells`, with the number of changes so far.
    pub(crate) fn versioned_cells(&self) -> (u64, Vec<Arc<TaskCell>>) {
        let state = self.state.lock();
        (state.version, state.members.values().map(|member| Arc::clone(&member.cell)).collect())
    }

    /// The live instances, also those that are leaving, in the order of their numbers.
    pub(crate) fn live(&self) -> Vec<Arc<TaskCell>> {
        let state = self.state.lock();
        let members = state.members.iter().filter(|(_, member)| !member.has_ended);
        let mut live: Vec<_> = members.map(|(index, member)| (*index, Arc::clone(&member.cell))).collect();
        live.extend(state.leaving.iter().map(|(index, cell)| (*index, Arc::clone(cell))));
        drop(state);
        live.sort_by_key(|(index, cell)| (*index, cell.id()));
        live.into_iter().map(|(_, cell)| cell).collect()
    }

    /// Whether the declaration is over: it had instances, and all of them have ended by themselves.
    pub(super) fn is_over(&self) -> bool {
        let state = self.state.lock();
        let no_other = state.leaving.is_empty() && state.claimed.is_empty();
        no_other && !state.members.is_empty() && state.members.values().all(|member| member.has_ended)
    }

    /// Ready if the members have changed since `version`. Otherwise registers the waker.
    pub(crate) fn poll_change(
        &self,
        version: u64,
        id: &mut Option<WaiterId>,
        context: &Context<'_>,
    ) -> Poll<()> {
        check_or_register(id, context.waker(), |id, source| {
            let mut state = self.state.lock();
            if state.version != version {
                return Some(Poll::Ready(()));
            }
            state.waiters.register(id, source).then_some(Poll::Pending)
        })
    }

    pub(crate) fn remove_waiter(&self, id: Option<WaiterId>) {
        if id.is_some() {
            // Bound to a variable, so that the waker is dropped after the lock: its destructor is foreign code.
            let _removed = self.state.lock().waiters.remove(id);
        }
    }

    /// Since when an instance is ready without interruption, if one is. Returns the first one found that is not after `known`.
    // One lock after the other, and no copy of the members: each success of each instance calls it, and `steadiest` usually answers.
    pub(crate) fn ready_since(&self, known: Option<Instant>) -> Option<Instant> {
        let steadiest = self.state.lock().steadiest;
        let is_known = |since: &Instant| known.is_some_and(|known| *since <= known);
        let found = self.member_from(steadiest).and_then(|(_, cell)| cell.ready_since()).filter(is_known);
        found.or_else(|| self.find_steadiest(is_known))
    }

    #[cold]
    fn find_steadiest(&self, is_known: impl Fn(&Instant) -> bool) -> Option<Instant> {
        let mut earliest: Option<(Instant, usize)> = None;
        let mut next = 0;
        while let Some((index, cell)) = self.member_from(next) {
            let since = cell.ready_since();
            let is_earlier = |since: &Instant| earliest.is_none_or(|(earliest, _)| *since < earliest);
            if let Some(since) = since.filter(is_earlier) {
                earliest = Some((since, index));
                if is_known(&since) {
                    break;
                }
            }
            next = index + 1;
        }
        let (since, index) = earliest?;
        self.state.lock().steadiest = index;
        Some(since)
    }

    /// The first member of this number or a higher one.
    fn member_from(&self, index: usize) -> Option<(usize, Arc<TaskCell>)> {
        let state = self.state.lock();
        state.members.range(index..).next().map(|(index, member)| (*index, Arc::clone(&member.cell)))
    }
}

impl SetState {
    fn change(&mut self) -> crate::sync::wakers::WakeList {
        self.version += 1;
        self.waiters.take()
    }
}

impl Named for InstanceSet {
    fn name(&self) -> &str {
        &self.name
    }
}
