//! The begin of an attempt, before which the actor takes a new policy.

use tokio::time::Instant;

use super::{ActorStage, StartedAttempt, Step, TaskActor};
use crate::runtime::cell::NotBegun;

impl TaskActor {
    pub(super) fn begin_attempt(&self) -> Result<StartedAttempt, NotBegun> {
        let at = Instant::now();
        let attempt = self.registration.cell().begin_attempt(at)?;
        Ok(StartedAttempt { attempt, at })
    }

    /// Takes the new policy, and passes the gates again. What the gates hold for the attempt is kept.
    #[cold]
    pub(super) fn update_policy(&mut self) -> Step {
        // `None` if an earlier pass has taken it before its signal was set.
        if let Some(policy) = self.registration.cell().take_policy_update() {
            self.policy.update(&policy);
            self.registration.metrics().updated(self.registration.shared(), self.registration.cell());
        }
        self.enter_stage(ActorStage::Gates)
    }
}
