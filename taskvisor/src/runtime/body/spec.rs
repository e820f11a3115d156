//! Task specs and source locations.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "macros")]
use super::ErasedBody;
use super::{Dependencies, TaskDescriptor, TaskRef};
use crate::policy::{
    BackoffPolicy, Config, RareSettings, Readiness, RestartPolicy, ScheduleSettings, Setting, Settings,
};

/// A task with its options, as a supervisor accepts it.
///
/// Each `with_…` method sets one option. The method of the same name without `with_` returns what the spec sets, as a
/// [`Setting`]; it is [`Setting::Inherit`] if the spec leaves the option to the supervisor. An optional value is passed with or
/// without `Some`; `None` sets no limit, also if the [`Config`] has one, or for an option without a limit its default.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{Config, RestartPolicy, Setting, TaskFn, TaskSpec};
///
/// let sweep = TaskFn::arc("sweep", || async { Ok(()) });
/// let spec = TaskSpec::always(sweep, Duration::from_secs(30)).with_timeout(Duration::from_secs(5)).with_max_retries(None);
/// assert_eq!(spec.restart(), Setting::Set(RestartPolicy::Always));
/// assert_eq!(spec.timeout(), Setting::Set(Some(Duration::from_secs(5))));
/// assert_eq!(spec.max_retries(), Setting::Set(None)); // no limit
/// assert_eq!(spec.backoff(), Setting::Inherit);
///
/// let config = Config::default();
/// assert_eq!(spec.backoff().or(config.backoff()), config.backoff()); // the value that applies
/// ```
pub struct TaskSpec {
    pub(crate) task: TaskRef,
    pub(crate) settings: Settings,
    /// Boxed, because few tasks have any, and every spec pays for the space.
    pub(crate) dependencies: Option<Box<Dependencies>>,
    /// Boxed for the same reason.
    pub(crate) rare: Option<Box<RareSettings>>,
    /// Boxed for the same reason.
    pub(crate) schedule: Option<Box<ScheduleSettings>>,
    pub(crate) declared: Option<&'static TaskDescriptor>,
}

