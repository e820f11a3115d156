//! The heartbeat of a running attempt.
//!
//! The body stores the time, on any thread; the actor and readers of the status load it. All orderings are relaxed: the time guards
//! no other data, and the actor loads it again when its timer fires, so that a heartbeat which is visible then wins.

use std::time::Duration;

use tokio::time::Instant;

use super::{CellState, TaskCell, saturating_deadline};
use crate::sync::{AtomicU64, Ordering};

/// The bit that marks a stored time as that of a heartbeat, and not of the start of an attempt.
const IS_BEAT: u64 = 1;

#[derive(Debug)]
pub(crate) struct Heartbeat {
    /// The origin of the stored times, which are in nanoseconds, and shifted by one bit for [`IS_BEAT`].
    epoch: Instant,
    /// The attempt whose heartbeats count.
    attempt: AtomicU64,
    /// The latest heartbeat of the attempt, or its start.
    latest: AtomicU64,
    /// The last heartbeat before the task stopped being ready, or zero. Dependents read it as a sign of life.
    before_loss: AtomicU64,
}

impl Heartbeat {
    pub(super) fn new(epoch: Instant) -> Self {
        let [attempt, latest, before_loss] = [(); 3].map(|()| AtomicU64::new(0));
        Self { epoch, attempt, latest, before_loss }
    }

    /// Begins an attempt, from which the first heartbeat is counted.
    pub(crate) fn begin(&self, attempt: u64, now: Instant) {
        // Stored before the number of the attempt, so that a heartbeat of this attempt is never overwritten by its start. A late
        // heartbeat of the previous attempt may still be stored afterwards, with a time read before the number changed. The
        // maximum, as in `beat`: the time never moves back.
        self.latest.fetch_max(self.stored(now), Ordering::Relaxed);
        self.attempt.store(attempt, Ordering::Relaxed);
    }

    /// Records a heartbeat of `attempt`, unless another attempt has begun.
    pub(crate) fn beat(&self, attempt: u64, now: Instant) {
        if self.attempt.load(Ordering::Relaxed) == attempt {
            // The maximum: a thread that was suspended after it had read the clock must not move the time back.
            self.latest.fetch_max(self.stored(now) | IS_BEAT, Ordering::Relaxed);
        }
    }

    /// The time of the latest heartbeat, or of the start of the attempt.
    pub(crate) fn latest(&self) -> Instant {
        self.time(self.latest.load(Ordering::Relaxed))
    }

    /// The time of the latest heartbeat, if the attempt has sent one.
    pub(crate) fn latest_beat(&self) -> Option<Instant> {
        let latest = self.latest.load(Ordering::Relaxed);
        (latest & IS_BEAT != 0).then(|| self.time(latest))
    }

    /// Stores the latest heartbeat for dependents, because the task stops being ready. Called under the lock of the cell.
    pub(super) fn remember_before_loss(&self) {
        let latest = self.latest.load(Ordering::Relaxed);
        if latest & IS_BEAT != 0 {
            self.before_loss.store(latest, Ordering::Relaxed);
        }
    }

    /// The last heartbeat before the task stopped being ready, if it has sent one.
    pub(crate) fn before_loss(&self) -> Option<Instant> {
        let lost = self.before_loss.load(Ordering::Relaxed);
        (lost != 0).then(|| self.time(lost))
    }

    fn stored(&self, now: Instant) -> u64 {
        let time = now.saturating_duration_since(self.epoch);
        // In 64 bits, because a heartbeat must be cheap.
        time.as_secs().saturating_mul(2_000_000_000).saturating_add(u64::from(time.subsec_nanos()) * 2)
    }

    fn time(&self, stored: u64) -> Instant {
        self.epoch + Duration::from_nanos(stored / 2)
    }
}

impl TaskCell {
    /// The time at which the running attempt misses its heartbeat, if it has to send one.
    pub(crate) fn heartbeat_due(&self) -> Option<Instant> {
        self.heartbeat_due_at(&self.state.lock())
    }

    /// As `heartbeat_due`, under the lock.
    pub(super) fn heartbeat_due_at(&self, state: &CellState) -> Option<Instant> {
        let limit = self.rare()?.options().heartbeat()?;
        Some(saturating_deadline(self.heartbeat_base(state)?, limit))
    }

    /// The age of the latest heartbeat of the running attempt, as in the status.
    #[cfg(feature = "metrics")]
    pub(crate) fn heartbeat_age(&self, now: Instant) -> Option<Duration> {
        let latest = self.heartbeat_base(&self.state.lock())?;
        Some(now.saturating_duration_since(latest))
    }

    #[cfg(any(feature = "metrics", feature = "systemd"))]
    pub(crate) fn has_heartbeat(&self) -> bool {
        self.rare().is_some_and(|rare| rare.options().heartbeat().is_some())
    }

    /// The time from which the limit of the next heartbeat counts: the latest heartbeat, the start of the attempt, or the start of
    /// the readiness.
    pub(super) fn heartbeat_base(&self, state: &CellState) -> Option<Instant> {
        let rare = self.rare().filter(|rare| rare.options().heartbeat().is_some())?;
        // A task that notifies sends none until it is ready.
        if !state.phase.is_running() || state.pending.start_deadline().is_some() {
            return None;
        }
        Some(
            state
                .pending
                .ready_since()
                .map_or(rare.heartbeat().latest(), |ready| ready.max(rare.heartbeat().latest())),
        )
    }
}
