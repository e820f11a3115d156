//! The state that all bodies share: the number of live attempts, and which slots have one.

use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use crate::KEYS;

/// The message of every panic that belongs to the load.
pub(crate) const ON_PURPOSE: &str = "on purpose";

#[derive(Clone, Debug)]
pub(crate) struct World(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    ending: AtomicBool,
    attempts: AtomicU64,
    /// Attempts after the first one of their task.
    retries: AtomicU64,
    give_ups: AtomicU64,
    /// Attempts and values that are not dropped yet.
    alive: AtomicI64,
    lanes: [AtomicBool; KEYS],
    overlaps: AtomicU64,
    certainly_refused: AtomicU64,
    /// How often the observer listed all tasks and slots.
    snapshots: AtomicU64,
}

/// Counts as alive until it is dropped.
#[derive(Debug)]
pub(crate) struct Alive(World);

/// Marks a slot as in use until it is dropped.
#[derive(Debug)]
pub(crate) struct Lane(World, usize);

impl World {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            ending: AtomicBool::new(false),
            attempts: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            give_ups: AtomicU64::new(0),
            alive: AtomicI64::new(0),
            lanes: [const { AtomicBool::new(false) }; KEYS],
            overlaps: AtomicU64::new(0),
            certainly_refused: AtomicU64::new(0),
            snapshots: AtomicU64::new(0),
        }))
    }

    /// Called right before the shutdown is requested.
    pub(crate) fn end(&self) {
        self.0.ending.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.0.ending.load(Ordering::SeqCst)
    }

    /// Counts an attempt; each body calls it first.
    pub(crate) fn attempt(&self) -> Alive {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
        self.value()
    }

    /// As `attempt`, for a body that may fail: counts the attempts after the first one too.
    pub(crate) fn attempt_number(&self, number: u64) -> Alive {
        if number > 1 {
            self.0.retries.fetch_add(1, Ordering::Relaxed);
        }
        self.attempt()
    }

    /// Counts a task that gave up.
    pub(crate) fn gave_up(&self) {
        self.0.give_ups.fetch_add(1, Ordering::Relaxed);
    }

    /// A value that lives as long as its task.
    pub(crate) fn value(&self) -> Alive {
        self.0.alive.fetch_add(1, Ordering::Relaxed);
        Alive(self.clone())
    }

    /// Marks the slot as in use; each body with a slot calls it.
    pub(crate) fn lane(&self, key: usize) -> Lane {
        if self.0.lanes[key].swap(true, Ordering::SeqCst) {
            self.0.overlaps.fetch_add(1, Ordering::Relaxed);
        }
        Lane(self.clone(), key)
    }

    /// Counts a refusal that was published before the shutdown was requested.
    pub(crate) fn refused_for_certain(&self) {
        self.0.certainly_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a listing of all tasks and slots.
    pub(crate) fn count_snapshot(&self) {
        self.0.snapshots.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn snapshots(&self) -> u64 {
        self.0.snapshots.load(Ordering::Relaxed)
    }

    pub(crate) fn attempts(&self) -> u64 {
        self.0.attempts.load(Ordering::SeqCst)
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn retries(&self) -> u64 {
        self.0.retries.load(Ordering::SeqCst)
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn give_ups(&self) -> u64 {
        self.0.give_ups.load(Ordering::SeqCst)
    }

    pub(crate) fn alive(&self) -> i64 {
        self.0.alive.load(Ordering::SeqCst)
    }

    /// How often two attempts were in one slot.
    pub(crate) fn overlaps(&self) -> u64 {
        self.0.overlaps.load(Ordering::SeqCst)
    }

    pub(crate) fn certainly_refused(&self) -> u64 {
        self.0.certainly_refused.load(Ordering::SeqCst)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.0.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.0.0.lanes[self.1].store(false, Ordering::SeqCst);
    }
}

/// Hides the panics that belong to the load, which are too many to read. Any other panic is reported as usual.
pub(crate) fn silence_intended_panics() {
    let previous_hook = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if panic.payload().downcast_ref() != Some(&ON_PURPOSE) {
            previous_hook(panic);
        }
    }));
}
