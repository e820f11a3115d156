//! The runs of a task with a schedule. Invariant 12: an occurrence starts at most once, and retries belong to it.

use taskvisor::ScheduledTime;
use tokio::time::Instant;

use super::{Reader, State, Verdict, require};

impl Reader {
    /// A run begins. It is for a later tick than each one before, and its first attempt follows at once.
    pub(super) fn schedule(&mut self, at: ScheduledTime, now: Instant) -> Verdict {
        let waits = [
            State::Added,
            State::Succeeded,
            State::Interrupted,
            State::Snoozed,
            State::BackedOff,
            State::RunFailed,
            State::GaveUp,
        ];
        self.transition(&waits, self.state)?;
        self.check_tick(at, now)?;
        self.last_tick = Some((at, now));
        self.is_scheduled = true;
        // A tick ends a backoff.
        self.not_before = None;
        Ok(())
    }

    /// Ticks that are skipped neither ran before, nor run later.
    pub(super) fn skip(&mut self, at: ScheduledTime, ticks: u64, now: Instant) -> Verdict {
        require(ticks > 0, || "skips no tick".to_owned())?;
        self.check_tick(at, now)?;
        self.skipped.push((at, now));
        Ok(())
    }

    /// A tick is later than that of the latest run, and was not skipped. Ticks are not skipped in order: one that waits for its run is
    /// pending, while those of a pause are missed.
    fn check_tick(&mut self, at: ScheduledTime, now: Instant) -> Verdict {
        let was_skipped = self.skipped.iter().any(|(skipped, _)| *skipped == at);
        let last = self.last_tick.map(|(last, _)| last);
        if !was_skipped && last.is_none_or(|last| is_later(at, last)) {
            return Ok(());
        }
        // A schedule that forgets its ticks starts anew, once for each reset of the clock. A tick that waits for its run then still
        // runs, so that it may be the next but one that shows it.
        let resets = self.clock_resets.iter().filter(|reset| **reset <= now).count();
        require(resets > self.seen_resets, || format!("`{at}` after {last:?}, or it was skipped before"))?;
        self.seen_resets = resets;
        self.skipped.clear();
        self.last_tick = None;
        Ok(())
    }

    /// A run has failed, and no retry follows.
    pub(super) fn fail_run(&mut self, failures: u32) -> Verdict {
        self.transition(&[State::Failed, State::FailedForGood], State::RunFailed)?;
        let is_exact = !self.depends && self.restarts.is_empty();
        require(!is_exact || failures == self.failures, || {
            format!("counts {failures} failures, not {}", self.failures)
        })
    }
}

fn is_later(at: ScheduledTime, last: ScheduledTime) -> bool {
    match (at, last) {
        (ScheduledTime::Tick { number, at, .. }, ScheduledTime::Tick { number: last, at: before, .. }) => {
            number > last && at > before
        }
        (ScheduledTime::Date(date), ScheduledTime::Date(last)) => date > last,
        _ => false,
    }
}
