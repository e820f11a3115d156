//! The rules of the options about instances, permits and rate limits.

use super::{RareSettings, Setting};

/// The largest number of instances of one task.
pub(crate) const MAX_INSTANCES: usize = 10_000;

impl RareSettings {
    /// The problem of `max_concurrent` on a task that runs one attempt at a time anyway.
    const LIMITS_ONE_ATTEMPT: &str = "`max_concurrent` has no effect on a task without `instances`, which runs one attempt at a time: \
                                      remove it, or set `instances`";

    /// The values that can never work.
    pub(super) fn limit_problems(&self) -> Vec<&'static str> {
        let mut problems = Vec::new();
        match self.instances.own() {
            Some(0) => {
                problems.push("`instances` is 0, so the task would never run: set at least 1, or disable it")
            }
            Some(instances) if instances > MAX_INSTANCES => {
                problems.push("`instances` is above 10,000: set fewer, or submit jobs instead")
            }
            _ => {}
        }
        if self.max_concurrent.own() == Some(0) {
            problems.push("`max_concurrent` is 0, so no attempt could ever begin: leave it out for no limit");
        }
        problems.extend(self.rate_limit.own().iter().flat_map(|limit| limit.problems()));
        problems
    }

    /// Why the options cannot apply to an added task.
    pub(crate) fn task_problems(&self) -> Option<&'static str> {
        let limits_one = self.max_concurrent != Setting::Inherit && self.instances == Setting::Inherit;
        limits_one.then_some(Self::LIMITS_ONE_ATTEMPT)
    }
}
