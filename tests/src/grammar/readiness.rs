//! The readiness of a task: its events alternate, and follow the rules.

use taskvisor::{NotReadyReason, Readiness};

use super::{Reader, State, Verdict, require};

impl Reader {
    pub(super) fn become_ready(&mut self) -> Verdict {
        require(!self.is_ready, || "ready twice".to_owned())?;
        require(self.attempt > 0 && self.state < State::Ended, || format!("ready in {:?}", self.state))?;
        let expected = match self.rules.map(|rules| rules.ready) {
            // A task with a parameter `Ready` declares its readiness without rules.
            None | Some(None | Some(Readiness::Notify)) => &[State::Running, State::Succeeded][..],
            Some(Some(Readiness::Start)) => &[State::Running][..],
            _ => &[State::Succeeded][..],
        };
        require(expected.contains(&self.state), || format!("ready in {:?}, by these rules", self.state))?;
        self.is_ready = true;
        Ok(())
    }

    pub(super) fn lose_readiness(&mut self, reason: NotReadyReason) -> Verdict {
        require(self.is_ready, || "not ready twice".to_owned())?;
        self.is_ready = false;
        // An attempt that has exceeded a limit has its `stop_timeout` to return.
        let has_overtime = self.rules.is_some_and(|rules| rules.stop_timeout.is_some());
        let failed = matches!(self.state, State::Failed | State::FailedForGood)
            || has_overtime && self.state == State::Running;
        require(failed || reason != NotReadyReason::Failed, || format!("no failure, but {:?}", self.state))?;
        // The first step of an exceeded limit is an interrupt.
        let has_two_steps = self.rules.is_none_or(|rules| rules.stop_timeout.is_some());
        let may_be_interrupted =
            !self.pauses.is_empty() || self.depends || has_two_steps || !self.restarts.is_empty();
        require(reason != NotReadyReason::Interrupted || may_be_interrupted, || {
            "interrupted without a restart".to_owned()
        })
    }
}
