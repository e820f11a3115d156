//! The time of a tick of a schedule.

use std::fmt;
use std::time::{Duration, SystemTime};

use humantime::format_rfc3339_seconds;
use tokio::time::Instant;

/// The time of a tick of a schedule, at which a task is due. A task and the time of its tick are an *occurrence*, which is unique in
/// the life of the task.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{ScheduledTime, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sync = TaskFn::arc("sync", |ctx: TaskContext| async move {
///     if let Some(ScheduledTime::Tick { number: 2, .. }) = ctx.scheduled_at() {
///         return ctx.done();
///     }
///     Ok(())
/// });
/// let supervisor = Supervisor::default();
/// let sync = supervisor.add_task(TaskSpec::inherit(sync).with_every(Duration::from_secs(60)))?;
/// assert!(sync.outcome().await.is_completed()); // after two minutes
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScheduledTime {
    /// A tick of a grid, which [`every`](crate::TaskSpec::with_every) sets.
    #[non_exhaustive]
    Tick {
        /// The number of the tick, from 0 for the first one.
        number: u64,
        /// Its time, on the monotonic clock.
        at: Instant,
    },
    /// A date of a calendar, which `cron` sets.
    Date(SystemTime),
}

impl ScheduledTime {
    /// Returns the date of a `cron` schedule.
    #[must_use]
    pub fn date(self) -> Option<SystemTime> {
        match self {
            Self::Date(date) => Some(date),
            Self::Tick { .. } => None,
        }
    }

    /// Returns the time of a tick of `every`.
    #[must_use]
    pub fn instant(self) -> Option<Instant> {
        match self {
            Self::Tick { at, .. } => Some(at),
            Self::Date(_) => None,
        }
    }
}

/// Writes the number of a tick, such as `tick 7`, or a date in UTC, such as `2027-03-28T01:00:00Z`.
impl fmt::Display for ScheduledTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tick { number, .. } => write!(f, "tick {number}"),
            Self::Date(date) => {
                // Other dates cannot be formatted.
                let seconds = date.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
                let printable = Duration::from_secs(seconds.min(LAST_PRINTABLE));
                write!(f, "{}", format_rfc3339_seconds(SystemTime::UNIX_EPOCH + printable))
            }
        }
    }
}

/// 9999-12-31T23:59:59Z.
const LAST_PRINTABLE: u64 = 253_402_300_799;

/// Why ticks of a schedule did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// The run of an earlier tick went on. See [`Overlap`](crate::Overlap).
    Overlap,
    /// They passed unseen. See [`Missed`](crate::Missed).
    Missed,
    /// They waited for the tasks that this one needs, a permit or a rate limit, or in a queue (see [`Overlap`](crate::Overlap)), and a
    /// later tick came before their run: one run serves all of them.
    Coalesced,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overlap => "overlap",
            Self::Missed => "missed",
            Self::Coalesced => "coalesced",
        })
    }
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_any_year_is_written() {
        let shown = |time| ScheduledTime::Date(time).to_string();
        assert_eq!(
            shown(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)),
            "2001-09-09T01:46:40Z"
        );
        assert_eq!(shown(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00Z");
        let late = SystemTime::UNIX_EPOCH + Duration::from_secs(LAST_PRINTABLE + 86_400);
        assert_eq!(shown(late), "9999-12-31T23:59:59Z");
    }
}
