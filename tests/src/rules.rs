//! The rules of a task: the source of its spec, and of the checks of the recorder.

use std::time::Duration;

use taskvisor::{MaxFailures, OnGiveUp, OnShutdown, RateLimit, Readiness, RestartPolicy, TaskRef, TaskSpec};

use crate::Backoff;
use crate::schedule_rules::ScheduleRules;

/// The rules of a task, which the recorder checks its events against.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub(crate) restart: RestartPolicy,
    pub(crate) backoff: Backoff,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) delay: Option<Duration>,
    pub(crate) stable_after: Option<Duration>,
    pub(crate) stop_timeout: Option<Duration>,
    pub(crate) uses_retry_after: bool,
    pub(crate) ready: Option<Readiness>,
    pub(crate) start_timeout: Option<Duration>,
    pub(crate) max_failures: Option<MaxFailures>,
    pub(crate) on_give_up: Option<OnGiveUp>,
    pub(crate) heartbeat: Option<Duration>,
    pub(crate) on_shutdown: Option<OnShutdown>,
    pub(crate) may_be_done: bool,
    pub(crate) schedule: Option<ScheduleRules>,
    pub(crate) max_concurrent: Option<usize>,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl Rules {
    /// Creates rules with the default backoff, no timeout, and any number of retries.
    #[must_use]
    pub fn new(restart: RestartPolicy) -> Self {
        Self {
            restart,
            backoff: Backoff::default(),
            timeout: None,
            max_retries: None,
            delay: None,
            stable_after: None,
            stop_timeout: None,
            uses_retry_after: false,
            ready: None,
            start_timeout: None,
            max_failures: None,
            on_give_up: None,
            heartbeat: None,
            on_shutdown: None,
            may_be_done: false,
            schedule: None,
            max_concurrent: None,
            rate_limit: None,
        }
    }

    /// A single attempt.
    #[must_use]
    pub fn never() -> Self {
        Self::new(RestartPolicy::Never)
    }

    /// Attempts until one succeeds.
    #[must_use]
    pub fn on_failure() -> Self {
        Self::new(RestartPolicy::OnFailure)
    }

    /// Attempts for ever.
    #[must_use]
    pub fn always() -> Self {
        Self::new(RestartPolicy::Always)
    }

    /// The delay after a failure.
    #[must_use]
    pub fn backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }

    /// No delay after a failure.
    #[must_use]
    pub fn without_backoff(self) -> Self {
        self.backoff(Backoff::none())
    }

    /// The same delay after every failure.
    #[must_use]
    pub fn constant_backoff(self, delay: Duration) -> Self {
        self.backoff(Backoff::constant(delay))
    }

    /// The timeout of an attempt.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// The number of retries before the task fails.
    #[must_use]
    pub fn max_retries(self, retries: u32) -> Self {
        Self { max_retries: Some(retries), ..self }
    }

    /// The delay after a success.
    #[must_use]
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay: Some(delay), ..self }
    }

    /// How long an attempt must run for its failure to begin a new streak.
    #[must_use]
    pub fn stable_after(self, time: Duration) -> Self {
        Self { stable_after: Some(time), ..self }
    }

    /// The time that the task has after a stop request.
    #[must_use]
    pub fn stop_timeout(self, time: Duration) -> Self {
        Self { stop_timeout: Some(time), ..self }
    }

    /// When the task becomes ready.
    #[must_use]
    pub fn ready(self, ready: Readiness) -> Self {
        Self { ready: Some(ready), ..self }
    }

    /// The time that an attempt has to notify.
    #[must_use]
    pub fn start_timeout(self, time: Duration) -> Self {
        Self { start_timeout: Some(time), ..self }
    }

    /// How many failures are allowed within a time.
    #[must_use]
    pub fn max_failures(self, failures: u32, within: Duration) -> Self {
        Self { max_failures: Some(MaxFailures::new(failures, within)), ..self }
    }

    /// A task that gives up is paused.
    #[must_use]
    pub fn pauses_when_it_gives_up(self) -> Self {
        Self { on_give_up: Some(OnGiveUp::Pause), ..self }
    }

    /// The longest time between two heartbeats.
    #[must_use]
    pub fn heartbeat(self, time: Duration) -> Self {
        Self { heartbeat: Some(time), ..self }
    }

    /// A shutdown lets the running attempt finish.
    #[must_use]
    pub fn finishes_on_shutdown(self) -> Self {
        Self { on_shutdown: Some(OnShutdown::Finish), ..self }
    }

    /// How many attempts of submissions with these rules and one name run at once.
    #[must_use]
    pub fn max_concurrent(self, limit: usize) -> Self {
        Self { max_concurrent: Some(limit), ..self }
    }

    /// How often attempts of tasks with these rules and one name begin.
    #[must_use]
    pub fn rate_limit(self, limit: RateLimit) -> Self {
        Self { rate_limit: Some(limit), ..self }
    }

    /// The task may return `done`, which completes it under every policy.
    #[must_use]
    pub fn may_be_done(self) -> Self {
        Self { may_be_done: true, ..self }
    }

    /// The task uses `retry_after`, which no backoff bounds: the test asserts those delays itself.
    #[must_use]
    pub fn uses_retry_after(self) -> Self {
        Self { uses_retry_after: true, ..self }
    }

    /// The spec of a task with these rules. Prefer [`Trace::spec`](crate::Trace::spec), which also stores the rules.
    #[must_use]
    pub fn spec(&self, task: TaskRef) -> TaskSpec {
        let mut spec = TaskSpec::new(task, self.restart, self.backoff.policy(), self.timeout);
        if let Some(retries) = self.max_retries {
            spec = spec.with_max_retries(retries);
        }
        if let Some(delay) = self.delay {
            spec = spec.with_delay(delay);
        }
        if let Some(time) = self.stable_after {
            spec = spec.with_stable_after(time);
        }
        if let Some(time) = self.stop_timeout {
            spec = spec.with_stop_timeout(time);
        }
        if let Some(time) = self.start_timeout {
            spec = spec.with_start_timeout(time);
        }
        if let Some(limit) = self.max_failures {
            spec = spec.with_max_failures(limit);
        }
        if let Some(action) = self.on_give_up {
            spec = spec.with_on_give_up(action);
        }
        if let Some(time) = self.heartbeat {
            spec = spec.with_heartbeat(time);
        }
        if let Some(action) = self.on_shutdown {
            spec = spec.with_on_shutdown(action);
        }
        if let Some(limit) = self.max_concurrent {
            spec = spec.with_max_concurrent(limit);
        }
        if let Some(limit) = self.rate_limit {
            spec = spec.with_rate_limit(limit);
        }
        if let Some(schedule) = self.schedule {
            spec = schedule.apply(spec);
        }
        spec.with_ready(self.ready)
    }

    /// `stable_after`. Its default in the contract is the larger of 10 s and the largest backoff.
    pub(crate) fn stable_time(&self) -> Duration {
        self.stable_after.unwrap_or_else(|| self.backoff.max().max(Duration::from_secs(10)))
    }
}
