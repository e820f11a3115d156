//! Which tasks there are: those that were added by their names, submissions by their slots.
//!
//! Invariants, shown by the models in `models/registry.rs`, `models/names.rs` and `models/slots.rs`:
//! 1. A name is taken exactly from `enter` to `leave`. A slot has one owner, from its turn to its `leave`.
//! 2. The closed flag is read under the lock that inserts: whatever enters is seen by the `close` that shuts the door,
//!    and whatever comes later is refused.
//! 3. The gate counts from before `enter` takes the name until `depart`, after the end was shown: when it is at zero,
//!    every accepted task has its outcome.

mod by_name;
mod slots;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;
use std::task::{Context, Poll};

pub(crate) use slots::{Limits, Taken};

use self::by_name::ByName;
use crate::cell::{Key, TaskCell};
use crate::id::TaskId;
use crate::slot::{NoRoom, Slot};
use crate::sync::{AtomicUsize, Mutex, Ordering, RandomState};
use crate::wakers::Wakers;

#[derive(Debug)]
pub(crate) struct Registry {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    /// How many tasks there are, times two, plus one when closed.
    gate: AtomicUsize,
    /// How many submissions wait for a slot.
    waiting: AtomicUsize,
    idle: Mutex<Wakers>,
}

#[derive(Debug, Default)]
struct Shard {
    names: HashMap<ByName, ()>,
    slots: HashMap<Arc<str>, Slot<Arc<TaskCell>>>,
    free: HashMap<TaskId, Arc<TaskCell>>,
    closed: bool,
}

/// Who is in when the registry closes.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    /// Whether it was open before.
    pub(crate) first: bool,
    pub(crate) running: Vec<Arc<TaskCell>>,
    /// Those who waited for a slot, and do not any more.
    pub(crate) waiting: Vec<Arc<TaskCell>>,
}

/// Why a task was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NameTaken,
    Closed,
    NoRoom(NoRoom),
}

const CLOSED: usize = 1;
const ONE: usize = 2;

impl Registry {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            shards: (0..shards.max(1)).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            gate: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            idle: Mutex::default(),
        }
    }

    /// Takes the name of the task, if it is free and the registry open.
    pub(crate) fn enter(&self, cell: &Arc<TaskCell>) -> Result<(), Refusal> {
        self.count_in(|| self.shard(cell.name()).lock().insert(cell))
    }

    /// Frees what the task holds. Says whose turn it is then.
    pub(crate) fn leave(&self, cell: &Arc<TaskCell>) -> Option<Arc<TaskCell>> {
        match cell.key() {
            Key::Name => {
                let removed = self.shard(cell.name()).lock().names.remove_entry(cell.name());
                drop(removed);
                None
            }
            Key::Slot(slot) => self.leave_slot(cell, slot),
            Key::Free => {
                let removed = self.shard(&cell.id()).lock().free.remove(&cell.id());
                drop(removed);
                None
            }
        }
    }

    /// Counts one in while `insert` lets it in; what it refuses is counted out again.
    fn count_in<T>(&self, insert: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
        if self.gate.fetch_add(ONE, Ordering::AcqRel) & CLOSED != 0 {
            self.depart();
            return Err(Refusal::Closed);
        }
        let inserted = insert();
        if inserted.is_err() {
            self.depart();
        }
        inserted
    }

    /// Counts the task out.
    pub(crate) fn depart(&self) {
        if self.gate.fetch_sub(ONE, Ordering::AcqRel) < 2 * ONE {
            let waiting = self.idle.lock().take();
            waiting.wake();
        }
    }

    /// Lets nobody in any more, and says who is in. Nobody waits for a slot after it.
    pub(crate) fn close(&self) -> Inside {
        let before = self.gate.fetch_or(CLOSED, Ordering::AcqRel);
        let mut inside = Inside { first: before & CLOSED == 0, ..Inside::default() };
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.closed = true;
            inside.waiting.extend(shard.slots.values_mut().flat_map(Slot::clear));
            inside.running.extend(shard.running().cloned());
        }
        self.waiting.fetch_sub(inside.waiting.len(), Ordering::AcqRel);
        inside.running.sort_unstable_by_key(|cell| cell.id());
        inside
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
        shard.names.get_key_value(name).map(|(cell, ())| Arc::clone(&cell.0))
    }

    /// Everybody who is in, oldest first.
    pub(crate) fn cells(&self) -> Vec<Arc<TaskCell>> {
        let mut cells = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock();
            cells.extend(shard.running().cloned());
            cells.extend(shard.slots.values().flat_map(Slot::waiters).map(|waiter| Arc::clone(&waiter.who)));
        }
        cells.sort_unstable_by_key(|cell| cell.id());
        cells
    }

    fn shard<K: Hash + ?Sized>(&self, key: &K) -> &Mutex<Shard> {
        let index = if self.shards.len() == 1 {
            0
        } else {
            usize::try_from(self.hasher.hash_one(key) >> 32).unwrap_or_default() % self.shards.len()
        };
        &self.shards[index]
    }
}

impl Shard {
    fn insert(&mut self, cell: &Arc<TaskCell>) -> Result<(), Refusal> {
        if self.closed {
            return Err(Refusal::Closed);
        }
        match self.names.entry(ByName(Arc::clone(cell))) {
            Entry::Occupied(_) => Err(Refusal::NameTaken),
            Entry::Vacant(place) => {
                place.insert(());
                Ok(())
            }
        }
    }

    /// Everybody but those who wait for a slot.
    fn running(&self) -> impl Iterator<Item = &Arc<TaskCell>> {
        let named = self.names.keys().map(|cell| &cell.0);
        named.chain(self.slots.values().map(|slot| &slot.owner)).chain(self.free.values())
    }
}
