//! The wall clock of a supervisor, and the steps of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::sync::wall_clock::WallClock;
use crate::sync::{AtomicU64, Mutex, Ordering};

/// A step back by more than this makes the schedules forget which dates have run: otherwise they would be silent for as long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// A smaller movement is no step: clocks are adjusted gradually all the time.
const SMALLEST_STEP: Duration = Duration::from_secs(1);

/// A movement by which timers are corrected.
const SMALLEST_CORRECTION: Duration = Duration::from_millis(10);

/// The wall clock of a supervisor. All its schedules with `cron` share it.
#[derive(Debug)]
pub(crate) struct DateClock {
    source: Arc<dyn WallClock>,
    /// The reading with which the watch compares the next one.
    compared: Mutex<Option<(Instant, SystemTime)>>,
    /// How often the schedules had to forget which dates have run.
    resets: AtomicU64,
}

/// A reading of the wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateReading {
    pub(crate) date: SystemTime,
    /// Differs from that of the previous reading if the schedules must forget which dates have run.
    pub(crate) resets: u64,
}

/// A movement of the wall clock against the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockMovement {
    pub(crate) by: Duration,
    pub(crate) back: bool,
}

impl DateClock {
    pub(crate) fn new(source: Arc<dyn WallClock>) -> Self {
        Self { source, compared: Mutex::default(), resets: AtomicU64::new(0) }
    }

    pub(crate) fn read(&self) -> DateReading {
        // The resets first: a date that was read before a reset must not be taken for one after it. Acquire pairs with the release in
        // `compare`.
        let resets = self.resets.load(Ordering::Acquire);
        DateReading { date: self.source.now(), resets }
    }

    pub(crate) fn steps(&self) -> Option<&Notify> {
        self.source.steps()
    }

    /// Compares the clock with the monotonic clock. Returns its movement since the last one that was returned, unless it is too small
    /// to matter.
    pub(crate) fn compare(&self, now: Instant) -> Option<ClockMovement> {
        let date = self.source.now();
        let mut compared = self.compared.lock();
        let (then, before) = *compared.get_or_insert((now, date));
        let expected = before.checked_add(now.saturating_duration_since(then))?;
        let movement = match date.duration_since(expected) {
            Ok(by) => ClockMovement { by, back: false },
            Err(error) => ClockMovement { by: error.duration(), back: true },
        };
        if movement.by < SMALLEST_CORRECTION {
            return None;
        }
        *compared = Some((now, date));
        if movement.back && movement.by > FORGOTTEN_AFTER {
            self.resets.fetch_add(1, Ordering::Release);
        }
        Some(movement)
    }
}

impl ClockMovement {
    /// Whether the clock was set, and not adjusted gradually.
    pub(crate) fn is_step(self) -> bool {
        self.by >= SMALLEST_STEP
    }
}
