//! The limits of a supervisor, and the defaults of its tasks.

#[cfg(feature = "metrics")]
use std::borrow::Cow;
#[cfg(feature = "schedule")]
use std::sync::Arc;
use std::time::Duration;

use super::{BackoffPolicy, MaxFailures, RestartPolicy};
#[cfg(all(feature = "testing", feature = "schedule"))]
use crate::sync::SimulatedDate;
#[cfg(feature = "schedule")]
use crate::sync::wall_clock::{SystemClock, WallClock};

/// The limits of a supervisor, and the defaults for options that a task does not set.
///
/// A configuration starts from its default values. Each `with_…` method replaces one value, and the method of the same name
/// without `with_` returns it. An optional value is passed with or without `Some`; `None` means no limit.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::Config;
///
/// let config = Config::default().with_grace(Duration::from_secs(5)).with_max_concurrent(64);
/// assert_eq!(config.max_concurrent(), Some(64));
/// assert_eq!(config.drain_timeout(), Duration::from_secs(5)); // the default value
///
/// let unlimited = config.with_max_concurrent(None);
/// assert_eq!(unlimited.max_concurrent(), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub(crate) grace: Duration,
    pub(crate) drain_timeout: Duration,
    pub(crate) shutdown_delay: Duration,
    pub(crate) max_concurrent: Option<usize>,
    pub(crate) restart: RestartPolicy,
    pub(crate) backoff: BackoffPolicy,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) max_failures: Option<MaxFailures>,
    pub(crate) recovery_spread: Duration,
    #[cfg(feature = "metrics")]
    pub(crate) metric_names: Vec<Cow<'static, str>>,
    #[cfg(feature = "controller")]
    pub(crate) recent_jobs: usize,
    #[cfg(all(feature = "testing", feature = "schedule"))]
    pub(crate) simulated_date: Option<SimulatedDate>,
}

impl Config {
    /// The largest number of [`recent_jobs`](Self::with_recent_jobs).
    #[cfg(feature = "controller")]
    #[cfg_attr(docsrs, doc(cfg(feature = "controller")))]
    pub const MAX_RECENT_JOBS: usize = 65_536;

    /// Sets the time that an attempt has to return after a stop request or an interrupt. Then it is dropped. Default: 20 s.
    ///
    /// With a grace of zero, the attempt is still polled once after the request.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets the time that subscribers have, at the end of a shutdown, to handle the events in their queues. An application drops
    /// its states in the same time. Default: 5 s.
    ///
    /// Grace and drain are 25 s together, because Kubernetes kills a process after 30 s.
    #[must_use]
    pub fn with_drain_timeout(mut self, time: Duration) -> Self {
        self.drain_timeout = time;
        self
    }

    /// Sets how long after the request of a shutdown the tasks receive their stop requests. Default: 0. In this time the
    /// [health](crate::SupervisorHandle::health) is not ready, so that a load balancer sends no further request, and all else goes
    /// on: attempts begin, and tasks and submissions are accepted.
    ///
    /// It is a part of the grace, and must be shorter than the grace: otherwise it is an error, as for
    /// [`with_max_concurrent`](Self::with_max_concurrent). It ends early if no task is left, at a second signal, and if a critical task
    /// fails. A shutdown that the failure of a critical task causes has no delay, nor has the drop of the last
    /// [`Supervisor`](crate::Supervisor).
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::Config;
    ///
    /// // Kubernetes removes the pod from its services meanwhile.
    /// let config = Config::default().with_shutdown_delay(Duration::from_secs(5));
    /// assert_eq!(config.shutdown_delay(), Duration::from_secs(5));
    /// ```
    #[must_use]
    pub fn with_shutdown_delay(mut self, time: Duration) -> Self {
        self.shutdown_delay = time;
        self
    }

    /// Sets how many attempts may run at once. Other attempts wait for a permit. Default: `None`, no limit. Zero is an error:
    /// an application does not start, and every call that adds, submits or runs a task returns
    /// [`InvalidConfig`](crate::RuntimeError::InvalidConfig). For the attempts of one declaration, see
    /// [`TaskSpec::with_max_concurrent`](crate::TaskSpec::with_max_concurrent).
    #[must_use]
    pub fn with_max_concurrent(mut self, limit: impl Into<Option<usize>>) -> Self {
        self.max_concurrent = limit.into();
        self
    }

    /// Sets whether a task runs again after an attempt. Default: on failure.
    #[must_use]
    pub fn with_restart(mut self, restart: RestartPolicy) -> Self {
        self.restart = restart;
        self
    }

    /// Sets the delay between a failure and the next attempt. Default: [`BackoffPolicy::exponential`].
    #[must_use]
    pub fn with_backoff(mut self, backoff: BackoffPolicy) -> Self {
        self.backoff = backoff;
        self
    }

