//! The options of a task about its readiness.

use std::borrow::Cow;
use std::time::Duration;

use super::{Config, Policy, RareSettings, Readiness, RestartPolicy, ScheduleKind, Setting, Settings};

impl Settings {
    /// Resolves the options about readiness. `notifies` says whether the task has a parameter that notifies.
    ///
    /// # Errors
    ///
    /// Returns every problem at once.
    // Every submission calls this: without these options it must cost only the comparisons.
    pub(crate) fn resolve_readiness(
        &self,
        notifies: bool,
        policy: &mut Policy,
    ) -> Result<(), Vec<&'static str>> {
        let declared = self.ready.own().or(notifies.then_some(Readiness::Notify));
        if declared.is_none() && self.start_timeout == Setting::Inherit {
            return Ok(());
        }
        let problems = self.readiness_problems(notifies, declared, policy);
        if !problems.is_empty() {
            return Err(problems);
        }
        policy.readiness = declared;
        Ok(())
    }

    /// Returns every problem of the options and of the rare ones, but not those of the schedule. `notifies` says whether the task has a parameter that notifies.
    #[cold]
    pub(crate) fn all_problems(
        &self,
        rare: Option<&RareSettings>,
        schedule: ScheduleKind,
        config: &Config,
        defaults: &Policy,
        notifies: bool,
    ) -> Vec<Cow<'static, str>> {
        let mut policy = self.merge(defaults);
        let mut wrong = self.resolve(defaults).err().unwrap_or_default();
        wrong.extend(self.resolve_readiness(notifies, &mut policy).err().unwrap_or_default());
        policy.schedule = schedule;
        let rare = RareSettings::resolve(rare, config, &policy).err().unwrap_or_default();
        wrong.into_iter().map(Cow::from).chain(rare).collect()
    }

    #[cold]
    fn readiness_problems(
        &self,
        notifies: bool,
        declared: Option<Readiness>,
        policy: &Policy,
    ) -> Vec<&'static str> {
        let mut wrong = Vec::new();
        if notifies && declared != Some(Readiness::Notify) {
            wrong.push(
                "the parameter `Ready` has no effect with this `ready`: remove the parameter, or write \
                 `ready = \"notify\"`, which the parameter implies",
            );
        } else if declared != Some(Readiness::Notify) && self.start_timeout != Setting::Inherit {
            wrong.push(
                "`start_timeout` has no effect on a task that does not notify: remove it, or take a parameter `Ready`, or set \
                 `ready = \"notify\"`",
            );
        }
        if self.start_timeout == Setting::Set(Duration::ZERO) {
            wrong.push(
                "`start_timeout` is zero, so no attempt could ever be ready in time: leave it out for 30 s",
            );
        }
        if let (Setting::Set(start_timeout), Some(timeout)) = (self.start_timeout, policy.timeout()) {
            if start_timeout > timeout {
                wrong.push(
                    "`start_timeout` is longer than the `timeout` of the attempt, which ends first: make it shorter, or leave it \
                     out",
                );
            }
        }
        wrong
    }
}

impl Policy {
    /// Whether a task with this policy and these settings can never be ready: it declares no readiness, and no success is expected of
    /// it. `never_returns` says that its function returns `!`. A task that always runs again and sets no delay is assumed to have
    /// one attempt that does not end.
    pub(crate) fn is_never_ready(&self, settings: &Settings, never_returns: bool) -> bool {
        let is_endless = self.restart == RestartPolicy::Always
            && settings.delay == Setting::Inherit
            && self.schedule != ScheduleKind::Ticks;
        match self.readiness {
            None => never_returns || is_endless,
            Some(Readiness::Success) => never_returns,
            Some(Readiness::Start | Readiness::Notify) => false,
        }
    }

    /// Whether a success makes the task ready.
    pub(crate) fn is_ready_after_success(&self) -> bool {
        matches!(self.readiness, None | Some(Readiness::Success))
    }
}
