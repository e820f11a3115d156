//! The options of a task: those that it sets, and those that it inherits.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{BackoffPolicy, Config, Readiness, RestartPolicy, ScheduleKind, StopOrder, nanoseconds};

/// One option of a [`TaskSpec`](crate::TaskSpec): set by the spec, or inherited from the configuration.
///
/// An option whose value is itself optional, such as a timeout, is a `Setting<Option<T>>`: `Set(None)` sets no limit.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::{Config, Setting, TaskFn, TaskSpec};
///
/// let config = Config::default().with_timeout(Duration::from_secs(5));
/// let spec = TaskSpec::inherit(TaskFn::arc("ping", || async { Ok(()) }));
/// assert_eq!(spec.timeout().or(config.timeout()), Some(Duration::from_secs(5)));
///
/// let unlimited = spec.with_timeout(None);
/// assert_eq!(unlimited.timeout(), Setting::Set(None));
/// assert_eq!(unlimited.timeout().or(config.timeout()), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting<T> {
    /// The value in the configuration of the supervisor. Options without such a value have a fixed default.
    Inherit,
    /// A default that replaces the one of the configuration: from [`TaskSpec::with_defaults`](crate::TaskSpec::with_defaults), or
    /// the restart policy that an attribute implies.
    Default(T),
    /// The value that the task sets.
    Set(T),
}

impl<T> Setting<T> {
    pub(crate) fn set_or_inherit(value: Option<T>) -> Self {
        value.map_or(Self::Inherit, Self::Set)
    }

    /// Returns the value, or `inherited` if the option is inherited.
    #[must_use]
    pub fn or(self, inherited: T) -> T {
        self.own().unwrap_or(inherited)
    }

    /// Returns the value, unless it is inherited.
    pub(crate) fn own(self) -> Option<T> {
        match self {
            Self::Inherit => None,
            Self::Default(value) | Self::Set(value) => Some(value),
        }
    }
}

/// The options of a task.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether the task runs again after an attempt.
    pub restart: Setting<RestartPolicy>,
    /// The delay after a failure.
    pub backoff: Setting<BackoffPolicy>,
    /// The time that one attempt may take.
    pub timeout: Setting<Option<Duration>>,
    /// How many consecutive failures are retried.
    pub max_retries: Setting<Option<u32>>,
    /// The delay after a success.
    pub delay: Setting<Duration>,
    /// How long an attempt must run for its failure to restart the count of consecutive failures.
    pub stable_after: Setting<Duration>,
    /// The time that an attempt has to return once its token is canceled. After a stop request or an interrupt, the grace limits it.
    pub stop_timeout: Setting<Duration>,
    /// When the task becomes ready.
    pub ready: Setting<Readiness>,
    /// The time that an attempt has to notify.
    pub start_timeout: Setting<Duration>,
    /// How long a needed task may not be ready before the running attempt is interrupted.
    pub interrupt_on_loss: Setting<Duration>,
    /// When the task stops during a shutdown.
    pub stop_order: Setting<StopOrder>,
    /// The time within which a submission must start.
    pub expires: Setting<Duration>,
}

/// The resolved options of a task, in a compact form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) restart: RestartPolicy,
    pub(crate) backoff: BackoffPolicy,
    timeout: u64,
    delay: u64,
    stable_after: u64,
    /// `u32::MAX` means no limit; the count of consecutive failures saturates there.
    max_retries: u32,
    /// Whether an attempt returns a value to a job handle.
    pub(crate) returns_value: bool,
    /// When the task becomes ready, if it declares that. Without a declaration it is ready after a success, and no events are
    /// published.
    pub(crate) readiness: Option<Readiness>,
    pub(crate) schedule: ScheduleKind,
}

impl Settings {
    /// Inherits every option.
    pub const INHERIT: Self = Self {
        restart: Setting::Inherit,
        backoff: Setting::Inherit,
        timeout: Setting::Inherit,
        max_retries: Setting::Inherit,
        delay: Setting::Inherit,
        stable_after: Setting::Inherit,
        stop_timeout: Setting::Inherit,
        ready: Setting::Inherit,
        start_timeout: Setting::Inherit,
        interrupt_on_loss: Setting::Inherit,
        stop_order: Setting::Inherit,
        expires: Setting::Inherit,
    };

