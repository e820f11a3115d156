//! The progress of a shutdown: whether systemd should wait longer for its end.

use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::saturating_deadline;
use crate::runtime::shared::{Shared, ShutdownState};
use crate::supervisor::shutdown::{LAST_ENDS_MARGIN, TAKEOVER_MARGIN};

/// How long a shutdown that makes progress may take until its next progress.
const EXTENSION: Duration = Duration::from_secs(10);

/// What the end of a shutdown waits for, at one moment.
#[derive(Default)]
pub(super) struct Drain {
    tasks: usize,
    subscribers: usize,
}

impl Drain {
    fn now(shared: &Shared) -> Self {
        Self { tasks: shared.registry.cells().len(), subscribers: shared.bus.undrained().len() }
    }

    /// Returns how much longer systemd should wait, if a shutdown was requested, and a task has ended or a subscriber has drained since the
    /// last call. The deadlines of the shutdown bound it.
    // Called before the request too: tasks may end before the reporter sees it.
    pub(super) fn extension(
        &mut self,
        shared: &Shared,
        state: &ShutdownState,
        now: Instant,
    ) -> Option<Duration> {
        let before = std::mem::replace(self, Self::now(shared));
        // Before the end of the tasks, subscribers become idle and busy again.
        let is_draining = state.drain_deadline.is_some();
        let progresses = self.tasks < before.tasks || (is_draining && self.subscribers < before.subscribers);
        let left = latest_end(state, shared.config.drain_timeout)?.saturating_duration_since(now);
        Some(left.min(EXTENSION)).filter(|left| progresses && !left.is_zero())
    }
}

/// When the shutdown is over at the latest, as in the table in `supervisor/shutdown.rs`.
fn latest_end(state: &ShutdownState, drain: Duration) -> Option<Instant> {
    let last_end = match (state.drain_deadline, state.grace_deadline) {
        (Some(drain_deadline), _) => drain_deadline,
        (None, Some(grace_deadline)) => {
            saturating_deadline(saturating_deadline(grace_deadline, LAST_ENDS_MARGIN), drain)
        }
        (None, None) => return None,
    };
    Some(saturating_deadline(last_end, TAKEOVER_MARGIN))
}
