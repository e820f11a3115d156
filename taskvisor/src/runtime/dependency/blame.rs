//! Blame: the failures of a dependent that an outage of a needed task explains are not counted.
//!
//! A dependent often fails before the task that it needs is known to be down. When that task turns out not to be ready, the failures since
//! its last sign of life are therefore removed from the streak. While it is not ready, further failures are *excused*: not counted at all.

use std::collections::VecDeque;

use tokio::time::Instant;

/// How many failures are remembered. Older ones stay counted.
const REMEMBERED: usize = 1_000;

/// A time in which a needed task was down, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outage {
    /// The last sign of life before it.
    pub(crate) after: Instant,
    /// When the task was ready again. `None` if it is not.
    pub(crate) until: Option<Instant>,
}

impl Outage {
    /// Whether the outage explains a failure at this time.
    pub(crate) fn explains(&self, at: Instant) -> bool {
        at > self.after && self.until.is_none_or(|until| at < until)
    }
}

/// The counted failures of a dependent, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Blame {
    failures: VecDeque<Instant>,
    /// Whether the latest failure was explained by an outage.
    explains_latest: bool,
}

impl Blame {
    /// The streak is over.
    pub(super) fn forget(&mut self) {
        self.failures.clear();
    }

    /// Remembers when the failure of the latest attempt was counted, or that it was excused.
    pub(super) fn remember(&mut self, counted: Option<Instant>, excused: bool) {
        self.explains_latest = excused;
        if self.failures.len() == REMEMBERED {
            self.failures.pop_front();
        }
        self.failures.extend(counted);
    }

    /// Removes the failures that an outage explains. Returns how many.
    pub(super) fn remove(&mut self, outage: Outage) -> u32 {
        self.explains_latest |= self.failures.back().is_some_and(|at| outage.explains(*at));
        let before = self.failures.len();
        self.failures.retain(|at| !outage.explains(*at));
        u32::try_from(before - self.failures.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn explains_latest(&self) -> bool {
        self.explains_latest
    }
}
