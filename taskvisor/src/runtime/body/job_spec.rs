//! Job specs: the options of a declared job, which an application may change before it starts.

use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

use super::JobDescriptor;
use crate::policy::{
    BackoffPolicy, Config, MaxFailures, OnShutdown, Policy, RareSettings, RateLimit, RestartPolicy,
    ScheduleKind, Setting, Settings,
};
use crate::runtime::registry::slot::Admission;

/// The options of a declared job. [`App::tune`](crate::App::tune) changes them for all its submissions.
///
/// A [`Submission`](crate::Submission) overrides some of them for itself. The slot is not one of them: it depends on the arguments.
///
#[cfg_attr(feature = "macros", doc = "```no_run")]
#[cfg_attr(not(feature = "macros"), doc = "```ignore")]
/// use taskvisor::prelude::*;
///
/// #[job(slot = "room", admission = "drop-if-running")]
/// async fn sync() {}
///
/// #[taskvisor::main]
/// async fn main(app: &mut App) {
///     app.tune::<sync>(|spec| {
///         assert_eq!(spec.admission(), Admission::DropIfRunning);
///         spec.with_admission(Admission::Queue).with_queue(8).with_max_retries(3)
///     });
/// }
/// ```
#[derive(Clone, Debug)]
pub struct JobSpec {
    pub(crate) descriptor: &'static JobDescriptor,
    pub(crate) settings: Settings,
    pub(crate) rare: RareSettings,
    pub(crate) admission: Admission,
    pub(crate) queue: Option<usize>,
    pub(crate) capacity: Option<usize>,
}

impl JobSpec {
    pub(crate) const ZERO_CAPACITY: &str = "`capacity` is zero, so no submission could ever start: set how many submissions run in \
                                            a slot at once, or leave it out for one";

