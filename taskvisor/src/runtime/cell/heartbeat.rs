//! The heartbeat of a running attempt.
//!
//! The body stores the time, on any thread; the actor and readers of the status load it. All orderings are relaxed: the time guards
//! no other data, and the actor loads it again when its alarm fires, so that a heartbeat which is visible then wins.

use std::time::Duration;

use tokio::time::Instant;

use crate::policy::nanoseconds;
use crate::sync::{AtomicU64, Ordering};

#[derive(Debug)]
pub(crate) struct Heartbeat {
    /// The time that `latest` is counted from.
    epoch: Instant,
    /// The attempt whose heartbeats count.
    attempt: AtomicU64,
    /// When the attempt began, or its latest heartbeat, in nanoseconds after `epoch`.
    latest: AtomicU64,
}

impl Heartbeat {
    pub(super) fn new(epoch: Instant) -> Self {
        Self { epoch, attempt: AtomicU64::new(0), latest: AtomicU64::new(0) }
    }

    /// Begins an attempt, with a first heartbeat.
    pub(crate) fn begin(&self, attempt: u64, now: Instant) {
        // Before the number: a heartbeat of this attempt finds its begin. One of the attempt before that is late may still be stored,
        // with a time before this one.
        self.latest.store(self.after_epoch(now), Ordering::Relaxed);
        self.attempt.store(attempt, Ordering::Relaxed);
    }

    /// Records a heartbeat of `attempt`, unless another one has begun.
    pub(crate) fn beat(&self, attempt: u64, now: Instant) {
        if self.attempt.load(Ordering::Relaxed) == attempt {
            // The maximum: a thread that was suspended after it had read the clock must not move the time back.
            self.latest.fetch_max(self.after_epoch(now), Ordering::Relaxed);
        }
    }

    /// The time of the latest heartbeat, or of the begin of the attempt.
    pub(crate) fn latest(&self) -> Instant {
        self.epoch + Duration::from_nanos(self.latest.load(Ordering::Relaxed))
    }

    fn after_epoch(&self, now: Instant) -> u64 {
        nanoseconds(now.saturating_duration_since(self.epoch))
    }
}
