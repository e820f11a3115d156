//! Where a task is between its acceptance and its end.

use std::time::Duration;

use crate::program::Ms;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The task waits for its slot.
    ForSlot,
    /// The task waits until the tasks are ready that it depends on. Without any it continues at once.
    ForDependency,
    /// All of them are ready after an outage. The task continues at this time.
    Recovering(Ms),
    /// The task waits for a permit of its declaration.
    ForOwnPermit,
    /// The task waits for a permit of the supervisor. Without a limit it continues at once.
    ForPermit,
    /// The task waits for a token of its rate limit.
    ForRate,
    Running,
    Sleeping(Duration),
    /// The task waits for the next tick of its schedule, or for the end of its start delay.
    ForTick,
    /// The task waits to be resumed.
    Paused {
        gave_up: bool,
    },
    Gone,
}

impl Place {
    /// Whether the task waits for a permit or for a token.
    pub(super) fn is_at_limit(&self) -> bool {
        matches!(self, Self::ForOwnPermit | Self::ForPermit | Self::ForRate)
    }

    /// Whether a task that has had an attempt waits for the next one here.
    pub(super) fn is_wait(&self) -> bool {
        let is_at_gates = matches!(self, Self::ForDependency | Self::Recovering(_)) || self.is_at_limit();
        is_at_gates || matches!(self, Self::Sleeping(_) | Self::ForTick | Self::Paused { .. })
    }
}
