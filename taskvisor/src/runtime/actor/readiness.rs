//! Readiness: its begin with an attempt, and its loss with the end of one.

use std::time::Duration;

use tokio::time::Instant;

use super::TaskActor;
use crate::event::NotReadyReason;
use crate::policy::Readiness;
use crate::runtime::cell::FinishedAttempt;

impl TaskActor {
    /// Begins the readiness of an attempt of a task that declares it.
    pub(super) fn begin_readiness(&mut self, readiness: Readiness, at: Instant) {
        if self.registration.cell().begin_readiness(readiness, at) {
            self.registration.publish_ready(at, Duration::ZERO);
        }
    }

    /// After the event of an attempt's end: publishes that the task is not ready any more, if the end is the reason.
    pub(super) fn publish_loss(&mut self, now: Instant, after: &FinishedAttempt, failed: bool) {
        if self.policy.readiness.is_none() {
            return;
        }
        // Another thread may have notified since the last look, until the attempt ended in the cell.
        if self.registration.has_become_ready(now) {
            self.registration.publish_ready(now, after.ran);
        }
        let reason = match (after.stop, after.interrupt) {
            (Some(_), _) => NotReadyReason::Stopping,
            (None, Some(_)) => NotReadyReason::Interrupted,
            (None, None) if failed => NotReadyReason::Failed,
            (None, None) => return,
        };
        self.registration.publish_not_ready(now, reason);
    }
}
