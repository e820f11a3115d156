//! The registry of tasks: added tasks by their names, submissions by their slots.
//!
//! # Invariants
//!
//! The models in `models/registry.rs`, `models/names.rs` and `models/slots.rs` show them:
//! 1. A name is taken exactly from `register` to `deregister`. A slot has at most its capacity of owners: the smallest capacity of
//!    any of them. A submission owns it from its `register_submission`, or from the change that made its place free, to its own
//!    `deregister`.
//! 2. The closed flag is read under the lock that inserts. `close_admission` returns every task that registered before it
//!    closed the shard; every later registration is refused.
//! 3. The admission word counts a task from before `register` takes the name until `count_out`, after its end is visible. When the
//!    count is zero, every accepted task has its outcome.
//!
//! # The admission word
//!
//! One atomic word, so that "closed" and "idle" are decided in one step: `close_if_idle` closes an idle registry, or a task
//! is counted in, never both.
//!
//! | bits | name | meaning |
//! |---|---|---|
//! | 0 | `CLOSED` | admission is closed; never cleared |
//! | 1 | `AWAITED` | a waiter for idleness has registered; never cleared. Until then `count_out` does not take the waiters' lock |
//! | 2 and up | × `ONE` | the number of counted tasks |
//!
//! Every change is acquire-release, and every read acquires. A `count_out` therefore publishes everything that its task has
//! written to the thread that finds the count at zero, and the additions and subtractions of all threads form one release
//! sequence.

mod capacity;
mod owners;
mod publish;
pub(crate) mod registration;
mod withdrawn;
pub(crate) mod room;
mod shared_slots;
pub(crate) mod slot;
mod slot_checks;
mod slots;
mod started;

use std::hash::BuildHasher;
use std::sync::Arc;
use std::task::{Context, Poll};

#[cfg(feature = "controller")]
pub(crate) use capacity::Capacity;
#[cfg(feature = "controller")]
pub(crate) use shared_slots::ArrivalEffects;
#[cfg(feature = "controller")]
pub(crate) use slot_checks::DueWaits;
#[cfg(feature = "controller")]
pub(crate) use slots::{Arrival, CheckIn, Limits, Placement};
pub(crate) use slots::{NextOwner, Withdrawal, WithdrawnSubmission, Work};
pub(crate) use started::StartedOwners;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use tokio::time::Instant;

use self::room::{RoomWakeups, SlotWaiters, WaitingTotal};
use self::slot::{NoRoom, SlotQueue};
use self::slots::{Slot, take_or_defer};
use crate::runtime::cell::{RegistryHash, RegistryKey, StopRequest, TaskCell};
use crate::runtime::instrument::metrics::Metrics;
use crate::sync::wakers::{WaiterId, Wakers, check_or_register};
use crate::sync::{AtomicUsize, Mutex, Ordering, RandomState};
use crate::task::TaskId;

#[derive(Debug)]
pub(crate) struct Registry {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    /// The number of tasks and two flags: see the module documentation.
    admission: AtomicUsize,
    /// The submissions that wait for a slot, in all shards. Compared with `Limits::total`.
    waiting: WaitingTotal,
    /// Waiters for idleness.
    idle: Mutex<Wakers>,
    // Here, because the watchdog of an application has the registry, and not the supervisor's state.
    metrics: Metrics,
}

#[derive(Debug, Default)]
struct Shard {
    /// Tasks registered under their names, and submissions without a slot.
    tasks: HashTable<TaskEntry>,
    /// The slots that have an owner. The key of a slot is the `slot` of its owner.
    slots: HashTable<Slot>,
    /// Submissions that were withdrawn while they were checked out, and why.
    withdrawn: Vec<(TaskId, Option<StopRequest>)>,
    /// Callers of `submit_wait` that wait for room in a slot.
    room: SlotWaiters,
    closed: bool,
}

/// A registered task.
// The hash is stored beside the pointer, so that a lookup and a resize do not read the cells of other tasks.
#[derive(Debug)]
struct TaskEntry {
    hash: u64,
    cell: Arc<TaskCell>,
}

/// The tasks that were registered when admission closed.
#[must_use = "end the waiting submissions and wake the waiters for room"]
#[derive(Debug, Default)]
pub(crate) struct LiveTasks {
    /// Whether admission was open before: true for exactly one closing call.
    pub(crate) was_open: bool,
    pub(crate) running: Vec<Arc<TaskCell>>,
    /// The submissions that were withdrawn from the slot queues. The caller ends them.
    pub(crate) waiting: Vec<WithdrawnSubmission>,
    /// The callers that waited for room. They try again, and are refused.
    pub(crate) room: RoomWakeups,
}

