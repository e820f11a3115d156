//! The ticks of a task, and which of them has run. Written from the documentation of `TaskSpec::with_every` and of the options beside
//! it.

use taskvisor::{Missed, Overlap, SkipReason};

use crate::program::Ms;
use crate::schedule::Schedule;
use crate::vocabulary::{TaskEvent, Tick};

/// How far the schedule of a task has come.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) options: Schedule,
    /// The first tick. Without ticks, the end of the start delay.
    start: Ms,
    /// The number of the first tick about which nothing is decided.
    next: u64,
    /// The tick that waits for its run.
    pub(super) pending: Option<u64>,
    pub(super) run: Run,
    /// The tick of the run that goes on. `None` if an operator began it.
    occurrence: Option<u64>,
    last: Option<u64>,
    skipped: u64,
    /// Whether the next attempt takes the pending tick, because it was missed in a pause.
    takes_missed: bool,
    /// Whether the task was paused, and has not looked at its ticks since.
    pub(super) was_paused: bool,
    /// Whether the pause began while it waited for a tick, so that it does so after the resume.
    pub(super) resumes_wait: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    None,
    /// An attempt runs, or follows after an interrupt, a snooze or a `retry_after`.
    GoesOn,
    /// The next attempt is the run of a tick that comes before it: it follows after a backoff, or a tick was missed in a pause.
    TakesTick,
}

/// Ticks that have passed: the first and the latest one.
type Passed = (u64, u64);

impl Grid {
    /// The schedule of a task that is added now, if it has one.
    pub(super) fn new(options: Schedule, now: Ms) -> Option<Self> {
        let has_any = options.every.is_some() || options.start_delay.is_some();
        has_any.then_some(Self {
            options,
            start: now + options.start_delay.unwrap_or_default(),
            next: 0,
            pending: None,
            run: Run::None,
            occurrence: None,
            last: None,
            skipped: 0,
            takes_missed: false,
            was_paused: false,
            resumes_wait: false,
        })
    }

    pub(super) fn has_ticks(&self) -> bool {
        self.options.every.is_some()
    }

    fn tick(&self, number: u64) -> Tick {
        Tick { number, at: self.start + number * self.options.every.unwrap_or_default() }
    }

    /// When the wait for the next tick, or the start delay, is over.
    pub(super) fn wait_until(&self) -> Ms {
        if self.has_ticks() { self.tick(self.next).at } else { self.start }
    }

    /// The time of the first tick after `now`.
    pub(super) fn next_after(&self, now: Ms) -> Ms {
        self.tick(self.first_after(now)).at
    }

    fn first_after(&self, now: Ms) -> u64 {
        let Some(every) = self.options.every else { return 0 };
        if now < self.start { self.next } else { ((now - self.start) / every + 1).max(self.next) }
    }

    fn take_passed(&mut self, now: Ms) -> Option<Passed> {
        let after = self.first_after(now);
        let first = std::mem::replace(&mut self.next, after);
        (first < after).then(|| (first, after - 1))
    }

    /// Looks at the ticks that have passed since the task began to wait, or during its pause.
    pub(super) fn look(&mut self, now: Ms) -> Option<TaskEvent> {
        let was_paused = std::mem::replace(&mut self.was_paused, false);
        let passed = self.take_passed(now)?;
        if was_paused && self.options.missed == Some(Missed::Skip) {
            return Some(self.skip(passed.0, passed.1 - passed.0 + 1, SkipReason::Missed));
        }
        if self.run != Run::None {
            (self.run, self.takes_missed) = (Run::TakesTick, true);
        }
        self.coalesce(passed, SkipReason::Missed)
    }

    /// Decides about the ticks that have passed at the gates, or during an attempt or a wait that no tick ends.
    pub(super) fn begin_pause(&mut self, now: Ms) -> Option<TaskEvent> {
        // Resumed and paused again in one moment: the pause goes on.
        if std::mem::replace(&mut self.was_paused, true) {
            return None;
        }
        if self.run == Run::GoesOn {
            return self.take_overlapping(now);
        }
        let passed = self.take_passed(now)?;
        self.coalesce(passed, SkipReason::Coalesced)
    }

    /// An attempt begins. Returns its events, and whether a run begins with it.
    pub(super) fn begin_attempt(&mut self, now: Ms) -> (Vec<TaskEvent>, bool) {
        let begins_run = self.run == Run::None;
        let mut events = Vec::new();
        if self.run != Run::GoesOn {
            let passed = self.take_passed(now);
            // A tick that is queued waits for the end of the run, unless a later one has come.
            let takes_tick = begins_run || passed.is_some() || self.takes_missed;
            events.extend(passed.and_then(|passed| self.coalesce(passed, SkipReason::Coalesced)));
            let tick = if takes_tick { self.pending.take() } else { None };
            if begins_run || tick.is_some() {
                self.occurrence = tick;
            }
            self.last = tick.or(self.last);
            events.extend(tick.map(|tick| TaskEvent::Scheduled(self.tick(tick))));
        }
        self.run = Run::GoesOn;
        self.takes_missed = false;
        (events, begins_run)
    }

    /// An attempt has failed, and a backoff follows, which a tick ends.
    pub(super) fn begin_backoff(&mut self, now: Ms) -> Option<TaskEvent> {
        let skipped = self.take_overlapping(now);
        self.run = Run::TakesTick;
        skipped
    }

    pub(super) fn end_run(&mut self, now: Ms) -> Option<TaskEvent> {
        let skipped = self.take_overlapping(now);
        (self.run, self.occurrence) = (Run::None, None);
        skipped
    }

    fn take_overlapping(&mut self, now: Ms) -> Option<TaskEvent> {
        let passed = self.take_passed(now)?;
        if self.options.overlap == Some(Overlap::Queue) {
            return self.coalesce(passed, SkipReason::Overlap);
        }
        Some(self.skip(passed.0, passed.1 - passed.0 + 1, SkipReason::Overlap))
    }

    /// The latest tick waits for its run, and the others are skipped.
    fn coalesce(&mut self, (first, latest): Passed, why: SkipReason) -> Option<TaskEvent> {
        let earlier = self.pending.replace(latest);
        let count = latest - first + u64::from(earlier.is_some());
        (count > 0).then(|| self.skip(earlier.unwrap_or(first), count, why))
    }

    fn skip(&mut self, first: u64, ticks: u64, why: SkipReason) -> TaskEvent {
        self.skipped += ticks;
        TaskEvent::Skipped { at: self.tick(first), ticks, why }
    }

    pub(super) fn occurrence(&self) -> Option<Tick> {
        self.occurrence.map(|number| self.tick(number))
    }

    /// The next run, the last one, and the number of skipped ticks.
    // A tick that has passed shows once the task has looked at it.
    pub(super) fn status(&self, now: Ms) -> (Option<Tick>, Option<Tick>, u64) {
        let next = self.pending.unwrap_or_else(|| self.first_after(now));
        let next = self.has_ticks().then(|| self.tick(next));
        (next, self.last.map(|number| self.tick(number)), self.skipped)
    }
}
