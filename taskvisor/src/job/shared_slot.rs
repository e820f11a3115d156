//! What a submission to a slot with several places does to other submissions of the slot.

use std::sync::Arc;

use tokio::time::Instant;

use crate::runtime::cell::{StopRequest, TaskCell};
use crate::runtime::registry::{ArrivalEffects, WithdrawnSubmission};
use crate::runtime::shared::Shared;
use crate::task::{Rejection, StopCause};

impl Shared {
    /// Ends the superseded submission, spawns a lane for each submission that started in consequence, and stops the owners that must
    /// end.
    #[cold]
    pub(super) fn apply_effects(
        self: &Arc<Self>,
        superseded: Option<WithdrawnSubmission>,
        effects: ArrivalEffects,
        now: Instant,
    ) {
        let ArrivalEffects { started, replaced, outdated, .. } = effects;
        self.end_withdrawn(superseded, Some(StopRequest::reject(Rejection::Superseded, now)));
        self.start_lanes(started);
        // As in `complete_submission`: the grace runs from the request.
        let stop = StopRequest::stop(StopCause::Replace, self.now(), self.config.grace);
        for owner in replaced {
            owner.request_stop(stop);
        }
        self.stop_outdated(&outdated, stop);
    }

    /// Stops the first of these owners that is between two attempts, unless another owner ends for the `Latest` already.
    fn stop_outdated(&self, owners: &[Arc<TaskCell>], stop: StopRequest) {
        'search: loop {
            for owner in owners.iter().filter(|owner| is_between_attempts(owner)) {
                // Claimed before the request, so that no other owner whose attempt ends at this moment ends for the same `Latest`.
                if !self.registry.claim_yield(owner) {
                    continue;
                }
                if owner.request_stop_between_attempts(stop) || !owner.status().phase.is_running() {
                    return;
                }
                // Its next attempt has begun meanwhile. Another owner that ended its attempt during the claim did not end for the
                // `Latest`, and may be one that the search has passed.
                self.registry.release_yield(owner);
                continue 'search;
            }
            return;
        }
    }
}

/// Whether the task has made an attempt and waits for the next one.
fn is_between_attempts(task: &Arc<TaskCell>) -> bool {
    let status = task.status();
    status.attempt > 0 && !status.phase.is_running()
}
