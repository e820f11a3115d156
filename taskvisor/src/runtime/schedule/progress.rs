//! How far a schedule has come: the tick that waits for its run, the run that goes on, and the ticks that are left.

use tokio::time::Instant;

use super::ticks::{Moment, Ticks};
use super::{LATE, Passed};
use crate::policy::{Missed, Overlap};
use crate::runtime::cell::saturating_deadline;
use crate::task::{ScheduleStatus, ScheduledTime, SkipReason};

#[derive(Debug)]
pub(super) struct Progress {
    ticks: Ticks,
    /// A tick that was taken, and whose run has not begun.
    pending: Option<ScheduledTime>,
    run: Run,
    /// The occurrence of the running attempt or of its latest retry, with its first attempt.
    current: Option<(u64, ScheduledTime)>,
    /// The occurrence whose run began last.
    last: Option<ScheduledTime>,
    skipped: u64,
    was_paused: bool,
}

/// Whether a run goes on, with its retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    None,
    Begun,
    /// It waits in a backoff, which a tick ends.
    BackingOff,
    /// The next attempt is the run of a tick that was missed in a pause.
    Missed,
}

/// What follows in a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextTick {
    /// A run is due.
    Due,
    /// The next tick comes at this time.
    At(Instant),
}

/// Ticks that will not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// The first of them.
    pub(crate) at: ScheduledTime,
    pub(crate) ticks: u64,
    pub(crate) why: SkipReason,
}

/// What the begin of an attempt means for the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BegunAttempt {
    pub(crate) skipped: Option<Skipped>,
    /// The occurrence that begins with the attempt. `None` for a retry, and for a run that an operator started.
    pub(crate) scheduled: Option<ScheduledTime>,
    /// Whether a run begins, so that the attempt is no retry.
    pub(crate) begins_run: bool,
}

impl Progress {
    pub(super) fn new(ticks: Ticks) -> Self {
        Self {
            ticks,
            pending: None,
            run: Run::None,
            current: None,
            last: None,
            skipped: 0,
            was_paused: false,
        }
    }

    pub(super) fn poll(&mut self, moment: Moment, missed: Missed) -> (Option<Skipped>, NextTick) {
        if let Some(start) = self.ticks.start() {
            return (None, if start <= moment.now() { NextTick::Due } else { NextTick::At(start) });
        }
        let passed = self.ticks.take_passed(moment);
        let was_paused = std::mem::take(&mut self.was_paused);
        let skipped = passed.and_then(|passed| {
            if missed == Missed::Skip && (was_paused || moment.since(passed.latest) > LATE) {
                return self.skip(passed.first, passed.count, SkipReason::Missed);
            }
            self.queue(passed, SkipReason::Missed)
        });
        (skipped, self.next(moment))
    }

    pub(super) fn begin_attempt(&mut self, moment: Moment, attempt: u64, missed: Missed) -> BegunAttempt {
        // An attempt without gates begins right after the resume. Nothing passes between both, so that one event is enough.
        let mut skipped = self.resume_run(moment, missed);
        let begins_run = self.run == Run::None;
        let mut scheduled = None;
        // Otherwise the attempt continues the run after an interrupt, a snooze or a `retry_after`, whatever ticks have passed.
        if self.run != Run::Begun {
            let passed = self.ticks.take_passed(moment);
            // A retry that no tick caused leaves a queued tick to the next run.
            let takes_pending = begins_run || passed.is_some() || self.run == Run::Missed;
            if let Some(passed) = passed {
                skipped = self.queue(passed, SkipReason::Coalesced);
            }
            if takes_pending {
                scheduled = self.pending.take();
            }
        }
        // Otherwise a retry keeps its occurrence, and a run that an operator started has none, because the end of a run removes it.
        if let Some(at) = scheduled {
            (self.current, self.last) = (Some((attempt, at)), Some(at));
        }
        self.run = Run::Begun;
        BegunAttempt { skipped, scheduled, begins_run }
    }

