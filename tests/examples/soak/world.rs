//! What all bodies share: how many of them there are, and who is in which slot.

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
    /// Attempts and values that are not dropped yet.
    alive: AtomicI64,
    lanes: [AtomicBool; KEYS],
    overlaps: AtomicU64,
    certainly_refused: AtomicU64,
    /// How often everything was listed.
    looks: AtomicU64,
}

/// Counts as alive until it is dropped.
#[derive(Debug)]
pub(crate) struct Alive(World);

/// Has a slot for itself until it is dropped.
#[derive(Debug)]
pub(crate) struct Lane(World, usize);

impl World {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            ending: AtomicBool::new(false),
            attempts: AtomicU64::new(0),
            alive: AtomicI64::new(0),
            lanes: [const { AtomicBool::new(false) }; KEYS],
            overlaps: AtomicU64::new(0),
            certainly_refused: AtomicU64::new(0),
            looks: AtomicU64::new(0),
        }))
    }

    /// Called right before the shutdown is requested.
    pub(crate) fn end(&self) {
        self.0.ending.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.0.ending.load(Ordering::SeqCst)
    }

    /// What a body does first.
    pub(crate) fn attempt(&self) -> Alive {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
        self.value()
    }

    /// A value that lives as long as its task.
    pub(crate) fn value(&self) -> Alive {
        self.0.alive.fetch_add(1, Ordering::Relaxed);
        Alive(self.clone())
    }

    /// What a body does that has a slot.
    pub(crate) fn lane(&self, key: usize) -> Lane {
        if self.0.lanes[key].swap(true, Ordering::SeqCst) {
            self.0.overlaps.fetch_add(1, Ordering::Relaxed);
        }
        Lane(self.clone(), key)
    }

    /// A submission was refused, and the shutdown not even asked when that had been told.
    pub(crate) fn refused_for_certain(&self) {
        self.0.certainly_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything was listed.
    pub(crate) fn looked(&self) {
        self.0.looks.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn looks(&self) -> u64 {
        self.0.looks.load(Ordering::Relaxed)
    }

    pub(crate) fn attempts(&self) -> u64 {
        self.0.attempts.load(Ordering::SeqCst)
    }

    pub(crate) fn alive(&self) -> i64 {
        self.0.alive.load(Ordering::SeqCst)
    }

    /// How often two were in one slot.
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

/// They are too many to read. Any other panic is reported as usual.
pub(crate) fn silence_what_panics_on_purpose() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if panic.payload().downcast_ref() != Some(&ON_PURPOSE) {
            tell(panic);
        }
    }));
}
