//! The failure of a critical task, which shuts the supervisor down.

use std::sync::Arc;

use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::runtime::tally::failed_task;
use crate::task::{Outcome, Phase};

impl Shared {
    /// Requests the shutdown because a critical task has failed, without a delay. Without effect once tasks are being stopped: the first
    /// cause wins.
    // Called by the end of the task, before it is counted out: until then `run` cannot find the supervisor idle and return without
    // the cause. The request decides whether it is the first one, under the lock that closes admission.
    #[cold]
    pub(crate) fn shut_down_for_critical_task(self: &Arc<Self>, cell: &Arc<TaskCell>) {
        let Phase::Ended(Outcome::Failed(failure)) = cell.status().phase else { return };
        self.stop_tasks(self.config.grace, Some(failed_task(cell, failure)));
    }
}
