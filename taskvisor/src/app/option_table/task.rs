//! The options of a task.

use super::show::{Shown, ShownAs, duration, inherited, limit, list, optional, or_default, or_none, text};
use super::{Applies, OptionRow, row};
#[cfg(feature = "config")]
use super::{Change, OptionValue, change, read};
use crate::policy::{Policy, RateLimit, ScheduleSettings, Setting};
use crate::runtime::body::{Needs, States, TaskSpec};

/// In the order of the documentation. `burst` is behind `rate_limit`, which it completes.
pub(in crate::app) const TASK: &[OptionRow<TaskSpec>] = &[
    row!(
        "restart",
        NextAttempt,
        |spec, config| inherited(spec.restart(), config.restart(), text),
        |_, value| change(read::restart(value)?, TaskSpec::with_restart)
    ),
    row!("delay", NextAttempt, |spec, _| or_default(spec.delay(), duration, "1s"), |_, value| change(
        read::duration_or_none(value)?,
        TaskSpec::with_delay
    )),
    row!("every", Restart, |spec, _| or_none(spec.every().own(), duration), |_, value| change(
        read::duration_or_none(value)?,
        TaskSpec::with_every
    )),
    row!(
        "cron",
        Restart,
        |spec, _| or_none(schedule(spec).and_then(|schedule| schedule.cron.as_deref()), text),
        |_, value| set_cron(value)
    ),
    row!(
        "tz",
        Restart,
        |spec, _| or_none(schedule(spec).and_then(|schedule| schedule.tz.as_deref()), text),
        |_, value| set_tz(value)
    ),
    row!("start_delay", Restart, |spec, _| or_none(spec.start_delay().own(), duration), |_, value| {
        change(read::duration_or_none(value)?, TaskSpec::with_start_delay)
    }),
    row!("overlap", Restart, |spec, _| or_default(spec.overlap(), text, "skip"), |_, value| change(
        read::overlap(value)?,
        TaskSpec::with_overlap
    )),
    row!("missed", Restart, |spec, _| or_default(spec.missed(), text, "once"), |_, value| change(
        read::missed(value)?,
        TaskSpec::with_missed
    )),
    row!(
        "backoff",
        NextAttempt,
        |spec, config| inherited(spec.backoff(), config.backoff(), text),
        |_, value| change(read::backoff(value)?, TaskSpec::with_backoff)
    ),
    row!(
        "timeout",
        NextAttempt,
        |spec, config| inherited(spec.timeout(), config.timeout(), limit),
        |_, value| change(read::duration_or_none(value)?, TaskSpec::with_timeout)
    ),
    row!(
        "max_retries",
        NextAttempt,
        |spec, config| inherited(spec.max_retries(), config.max_retries(), optional),
        |_, value| change(read::retries_or_none(value)?, TaskSpec::with_max_retries)
    ),
    row!(
        "stable_after",
        NextAttempt,
        |spec, config| {
            let longest = spec.backoff().or(config.backoff()).max();
            or_default(spec.stable_after(), duration, &duration(longest.max(Policy::MIN_STABLE_AFTER)))
        },
        |_, value| change(read::duration_or_none(value)?, TaskSpec::with_stable_after)
    ),
    row!(
        "stop_timeout",
        NextAttempt,
        |spec, _| or_default(spec.stop_timeout(), duration, "the grace"),
        |_, value| change(read::duration_or_none(value)?, TaskSpec::with_stop_timeout)
    ),
    row!(
        "max_failures",
        NextAttempt,
        |spec, config| inherited(spec.max_failures(), config.max_failures(), optional),
        |_, value| change(read::max_failures(value)?, TaskSpec::with_max_failures)
    ),
    row!("on_give_up", NextAttempt, |spec, _| or_default(spec.on_give_up(), text, "fail"), |_, value| {
        change(read::on_give_up(value)?, TaskSpec::with_on_give_up)
    }),
    row!("critical", Restart, |spec, _| critical(spec), |_, value| change(
        value.boolean()?,
        |spec: TaskSpec, critical| spec.with_critical(critical)
    )),
    row!("heartbeat", NextAttempt, |spec, _| or_none(spec.heartbeat().own(), duration), |_, value| {
        change(read::duration_or_none(value)?, TaskSpec::with_heartbeat)
    }),
    row!("on_shutdown", NextAttempt, |spec, _| or_default(spec.on_shutdown(), text, "cancel"), |_, value| {
        change(read::on_shutdown(value)?, TaskSpec::with_on_shutdown)
    }),
    row!("instances", Restart, |spec, _| or_none(spec.instances().own(), text), |_, value| change(
        read::count_or_none(value)?,
        TaskSpec::with_instances
    )),
    row!("max_concurrent", Restart, |spec, _| or_none(spec.max_concurrent().own(), text), |_, value| {
        change(read::count_or_none(value)?, TaskSpec::with_max_concurrent)
    }),
    row!("rate_limit", Restart, |spec, _| rate(spec.rate_limit().own()), |spec, value| {
        let limit = read::rate_limit(value, spec.rate_limit().own())?;
        change(limit, TaskSpec::with_rate_limit)
    }),
    row!(
        "burst",
        Restart,
        |spec, _| or_none(spec.rate_limit().own().map(|limit| limit.burst()), text),
        |spec, value| change(read::burst(value, spec.rate_limit().own())?, TaskSpec::with_rate_limit)
    ),
    row!(
        "ready",
        Restart,
        |spec, _| or_default(spec.ready(), text, if notifies(spec) { "notify" } else { "success" }),
        |_, value| change(read::ready(value)?, TaskSpec::with_ready)
    ),
    row!(
        "start_timeout",
        NextAttempt,
        |spec, _| or_default(spec.start_timeout(), duration, if notifies(spec) { "30s" } else { "none" }),
        |_, value| change(read::duration_or_none(value)?, TaskSpec::with_start_timeout)
    ),
    row!(
        "after",
        Restart,
        |spec, _| or_none(spec.after().next().map(|_| list(spec.after())), text),
        |_, value| change(read::names(value)?, |spec: TaskSpec, names| spec.with_after(names))
    ),
    row!(
        "needs",
        Restart,
        |spec, _| or_none(spec.needs().next().map(|_| list(spec.needs())), text),
        |_, value| change(read::names(value)?, |spec: TaskSpec, names| spec.with_needs(names))
    ),
    row!(
        "interrupt_on_loss",
        Restart,
        |spec, _| or_none(spec.interrupt_on_loss().own(), duration),
        |_, value| change(read::duration_or_none(value)?, TaskSpec::with_interrupt_on_loss)
    ),
    row!("stop_order", Restart, |spec, _| or_default(spec.stop_order(), text, "first"), |_, value| {
        change(read::stop_order(value)?, TaskSpec::with_stop_order)
    }),
];

