//! Limits of a supervisor, and the defaults that its tasks inherit.

use std::time::Duration;

use super::{BackoffPolicy, RestartPolicy};

/// Limits, and the defaults for whatever a task does not say itself.
///
/// Further fields may come: write `Config { grace: …, ..Config::default() }`.
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
    /// How long a task may take to stop once it was asked to, before its attempt is dropped: 20 s. Zero still polls
    /// it once.
    pub grace: Duration,
    /// How long shutdown waits for the subscribers to handle what they were sent: 5 s. With the grace that makes
    /// 25 s, because Kubernetes kills at 30.
    pub drain_timeout: Duration,
    /// How many attempts may run at once; the others wait their turn. `None`: any number. Zero is refused.
    pub max_concurrent: Option<usize>,
    /// Whether a task runs again: on failure.
    pub restart: RestartPolicy,
    /// How long it waits after a failure.
    pub backoff: BackoffPolicy,
    /// How long one attempt may take: any time. Zero is refused.
    ///
    /// At the timeout the attempt's future is dropped, and with it what it awaits in place. What runs elsewhere is not
    /// stopped: a call in `spawn_blocking` and a spawned Tokio task run on, and the next attempt starts beside them; after
    /// four timeouts four calls may run at once. The same is true after the grace. Give such a call a limit of its own, or
    /// move a permit into it, for which the next attempt waits:
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
    /// After how many retries of one streak of failures a task gives up: never.
    pub max_retries: Option<u32>,
}

/// How many submissions may wait for their slots.
///
/// Further fields may come: write `ControllerConfig { per_slot: …, ..ControllerConfig::default() }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerConfig {
    /// With how many waiting for one slot a `Queue` is refused: 100. A job may say otherwise for its own. A `Replace` and
    /// a `Latest` are counted, but always find a place, because they wait at most once each.
    pub per_slot: usize,
    /// With how many waiting in all a `Queue` is refused: 10,000.
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
            return Err("`max_concurrent` is 0, so no task could ever run; use `None` for any number");
        }
        if self.timeout == Some(Duration::ZERO) {
            return Err("`timeout` is zero, so no attempt could ever finish; use `None` for any time");
        }
        Ok(())
    }
}