/// Why a registration was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegisterError {
    NameTaken,
    Closed,
    NoRoom(NoRoom),
}

const CLOSED: usize = 1;
const AWAITED: usize = 2;
const ONE: usize = 4;

impl Registry {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            shards: (0..shards.next_power_of_two()).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            admission: AtomicUsize::new(0),
            waiting: WaitingTotal::new(),
            idle: Mutex::default(),
            metrics: Metrics::default(),
        }
    }

    /// Sets the metrics of its tasks.
    pub(crate) fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    #[inline]
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Computes the registry hash of a task. The cell stores it.
    // The hasher has a random seed: names and slots may come from untrusted input, which must not cause collisions.
    pub(crate) fn hash(&self, key: &RegistryKey, name: &str, id: TaskId) -> RegistryHash {
        RegistryHash::of(match key {
            RegistryKey::Name => self.hasher.hash_one(name),
            RegistryKey::Slot(slot) => self.hasher.hash_one(&**slot),
            RegistryKey::Free => self.hasher.hash_one(id),
        })
    }

    /// Computes the hash of a name or of a slot, as `hash` does for a task that is registered under it.
    fn hash_of(&self, key: &str) -> u64 {
        RegistryHash::of(self.hasher.hash_one(key)).get()
    }

    /// Registers a task under its name, if the name is free and admission is open.
    pub(crate) fn register(&self, cell: &Arc<TaskCell>) -> Result<(), RegisterError> {
        self.count_in(|| self.shard(cell.hash()).lock().insert(cell))
    }

    /// Frees the name of a task, or its slot. Returns the next owner of the slot, if the calling lane must run it.
    pub(crate) fn deregister(&self, cell: &Arc<TaskCell>, now: Instant) -> Option<NextOwner> {
        if cell.slot().is_some() {
            return self.deregister_owner(cell, now);
        }
        // Bound to a variable, so that a last reference is dropped after the lock.
        let _removed = self.shard(cell.hash()).lock().remove(cell);
        None
    }

    /// Counts a task in and calls `insert`. If admission is closed or `insert` fails, counts it out again.
    fn count_in<T>(&self, insert: impl FnOnce() -> Result<T, RegisterError>) -> Result<T, RegisterError> {
        // Counted before it is inserted: `close_if_idle` must not find the count at zero between the two steps.
        if self.admission.fetch_add(ONE, Ordering::AcqRel) & CLOSED != 0 {
            // `count_out` and not a bare subtraction: this registration may have hidden the zero from the last task.
            self.count_out();
            return Err(RegisterError::Closed);
        }
        // Admission may close from here on. The flag of the shard then refuses the task.
        let inserted = insert();
        if inserted.is_err() {
            self.count_out();
        }
        inserted
    }

    /// Counts a task out. The last one wakes the waiters for idleness.
    pub(crate) fn count_out(&self) {
        // Release: whatever this task has written is visible to the thread that reads a zero. Acquire: the thread that
        // reads the last `ONE` sees what the tasks before it have written, and the `AWAITED` bit of `poll_idle`.
        let before = self.admission.fetch_sub(ONE, Ordering::AcqRel);
        if before < 2 * ONE && before & AWAITED != 0 {
            let waiters = self.idle.lock().take();
            waiters.wake();
        }
    }

    /// Closes admission, empties the slot queues for the reason of `request`, and returns the live tasks.
    pub(crate) fn close_admission(&self, request: Option<StopRequest>) -> LiveTasks {
        // The bit first: registrations that have not reached their shard yet are refused without its lock.
        let before = self.admission.fetch_or(CLOSED, Ordering::AcqRel);
        let mut live = LiveTasks { was_open: before & CLOSED == 0, ..LiveTasks::default() };
        let mut running = Vec::with_capacity(before / ONE);
        let mut waiting = 0;
        for shard in &self.shards {
            let mut shard = shard.lock();
            // Set and listed under one lock: a task of this shard is in the list, or it finds the flag.
            shard.closed = true;
            live.room.extend(shard.room.take_all());
            let Shard { slots, withdrawn, .. } = &mut *shard;
            waiting += slots.iter().map(SlotQueue::waiting).sum::<usize>();
            let cleared = slots.iter_mut().flat_map(SlotQueue::clear);
            live.waiting.extend(cleared.filter_map(|queued| take_or_defer(queued, request, withdrawn)));
            running.extend(shard.running().map(by_age));
        }
        // A waiter for the total is in the list of its slot too: all of them were taken out, and none is to be woken for this.
        let _ = self.waiting.release(waiting);
        live.running = oldest_first(running);
        live
    }

    /// Closes admission if no task is registered, in one atomic step. Returns whether this call closed it.
    pub(crate) fn close_if_idle(&self) -> bool {
        // Acquire pairs with the release of the last `count_out`: its outcome is visible. Release pairs with `count_in`.
        // The shards keep `closed: false`: the bit refuses every registration before it reaches a shard.
        let closed = |word| (word < ONE && word & CLOSED == 0).then_some(word | CLOSED);
        self.admission.fetch_update(Ordering::AcqRel, Ordering::Acquire, closed).is_ok()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.admission.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Ready when no task is registered. Otherwise registers the waker.
    pub(crate) fn poll_idle(&self, id: &mut Option<WaiterId>, context: &Context<'_>) -> Poll<()> {
        check_or_register(id, context.waker(), |id, source| {
            let mut idle = self.idle.lock();
            // One operation sets the bit and reads the count. The last `count_out` came before it, and this reads a zero;
            // or it comes after it, sees the bit, and takes this lock once the waker is registered.
            if self.admission.fetch_or(AWAITED, Ordering::AcqRel) < ONE {
                return Some(Poll::Ready(()));
            }
            idle.register(id, source).then_some(Poll::Pending)
        })
    }

    pub(crate) fn remove_idle_waiter(&self, id: Option<WaiterId>) {
        let _removed = self.idle.lock().remove(id);
    }

    pub(crate) fn find(&self, name: &str) -> Option<Arc<TaskCell>> {
        let hash = self.hash_of(name);
        let shard = self.shard(hash).lock();
        let found = shard.tasks.find(hash, |other| other.hash == hash && other.cell.is_named(name));
        found.map(|found| Arc::clone(&found.cell))
    }

    /// Finds a task by its id, running or waiting. Searches one shard after the other, because ids are not keys.
    pub(crate) fn find_by_id(&self, id: TaskId) -> Option<Arc<TaskCell>> {
        self.shards.iter().find_map(|shard| {
            let shard = shard.lock();
            let waiting = shard.slots.iter().flat_map(SlotQueue::queued).map(|queued| &queued.task);
            shard.running().chain(waiting).find(|cell| cell.id() == id).map(Arc::clone)
        })
    }

    /// Returns all registered tasks, oldest first. Shards are locked one by one, so that this is not a snapshot.
    pub(crate) fn cells(&self) -> Vec<Arc<TaskCell>> {
        // Only a hint of the capacity; the count may change meanwhile.
        let mut cells = Vec::with_capacity(self.admission.load(Ordering::Acquire) / ONE);
        for shard in &self.shards {
            let shard = shard.lock();
            cells.extend(shard.running().map(by_age));
            cells.extend(shard.slots.iter().flat_map(SlotQueue::queued).map(|queued| by_age(&queued.task)));
        }
        oldest_first(cells)
    }

    fn shard(&self, hash: u64) -> &Mutex<Shard> {
        // Bits that the hash table does not use: it takes the lowest for the bucket and the highest for the control byte.
        let index = usize::try_from(hash >> 32).unwrap_or_default() & (self.shards.len() - 1);
        &self.shards[index]
    }
}