    /// Sets the time that one attempt may take. Default: `None`, no limit. Zero is an error, as for
    /// [`with_max_concurrent`](Self::with_max_concurrent). A task that inherits this timeout and sets a longer `stable_after` is
    /// refused.
    ///
    /// At the timeout the attempt's future is dropped, with all futures that it awaits. With a
    /// [`stop_timeout`](crate::TaskSpec::with_stop_timeout), its token is canceled first, and it has that time to return. Work
    /// outside the future is not stopped: a call in `spawn_blocking` and a spawned Tokio task continue, and the next attempt runs
    /// beside them. After four timeouts, four such calls may run at once. The same applies when the grace ends. Give such a call
    /// its own time limit, or move a semaphore permit into the call, so that the next attempt waits for the permit:
    ///
    /// ```
    /// use taskvisor::BoxError;
    /// use tokio::sync::Semaphore;
    ///
    /// static ONE: Semaphore = Semaphore::const_new(1);
    ///
    /// async fn report() -> Result<(), BoxError> {
    ///     let permit = ONE.acquire().await?;
    ///     tokio::task::spawn_blocking(move || {
    ///         let _permit = permit; // held until the call returns, also after a timeout
    ///         // blocking work
    ///     })
    ///     .await?;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Sets how many consecutive failures are retried. At the next one, the task [gives up](crate::OnGiveUp). Default: `None`, no
    /// limit.
    #[must_use]
    pub fn with_max_retries(mut self, retries: impl Into<Option<u32>>) -> Self {
        self.max_retries = retries.into();
        self
    }

    /// Sets how many failures a task may have within a time before it gives up; see
    /// [`TaskSpec::with_max_failures`](crate::TaskSpec::with_max_failures). Default: `None`, no limit. A limit with a zero, or of
    /// more than [`MaxFailures::MAX`] failures, is an error, as for [`with_max_concurrent`](Self::with_max_concurrent).
    ///
    /// The limit has no effect on a task that is not retried, and none on a task whose backoff is too slow for so many failures.
    #[must_use]
    pub fn with_max_failures(mut self, limit: impl Into<Option<MaxFailures>>) -> Self {
        self.max_failures = limit.into();
        self
    }

    /// Sets the time over which tasks start again after an outage: once a task that they [need](crate::TaskSpec::with_needs) is
    /// ready again, each of them starts at a random moment within this time, so that a thousand do not start at once. Zero starts
    /// all of them at once. Default: 1 s. When the needed task is ready for the first time, they start at once.
    #[must_use]
    pub fn with_recovery_spread(mut self, time: Duration) -> Self {
        self.recovery_spread = time;
        self
    }

