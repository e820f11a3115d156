//! The cell of a task that no actor runs, for unit tests of task functions.

use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

use super::conclusion::PackedConclusion;
use super::{CellPhase, RegistryHash, RegistryKey, TaskCell};
use crate::error::Failure;
use crate::policy::Milliseconds;
use crate::task::TaskId;

impl TaskCell {
    /// Creates a cell in its attempt number `attempt`. `last` is the failure of an earlier one.
    pub(crate) fn in_attempt(name: Cow<'static, str>, attempt: u64, last: Option<Failure>) -> Self {
        // The cell is in no registry, so its hash is never read.
        let hash = RegistryHash::of(0);
        let cell = Self::new(TaskId::next(), name, RegistryKey::Name, hash, None, Instant::now());
        {
            let mut state = cell.state.lock();
            state.phase = CellPhase::Running(PackedConclusion::BY_POLICY);
            state.attempt = attempt;
            // It may notify at any time, because no actor limits it.
            let now = state.since;
            state.pending.set_start_timeout(Milliseconds::new(Duration::MAX));
            state.pending.begin_start(now);
            if let Some(last) = last {
                // Nothing is evicted from a new cell.
                let _nothing = state.attempts.set_failure(last.into());
            }
        }
        cell
    }
}
