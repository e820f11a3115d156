//! What a task says about itself, and what it inherits.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{BackoffPolicy, Config, RestartPolicy, nanoseconds};

/// Said by the task, or inherited from the configuration.
#[derive(Clone, Copy, Debug)]
pub enum Setting<T> {
    /// As the configuration of the supervisor says.
    Inherit,
    /// As another configuration said: a default like `Inherit`, so that it contradicts nothing.
    Default(T),
    /// As the task says.
    Set(T),
}

impl<T> Setting<T> {
    fn or(self, inherited: T) -> T {
        match self {
            Self::Inherit => inherited,
            Self::Default(value) | Self::Set(value) => value,
        }
    }
}

/// What a task says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether it runs again.
    pub restart: Setting<RestartPolicy>,
    /// How long it waits after a failure.
    pub backoff: Setting<BackoffPolicy>,
    /// How long one attempt may take.
    pub timeout: Setting<Option<Duration>>,
    /// After how many retries of a streak it gives up.
    pub max_retries: Setting<Option<u32>>,
    /// How long it waits after a success.
    pub every: Setting<Duration>,
    /// How long an attempt must run before its failure begins a new streak.
    pub stable_after: Setting<Duration>,
    /// How long it has after a stop request, where that is less than the grace.
    pub stop_timeout: Setting<Duration>,
}

/// What a task does: its settings with all that was inherited, packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) restart: RestartPolicy,
    pub(crate) backoff: BackoffPolicy,
    timeout: u64,
    every: u64,
    stable_after: u64,
    /// `u32::MAX` for any number: a streak is counted no further.
    max_retries: u32,
    /// Whether its attempts return a value to somebody.
    pub(crate) returns_value: bool,
}

impl Settings {
    /// Everything is inherited.
    pub const INHERIT: Self = Self {
        restart: Setting::Inherit,
        backoff: Setting::Inherit,
        timeout: Setting::Inherit,
        max_retries: Setting::Inherit,
        every: Setting::Inherit,
        stable_after: Setting::Inherit,
        stop_timeout: Setting::Inherit,
    };

    const INTERVAL: Duration = Duration::from_secs(1);
    const STABLE: Duration = Duration::from_secs(10);

    /// The defaults of `config`, whatever supervisor the task is added to.
    pub(crate) fn defaults(config: &Config) -> Self {
        Self {
            restart: Setting::Default(config.restart),
            backoff: Setting::Default(config.backoff),
            timeout: Setting::Default(config.timeout),
            max_retries: Setting::Default(config.max_retries),
            ..Self::INHERIT
        }
    }

    /// How long the task has after a stop request; nothing for the whole grace.
    pub(crate) fn stop_timeout(&self) -> Option<StopTimeout> {
        match self.stop_timeout {
            Setting::Set(time) | Setting::Default(time) => Some(StopTimeout::new(time)),
            Setting::Inherit => None,
        }
    }

    /// The policy, or everything that is wrong with it.
    pub(crate) fn resolve(&self, config: &Config) -> Result<Policy, Vec<&'static str>> {
        let restart = self.restart.or(config.restart);
        let backoff = self.backoff.or(config.backoff);
        let timeout = self.timeout.or(config.timeout);
        let mut wrong = Vec::new();
        if timeout == Some(Duration::ZERO) {
            wrong.push("`timeout` is zero, so no attempt could ever finish; leave it out for any time");
        }
        if matches!(self.stable_after, Setting::Set(Duration::ZERO)) {
            wrong
                .push("`stable_after` is zero, so that every failure would begin a new streak; leave it out");
        }
        if matches!(self.stop_timeout, Setting::Set(Duration::ZERO)) {
            wrong.push("`stop_timeout` is zero, so that no attempt could ever clean up; leave it out for the whole grace");
        }
        if let (Setting::Set(stable_after), Setting::Set(Some(timeout))) = (self.stable_after, self.timeout) {
            if stable_after > timeout {
                wrong.push("`stable_after` is longer than `timeout`, and no attempt ever runs that long; make it shorter, or leave it out");
            }
        }
        if restart == RestartPolicy::Never && matches!(self.max_retries, Setting::Set(Some(_))) {
            wrong.push("`max_retries` has no effect with `RestartPolicy::Never`; drop one of them");
        }
        if restart != RestartPolicy::Always && matches!(self.every, Setting::Set(_)) {
            wrong.push("an interval after success has no effect without `RestartPolicy::Always`");
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Policy {
            restart,
            backoff,
            timeout: timeout.map_or(0, nanoseconds),
            every: nanoseconds(self.every.or(Self::INTERVAL)),
            stable_after: nanoseconds(self.stable_after.or(Self::STABLE.max(backoff.max()))),
            max_retries: self.max_retries.or(config.max_retries).unwrap_or(u32::MAX),
            returns_value: false,
        })
    }
}

impl Policy {
    pub(crate) fn timeout(&self) -> Option<Duration> {
        (self.timeout > 0).then(|| Duration::from_nanos(self.timeout))
    }

    /// Whether so many failures in a row are more than may be retried.
    pub(crate) fn is_spent(&self, failures: u32) -> bool {
        failures > self.max_retries
    }

    pub(crate) fn every(&self) -> Duration {
        Duration::from_nanos(self.every)
    }

    pub(crate) fn stable_after(&self) -> Duration {
        Duration::from_nanos(self.stable_after)
    }
}

/// How long a task has after a stop request, in four bytes: milliseconds, rounded up, at most some 49 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StopTimeout(NonZeroU32);

impl StopTimeout {
    pub(crate) fn new(time: Duration) -> Self {
        let milliseconds = u32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX);
        Self(NonZeroU32::new(milliseconds).unwrap_or(NonZeroU32::MIN))
    }

    pub(crate) fn get(self) -> Duration {
        Duration::from_millis(self.0.get().into())
    }
}