    /// Sets the names that tasks without a declaration have in the label `task` of the metrics. Default: none, so that all of them have
    /// the label `dynamic`, which bounds the number of series. Declared tasks and jobs need not be listed.
    ///
    /// A task with [`instances`](crate::TaskSpec::with_instances) has its base name.
    ///
    /// ```
    /// use taskvisor::Config;
    ///
    /// let config = Config::default().with_metric_names(["ping", "sync"]);
    /// assert_eq!(config.metric_names(), ["ping", "sync"]);
    /// ```
    #[cfg(feature = "metrics")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
    #[must_use]
    pub fn with_metric_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<Cow<'static, str>>>,
    ) -> Self {
        self.metric_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how many jobs and other submissions are kept after their ends, for
    /// [`job_status`](crate::SupervisorHandle::job_status) and [`recent_jobs`](crate::SupervisorHandle::recent_jobs). Default: 0,
    /// because it costs each submission, and the end of each, a lock that all of them share.
    ///
    /// An ended job that is kept takes about 300 bytes, and the error of a failed one. More than
    /// [`MAX_RECENT_JOBS`](Self::MAX_RECENT_JOBS) is an error, as for [`with_max_concurrent`](Self::with_max_concurrent).
    #[cfg(feature = "controller")]
    #[cfg_attr(docsrs, doc(cfg(feature = "controller")))]
    #[must_use]
    pub fn with_recent_jobs(mut self, jobs: usize) -> Self {
        self.recent_jobs = jobs;
        self
    }

    /// Sets a simulated date for tests, which tasks with `cron` read instead of the wall clock, or with `None` the wall clock.
    ///
    /// The date advances with Tokio's clock. Without a simulated date, the date of a test on the paused clock begins at the current
    /// date.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use taskvisor::{Config, SimulatedDate};
    ///
    /// let config = Config::default().with_simulated_date(SimulatedDate::new(SystemTime::UNIX_EPOCH));
    /// assert!(config.simulated_date().is_some_and(|date| date.now() >= SystemTime::UNIX_EPOCH));
    /// ```
    #[cfg(all(feature = "testing", feature = "schedule"))]
    #[cfg_attr(docsrs, doc(cfg(all(feature = "testing", feature = "schedule"))))]
    #[must_use]
    pub fn with_simulated_date(mut self, date: impl Into<Option<SimulatedDate>>) -> Self {
        self.simulated_date = date.into();
        self
    }

    /// Returns the simulated date, if there is one.
    #[cfg(all(feature = "testing", feature = "schedule"))]
    #[cfg_attr(docsrs, doc(cfg(all(feature = "testing", feature = "schedule"))))]
    #[must_use]
    pub fn simulated_date(&self) -> Option<&SimulatedDate> {
        self.simulated_date.as_ref()
    }

    /// The wall clock of the supervisor.
    #[cfg(feature = "schedule")]
    pub(crate) fn wall_clock(&self) -> Arc<dyn WallClock> {
        #[cfg(feature = "testing")]
        if let Some(date) = &self.simulated_date {
            return Arc::new(date.clone());
        }
        Arc::new(SystemClock)
    }

    /// Returns the time that an attempt has to return after a stop request or an interrupt.
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.grace
    }

    /// Returns the time that subscribers have to handle the events in their queues.
    #[must_use]
    pub fn drain_timeout(&self) -> Duration {
        self.drain_timeout
    }

    /// Returns how long after the request of a shutdown the tasks receive their stop requests.
    #[must_use]
    pub fn shutdown_delay(&self) -> Duration {
        self.shutdown_delay
    }

    /// Returns how many attempts may run at once. `None` means no limit.
    #[must_use]
    pub fn max_concurrent(&self) -> Option<usize> {
        self.max_concurrent
    }

    /// Returns whether a task runs again after an attempt.
    #[must_use]
    pub fn restart(&self) -> RestartPolicy {
        self.restart
    }

    /// Returns the delay between a failure and the next attempt.
    #[must_use]
    pub fn backoff(&self) -> BackoffPolicy {
        self.backoff
    }

    /// Returns the time that one attempt may take. `None` means no limit.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Returns how many consecutive failures are retried. `None` means no limit.
    #[must_use]
    pub fn max_retries(&self) -> Option<u32> {
        self.max_retries
    }

    /// Returns how many failures a task may have within a time. `None` means no limit.
    #[must_use]
    pub fn max_failures(&self) -> Option<MaxFailures> {
        self.max_failures
    }

    /// Returns the time over which dependents start again after an outage.
    #[must_use]
    pub fn recovery_spread(&self) -> Duration {
        self.recovery_spread
    }

    /// Returns the names that tasks without a declaration have in the metrics.
    #[cfg(feature = "metrics")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
    #[must_use]
    pub fn metric_names(&self) -> &[Cow<'static, str>] {
        &self.metric_names
    }

    /// Returns how many jobs are kept after their ends.
    #[cfg(feature = "controller")]
    #[cfg_attr(docsrs, doc(cfg(feature = "controller")))]
    #[must_use]
    pub fn recent_jobs(&self) -> usize {
        self.recent_jobs
    }

    /// Returns every problem.
    pub(crate) fn problems(&self) -> Vec<&'static str> {
        let mut problems = Vec::new();
        if self.max_concurrent == Some(0) {
            problems.push("`max_concurrent` is 0, so no task could ever run: use `None` for no limit");
        }
        if self.timeout == Some(Duration::ZERO) {
            problems.push("`timeout` is zero, so no attempt could ever finish: use `None` for no limit");
        }
        if !self.shutdown_delay.is_zero() && self.shutdown_delay >= self.grace {
            problems.push(
                "`shutdown_delay` is a part of `grace` and not shorter, so tasks would have no time to stop: shorten the delay, \
                 or lengthen the grace",
            );
        }
        #[cfg(feature = "controller")]
        if self.recent_jobs > Self::MAX_RECENT_JOBS {
            problems.push(
                "`recent_jobs` is above 65,536, so ended jobs could fill the memory: use a smaller number",
            );
        }
        problems.extend(self.max_failures.and_then(|limit| limit.problem()));
        problems
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(20),
            drain_timeout: Duration::from_secs(5),
            shutdown_delay: Duration::ZERO,
            max_concurrent: None,
            restart: RestartPolicy::OnFailure,
            backoff: BackoffPolicy::exponential(),
            timeout: None,
            max_retries: None,
            max_failures: None,
            recovery_spread: Duration::from_secs(1),
            #[cfg(feature = "metrics")]
            metric_names: Vec::new(),
            #[cfg(feature = "controller")]
            recent_jobs: 0,
            #[cfg(all(feature = "testing", feature = "schedule"))]
            simulated_date: None,
        }
    }
}
