//! How the statuses of instances become one row of a listing.

use super::{Phase, RareStatus, TaskName, TaskStatus};

impl TaskStatus {
    /// Combines the statuses of instances into one row, as [`instances`](Self::instances) describes it. `None` if there are none.
    pub(crate) fn row(name: TaskName, mut instances: Vec<Self>) -> Option<Self> {
        let worst = instances.iter().min_by_key(|status| (status.attention(), status.since))?;
        let rare = worst.rare.as_deref().cloned().unwrap_or_default();
        let mut row = Self { name, rare: None, ..worst.clone() };
        let sum = |number: fn(&Self) -> u64| instances.iter().map(number).fold(0, u64::saturating_add);
        row.attempt = sum(|status| status.attempt);
        row.restarts = sum(|status| status.restarts);
        row.total_failures = u32::try_from(sum(|status| status.total_failures.into())).unwrap_or(u32::MAX);
        row.failures = instances.iter().map(|status| status.failures).max().unwrap_or(0);
        row.ready_since = instances.iter().filter_map(|status| status.ready_since).min();
        row.next_attempt = instances.iter().filter_map(|status| status.next_attempt).min();
        row.heartbeat_age = instances.iter().filter_map(|status| status.heartbeat_age).max();
        row.pausing = instances.iter().any(|status| status.pausing);
        row.stopping = instances.iter().all(|status| status.stopping);
        instances.shrink_to_fit();
        row.rare = Some(Box::new(RareStatus { instances, ..rare }));
        Some(row)
    }

    /// The rank of the phase: the lowest rank needs attention most.
    fn attention(&self) -> u8 {
        match self.phase {
            Phase::Stuck { .. } => 0,
            Phase::Paused { gave_up: true } => 1,
            Phase::Paused { gave_up: false } => 2,
            Phase::Sleeping { .. } if self.failures > 0 => 3,
            Phase::Waiting { .. } => 4,
            Phase::Sleeping { .. } => 5,
            Phase::Running { .. } => 6,
            Phase::Ended(_) => 7,
        }
    }
}
