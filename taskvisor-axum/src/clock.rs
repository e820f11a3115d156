//! Times of the wall clock for instants of the monotonic clock.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// By how much the two clocks may drift apart before the times that are shown follow the wall clock.
const MAX_DRIFT: Duration = Duration::from_millis(500);

/// Converts instants to times of the wall clock.
///
/// It keeps one pair of readings, so that one instant has the same time in every answer. After the wall clock was set, or the machine was
/// suspended, it takes a new pair: earlier instants then have other times than before.
#[derive(Debug)]
pub(crate) struct Clock(Mutex<Readings>);

/// Readings of both clocks at one moment.
#[derive(Clone, Copy, Debug)]
struct Readings {
    monotonic: Instant,
    wall: SystemTime,
}

/// One moment, which all times of an answer refer to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    readings: Readings,
    now: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Readings::take()))
    }

    /// Reads both clocks.
    pub(crate) fn moment(&self) -> Moment {
        let now = Readings::take();
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let expected = readings.wall_at(now.monotonic);
        let drift = expected.duration_since(now.wall).unwrap_or_else(|behind| behind.duration());
        if drift > MAX_DRIFT {
            *readings = now;
        }
        Moment { readings: *readings, now: now.monotonic }
    }
}

impl Readings {
    fn take() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    fn wall_at(&self, instant: Instant) -> SystemTime {
        let later = instant.checked_duration_since(self.monotonic);
        let earlier = self.monotonic.saturating_duration_since(instant);
        let wall = match later {
            Some(later) => self.wall.checked_add(later),
            None => self.wall.checked_sub(earlier),
        };
        // Only for times that no clock reaches.
        wall.unwrap_or(self.wall)
    }
}

impl Moment {
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// The time of an instant, as in `2026-11-29T16:30:00.000Z`.
    pub(crate) fn time(&self, instant: Instant) -> String {
        format_time(self.readings.wall_at(instant))
    }

    /// The instant of a time of the wall clock. `None` for a time that the monotonic clock cannot express.
    pub(crate) fn instant_of(&self, time: SystemTime) -> Option<Instant> {
        match time.duration_since(self.readings.wall) {
            Ok(later) => self.readings.monotonic.checked_add(later),
            Err(earlier) => self.readings.monotonic.checked_sub(earlier.duration()),
        }
    }

    pub(crate) fn now_text(&self) -> String {
        self.time(self.now)
    }

    /// How long ago an instant was, in milliseconds.
    pub(crate) fn age_ms(&self, instant: Instant) -> u64 {
        milliseconds(self.now.saturating_duration_since(instant))
    }
}

/// Formats a time of the wall clock. The last time that RFC 3339 can write is used for later ones.
pub(crate) fn format_time(time: SystemTime) -> String {
    const LAST: Duration = Duration::from_millis(253_402_300_799_999);
    let last = SystemTime::UNIX_EPOCH + LAST;
    humantime::format_rfc3339_millis(time.clamp(SystemTime::UNIX_EPOCH, last)).to_string()
}

/// The whole milliseconds of a duration.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
