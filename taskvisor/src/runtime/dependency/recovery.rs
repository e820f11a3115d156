//! When a dependent starts after an outage of a task that it needs: at a random time within `Config::recovery_spread`, so that a thousand
//! dependents do not start at once.

use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::saturating_deadline;

/// What a dependent knows about an outage that it waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Recovery {
    /// It does not wait, or it waits for the first start.
    #[default]
    None,
    /// A task that was ready before is not ready.
    Outage,
    /// All are ready again. The dependent starts at this time.
    Until(Instant),
}

impl Recovery {
    /// The dependent finds a task that is not ready. `was_ready` says whether it was before. Returns whether the dependent was about
    /// to start.
    pub(super) fn close(&mut self, was_ready: bool) -> bool {
        // A new outage during the spread is waited for as the first one was.
        let is_outage = was_ready || *self != Self::None;
        let previous = std::mem::replace(self, if is_outage { Self::Outage } else { Self::None });
        matches!(previous, Self::Until(_))
    }

    /// The dependent finds all tasks ready. Returns when it starts, unless that is at once.
    pub(super) fn open(&mut self, now: impl Fn() -> Instant, spread: Duration) -> Option<Instant> {
        match *self {
            Self::None => None,
            Self::Outage => {
                let spread = u64::try_from(spread.as_nanos()).unwrap_or(u64::MAX);
                let drawn = Duration::from_nanos(fastrand::u64(0..=spread));
                let until = saturating_deadline(now(), drawn);
                *self = if drawn.is_zero() { Self::None } else { Self::Until(until) };
                (!drawn.is_zero()).then_some(until)
            }
            Self::Until(until) if now() < until => Some(until),
            Self::Until(_) => {
                *self = Self::None;
                None
            }
        }
    }
}
