//! The options of the application: those of `#[taskvisor::main]` and of the configuration, and the defaults of its tasks.

use std::time::Duration;

use super::show::{Shown, configured, duration, limit, optional, text};
use super::{Applies, OptionRow, row};
#[cfg(feature = "config")]
use super::{change, read};
use crate::policy::Config;

/// The options of the section `main`.
pub(in crate::app) const MAIN: &[OptionRow<Config>] = &[
    row!("grace", Restart, |config, _| time(config, Config::grace), |_, value| change(
        read::duration(value)?,
        Config::with_grace
    )),
    row!("drain_timeout", Restart, |config, _| time(config, Config::drain_timeout), |_, value| change(
        read::duration(value)?,
        Config::with_drain_timeout
    )),
    row!("shutdown_delay", Restart, |config, _| time(config, Config::shutdown_delay), |_, value| change(
        read::duration(value)?,
        Config::with_shutdown_delay
    )),
    row!(
        "max_concurrent",
        Restart,
        |config, _| shown(config, Config::max_concurrent, optional),
        |_, value| change(read::count_or_none(value)?, Config::with_max_concurrent)
    ),
    row!("recovery_spread", Restart, |config, _| time(config, Config::recovery_spread), |_, value| change(
        read::duration(value)?,
        Config::with_recovery_spread
    )),
    #[cfg(feature = "controller")]
    row!("recent_jobs", Restart, |config, _| shown(config, Config::recent_jobs, text), |_, value| change(
        read::jobs(value)?,
        Config::with_recent_jobs
    )),
];

/// The options of the section `defaults`.
pub(in crate::app) const DEFAULTS: &[OptionRow<Config>] = &[
    row!("restart", NextAttempt, |config, _| shown(config, Config::restart, text), |_, value| change(
        read::restart(value)?,
        Config::with_restart
    )),
    row!("backoff", NextAttempt, |config, _| shown(config, Config::backoff, text), |_, value| change(
        read::backoff(value)?,
        Config::with_backoff
    )),
    row!("timeout", NextAttempt, |config, _| shown(config, Config::timeout, limit), |_, value| change(
        read::duration_or_none(value)?,
        Config::with_timeout
    )),
    row!("max_retries", NextAttempt, |config, _| shown(config, Config::max_retries, optional), |_, value| {
        change(read::retries_or_none(value)?, Config::with_max_retries)
    }),
    row!(
        "max_failures",
        NextAttempt,
        |config, _| shown(config, Config::max_failures, optional),
        |_, value| change(read::max_failures(value)?, Config::with_max_failures)
    ),
];

fn time(config: &Config, get: fn(&Config) -> Duration) -> Shown {
    shown(config, get, duration)
}

fn shown<T: PartialEq>(config: &Config, get: fn(&Config) -> T, text: impl FnOnce(T) -> String) -> Shown {
    let value = get(config);
    let is_default = value == get(&Config::default());
    configured(text(value), is_default)
}
