//! Synchronization: locks, atomics, wakers, panic containment, and the timer of stop deadlines.
//!
//! The rest of the crate imports its locks and atomics from here. Built with `--cfg taskvisor_loom`, this module exports
//! loom's instead, so that the models in `models/` run the shipped files.

#[cfg(any(feature = "logging", feature = "macros", feature = "systemd"))]
pub(crate) mod escape;
#[cfg(all(test, taskvisor_loom))]
mod modelled;
pub(crate) mod nearest;
pub(crate) mod panics;
mod race;
#[cfg(all(feature = "testing", feature = "schedule"))]
mod simulated_date;
pub(crate) mod watchdog;
mod stop_timer;
pub(crate) mod wakers;
#[cfg(feature = "schedule")]
pub(crate) mod wall_clock;

#[cfg(all(test, taskvisor_loom))]
use loom::sync as shared;
#[cfg(not(all(test, taskvisor_loom)))]
use std::sync as shared;

use std::sync::PoisonError;

pub(crate) use self::race::{Raced, race};
#[cfg(all(feature = "testing", feature = "schedule"))]
pub use self::simulated_date::SimulatedDate;
pub(crate) use self::stop_timer::StopTimer;
pub(crate) use shared::MutexGuard;
pub(crate) use shared::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

#[cfg(all(test, taskvisor_loom))]
pub(crate) use self::modelled::{Notify, RandomState, available_parallelism, thread_local, watch};
#[cfg(not(all(test, taskvisor_loom)))]
pub(crate) use {
    std::{hash::RandomState, thread::available_parallelism, thread_local},
    tokio::sync::{Notify, watch},
};

/// A mutex without poisoning.
// The critical sections of this crate call no user code and do not panic half-way, so the value is valid even after a
// panic.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(shared::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(shared::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
