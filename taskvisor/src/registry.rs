//! Which tasks there are, by name.
//!
//! Invariants, shown by the models in `models/registry.rs`:
//! 1. A name is taken exactly from `enter` to `leave`.
//! 2. The closed flag is read under the lock that inserts: whatever enters is seen by the `close` that shuts the door,
//!    and whatever comes later is refused.
//! 3. The gate counts from before `enter` takes the name until `depart`, after the end was shown: when it is at zero,
//!    every accepted task has its outcome.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::cell::TaskCell;
use crate::sync::{AtomicUsize, Mutex, Ordering};
use crate::wakers::Wakers;

#[derive(Debug)]
pub(crate) struct Registry {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    /// How many tasks there are, times two, plus one when closed.
    gate: AtomicUsize,
    idle: Mutex<Wakers>,
}

#[derive(Debug, Default)]
struct Shard {
    cells: HashMap<ByName, ()>,
    closed: bool,
}

/// Why a task was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NameTaken,
    Closed,
}

const CLOSED: usize = 1;
const ONE: usize = 2;

impl Registry {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            shards: (0..shards.max(1)).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            gate: AtomicUsize::new(0),
            idle: Mutex::default(),
        }
    }

    /// Takes the name of the task, if it is free and the registry open.
    pub(crate) fn enter(&self, cell: &Arc<TaskCell>) -> Result<(), Refusal> {
        if self.gate.fetch_add(ONE, Ordering::AcqRel) & CLOSED != 0 {
            self.depart();
            return Err(Refusal::Closed);
        }
        let entered = {
            let mut shard = self.shard(cell.name()).lock();
            if shard.closed { Err(Refusal::Closed) } else { shard.insert(cell) }
        };
        if entered.is_err() {
            self.depart();
        }
        entered
    }

    /// Frees the name of the task.
    pub(crate) fn leave(&self, cell: &TaskCell) {
        let removed = self.shard(cell.name()).lock().cells.remove_entry(cell.name());
        drop(removed);
    }

    /// Counts the task out.
    pub(crate) fn depart(&self) {
        if self.gate.fetch_sub(ONE, Ordering::AcqRel) < 2 * ONE {
            let waiting = self.idle.lock().take();
            waiting.wake();
        }
    }

    /// Lets nobody in any more, and says who is in.
    pub(crate) fn close(&self) -> Vec<Arc<TaskCell>> {
        self.gate.fetch_or(CLOSED, Ordering::AcqRel);
        self.collect(|shard| shard.closed = true)
    }

    /// Lets nobody in any more if nobody is in, in one step.
    pub(crate) fn close_if_idle(&self) -> bool {
        self.gate.compare_exchange(0, CLOSED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.gate.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Ready when nobody is in.
    pub(crate) fn poll_idle(&self, place: &mut Option<u32>, context: &Context<'_>) -> Poll<()> {
        let (polled, _replaced) = {
            let mut idle = self.idle.lock();
            if self.gate.load(Ordering::Acquire) < ONE {
                (Poll::Ready(()), None)
            } else {
                (Poll::Pending, idle.register(place, context.waker()))
            }
        };
        polled
    }

    pub(crate) fn forget_idle(&self, place: Option<u32>) {
        let _removed = self.idle.lock().remove(place);
    }

    pub(crate) fn find(&self, name: &str) -> Option<Arc<TaskCell>> {
        let shard = self.shard(name).lock();
        shard.cells.get_key_value(name).map(|(cell, ())| Arc::clone(&cell.0))
    }

    /// Everybody who is in, oldest first.
    pub(crate) fn cells(&self) -> Vec<Arc<TaskCell>> {
        self.collect(|_| ())
    }

    fn collect(&self, visit: impl Fn(&mut Shard)) -> Vec<Arc<TaskCell>> {
        let mut cells = Vec::new();
        for shard in &self.shards {
            let mut shard = shard.lock();
            visit(&mut shard);
            cells.extend(shard.cells.keys().map(|cell| Arc::clone(&cell.0)));
        }
        cells.sort_unstable_by_key(|cell| cell.id());
        cells
    }

    fn shard(&self, name: &str) -> &Mutex<Shard> {
        let index = if self.shards.len() == 1 {
            0
        } else {
            usize::try_from(self.hasher.hash_one(name) >> 32).unwrap_or_default() % self.shards.len()
        };
        &self.shards[index]
    }
}

impl Shard {
    fn insert(&mut self, cell: &Arc<TaskCell>) -> Result<(), Refusal> {
        match self.cells.entry(ByName(Arc::clone(cell))) {
            Entry::Occupied(_) => Err(Refusal::NameTaken),
            Entry::Vacant(place) => {
                place.insert(());
                Ok(())
            }
        }
    }
}

/// A cell that is found by its name, so that the name is kept once.
#[derive(Debug)]
struct ByName(Arc<TaskCell>);

impl Borrow<str> for ByName {
    fn borrow(&self) -> &str {
        self.0.name()
    }
}

impl Hash for ByName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name().hash(state);
    }
}

impl PartialEq for ByName {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

impl Eq for ByName {}
