//! The wall clock. Only schedules with `cron` read it, and the task that watches it for them.

use std::fmt;
use std::time::{Instant as StdInstant, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

/// A wall clock. It may be set at any time.
pub(crate) trait WallClock: fmt::Debug + Send + Sync {
    /// Returns the current date.
    fn now(&self) -> SystemTime;

    /// Notified when the clock is set. `None` for a clock that does not notify, which has to be read from time to time.
    fn steps(&self) -> Option<&Notify> {
        None
    }
}

/// The wall clock of the system. On Tokio's paused clock, its time advances as Tokio's does.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl WallClock for SystemClock {
    fn now(&self) -> SystemTime {
        // Without a paused clock, both are the same clock, and the difference is the time between two readings. A test on the paused
        // clock would otherwise wait for ever: Tokio's time advances at once, and the date does not.
        let (tokio, real) = (Instant::now().into_std(), StdInstant::now());
        let ahead = tokio.saturating_duration_since(real);
        let behind = real.saturating_duration_since(tokio);
        let date = SystemTime::now();
        date.checked_add(ahead).and_then(|date| date.checked_sub(behind)).unwrap_or(date)
    }
}