    /// Returns every problem of the options.
    pub(crate) fn problems(&self, config: &Config, defaults: &Policy) -> Vec<Cow<'static, str>> {
        let mut problems =
            self.settings.all_problems(Some(&self.rare), ScheduleKind::None, config, defaults, false);
        if self.settings.restart.own() == Some(RestartPolicy::Always) {
            problems.push(
                "`RestartPolicy::Always` has no effect on a job, which ends with its value: use another policy".into(),
            );
        }
        if self.capacity == Some(0) {
            problems.push(Self::ZERO_CAPACITY.into());
        }
        problems
    }

    pub(crate) fn declared(descriptor: &'static JobDescriptor) -> Self {
        let JobDescriptor { settings, rare, admission, queue, capacity, .. } = descriptor;
        Self {
            descriptor,
            settings: *settings,
            rare: *rare,
            admission: *admission,
            queue: *queue,
            capacity: *capacity,
        }
    }

    /// Sets whether a job is retried: [`Never`](RestartPolicy::Never) or [`OnFailure`](RestartPolicy::OnFailure).
    /// [`Always`](RestartPolicy::Always) is refused at start, because a job ends with its value.
    #[must_use]
    pub fn with_restart(mut self, restart: RestartPolicy) -> Self {
        self.settings.restart = Setting::Set(restart);
        self
    }

    /// Sets the backoff policy: how long the job waits after a failure. If the job sets no
    /// `restart`, this implies [`OnFailure`](RestartPolicy::OnFailure).
    #[must_use]
    pub fn with_backoff(mut self, backoff: BackoffPolicy) -> Self {
        self.settings.backoff = Setting::Set(backoff);
        self.retry_by_default();
        self
    }

    /// Limits the duration of one attempt, or removes the limit. A timeout of zero is refused at start.
    #[must_use]
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.timeout = Setting::Set(timeout.into());
        self
    }

    /// Limits how many consecutive failures are retried, or removes the limit. With `None`, the job
    /// is retried without limit. If the job sets no `restart`, this implies [`OnFailure`](RestartPolicy::OnFailure).
    #[must_use]
    pub fn with_max_retries(mut self, retries: impl Into<Option<u32>>) -> Self {
        self.settings.max_retries = Setting::Set(retries.into());
        self.retry_by_default();
        self
    }

    /// Sets how long an attempt may run once its token is canceled, or with `None` the default. Zero is refused at start. See
    /// [`TaskSpec::with_stop_timeout`](crate::TaskSpec::with_stop_timeout).
    #[must_use]
    pub fn with_stop_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.settings.stop_timeout = Setting::set_or_inherit(time.into());
        self
    }

    /// Limits how many failures a submission may have within a time; `None` sets no limit. See
    /// [`TaskSpec::with_max_failures`](crate::TaskSpec::with_max_failures). If the job sets no `restart`, this implies
    /// [`OnFailure`](RestartPolicy::OnFailure).
    #[must_use]
    pub fn with_max_failures(mut self, limit: impl Into<Option<MaxFailures>>) -> Self {
        self.rare.max_failures = Setting::Set(limit.into());
        self.retry_by_default();
        self
    }

    /// Sets a predicate that decides which errors are fatal. See [`TaskSpec::with_fatal_if`](crate::TaskSpec::with_fatal_if).
    #[must_use]
    pub fn with_fatal_if(mut self, is_fatal: fn(&(dyn Error + 'static)) -> bool) -> Self {
        self.rare.fatal_if = Some(is_fatal);
        self
    }

    /// Limits the time between two heartbeats of a running attempt, or with `None` removes the limit. See
    /// [`TaskSpec::with_heartbeat`](crate::TaskSpec::with_heartbeat).
    #[must_use]
    pub fn with_heartbeat(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.rare.heartbeat = Setting::set_or_inherit(time.into());
        self
    }

    /// Sets what a shutdown does to the running attempt, or with `None` the default, [`OnShutdown::Cancel`].
    #[must_use]
    pub fn with_on_shutdown(mut self, action: impl Into<Option<OnShutdown>>) -> Self {
        self.rare.on_shutdown = Setting::set_or_inherit(action.into());
        self
    }

    /// Limits how many attempts of the job run at once, whatever their slots. `None` removes the limit. Zero is refused at start. See
    /// [`TaskSpec::with_max_concurrent`](crate::TaskSpec::with_max_concurrent).
    #[must_use]
    pub fn with_max_concurrent(mut self, limit: impl Into<Option<usize>>) -> Self {
        self.rare.max_concurrent = Setting::set_or_inherit(limit.into());
        self
    }

    /// Limits how often attempts of the job begin. `None` removes the limit. Zero is refused at start. See
    /// [`TaskSpec::with_rate_limit`](crate::TaskSpec::with_rate_limit).
    #[must_use]
    pub fn with_rate_limit(mut self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.rare.rate_limit = Setting::set_or_inherit(limit.into());
        self
    }

    /// Sets within which time a submission must start, or with `None` no limit. One that has not started by then ends as
    /// [`Expired`](crate::Rejection::Expired). Zero is refused at start. See
    /// [`ControllerSpec::with_expires`](crate::ControllerSpec::with_expires).
    #[must_use]
    pub fn with_expires(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.settings.expires = Setting::set_or_inherit(time.into());
        self
    }

    /// Sets how a submission is admitted if its slot is taken.
    #[must_use]
    pub fn with_admission(mut self, admission: Admission) -> Self {
        self.admission = admission;
        self
    }

    /// Sets how many submissions may wait for one slot. `None` falls back to
    /// [`ControllerConfig::per_slot`](crate::ControllerConfig::per_slot).
    #[must_use]
    pub fn with_queue(mut self, submissions: impl Into<Option<usize>>) -> Self {
        self.queue = submissions.into();
        self
    }

    /// Sets how many submissions may run in one slot at once. `None` stands for one. Zero is refused at start. See
    /// [`ControllerSpec::with_capacity`](crate::ControllerSpec::with_capacity). It has no effect on a submission without a slot.
    #[must_use]
    pub fn with_capacity(mut self, submissions: impl Into<Option<usize>>) -> Self {
        self.capacity = submissions.into();
        self
    }

    /// Returns the name of the job.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.descriptor.name
    }

    /// Returns the restart policy. It is a [`Setting::Default`] if the job does not set it.
    #[must_use]
    pub fn restart(&self) -> Setting<RestartPolicy> {
        self.settings.restart
    }

    /// Returns the backoff policy.
    #[must_use]
    pub fn backoff(&self) -> Setting<BackoffPolicy> {
        self.settings.backoff
    }

    /// Returns the limit of one attempt.
    #[must_use]
    pub fn timeout(&self) -> Setting<Option<Duration>> {
        self.settings.timeout
    }

    /// Returns the limit of consecutive retries.
    #[must_use]
    pub fn max_retries(&self) -> Setting<Option<u32>> {
        self.settings.max_retries
    }

    /// Returns how long an attempt may run once its token is canceled. The default is the whole grace, and at an exceeded limit no
    /// time.
    #[must_use]
    pub fn stop_timeout(&self) -> Setting<Duration> {
        self.settings.stop_timeout
    }

    /// Returns how many failures a submission may have within a time.
    #[must_use]
    pub fn max_failures(&self) -> Setting<Option<MaxFailures>> {
        self.rare.max_failures
    }

    /// Returns the predicate that decides which errors are fatal, if the spec sets one. `None` for a job with the option `fatal_if`,
    /// because that predicate has another type.
    #[must_use]
    pub fn fatal_if(&self) -> Option<fn(&(dyn Error + 'static)) -> bool> {
        self.rare.fatal_if
    }

    /// Returns the longest time between two heartbeats. The default is no limit.
    #[must_use]
    pub fn heartbeat(&self) -> Setting<Duration> {
        self.rare.heartbeat
    }

    /// Returns what a shutdown does to the running attempt. The default is [`OnShutdown::Cancel`].
    #[must_use]
    pub fn on_shutdown(&self) -> Setting<OnShutdown> {
        self.rare.on_shutdown
    }

    /// Returns how many attempts of the job may run at once. The default is no limit.
    #[must_use]
    pub fn max_concurrent(&self) -> Setting<usize> {
        self.rare.max_concurrent
    }

    /// Returns how often attempts of the job may begin. The default is no limit.
    #[must_use]
    pub fn rate_limit(&self) -> Setting<RateLimit> {
        self.rare.rate_limit
    }

    /// Returns the time within which a submission must start. The default is no limit.
    #[must_use]
    pub fn expires(&self) -> Setting<Duration> {
        self.settings.expires
    }

    /// Returns how a submission is admitted if its slot is taken.
    #[must_use]
    pub fn admission(&self) -> Admission {
        self.admission
    }

    /// Returns how many submissions may wait for one slot. `None` falls back to the configuration of the controller.
    #[must_use]
    pub fn queue(&self) -> Option<usize> {
        self.queue
    }

    /// Returns how many submissions may run in one slot at once. `None` stands for one.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.capacity
    }

    /// As in the attribute: an option of retries implies them.
    fn retry_by_default(&mut self) {
        if !matches!(self.settings.restart, Setting::Set(_)) {
            self.settings.restart = Setting::Default(RestartPolicy::OnFailure);
        }
    }
}