    /// The problem of a `stable_after` that a timeout of the configuration cuts off.
    pub(crate) const BEYOND_INHERITED_TIMEOUT: &str = "`stable_after` is longer than the `timeout` of the `Config`, and no \
                                                       attempt ever runs that long: make it shorter, leave it out, or set \
                                                       a longer `timeout` of the task";

    /// Captures the defaults of `config`. They apply in any supervisor that the task is added to.
    pub(crate) fn defaults(config: &Config) -> Self {
        Self {
            restart: Setting::Default(config.restart),
            backoff: Setting::Default(config.backoff),
            timeout: Setting::Default(config.timeout),
            max_retries: Setting::Default(config.max_retries),
            ..Self::INHERIT
        }
    }

    /// Returns the time that an attempt has to return once its token is canceled. `None` stands for the whole grace, and at an
    /// exceeded limit for no time.
    pub(crate) fn stop_timeout(&self) -> Option<Milliseconds> {
        self.stop_timeout.own().map(Milliseconds::new)
    }

    /// Returns the time that an attempt has to notify, if the task sets it.
    pub(crate) fn start_timeout(&self) -> Option<Milliseconds> {
        self.start_timeout.own().map(Milliseconds::new)
    }

    /// Returns the time within which a submission must start, if it expires.
    pub(crate) fn expires(&self) -> Option<Milliseconds> {
        self.expires.own().map(Milliseconds::new)
    }

    /// Resolves the options. An option that is not set takes its value from `defaults`.
    ///
    /// # Errors
    ///
    /// Returns every problem at once.
    pub(crate) fn resolve(&self, defaults: &Policy) -> Result<Policy, Vec<&'static str>> {
        let policy = self.merge(defaults);
        if self.has_problems(&policy) { Err(self.problems(&policy)) } else { Ok(policy) }
    }

    /// Resolves the options without a check.
    // Every submission calls this: an inherited option must cost only one comparison.
    #[inline]
    pub(super) fn merge(&self, defaults: &Policy) -> Policy {
        let mut policy = *defaults;
        if let Some(restart) = self.restart.own() {
            policy.restart = restart;
        }
        if let Some(backoff) = self.backoff.own() {
            policy.backoff = backoff;
            policy.stable_after = Policy::stable_after_backoff(&backoff);
        }
        if let Some(timeout) = self.timeout.own() {
            policy.timeout = timeout.map_or(0, nanoseconds);
        }
        if let Some(max_retries) = self.max_retries.own() {
            policy.max_retries = max_retries.unwrap_or(u32::MAX);
        }
        if let Some(delay) = self.delay.own() {
            policy.delay = nanoseconds(delay);
        }
        if let Some(stable_after) = self.stable_after.own() {
            policy.stable_after = nanoseconds(stable_after);
        }
        policy
    }

    /// Whether `problems` finds one.
    fn has_problems(&self, policy: &Policy) -> bool {
        let is_zero = |setting: &Setting<Duration>| matches!(setting, Setting::Set(Duration::ZERO));
        let restart = policy.restart;
        self.timeout_is_zero()
            || is_zero(&self.stable_after)
            || is_zero(&self.stop_timeout)
            || is_zero(&self.interrupt_on_loss)
            || is_zero(&self.expires)
            || self.is_never_stable(policy)
            || restart == RestartPolicy::Never && matches!(self.max_retries, Setting::Set(Some(_)))
            || restart != RestartPolicy::Always && matches!(self.delay, Setting::Set(_))
    }

    fn timeout_is_zero(&self) -> bool {
        matches!(self.timeout, Setting::Set(Some(Duration::ZERO)) | Setting::Default(Some(Duration::ZERO)))
    }

    /// Whether every attempt is over before it is stable: the task sets `stable_after`, and a shorter timeout applies.
    fn is_never_stable(&self, policy: &Policy) -> bool {
        matches!(self.stable_after, Setting::Set(_))
            && policy.timeout > 0
            && policy.stable_after > policy.timeout
    }

    #[cold]
    fn problems(&self, policy: &Policy) -> Vec<&'static str> {
        let restart = policy.restart;
        let mut wrong = Vec::new();
        if self.timeout_is_zero() {
            wrong.push("`timeout` is zero, so no attempt could ever finish: leave it out for no limit");
        }
        if matches!(self.stable_after, Setting::Set(Duration::ZERO)) {
            wrong.push("`stable_after` is zero, so every failure would restart the count of consecutive failures: leave it out");
        }
        if matches!(self.stop_timeout, Setting::Set(Duration::ZERO)) {
            wrong.push(
                "`stop_timeout` is zero, so no attempt could ever clean up: leave it out for the whole grace",
            );
        }
        if matches!(self.interrupt_on_loss, Setting::Set(Duration::ZERO)) {
            wrong.push(
                "`interrupt_on_loss` is zero, so every short loss would interrupt an attempt: set the time that a loss may last, \
                 such as 5 s",
            );
        }
        if matches!(self.expires, Setting::Set(Duration::ZERO)) {
            wrong.push("`expires` is zero, so no submission could ever start: leave it out for no limit");
        }
        if self.is_never_stable(policy) {
            wrong.push(match self.timeout {
                Setting::Set(_) => {
                    "`stable_after` is longer than `timeout`, and no attempt ever runs that long: make it shorter, or \
                     leave it out"
                }
                Setting::Inherit | Setting::Default(_) => Self::BEYOND_INHERITED_TIMEOUT,
            });
        }
        if restart == RestartPolicy::Never && matches!(self.max_retries, Setting::Set(Some(_))) {
            wrong.push("`max_retries` has no effect with `RestartPolicy::Never`: remove one of them");
        }
        if restart != RestartPolicy::Always && matches!(self.delay, Setting::Set(_)) {
            wrong.push(
                "`delay` repeats the task after each success, which only `RestartPolicy::Always` does: use this policy, or \
                 remove `delay`",
            );
        }
        wrong
    }
}

