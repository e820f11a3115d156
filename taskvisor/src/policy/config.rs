//! The limits of a supervisor, and the defaults of its tasks.

use std::time::Duration;

use super::{BackoffPolicy, RestartPolicy};

/// The limits of a supervisor, and the defaults for options that a task does not set.
///
/// Later versions may add fields: write `Config { grace: …, ..Config::default() }`.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::Config;
///
/// let config = Config { grace: Duration::from_secs(5), max_concurrent: Some(64), ..Config::default() };
/// assert_eq!(config.drain_timeout, Duration::from_secs(5));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The time that a task has to stop after a stop request. Then its attempt is dropped. Default: 20 s.
    ///
    /// With a grace of zero, the attempt is still polled once after the request.
    pub grace: Duration,
    /// The time that subscribers have, at the end of a shutdown, to handle the events in their queues. Default: 5 s.
    ///
    /// Grace and drain are 25 s together, because Kubernetes kills a process after 30 s.
    pub drain_timeout: Duration,
    /// How many attempts may run at once. Other attempts wait for a permit. Default: `None`, no limit. Zero is an
    /// error.
    pub max_concurrent: Option<usize>,
    /// Whether a task runs again after an attempt. Default: on failure.
    pub restart: RestartPolicy,
    /// The delay between a failure and the next attempt. Default: [`BackoffPolicy::EXPONENTIAL`].
    pub backoff: BackoffPolicy,
    /// The time that one attempt may take. Default: `None`, no limit. Zero is an error.
    ///
    /// At the timeout the attempt's future is dropped, with all futures that it awaits. Work outside the future is not
    /// stopped: a call in `spawn_blocking` and a spawned Tokio task continue, and the next attempt runs beside them.
    /// After four timeouts, four such calls may run at once. The same applies when the grace ends. Give such a call its
    /// own time limit, or move a semaphore permit into the call, so that the next attempt waits for the permit:
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
    pub timeout: Option<Duration>,
    /// How many consecutive failures are retried. The next one ends the task as failed. Default: `None`, no limit.
    pub max_retries: Option<u32>,
}

/// How many submissions may wait for slots.
///
/// Later versions may add fields: write `ControllerConfig { per_slot: …, ..ControllerConfig::default() }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerConfig {
    /// How many submissions may wait for one slot. At this number a `Queue` is refused. Default: 100; the `queue`
    /// option of a job overrides it.
    ///
    /// `Replace` and `Latest` count, but are never refused: at most one of each waits for a slot.
    pub per_slot: usize,
    /// How many submissions may wait for all slots together. At this number a `Queue` is refused. Default: 10,000.
    pub total: usize,
}

impl Default for ControllerConfig {
    fn default() -> Self {
        Self { per_slot: 100, total: 10_000 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(20),
            drain_timeout: Duration::from_secs(5),
            max_concurrent: None,
            restart: RestartPolicy::OnFailure,
            backoff: BackoffPolicy::EXPONENTIAL,
            timeout: None,
            max_retries: None,
        }
    }
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if self.max_concurrent == Some(0) {
            return Err("`max_concurrent` is 0, so no task could ever run: use `None` for no limit");
        }
        if self.timeout == Some(Duration::ZERO) {
            return Err("`timeout` is zero, so no attempt could ever finish: use `None` for no limit");
        }
        Ok(())
    }
}
