//! The ticks of `every`: a grid on the monotonic clock.

use std::time::Duration;

use tokio::time::Instant;

use super::Passed;
use crate::runtime::cell::saturating_deadline;
use crate::task::ScheduledTime;

/// The ticks of a grid, and how far they have passed.
#[derive(Debug)]
pub(super) struct Grid {
    start: Instant,
    /// In nanoseconds, at least one.
    period: u128,
    /// The number of the first tick that has not passed.
    next: u64,
}

impl Grid {
    pub(super) fn new(start: Instant, period: Duration) -> Self {
        Self { start, period: period.as_nanos().max(1), next: 0 }
    }

    fn tick(&self, number: u64) -> ScheduledTime {
        let nanos = self.period.saturating_mul(number.into());
        let seconds = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
        let subsec = u32::try_from(nanos % 1_000_000_000).unwrap_or_default();
        ScheduledTime::Tick { number, at: saturating_deadline(self.start, Duration::new(seconds, subsec)) }
    }

    /// The number of the first tick after `now`.
    fn first_after(&self, now: Instant) -> u64 {
        let Some(elapsed) = now.checked_duration_since(self.start) else { return 0 };
        u64::try_from(elapsed.as_nanos() / self.period).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Takes the ticks that have passed since the last call.
    pub(super) fn take_passed(&mut self, now: Instant) -> Option<Passed> {
        let after = self.first_after(now);
        let count = after.saturating_sub(self.next);
        if count == 0 {
            return None;
        }
        let passed = Passed { first: self.tick(self.next), latest: self.tick(after - 1), count };
        self.next = after;
        Some(passed)
    }

    pub(super) fn has_passed(&self, now: Instant) -> bool {
        self.first_after(now) > self.next
    }

    /// The first tick that is not taken, after `now`.
    pub(super) fn next(&self, now: Instant) -> ScheduledTime {
        self.tick(self.first_after(now).max(self.next))
    }
}
