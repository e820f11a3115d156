//! A task and the rules it runs by.

use std::fmt;
use std::time::Duration;

use super::TaskRef;
use crate::policy::{BackoffPolicy, Config, RestartPolicy, Setting, Settings};

/// A task and the rules it runs by: what a supervisor takes.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{BackoffPolicy, RestartPolicy, TaskFn, TaskSpec};
///
/// let sweep = TaskFn::arc("sweep", || async { Ok(()) });
/// let spec = TaskSpec::new(sweep, RestartPolicy::Always, BackoffPolicy::default(), Some(Duration::from_secs(5)))
///     .with_interval(Duration::from_secs(30))
///     .with_max_retries(10);
/// assert_eq!(spec.name(), "sweep");
/// ```
pub struct TaskSpec {
    pub(crate) task: TaskRef,
    pub(crate) settings: Settings,
    pub(crate) location: Option<&'static Location>,
}

impl TaskSpec {
    /// A spec that inherits nothing: any number of retries, and no timeout if `timeout` is `None`.
    #[must_use]
    pub fn new(
        task: TaskRef,
        restart: RestartPolicy,
        backoff: BackoffPolicy,
        timeout: Option<Duration>,
    ) -> Self {
        let settings = Settings {
            restart: Setting::Set(restart),
            backoff: Setting::Set(backoff),
            timeout: Setting::Set(timeout),
            max_retries: Setting::Set(None),
            ..Settings::INHERIT
        };
        Self { task, settings, location: None }
    }

    /// A spec that leaves everything to the configuration of the supervisor it is added to, as a declared task does.
    #[must_use]
    pub fn inherit(task: TaskRef) -> Self {
        Self { task, settings: Settings::INHERIT, location: None }
    }

    /// A spec with the defaults of `config`, whatever supervisor it is added to, to be changed from there.
    #[must_use]
    pub fn with_defaults(task: TaskRef, config: &Config) -> Self {
        Self { task, settings: Settings::defaults(config), location: None }
    }

    /// Whether it runs again.
    #[must_use]
    pub fn with_restart(mut self, restart: RestartPolicy) -> Self {
        self.settings.restart = Setting::Set(restart);
        self
    }

    /// How long it waits after a failure.
    #[must_use]
    pub fn with_backoff(mut self, backoff: BackoffPolicy) -> Self {
        self.settings.backoff = Setting::Set(backoff);
        self
    }

    /// How long one attempt may take; zero is refused when the task is added.
    ///
    /// The attempt's future is dropped then; a call in `spawn_blocking` that it awaits runs on, beside the next attempt:
    /// see [`Config::timeout`](Config::timeout).
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Setting::Set(Some(timeout));
        self
    }

    /// After how many retries of one streak of failures the task gives up. Refused with [`RestartPolicy::Never`].
    #[must_use]
    pub fn with_max_retries(mut self, retries: u32) -> Self {
        self.settings.max_retries = Setting::Set(Some(retries));
        self
    }

    /// How long a task that is restarted always waits after a success: one second unless said. With zero it still
    /// yields to others. Refused without [`RestartPolicy::Always`].
    #[must_use]
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.settings.every = Setting::Set(interval);
        self
    }

    /// How long an attempt must have run for its failure to begin a new streak: the larger of 10 s and the largest
    /// backoff unless said. Without it a resident worker would collect delay for life.
    #[must_use]
    pub fn with_stable_after(mut self, time: Duration) -> Self {
        self.settings.stable_after = Setting::Set(time);
        self
    }

    /// How long an attempt has to return after a stop request; then its future is dropped. The default is the whole
    /// [`grace`](Config::grace), and so is a longer `time`. Zero is refused when the task is added.
    ///
    /// It limits every kind of stop request: a shutdown, `cancel`, and a submission that replaces this one. Give it to
    /// work that does not watch for a stop, so that its successor in the slot does not wait for the whole grace.
    #[must_use]
    pub fn with_stop_timeout(mut self, time: Duration) -> Self {
        self.settings.stop_timeout = Setting::Set(time);
        self
    }

    /// The name of the task.
    #[must_use]
    pub fn name(&self) -> &str {
        self.task.name()
    }
}

impl fmt::Debug for TaskSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskSpec")
            .field("name", &self.name())
            .field("settings", &self.settings)
            .field("location", &self.location)
            .finish()
    }
}

/// Where something was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as the compiler names it.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
    /// The column of the attribute.
    pub column: u32,
    /// The module path.
    pub module: &'static str,
    /// The package, where cargo said it.
    pub package: Option<&'static str>,
    /// Its version, where cargo said it.
    pub version: Option<&'static str>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