impl TaskSpec {
    #[cfg(any(feature = "config", test))]
    #[cfg_attr(not(test), allow(dead_code, reason = "only an application reloads its options"))]
    pub(crate) fn options(&self) -> crate::policy::TaskOptions<'_> {
        let (rare, schedule) = (self.rare.as_deref(), self.schedule.as_deref());
        crate::policy::TaskOptions { settings: &self.settings, rare, schedule }
    }

    /// Creates a spec that does not fall back to the `Config` for these settings: without a `timeout` attempts are not
    /// limited in time, and the number of retries is unlimited.
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
        Self { task, settings, dependencies: None, rare: None, schedule: None, declared: None }
    }

    /// Creates a spec whose settings all fall back to the `Config` of the supervisor that it is added to. Declared tasks
    /// start from this.
    #[must_use]
    pub fn inherit(task: TaskRef) -> Self {
        Self {
            task,
            settings: Settings::INHERIT,
            dependencies: None,
            rare: None,
            schedule: None,
            declared: None,
        }
    }

    /// Creates a spec of a task that makes one attempt, whatever its result. All other options fall back to the `Config`.
    #[must_use]
    pub fn once(task: TaskRef) -> Self {
        Self::inherit(task).with_restart(RestartPolicy::Never)
    }

    /// Creates a spec of a task that is retried after failures until an attempt succeeds, as [`RestartPolicy::OnFailure`] says. All
    /// other options fall back to the `Config`.
    #[must_use]
    pub fn on_failure(task: TaskRef) -> Self {
        Self::inherit(task).with_restart(RestartPolicy::OnFailure)
    }

    /// Creates a spec of a task that repeats: after a success with this delay, after a failure that is retried with the backoff. It
    /// ends as [`RestartPolicy::Always`] says. All other options fall back to the `Config`.
    #[must_use]
    pub fn always(task: TaskRef, delay: Duration) -> Self {
        Self::inherit(task).with_restart(RestartPolicy::Always).with_delay(delay)
    }

    /// Creates a spec with the defaults of `config`, independent of the supervisor that it is added to.
    #[must_use]
    pub fn with_defaults(task: TaskRef, config: &Config) -> Self {
        let (settings, rare) = (Settings::defaults(config), RareSettings::defaults(config));
        Self { task, settings, dependencies: None, rare, schedule: None, declared: None }
    }

    /// Sets the restart policy: whether the task runs again after an attempt.
    #[must_use]
    pub fn with_restart(mut self, restart: RestartPolicy) -> Self {
        self.settings.restart = Setting::Set(restart);
        self
    }

    /// Sets the backoff policy: how long the task waits after a failure.
    #[must_use]
    pub fn with_backoff(mut self, backoff: BackoffPolicy) -> Self {
        self.settings.backoff = Setting::Set(backoff);
        self
    }

    /// Limits the duration of one attempt; `None` sets no limit. A task with a timeout of zero is refused when it is added.
    ///
    /// At the timeout the attempt's future is dropped; with a [`stop_timeout`](Self::with_stop_timeout), its token is canceled
    /// first, and it has that time to return. A `spawn_blocking` call that it awaits keeps running, beside the next attempt: see
    /// [`Config::with_timeout`](Config::with_timeout).
    #[must_use]
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.timeout = Setting::Set(timeout.into());
        self
    }

    /// Limits the retries after consecutive failures; `None` sets no limit. The failure that exceeds the limit makes the task
    /// [give up](Self::with_on_give_up). A task with [`RestartPolicy::Never`] and a limit is refused when it is added.
    #[must_use]
    pub fn with_max_retries(mut self, retries: impl Into<Option<u32>>) -> Self {
        self.settings.max_retries = Setting::Set(retries.into());
        self
    }

    /// Sets the run time after which an attempt counts as stable, or with `None` the default. Its failure then restarts the count
    /// of consecutive failures, with the first backoff delay. The default is the larger of 10 s and the largest backoff delay. A
    /// task is refused if a shorter timeout applies to it, its own or that of the `Config`.
    ///
    /// Without this limit, the backoff delay of a long-lived worker would only ever grow.
    #[must_use]
    pub fn with_stable_after(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.settings.stable_after = Setting::set_or_inherit(time.into());
        self
    }

    /// Limits the time that an attempt has to return once its token is canceled, or with `None` removes the limit. Afterwards its
    /// future is dropped. A task with a limit of zero is refused when it is added.
    ///
    /// The limit applies to every stop request (a shutdown, `cancel`, and a submission that replaces this one) and to every
    /// interrupt (`restart`, `pause`, a loss). There the default is the whole [`grace`](Config::with_grace), which also bounds a
    /// longer `time`. Use it for work that does not observe stop requests, so that the next submission in its slot does not wait
    /// for the whole grace.
    ///
    /// It also applies to an attempt that exceeds its [`timeout`](Self::with_timeout) or its
    /// [`start_timeout`](Self::with_start_timeout), or misses its [`heartbeat`](Self::with_heartbeat). The attempt then has the
    /// whole `time`, whatever the grace is, and has failed, whatever it returns. Without a `stop_timeout`, it is dropped at once.
    #[must_use]
    pub fn with_stop_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.settings.stop_timeout = Setting::set_or_inherit(time.into());
        self
    }

    /// Sets when the task becomes ready, or with `None` the default: with a parameter [`Ready`](crate::Ready) when it says so, and
    /// otherwise when an attempt has succeeded.
    ///
    /// A task that sets it belongs to the start-up set, for which
    /// [`SupervisorHandle::ready`](crate::SupervisorHandle::ready) waits, and publishes the events `Ready` and `NotReady`. So does a
    /// task with a parameter `Ready`. A task with this parameter and another value than [`Readiness::Notify`] is refused when it is
    /// added.
    #[must_use]
    pub fn with_ready(mut self, ready: impl Into<Option<Readiness>>) -> Self {
        self.settings.ready = Setting::set_or_inherit(ready.into());
        self
    }

    /// Limits the time that an attempt has to become ready, or with `None` sets the default of 30 s. An attempt that is not ready
    /// in time ends as at its [`timeout`](Self::with_timeout), and its failure has the kind
    /// [`NotReady`](crate::FailureKind::NotReady). [`Ready::extend`](crate::Ready::extend) gives it more time.
    ///
    /// A task that does not notify is refused with this limit when it is added, and so is one with a limit of zero or beyond its
    /// timeout. While a task stays ready, its later attempts have no such limit.
    #[must_use]
    pub fn with_start_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.settings.start_timeout = Setting::set_or_inherit(time.into());
        self
    }

    /// A copy of the name and the options. It cannot run.
    #[cfg(feature = "macros")]
    pub(crate) fn without_body(&self) -> Self {
        let TaskRef { name, needs, source, .. } = &self.task;
        let (name, source) = (name.clone(), source.clone());
        Self {
            task: TaskRef { name, body: ErasedBody::none(), needs: *needs, source },
            settings: self.settings,
            dependencies: self.dependencies.clone(),
            rare: self.rare.clone(),
            schedule: self.schedule.clone(),
            declared: self.declared,
        }
    }

    /// The source line of its declaration.
    pub(crate) fn location(&self) -> Option<&'static Location> {
        self.declared.map(|descriptor| &descriptor.location)
    }

    /// Returns the name of the task.
    #[must_use]
    pub fn name(&self) -> &str {
        self.task.name()
    }

    /// Returns the restart policy. The default is that of the `Config`.
    #[must_use]
    pub fn restart(&self) -> Setting<RestartPolicy> {
        self.settings.restart
    }

    /// Returns the backoff policy. The default is that of the `Config`.
    #[must_use]
    pub fn backoff(&self) -> Setting<BackoffPolicy> {
        self.settings.backoff
    }

    /// Returns the limit for the duration of one attempt. `Set(None)` means no limit. The default is that of the `Config`.
    #[must_use]
    pub fn timeout(&self) -> Setting<Option<Duration>> {
        self.settings.timeout
    }

    /// Returns the limit of retries after consecutive failures. `Set(None)` means no limit. The default is that of the `Config`.
    #[must_use]
    pub fn max_retries(&self) -> Setting<Option<u32>> {
        self.settings.max_retries
    }

    /// Returns the run time after which an attempt counts as stable. The default is the larger of 10 s and the largest backoff
    /// delay.
    #[must_use]
    pub fn stable_after(&self) -> Setting<Duration> {
        self.settings.stable_after
    }

    /// Returns the time that an attempt has to return once its token is canceled. The default is the whole grace of the `Config`,
    /// and at an exceeded limit no time.
    #[must_use]
    pub fn stop_timeout(&self) -> Setting<Duration> {
        self.settings.stop_timeout
    }

    /// Returns when the task becomes ready, if the spec sets it. The default depends on the parameters of the task: see
    /// [`with_ready`](Self::with_ready).
    #[must_use]
    pub fn ready(&self) -> Setting<Readiness> {
        self.settings.ready
    }

    /// Returns the time that an attempt has to become ready. The default is 30 s, for a task that notifies.
    #[must_use]
    pub fn start_timeout(&self) -> Setting<Duration> {
        self.settings.start_timeout
    }
}

impl fmt::Debug for TaskSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskSpec")
            .field("name", &self.name())
            .field("settings", &self.settings)
            .field("dependencies", &self.dependencies)
            .field("rare", &self.rare)
            .field("schedule", &self.schedule)
            .field("location", &self.location())
            .finish()
    }
}

/// The source location of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as `file!()` returns it.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
    /// The column of the attribute.
    pub column: u32,
    /// The module path.
    pub module: &'static str,
    /// The package, if cargo built it.
    pub package: Option<&'static str>,
    /// The version of the package, if cargo built it.
    pub version: Option<&'static str>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