impl Policy {
    const DEFAULT_DELAY: Duration = Duration::from_secs(1);
    pub(crate) const MIN_STABLE_AFTER: Duration = Duration::from_secs(10);

    /// The policy of a task that inherits every option from `config`.
    pub(crate) fn defaults(config: &Config) -> Self {
        let Config { restart, backoff, timeout, max_retries, .. } = *config;
        Self {
            restart,
            backoff,
            timeout: timeout.map_or(0, nanoseconds),
            delay: nanoseconds(Self::DEFAULT_DELAY),
            stable_after: Self::stable_after_backoff(&backoff),
            max_retries: max_retries.unwrap_or(u32::MAX),
            returns_value: false,
            readiness: None,
            schedule: ScheduleKind::None,
        }
    }

    /// How long an attempt must run to be stable, unless the task sets it.
    fn stable_after_backoff(backoff: &BackoffPolicy) -> u64 {
        nanoseconds(Self::MIN_STABLE_AFTER).max(nanoseconds(backoff.max()))
    }

    /// Replaces what can change while a task is live: all but its readiness, its schedule, and whether it returns a value.
    pub(crate) fn update(&mut self, new: &Self) {
        let Self { returns_value, readiness, schedule, .. } = *self;
        *self = Self { returns_value, readiness, schedule, ..*new };
    }

    pub(crate) fn timeout(&self) -> Option<Duration> {
        (self.timeout > 0).then(|| Duration::from_nanos(self.timeout))
    }

    /// Whether `failures`, the number of consecutive failures, exceeds the allowed retries.
    pub(crate) fn is_spent(&self, failures: u32) -> bool {
        failures > self.max_retries
    }

    /// Whether the number of retries is limited.
    pub(crate) fn limits_retries(&self) -> bool {
        self.max_retries != u32::MAX
    }

    pub(crate) fn delay(&self) -> Duration {
        Duration::from_nanos(self.delay)
    }

    pub(crate) fn stable_after(&self) -> Duration {
        Duration::from_nanos(self.stable_after)
    }
}

/// A limit of a task, which is zero never. Stored in four bytes: milliseconds, rounded up, at most about 49 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Milliseconds(NonZeroU32);

impl Milliseconds {
    /// The default of `start_timeout`.
    pub(crate) const START_TIMEOUT: Self = match NonZeroU32::new(30_000) {
        Some(milliseconds) => Self(milliseconds),
        None => unreachable!(),
    };

    pub(crate) fn new(time: Duration) -> Self {
        let milliseconds = u32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX);
        Self(NonZeroU32::new(milliseconds).unwrap_or(NonZeroU32::MIN))
    }

    /// The limit of this number of milliseconds. `None` for zero.
    pub(crate) fn from_count(milliseconds: u32) -> Option<Self> {
        NonZeroU32::new(milliseconds).map(Self)
    }

    pub(crate) fn count(self) -> u32 {
        self.0.get()
    }

    pub(crate) fn get(self) -> Duration {
        Duration::from_millis(self.0.get().into())
    }
}
