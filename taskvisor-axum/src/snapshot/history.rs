//! The latest attempts of a task.

use std::time::Duration;

use taskvisor::{AttemptEnd, AttemptRecord, TaskHandle};
use tokio::time::Instant;

use crate::answer::{Attempt, History};
use crate::clock::{Moment, milliseconds};
use crate::failure::bounded;

/// The records of a task, the oldest first.
pub(super) struct Records(Vec<AttemptRecord>);

impl Records {
    pub(super) fn of(task: &TaskHandle) -> Self {
        Self(task.history())
    }

    pub(super) fn summary(&self, moment: &Moment) -> History {
        let mut times: Vec<_> = self.0.iter().map(|record| record.ran).collect();
        times.sort_unstable();
        History {
            count: count(self.0.len()),
            failed: count(self.0.iter().filter(|record| is_failure(record.result)).count()),
            over_ms: self.0.first().map_or(0, |first| moment.age_ms(first.started_at)),
            p50_ms: percentile(&times, 50).map(milliseconds),
            p95_ms: percentile(&times, 95).map(milliseconds),
        }
    }

    pub(super) fn attempts(&self, moment: &Moment) -> Vec<Attempt> {
        let attempt = |record: &AttemptRecord| Attempt {
            attempt: record.attempt,
            started_at: moment.time(record.started_at),
            ran_ms: milliseconds(record.ran),
            result: record.result.label().to_owned(),
            error: record.error.as_deref().map(|error| bounded(error.to_owned())),
        };
        self.0.iter().map(attempt).collect()
    }

    /// When the latest attempt that succeeded has ended.
    pub(super) fn last_success(&self) -> Option<Instant> {
        let success = self.0.iter().rev().find(|record| record.result == AttemptEnd::Succeeded)?;
        success.started_at.checked_add(success.ran)
    }

    /// How many attempts in a row have failed up to the latest one, and the time from the start of the first of them to `now`.
    pub(super) fn failures_in_a_row(&self, now: Instant) -> (usize, Duration) {
        let failed = self.0.iter().rev().take_while(|record| is_failure(record.result));
        let (count, first) =
            failed.fold((0, None), |(count, _), record| (count + 1, Some(record.started_at)));
        (count, first.map_or(Duration::ZERO, |first| now.saturating_duration_since(first)))
    }
}

fn is_failure(result: AttemptEnd) -> bool {
    matches!(result, AttemptEnd::Failed | AttemptEnd::TimedOut | AttemptEnd::Stalled | AttemptEnd::Panicked)
}

/// The smallest of the sorted times that `percent` of them do not exceed: the nearest rank.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let times: Vec<_> = (1..=20).map(Duration::from_secs).collect();
        assert_eq!(percentile(&times, 50), Some(Duration::from_secs(10)));
        assert_eq!(percentile(&times, 95), Some(Duration::from_secs(19)));
        assert_eq!(percentile(&times[..1], 95), Some(Duration::from_secs(1)));
        assert_eq!(percentile(&[], 95), None);
    }
}
