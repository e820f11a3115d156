//! The rare options of a task, some of which can be replaced while it is live.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::policy::{FatalIf, OnGiveUp, OnShutdown, RareOptions, nanoseconds};

/// The rare options of a task. Its `max_failures` is in the [`FailureWindow`](crate::runtime::failure_window::FailureWindow).
// Not loom's atomics, and relaxed: the actor replaces them between two attempts. The lock of the cell, under which an attempt begins,
// orders them for a reader that finds the attempt.
#[derive(Debug)]
pub(crate) struct LiveOptions {
    fatal_if: Option<FatalIf>,
    is_critical: bool,
    counts_once_started: bool,
    /// In nanoseconds. Zero if there is none.
    heartbeat: AtomicU64,
    /// Whether `on_shutdown` is [`OnShutdown::Finish`].
    finishes: AtomicBool,
    /// Whether `on_give_up` is [`OnGiveUp::Pause`].
    pauses: AtomicBool,
}

impl LiveOptions {
    pub(super) fn new(options: &RareOptions) -> Self {
        let RareOptions { fatal_if, is_critical, counts_once_started, .. } = *options;
        let [finishes, pauses] = [(); 2].map(|()| AtomicBool::default());
        let live = Self {
            fatal_if,
            is_critical,
            counts_once_started,
            heartbeat: AtomicU64::default(),
            finishes,
            pauses,
        };
        live.update(options);
        live
    }

    /// Replaces the options that can change while the task is live.
    pub(super) fn update(&self, options: &RareOptions) {
        self.heartbeat.store(options.heartbeat.map_or(0, nanoseconds), Ordering::Relaxed);
        self.finishes.store(options.on_shutdown == OnShutdown::Finish, Ordering::Relaxed);
        self.pauses.store(options.on_give_up == OnGiveUp::Pause, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn fatal_if(&self) -> Option<FatalIf> {
        self.fatal_if
    }

    #[inline]
    pub(crate) fn is_critical(&self) -> bool {
        self.is_critical
    }

    /// See [`RareOptions::counts_once_started`].
    #[inline]
    pub(crate) fn counts_once_started(&self) -> bool {
        self.counts_once_started
    }

    #[inline]
    pub(crate) fn heartbeat(&self) -> Option<Duration> {
        match self.heartbeat.load(Ordering::Relaxed) {
            0 => None,
            heartbeat => Some(Duration::from_nanos(heartbeat)),
        }
    }

    pub(crate) fn on_shutdown(&self) -> OnShutdown {
        if self.finishes.load(Ordering::Relaxed) { OnShutdown::Finish } else { OnShutdown::Cancel }
    }

    pub(crate) fn on_give_up(&self) -> OnGiveUp {
        if self.pauses.load(Ordering::Relaxed) { OnGiveUp::Pause } else { OnGiveUp::Fail }
    }
}
