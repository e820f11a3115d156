//! Which tasks there are: those that were added by their names, submissions by their slots.
//!
//! Invariants, shown by the models in `models/registry.rs`, `models/names.rs` and `models/slots.rs`:
//! 1. A name is taken exactly from `enter` to `leave`. A slot has one owner, from its turn to its `leave`.
//! 2. The closed flag is read under the lock that inserts: whatever enters is seen by the `close` that shuts the door,
//!    and whatever comes later is refused.
//! 3. The gate counts from before `enter` takes the name until `count_out`, after the end was shown: when it is at zero,
//!    every accepted task has its outcome.

pub(crate) mod registration;
pub(crate) mod slot;
mod slots;

use std::hash::BuildHasher;
use std::sync::Arc;
use std::task::{Context, Poll};

pub(crate) use slots::{Limits, Placement};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use tokio::time::Instant;

use self::slot::{NoRoom, SlotQueue};
use crate::runtime::cell::{RegistryKey, TaskCell};
use crate::sync::wakers::{WaiterId, Wakers, check_or_register};
use crate::sync::{AtomicUsize, Mutex, Ordering, RandomState};
use crate::task::TaskId;

#[derive(Debug)]
pub(crate) struct Registry {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    /// How many tasks there are, times `ONE`; and the bits `CLOSED` and `AWAITED`.
    gate: AtomicUsize,
    /// How many submissions wait for a slot.
    waiting: AtomicUsize,
    idle: Mutex<Wakers>,
}

#[derive(Debug, Default)]
struct Shard {
    /// Those that hold their names, and those that hold nothing.
    tasks: HashTable<Entered>,
    /// Those that are taken. Their keys are those of their owners.
    slots: HashTable<SlotQueue<Arc<TaskCell>>>,
    closed: bool,
}

/// A task that is in. Its hash stands beside it, so that a search and a table that grows touch no other task.
#[derive(Debug)]
struct Entered {
    hash: u64,
    cell: Arc<TaskCell>,
}

/// Who is in when the registry closes.
#[derive(Debug, Default)]
pub(crate) struct LiveTasks {
    /// Whether it was open before.
    pub(crate) first: bool,
    pub(crate) running: Vec<Arc<TaskCell>>,
    /// Those who waited for a slot, and do not any more.
    pub(crate) waiting: Vec<Arc<TaskCell>>,
}

/// Why a task was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegisterError {
    NameTaken,
    Closed,
    NoRoom(NoRoom),
}

const CLOSED: usize = 1;
/// Somebody ever waited for idleness. Until then nobody looks for those who do.
const AWAITED: usize = 2;
const ONE: usize = 4;

