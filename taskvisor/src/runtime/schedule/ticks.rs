//! The ticks of a schedule: none, those of a grid, or those of a calendar.

use std::borrow::Cow;
#[cfg(feature = "schedule")]
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Passed;
#[cfg(feature = "schedule")]
use super::calendar::Calendar;
#[cfg(feature = "schedule")]
use super::date_clock::DateReading;
#[cfg(feature = "schedule")]
use super::dates::{Dates, instant_of};
use super::grid::Grid;
use crate::policy::ScheduleSettings;
use crate::runtime::cell::saturating_deadline;
use crate::task::ScheduledTime;

/// The wall clock of the supervisor, which schedules with `cron` read.
#[cfg(feature = "schedule")]
pub(crate) type Clock = Arc<super::date_clock::DateClock>;
/// Without the feature `schedule` no schedule reads the wall clock.
#[cfg(not(feature = "schedule"))]
pub(crate) type Clock = ();

#[derive(Debug)]
pub(super) enum Ticks {
    /// None: the task only waits before its first attempt.
    StartDelay(Instant),
    Grid(Grid),
    #[cfg(feature = "schedule")]
    Dates(Box<Dates>),
}

/// A moment, on the clock of the ticks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    now: Instant,
    #[cfg(feature = "schedule")]
    reading: Option<DateReading>,
}

/// The problems of the cron expression and of its time zone.
#[cfg(feature = "schedule")]
pub(super) fn cron_problems(settings: &ScheduleSettings) -> Vec<Cow<'static, str>> {
    let Some(cron) = &settings.cron else { return Vec::new() };
    let problems = Calendar::new(cron, settings.tz.as_deref()).err().unwrap_or_default();
    problems.into_iter().map(Cow::from).collect()
}

/// The problems of the cron expression.
#[cfg(not(feature = "schedule"))]
pub(super) fn cron_problems(settings: &ScheduleSettings) -> Vec<Cow<'static, str>> {
    let missing = settings
        .cron
        .is_some()
        .then_some("`cron` needs the feature `schedule` of `taskvisor`: enable it in `Cargo.toml`");
    missing.map(Cow::from).into_iter().collect()
}

impl Ticks {
    pub(super) fn new(settings: &ScheduleSettings, moment: Moment) -> Option<Self> {
        let now = moment.now;
        let start_delay = settings.start_delay.own();
        let start = saturating_deadline(now, start_delay.unwrap_or_default());
        #[cfg(feature = "schedule")]
        if let Some(cron) = &settings.cron {
            let calendar = Calendar::new(cron, settings.tz.as_deref()).ok()?;
            return Some(Self::Dates(Box::new(Dates::new(calendar, moment.reading?, now, start))));
        }
        match settings.every.own() {
            Some(period) => Some(Self::Grid(Grid::new(start, period))),
            None => start_delay.map(|_| Self::StartDelay(start)),
        }
    }

    /// Takes the ticks that have passed since the last call.
    pub(super) fn take_passed(&mut self, moment: Moment) -> Option<Passed> {
        match self {
            Self::StartDelay(_) => None,
            Self::Grid(grid) => grid.take_passed(moment.now),
            #[cfg(feature = "schedule")]
            Self::Dates(dates) => dates.take_passed(moment.reading?),
        }
    }

    /// Whether a tick has passed that is not taken.
    pub(super) fn has_passed(&self, moment: Moment) -> bool {
        match self {
            Self::StartDelay(_) => false,
            Self::Grid(grid) => grid.has_passed(moment.now),
            #[cfg(feature = "schedule")]
            Self::Dates(dates) => moment.reading.is_some_and(|reading| dates.has_passed(reading)),
        }
    }

    /// The first tick that is not taken, from `moment` on.
    pub(super) fn next(&self, moment: Moment) -> Option<ScheduledTime> {
        match self {
            Self::StartDelay(_) => None,
            Self::Grid(grid) => Some(grid.next(moment.now)),
            #[cfg(feature = "schedule")]
            Self::Dates(dates) => dates.next(moment.reading?).map(ScheduledTime::Date),
        }
    }

    /// When the first tick comes that is not taken. `None` for a task without ticks, and if no date follows.
    pub(super) fn next_instant(&self, moment: Moment) -> Option<Instant> {
        match self.next(moment)? {
            ScheduledTime::Tick { at, .. } => Some(at),
            #[cfg(feature = "schedule")]
            ScheduledTime::Date(date) => Some(instant_of(date, moment.reading?, moment.now)),
            #[cfg(not(feature = "schedule"))]
            ScheduledTime::Date(_) => None,
        }
    }

    /// The end of the start delay, for a task without ticks.
    pub(super) fn start(&self) -> Option<Instant> {
        match self {
            Self::StartDelay(start) => Some(*start),
            _ => None,
        }
    }
}

impl Moment {
    /// Reads the clocks. `clock` is that of the dates.
    pub(super) fn read(now: Instant, clock: Option<&Clock>) -> Self {
        #[cfg(not(feature = "schedule"))]
        let _ = clock;
        Self {
            now,
            #[cfg(feature = "schedule")]
            reading: clock.map(|clock| clock.read()),
        }
    }

    /// How long ago a tick was due.
    pub(super) fn since(self, tick: ScheduledTime) -> Duration {
        match tick {
            ScheduledTime::Tick { at, .. } => self.now.saturating_duration_since(at),
            #[cfg(feature = "schedule")]
            ScheduledTime::Date(date) => {
                self.reading.and_then(|reading| reading.date.duration_since(date).ok()).unwrap_or_default()
            }
            #[cfg(not(feature = "schedule"))]
            ScheduledTime::Date(_) => Duration::ZERO,
        }
    }

    pub(super) fn now(self) -> Instant {
        self.now
    }
}
