//! Flags of a cell that most tasks never set, in one byte: every task pays for its size.

use std::sync::atomic::{AtomicU8, Ordering};

/// One flag. All but [`Flag::HasDependencies`], which is set before the actor is spawned, [`Flag::NeverReady`] and [`Flag::IsNeeded`]
/// are written under the lock of the state.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Flag {
    /// Attempt-scoped waiters wait for the first attempt.
    AwaitsStart = 1,
    /// Waiters wait for the task to be ready.
    AwaitsReady = 1 << 1,
    /// Waiters wait until the task is not ready any more.
    AwaitsLoss = 1 << 2,
    /// The task was ready once.
    WasReady = 1 << 3,
    /// The graph of dependencies has an entry of the task, which its end removes.
    HasDependencies = 1 << 4,
    /// Another task depends on it.
    IsNeeded = 1 << 5,
    /// Its options say that it can never be ready.
    NeverReady = 1 << 6,
    /// No attempt may begin until the task is resumed. See `pause.rs`.
    Paused = 1 << 7,
}

// Not loom's atomics, and relaxed: the lock of the state, or the spawn of the actor, orders what a flag stands for.
#[derive(Debug, Default)]
pub(super) struct Flags(AtomicU8);

impl Flags {
    #[inline]
    pub(super) fn has(&self, flag: Flag) -> bool {
        self.0.load(Ordering::Relaxed) & flag as u8 != 0
    }

    /// Sets a flag. Returns whether it was set before.
    pub(super) fn set(&self, flag: Flag) -> bool {
        self.0.fetch_or(flag as u8, Ordering::Relaxed) & flag as u8 != 0
    }

    pub(super) fn clear(&self, flag: Flag) {
        self.0.fetch_and(!(flag as u8), Ordering::Relaxed);
    }
}