/// Pairs a task with its id, which orders tasks by age.
// The sort compares the copies. Reading each id through its pointer would dominate the cost of a listing.
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
        let holds_name = cell.holds_name();
        // A submission without a slot equals no other entry. The full hash is compared first, to read few names.
        let same = |other: &TaskEntry| holds_name && other.hash == hash && other.cell.is_named(cell.name());
        match self.tasks.entry(hash, same, |other| other.hash) {
            Entry::Occupied(_) => Err(RegisterError::NameTaken),
            Entry::Vacant(vacant) => {
                vacant.insert(TaskEntry { hash, cell: Arc::clone(cell) });
                Ok(())
            }
        }
    }

    fn remove(&mut self, cell: &Arc<TaskCell>) -> Option<TaskEntry> {
        // By pointer, because the name of a submission is a label that other tasks may share.
        let found = self.tasks.find_entry(cell.hash(), |other| Arc::ptr_eq(&other.cell, cell)).ok()?;
        Some(found.remove().0)
    }

    /// All tasks of the shard except submissions that wait for a slot.
    fn running(&self) -> impl Iterator<Item = &Arc<TaskCell>> {
        let owners = self.slots.iter().flat_map(SlotQueue::owners).map(|owner| &owner.task);
        self.tasks.iter().map(|entry| &entry.cell).chain(owners)
    }
}
