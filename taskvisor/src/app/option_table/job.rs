//! The options of a job.

use super::show::{
    Shown, ShownAs, configured, duration, inherited, limit, optional, or_default, or_none, text,
};
use super::task::rate;
use super::{Applies, OptionRow, row};
#[cfg(feature = "config")]
use super::{change, read};
use crate::policy::{ControllerConfig, RestartPolicy, Setting};
use crate::runtime::body::JobSpec;
use crate::runtime::registry::slot::Admission;

/// In the order of the documentation. `burst` is behind `rate_limit`, which it completes.
pub(in crate::app) const JOB: &[OptionRow<JobSpec>] = &[
    row!(
        "admission",
        NextSubmission,
        |spec, _| configured(text(spec.admission()), spec.admission() == Admission::default()),
        |_, value| change(read::admission(value)?, JobSpec::with_admission)
    ),
    row!(
        "queue",
        NextSubmission,
        |spec, _| {
            let default = ControllerConfig::default().per_slot().to_string();
            or_default(Setting::set_or_inherit(spec.queue()), text, &default)
        },
        |_, value| change(read::count_or_none(value)?, JobSpec::with_queue)
    ),
    row!(
        "capacity",
        NextSubmission,
        |spec, _| or_default(Setting::set_or_inherit(spec.capacity()), text, "1"),
        |_, value| change(read::count_or_none(value)?, JobSpec::with_capacity)
    ),
    row!(
        "max_concurrent",
        NextSubmission,
        |spec, _| or_none(spec.max_concurrent().own(), text),
        |_, value| change(read::count_or_none(value)?, JobSpec::with_max_concurrent)
    ),
    row!(
        "timeout",
        NextSubmission,
        |spec, config| inherited(spec.timeout(), config.timeout(), limit),
        |_, value| change(read::duration_or_none(value)?, JobSpec::with_timeout)
    ),
    row!(
        "restart",
        NextSubmission,
        |spec, _| {
            let restart = spec.restart().or(RestartPolicy::Never);
            let of = match (spec.restart(), restart) {
                (Setting::Set(_), _) => ShownAs::Own,
                (_, RestartPolicy::Never) => ShownAs::Default,
                _ => ShownAs::Implied,
            };
            Shown { text: text(restart), of }
        },
        |_, value| change(read::restart(value)?, JobSpec::with_restart)
    ),
    row!("expires", NextSubmission, |spec, _| or_none(spec.expires().own(), duration), |_, value| change(
        read::duration_or_none(value)?,
        JobSpec::with_expires
    )),
    row!(
        "backoff",
        NextSubmission,
        |spec, config| inherited(spec.backoff(), config.backoff(), text),
        |_, value| change(read::backoff(value)?, JobSpec::with_backoff)
    ),
    row!(
        "max_retries",
        NextSubmission,
        |spec, config| inherited(spec.max_retries(), config.max_retries(), optional),
        |_, value| change(read::retries_or_none(value)?, JobSpec::with_max_retries)
    ),
    row!(
        "max_failures",
        NextSubmission,
        |spec, config| inherited(spec.max_failures(), config.max_failures(), optional),
        |_, value| change(read::max_failures(value)?, JobSpec::with_max_failures)
    ),
    row!(
        "heartbeat",
        NextSubmission,
        |spec, _| or_none(spec.heartbeat().own(), duration),
        |_, value| change(read::duration_or_none(value)?, JobSpec::with_heartbeat)
    ),
    row!(
        "stop_timeout",
        NextSubmission,
        |spec, _| or_default(spec.stop_timeout(), duration, "the grace"),
        |_, value| change(read::duration_or_none(value)?, JobSpec::with_stop_timeout)
    ),
    row!(
        "on_shutdown",
        NextSubmission,
        |spec, _| or_default(spec.on_shutdown(), text, "cancel"),
        |_, value| change(read::on_shutdown(value)?, JobSpec::with_on_shutdown)
    ),
    row!("rate_limit", NextSubmission, |spec, _| rate(spec.rate_limit().own()), |spec, value| {
        let limit = read::rate_limit(value, spec.rate_limit().own())?;
        change(limit, JobSpec::with_rate_limit)
    }),
    row!(
        "burst",
        NextSubmission,
        |spec, _| or_none(spec.rate_limit().own().map(|limit| limit.burst()), text),
        |spec, value| change(read::burst(value, spec.rate_limit().own())?, JobSpec::with_rate_limit)
    ),
];