    pub(super) fn begin_backoff(
        &mut self,
        moment: Moment,
        overlap: Overlap,
    ) -> (Option<Skipped>, Option<Instant>) {
        let skipped = self.take_overlapping(moment, overlap);
        self.run = Run::BackingOff;
        (skipped, self.ticks.next_instant(moment))
    }

    pub(super) fn end_of_backoff(&self, moment: Moment) -> Option<Instant> {
        if self.run != Run::BackingOff {
            return None;
        }
        if self.ticks.has_passed(moment) { Some(moment.now()) } else { self.ticks.next_instant(moment) }
    }

    pub(super) fn end_run(&mut self, moment: Moment, overlap: Overlap) -> (Option<Skipped>, NextTick) {
        let skipped = self.take_overlapping(moment, overlap);
        (self.run, self.current) = (Run::None, None);
        (skipped, self.next(moment))
    }

    pub(super) fn was_paused(&self) -> bool {
        self.was_paused
    }

    pub(super) fn pause_wait(&mut self) {
        self.was_paused = true;
    }

    pub(super) fn pause_run(&mut self, moment: Moment, overlap: Overlap) -> Option<Skipped> {
        if std::mem::replace(&mut self.was_paused, true) {
            return None;
        }
        if self.run == Run::Begun {
            return self.take_overlapping(moment, overlap);
        }
        let passed = self.ticks.take_passed(moment)?;
        self.queue(passed, SkipReason::Coalesced)
    }

    pub(super) fn resume_run(&mut self, moment: Moment, missed: Missed) -> Option<Skipped> {
        if !std::mem::take(&mut self.was_paused) {
            return None;
        }
        let passed = self.ticks.take_passed(moment)?;
        if missed == Missed::Skip {
            return self.skip(passed.first, passed.count, SkipReason::Missed);
        }
        if self.run != Run::None {
            self.run = Run::Missed;
        }
        self.queue(passed, SkipReason::Missed)
    }

    pub(super) fn occurrence(&self, attempt: u64) -> Option<ScheduledTime> {
        self.current.filter(|(first, _)| attempt >= *first).map(|(_, at)| at)
    }

    pub(super) fn status(&self, moment: Moment) -> ScheduleStatus {
        let next_run = self.pending.or_else(|| self.ticks.next(moment));
        ScheduleStatus { next_run, last_run: self.last, skipped_ticks: self.skipped }
    }

    /// Takes the ticks that have passed during an attempt.
    fn take_overlapping(&mut self, moment: Moment, overlap: Overlap) -> Option<Skipped> {
        let passed = self.ticks.take_passed(moment)?;
        match overlap {
            Overlap::Skip => self.skip(passed.first, passed.count, SkipReason::Overlap),
            Overlap::Queue => self.queue(passed, SkipReason::Overlap),
        }
    }

    /// Makes the latest tick pending, and skips the others: a run serves all of them.
    fn queue(&mut self, passed: Passed, why: SkipReason) -> Option<Skipped> {
        let Passed { first, latest, count } = passed;
        let earlier = self.pending.replace(latest);
        let skipped = count - 1 + u64::from(earlier.is_some());
        if skipped == 0 { None } else { self.skip(earlier.unwrap_or(first), skipped, why) }
    }

    fn skip(&mut self, at: ScheduledTime, ticks: u64, why: SkipReason) -> Option<Skipped> {
        self.skipped = self.skipped.saturating_add(ticks);
        Some(Skipped { at, ticks, why })
    }

    fn next(&self, moment: Moment) -> NextTick {
        if self.pending.is_some() {
            return NextTick::Due;
        }
        let next = self.ticks.next_instant(moment);
        NextTick::At(next.unwrap_or_else(|| saturating_deadline(moment.now(), std::time::Duration::MAX)))
    }
}
