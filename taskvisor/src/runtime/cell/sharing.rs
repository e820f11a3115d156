//! What a task shares with others of its declaration: its base name, its permits and its rate limit.

use std::sync::Arc;

use tokio::time::Instant;

use super::{CellPhase, TaskCell, WaitsFor};
use crate::runtime::instances::InstanceOf;
use crate::runtime::limits::AttemptLimits;

impl TaskCell {
    /// Which instance the task is, if it is one.
    #[inline]
    pub(crate) fn instance(&self) -> Option<&InstanceOf> {
        self.rare()?.instance()
    }

    /// The name under which others depend on the task: without the number of the instance.
    pub(crate) fn base_name(&self) -> &str {
        self.instance().map_or(&self.name, |instance| &instance.name)
    }

    /// Since when the task is in its present phase, if it holds a permit in this phase: of its declaration, or of the supervisor.
    pub(crate) fn holds_permit_since(&self, of_declaration: bool) -> Option<Instant> {
        let state = self.state.lock();
        let holds = match state.phase {
            CellPhase::Running(_) | CellPhase::Stuck => true,
            // The permit of the declaration is acquired first.
            CellPhase::Waiting(WaitsFor::Permit) => of_declaration,
            _ => false,
        };
        holds.then_some(state.since)
    }

    /// Whether an attempt must begin before the task can complete.
    #[cfg(feature = "controller")]
    pub(crate) fn awaits_attempt(&self) -> bool {
        let phase = self.state.lock().phase;
        matches!(phase, CellPhase::Waiting(_) | CellPhase::Sleeping { .. } | CellPhase::Paused { .. })
    }

    /// The limits that its attempts share with others.
    pub(crate) fn own_limits(&self) -> Option<&Arc<AttemptLimits>> {
        self.rare()?.limits()
    }
}
