//! When a task is due: the ticks of a grid or of a calendar, and which of them has run.
//!
//! A *tick* is a time at which a task is due. The ticks that have passed are *taken* exactly once, in order: each becomes the
//! occurrence of a run, or is skipped. So no occurrence runs twice.
//!
//! ```text
//!                       ┌──────────── a tick that waits for its run (`pending`) ────────────┐
//!                       │                                                                   ▼
//! wait for a tick ── poll ──► gates ── begin_attempt ──► attempt ─┬─ end_run ──► wait for a tick, or run the pending tick
//!                                          ▲                      ├─ begin_backoff ─► backoff ──┐
//!                                          │                      └─ (restart, snooze) ─────────┤
//!                                          └────────────────────────────────────────────────────┘
//! ```
//!
//! | a tick that comes | is |
//! |---|---|
//! | during a wait for a tick | the next run; the latest one, if several are seen at once, or none with `Missed::Skip` if it is late |
//! | during a pause | the next run after the resume, or none with `Missed::Skip` |
//! | while the run waits at its gates | the run, instead of the earlier tick |
//! | during an attempt, or after a `retry_after` or a snooze | skipped, or pending with `Overlap::Queue` |
//! | during a backoff | the end of the backoff: the retry is the run of this tick |

#[cfg(feature = "schedule")]
pub(crate) mod calendar;
#[cfg(feature = "schedule")]
pub(crate) mod date_clock;
#[cfg(feature = "schedule")]
mod dates;
mod grid;
#[cfg(all(test, feature = "bundled-tz", not(taskvisor_loom)))]
mod occurrences_tests;
mod progress;
mod ticks;
#[cfg(feature = "schedule")]
mod zone;

use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

pub(crate) use self::progress::{BegunAttempt, NextTick, Skipped};
pub(crate) use self::ticks::Clock;

use self::progress::Progress;
use self::ticks::{Moment, Ticks};
use crate::policy::{Missed, Overlap, ScheduleSettings, Settings};
use crate::sync::Mutex;
use crate::task::{ScheduleStatus, ScheduledTime};

/// A tick that is seen this much too late has been missed: the machine was suspended, or the clock was set. Longer than the time
/// within which such a step is seen.
const LATE: Duration = Duration::from_secs(60);

/// The schedule of a task. Its cell owns it, because statuses and contexts read it. Only the actor changes it.
#[derive(Debug)]
pub(crate) struct Schedule {
    overlap: Overlap,
    missed: Missed,
    runs_at_once: bool,
    /// The wall clock, for a task with `cron`.
    clock: Option<Clock>,
    // Held during the search for the next date, which is no user code. The clocks are read before, because a simulated one has a lock.
    progress: Mutex<Progress>,
}

/// Ticks that have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Passed {
    first: ScheduledTime,
    latest: ScheduledTime,
    count: u64,
}

/// Every problem of the options about when a task runs.
#[cold]
pub(crate) fn schedule_problems(
    schedule: Option<&ScheduleSettings>,
    settings: &Settings,
) -> Vec<Cow<'static, str>> {
    let Some(schedule) = schedule else { return Vec::new() };
    let mut problems = schedule.problems(settings);
    problems.extend(ticks::cron_problems(schedule));
    problems
}

impl Schedule {
    /// The schedule of a task that is added at `now`. `None` if its options have problems, which `schedule_problems` returns.
    pub(crate) fn new(settings: &ScheduleSettings, now: Instant, clock: Clock) -> Option<Self> {
        let clock = settings.cron.is_some().then_some(clock);
        let ticks = Ticks::new(settings, Moment::read(now, clock.as_ref()))?;
        Some(Self {
            overlap: settings.overlap.or(Overlap::default()),
            runs_at_once: settings.cron.is_none() && settings.start_delay.own().is_none(),
            missed: settings.missed.or(Missed::default()),
            progress: Mutex::new(Progress::new(ticks)),
            clock,
        })
    }

    /// Waits for a tick: takes those that have passed, and decides what follows.
    pub(crate) fn poll(&self, now: Instant) -> (Option<Skipped>, NextTick) {
        let moment = self.moment(now);
        self.progress.lock().poll(moment, self.missed)
    }

    /// An attempt begins: decides which occurrence it belongs to.
    pub(crate) fn begin_attempt(&self, now: Instant, attempt: u64) -> BegunAttempt {
        let moment = self.moment(now);
        self.progress.lock().begin_attempt(moment, attempt, self.missed)
    }

    /// An attempt has failed, and the next one follows after a backoff. A tick during it ends it.
    pub(crate) fn begin_backoff(&self, now: Instant) -> (Option<Skipped>, Option<Instant>) {
        let moment = self.moment(now);
        self.progress.lock().begin_backoff(moment, self.overlap)
    }

    /// The time of the tick that ends the backoff. `None` outside of a backoff.
    pub(crate) fn end_of_backoff(&self, now: Instant) -> Option<Instant> {
        let moment = self.moment(now);
        self.progress.lock().end_of_backoff(moment)
    }

    /// The run has ended: it has succeeded, or no retry follows.
    pub(crate) fn end_run(&self, now: Instant) -> (Option<Skipped>, NextTick) {
        let moment = self.moment(now);
        self.progress.lock().end_run(moment, self.overlap)
    }

    /// Whether the task has dates of the wall clock.
    #[cfg(feature = "schedule")]
    pub(crate) fn has_dates(&self) -> bool {
        self.clock.is_some()
    }

    /// Whether the first run is due when the task is added, so that a start may wait for it.
    pub(crate) fn runs_at_once(&self) -> bool {
        self.runs_at_once
    }

    fn moment(&self, now: Instant) -> Moment {
        Moment::read(now, self.clock.as_ref())
    }

    /// A task that waits for a tick is paused: it sees no tick until it is resumed.
    pub(crate) fn pause_wait(&self) {
        self.progress.lock().pause_wait();
    }

    /// A task is paused whose run waits at its gates, or goes on: takes the ticks that have passed before the pause. Later calls during
    /// the same pause change nothing.
    pub(crate) fn pause_run(&self, now: Instant) -> Option<Skipped> {
        let moment = self.moment(now);
        self.progress.lock().pause_run(moment, self.overlap)
    }

    /// Whether the task was paused, and has not taken the ticks of the pause.
    pub(crate) fn was_paused(&self) -> bool {
        self.progress.lock().was_paused()
    }

    /// A task was resumed whose run waits at its gates, or goes on: takes the ticks that have passed during the pause.
    pub(crate) fn resume_run(&self, now: Instant) -> Option<Skipped> {
        let moment = self.moment(now);
        self.progress.lock().resume_run(moment, self.missed)
    }

    /// The occurrence of a running attempt. `None` if an operator started its run.
    pub(crate) fn occurrence(&self, attempt: u64) -> Option<ScheduledTime> {
        self.progress.lock().occurrence(attempt)
    }

    /// The occurrence of the run that goes on. `None` if an operator started it.
    pub(crate) fn latest_occurrence(&self) -> Option<ScheduledTime> {
        self.occurrence(u64::MAX)
    }

    pub(crate) fn status(&self, now: Instant) -> ScheduleStatus {
        let moment = self.moment(now);
        self.progress.lock().status(moment)
    }
}