fn schedule(spec: &TaskSpec) -> Option<&ScheduleSettings> {
    spec.schedule.as_deref()
}

fn critical(spec: &TaskSpec) -> Shown {
    let shown = or_default(spec.critical(), text, "false");
    // Only `critical = "all"` implies it.
    if matches!(spec.critical(), Setting::Default(_)) { Shown { of: ShownAs::Main, ..shown } } else { shown }
}

/// A rate without its burst, which is an option of its own.
pub(super) fn rate(limit: Option<RateLimit>) -> Shown {
    or_none(limit.map(|limit| limit.with_burst(1)), text)
}

/// Whether the task has a parameter that notifies, or declares that it notifies.
fn notifies(spec: &TaskSpec) -> bool {
    let states = States::default();
    let mut needs = Needs::new(&states);
    (spec.task.needs)(&mut needs);
    needs.notifies()
}

#[cfg(all(feature = "config", feature = "schedule"))]
fn set_cron(value: &OptionValue) -> Result<Change<TaskSpec>, String> {
    change(read::cron(value)?, TaskSpec::with_cron)
}

#[cfg(all(feature = "config", feature = "schedule"))]
fn set_tz(value: &OptionValue) -> Result<Change<TaskSpec>, String> {
    change(read::zone(value)?, TaskSpec::with_tz)
}

#[cfg(all(feature = "config", not(feature = "schedule")))]
use {needs_schedule as set_cron, needs_schedule as set_tz};

/// Rejects an option with the feature that it lacks, instead of as unknown.
#[cfg(all(feature = "config", not(feature = "schedule")))]
fn needs_schedule(_: &OptionValue) -> Result<Change<TaskSpec>, String> {
    Err("needs the feature `schedule` of taskvisor, without which the application was built".to_owned())
}
