//! Whether the supervisor is ready: one number, which is zero if it is.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::sync::{AtomicBool, AtomicU64, Ordering};

/// No task was started, and the supervisor does not run.
const NOT_BEGUN: u64 = 1;
/// A shutdown was requested, or has begun.
const SHUTTING_DOWN: u64 = 1 << 1;
/// One task of the start-up set that is not ready.
const UNREADY_TASK: u64 = 1 << 2;

/// What keeps the supervisor from being ready: two flags, and the number of tasks of the start-up set that are not ready.
///
/// The three are in one number, so that each change of the readiness is one change from or to zero: exactly one caller observes it, and
/// records its time.
#[derive(Debug)]
pub(crate) struct ReadyCount {
    // Acquire and release: a caller that finds the supervisor ready sees what has made its tasks ready.
    holds: AtomicU64,
    /// Whether it was zero.
    started: AtomicBool,
    /// The origin of `changed_at`.
    epoch: Instant,
    /// When `holds` changed from or to zero for the last time, in nanoseconds.
    // Relaxed, and the maximum: two changes may be recorded in any order. A reader between a change and its record gets the time before.
    changed_at: AtomicU64,
    /// How many failed tasks another one of their name would replace: members, and entries of `Suspects`.
    // Relaxed: the lock of the registry orders the end of a task and the start of the next one of its name.
    replaceable: AtomicU64,
}

impl Default for ReadyCount {
    fn default() -> Self {
        Self {
            holds: AtomicU64::new(NOT_BEGUN),
            started: AtomicBool::new(false),
            epoch: Instant::now(),
            changed_at: AtomicU64::new(0),
            replaceable: AtomicU64::new(0),
        }
    }
}

impl ReadyCount {
    #[inline]
    pub(crate) fn is_ready(&self) -> bool {
        self.holds.load(Ordering::Acquire) == 0
    }

    /// Whether the supervisor was ready at any time.
    pub(crate) fn has_started(&self) -> bool {
        // A caller that finds it ready may come before the one that stores the flag.
        self.started.load(Ordering::Acquire) || self.is_ready()
    }

    /// Whether a task was started, or the supervisor runs.
    pub(crate) fn has_begun(&self) -> bool {
        self.holds.load(Ordering::Acquire) & NOT_BEGUN == 0
    }

    pub(crate) fn is_shutting_down(&self) -> bool {
        self.holds.load(Ordering::Acquire) & SHUTTING_DOWN != 0
    }

    /// Whether a task of the start-up set is not ready.
    pub(crate) fn has_unready_tasks(&self) -> bool {
        self.holds.load(Ordering::Acquire) >= UNREADY_TASK
    }

    /// When the supervisor became ready, or stopped being ready.
    pub(crate) fn changed_at(&self) -> Instant {
        self.epoch + Duration::from_nanos(self.changed_at.load(Ordering::Relaxed))
    }

    /// The first task is about to start.
    pub(crate) fn begin(&self, now: Instant) {
        let before = self.holds.fetch_and(!NOT_BEGUN, Ordering::AcqRel);
        self.record(before, before & !NOT_BEGUN, now);
    }

    /// The supervisor is not ready any more, and never again.
    pub(crate) fn begin_shutdown(&self, now: Instant) {
        let before = self.holds.fetch_or(SHUTTING_DOWN, Ordering::AcqRel);
        self.record(before, before | SHUTTING_DOWN, now);
    }

    #[inline]
    pub(crate) fn has_replaceable(&self) -> bool {
        self.replaceable.load(Ordering::Relaxed) > 0
    }

    pub(super) fn add_replaceable(&self) {
        self.replaceable.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_replaceable(&self) {
        self.replaceable.fetch_sub(1, Ordering::Relaxed);
    }

    fn add_unready(&self, now: Instant) {
        let before = self.holds.fetch_add(UNREADY_TASK, Ordering::AcqRel);
        self.record(before, before + UNREADY_TASK, now);
    }

    fn remove_unready(&self, now: Instant) {
        let before = self.holds.fetch_sub(UNREADY_TASK, Ordering::AcqRel);
        self.record(before, before - UNREADY_TASK, now);
    }

    fn record(&self, before: u64, after: u64, now: Instant) {
        if (before == 0) == (after == 0) {
            return;
        }
        let at = now.saturating_duration_since(self.epoch).as_nanos();
        self.changed_at.fetch_max(u64::try_from(at).unwrap_or(u64::MAX), Ordering::Relaxed);
        if after == 0 {
            self.started.store(true, Ordering::Release);
        }
    }
}

/// The membership of a task in the start-up set: what the count has of it. Changed under the lock of the task's cell.
#[derive(Debug)]
pub(crate) struct Membership {
    count: Arc<ReadyCount>,
    /// Whether the task is counted as not ready.
    is_counted: bool,
    /// Whether the task is counted as one that another of its name would replace.
    is_replaceable: bool,
    /// The time of the last change of `is_counted`.
    since: Instant,
}

impl Membership {
    pub(crate) fn new(count: &Arc<ReadyCount>, now: Instant) -> Self {
        Self { count: Arc::clone(count), is_counted: false, is_replaceable: false, since: now }
    }

    /// Counts the task as not ready, or does not count it any more.
    pub(crate) fn update(&mut self, holds_up: bool, has_failed: bool) {
        if has_failed && !self.is_replaceable {
            self.is_replaceable = true;
            self.count.add_replaceable();
        }
        if holds_up == self.is_counted {
            return;
        }
        let now = Instant::now();
        (self.is_counted, self.since) = (holds_up, now);
        if holds_up {
            self.count.add_unready(now);
        } else {
            self.count.remove_unready(now);
        }
    }

    pub(crate) fn held_up_since(&self) -> Option<Instant> {
        self.is_counted.then_some(self.since)
    }

    pub(crate) fn leave(self) {
        if self.is_counted {
            self.count.remove_unready(Instant::now());
        }
        if self.is_replaceable {
            self.count.remove_replaceable();
        }
    }
}