impl Registry {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            shards: (0..shards.next_power_of_two()).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            gate: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            idle: Mutex::default(),
        }
    }

    /// By what such a task is found here, which its cell keeps. Names and slots may come from outside: they are hashed with a
    /// secret, so that nobody can make all of them meet.
    pub(crate) fn hash(&self, key: &RegistryKey, name: &str, id: TaskId) -> u64 {
        match key {
            RegistryKey::Name => self.hasher.hash_one(name),
            RegistryKey::Slot(slot) => self.hasher.hash_one(&**slot),
            RegistryKey::Free => self.hasher.hash_one(id),
        }
    }

    /// Takes the name of the task, if it is free and the registry open.
    pub(crate) fn register(&self, cell: &Arc<TaskCell>) -> Result<(), RegisterError> {
        self.count_in(|| self.shard(cell.hash()).lock().insert(cell))
    }

    /// Frees what the task holds. Says whose turn it is then.
    pub(crate) fn deregister(&self, cell: &Arc<TaskCell>, now: Instant) -> Option<Arc<TaskCell>> {
        if cell.slot().is_some() {
            return self.deregister_from_slot(cell, now);
        }
        let _removed = self.shard(cell.hash()).lock().remove(cell);
        None
    }

    /// Counts one in while `insert` lets it in; what it refuses is counted out again.
    fn count_in<T>(&self, insert: impl FnOnce() -> Result<T, RegisterError>) -> Result<T, RegisterError> {
        if self.gate.fetch_add(ONE, Ordering::AcqRel) & CLOSED != 0 {
            self.count_out();
            return Err(RegisterError::Closed);
        }
        let inserted = insert();
        if inserted.is_err() {
            self.count_out();
        }
        inserted
    }

    /// Counts the task out.
    pub(crate) fn count_out(&self) {
        let before = self.gate.fetch_sub(ONE, Ordering::AcqRel);
        if before < 2 * ONE && before & AWAITED != 0 {
            let waiting = self.idle.lock().take();
            waiting.wake();
        }
    }

    /// Lets nobody in any more, and says who is in. Nobody waits for a slot after it.
    pub(crate) fn close_admission(&self) -> LiveTasks {
        let before = self.gate.fetch_or(CLOSED, Ordering::AcqRel);
        let mut inside = LiveTasks { first: before & CLOSED == 0, ..LiveTasks::default() };
        let mut running = Vec::with_capacity(before / ONE);
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.closed = true;
            inside.waiting.extend(shard.slots.iter_mut().flat_map(SlotQueue::clear));
            running.extend(shard.running().map(by_age));
        }
        self.waiting.fetch_sub(inside.waiting.len(), Ordering::AcqRel);
        inside.running = oldest_first(running);
        inside
    }

    /// Lets nobody in any more if nobody is in, in one step.
    pub(crate) fn close_if_idle(&self) -> bool {
        let closed = |gate| (gate < ONE && gate & CLOSED == 0).then_some(gate | CLOSED);
        self.gate.fetch_update(Ordering::AcqRel, Ordering::Acquire, closed).is_ok()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.gate.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Ready when nobody is in.
    pub(crate) fn poll_idle(&self, place: &mut Option<WaiterId>, context: &Context<'_>) -> Poll<()> {
        check_or_register(place, context.waker(), |place, visitor| {
            let mut idle = self.idle.lock();
            // Whoever departs after this sees the bit, and waits for this lock to look for whom to wake.
            if self.gate.fetch_or(AWAITED, Ordering::AcqRel) < ONE {
                return Some(Poll::Ready(()));
            }
            idle.register(place, visitor).then_some(Poll::Pending)
        })
    }

    pub(crate) fn remove_idle_waiter(&self, place: Option<WaiterId>) {
        let _removed = self.idle.lock().remove(place);
    }

    pub(crate) fn find(&self, name: &str) -> Option<Arc<TaskCell>> {
        let hash = self.hasher.hash_one(name);
        let shard = self.shard(hash).lock();
        let found = shard.tasks.find(hash, |other| other.hash == hash && other.cell.is_named(name));
        found.map(|found| Arc::clone(&found.cell))
    }

    /// The task with this id, running or waiting. Shard after shard, because ids are no keys here; never two at once.
    pub(crate) fn find_by_id(&self, id: TaskId) -> Option<Arc<TaskCell>> {
        self.shards.iter().find_map(|shard| {
            let shard = shard.lock();
            let waiting = shard.slots.iter().flat_map(SlotQueue::waiters).map(|waiter| &waiter.task);
            shard.running().chain(waiting).find(|cell| cell.id() == id).map(Arc::clone)
        })
    }

    /// Everybody who is in, oldest first.
    pub(crate) fn cells(&self) -> Vec<Arc<TaskCell>> {
        let mut cells = Vec::with_capacity(self.gate.load(Ordering::Acquire) / ONE);
        for shard in &self.shards {
            let shard = shard.lock();
            cells.extend(shard.running().map(by_age));
            cells.extend(shard.slots.iter().flat_map(SlotQueue::waiters).map(|waiter| by_age(&waiter.task)));
        }
        oldest_first(cells)
    }

    /// By bits of the hash that the table inside does not use.
    fn shard(&self, hash: u64) -> &Mutex<Shard> {
        let index = usize::try_from(hash >> 32).unwrap_or_default() & (self.shards.len() - 1);
        &self.shards[index]
    }
}

/// With its id beside it: a sort that had to look into each task would take longer than all else.
fn by_age(cell: &Arc<TaskCell>) -> (TaskId, Arc<TaskCell>) {
    (cell.id(), Arc::clone(cell))
}

fn oldest_first(mut cells: Vec<(TaskId, Arc<TaskCell>)>) -> Vec<Arc<TaskCell>> {
    cells.sort_unstable_by_key(|(id, _)| *id);
    cells.into_iter().map(|(_, cell)| cell).collect()
}

impl Shard {
    fn insert(&mut self, cell: &Arc<TaskCell>) -> Result<(), RegisterError> {
        if self.closed {
            return Err(RegisterError::Closed);
        }
        let hash = cell.hash();
        let holds_a_name = cell.holds_name();
        let same = |other: &Entered| holds_a_name && other.hash == hash && other.cell.is_named(cell.name());
        match self.tasks.entry(hash, same, |other| other.hash) {
            Entry::Occupied(_) => Err(RegisterError::NameTaken),
            Entry::Vacant(place) => {
                place.insert(Entered { hash, cell: Arc::clone(cell) });
                Ok(())
            }
        }
    }

    fn remove(&mut self, cell: &Arc<TaskCell>) -> Option<Entered> {
        let found = self.tasks.find_entry(cell.hash(), |other| Arc::ptr_eq(&other.cell, cell)).ok()?;
        Some(found.remove().0)
    }

    /// Everybody but those who wait for a slot.
    fn running(&self) -> impl Iterator<Item = &Arc<TaskCell>> {
        self.tasks.iter().map(|entered| &entered.cell).chain(self.slots.iter().map(|slot| &slot.owner))
    }
}
