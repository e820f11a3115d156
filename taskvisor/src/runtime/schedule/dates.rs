//! The ticks of `cron`: the dates of a calendar on the wall clock.

use std::time::SystemTime;

use tokio::time::Instant;

use super::Passed;
use super::calendar::{Calendar, PassedDates};
use super::date_clock::DateReading;
use crate::runtime::cell::saturating_deadline;
use crate::task::ScheduledTime;

/// The dates of a calendar, and how far they have passed.
#[derive(Debug)]
pub(super) struct Dates {
    calendar: Calendar,
    /// All dates up to this one have run, or were skipped, or were before the task. Moves back only at a reset of the clock, so that no
    /// date runs twice.
    after: SystemTime,
    /// The first date after `after`. `None` if no date follows. Kept, because a search takes microseconds, and statuses and wake-ups
    /// need it.
    upcoming: Option<SystemTime>,
    /// The resets of the clock that are known.
    resets: u64,
}

impl Dates {
    /// The dates after `start`, which is not in the past.
    pub(super) fn new(calendar: Calendar, reading: DateReading, now: Instant, start: Instant) -> Self {
        let DateReading { date, resets } = reading;
        let after = date.checked_add(start.saturating_duration_since(now)).unwrap_or(date);
        let upcoming = calendar.next_after(after);
        Self { calendar, after, upcoming, resets }
    }

    /// Takes the dates that have passed since the last call.
    pub(super) fn take_passed(&mut self, reading: DateReading) -> Option<Passed> {
        if reading.resets != self.resets {
            (self.resets, self.after) = (reading.resets, reading.date);
            self.upcoming = self.calendar.next_after(reading.date);
            return None;
        }
        if !self.has_passed(reading) {
            return None;
        }
        let PassedDates { first, latest, count, upcoming } =
            self.calendar.passed(self.after, reading.date)?;
        (self.after, self.upcoming) = (latest, upcoming);
        Some(Passed { first: ScheduledTime::Date(first), latest: ScheduledTime::Date(latest), count })
    }

    pub(super) fn has_passed(&self, reading: DateReading) -> bool {
        reading.resets == self.resets && self.upcoming.is_some_and(|next| next <= reading.date)
    }

    /// The first date that is not taken, after the reading. `None` if no date follows.
    pub(super) fn next(&self, reading: DateReading) -> Option<SystemTime> {
        if reading.resets != self.resets || self.has_passed(reading) {
            return self.calendar.next_after(reading.date);
        }
        self.upcoming
    }
}

/// When a date comes, if the wall clock runs straight.
pub(super) fn instant_of(date: SystemTime, reading: DateReading, now: Instant) -> Instant {
    saturating_deadline(now, date.duration_since(reading.date).unwrap_or_default())
}
