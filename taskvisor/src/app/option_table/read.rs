//! Reads the values of options from a file or from a variable.

#[cfg(feature = "schedule")]
use std::borrow::Cow;
use std::fmt::Display;
use std::time::Duration;

use humantime::parse_duration;

use crate::policy::options::OptionValue;
use crate::policy::{
    BackoffPolicy, JitterPolicy, MaxFailures, Missed, OnGiveUp, OnShutdown, Overlap, RateLimit, Readiness,
    RestartPolicy, StopOrder,
};
#[cfg(feature = "controller")]
use crate::runtime::registry::slot::Admission;

/// The word that removes a limit.
const NONE: &str = "none";

const DURATION: &str = "a duration, such as `10s` or `1m 30s`";

pub(super) fn duration(value: &OptionValue) -> Result<Duration, String> {
    // Without a unit it is rejected, also if it is written as a number.
    if let Ok(number) = value.integer() {
        return Err(format!(
            "expected {DURATION}, found `{number}` without a unit: write `{number}s` for seconds, or `{number}ms` for \
             milliseconds"
        ));
    }
    let text = match value.text(DURATION)? {
        "" => return Err(value.expected(DURATION)),
        text => text,
    };
    parse_duration(text).map_err(|error| format!("expected {DURATION}, found `{text}`: {error}"))
}

pub(super) fn duration_or_none(value: &OptionValue) -> Result<Option<Duration>, String> {
    or_none(value, duration)
}

/// A number of consecutive retries.
pub(super) fn retries_or_none(value: &OptionValue) -> Result<Option<u32>, String> {
    or_none(value, |value| whole(value, "retries"))
}

pub(super) fn count_or_none(value: &OptionValue) -> Result<Option<usize>, String> {
    or_none(value, |value| whole(value, "places or tasks"))
}

/// A number of jobs that are kept.
#[cfg(feature = "controller")]
pub(super) fn jobs(value: &OptionValue) -> Result<usize, String> {
    whole(value, "jobs")
}

/// The length of the queue of a subscriber.
pub(super) fn events(value: &OptionValue) -> Result<usize, String> {
    match whole(value, "events")? {
        0 => Err("`queue` is 0, so that every event would be lost: set at least 1".to_owned()),
        events => Ok(events),
    }
}

fn whole<T: TryFrom<i64>>(value: &OptionValue, of: &str) -> Result<T, String> {
    let number = value.integer()?;
    T::try_from(number).map_err(|_| format!("`{number}` is not a possible number of {of}"))
}

fn or_none<T>(
    value: &OptionValue,
    read: impl FnOnce(&OptionValue) -> Result<T, String>,
) -> Result<Option<T>, String> {
    match value {
        OptionValue::Text(text) if text.trim() == NONE => Ok(None),
        _ => read(value).map(Some).map_err(|error| format!("{error}; `none` removes it")),
    }
}

/// One of the words that `all` display as.
fn word<T: Copy + Display>(value: &OptionValue, all: &[T]) -> Result<T, String> {
    let words: Vec<_> = all.iter().map(|one| format!("`{one}`")).collect();
    let expected = format!("one of {}", words.join(", "));
    let text = value.text(&expected)?;
    let found = all.iter().find(|one| one.to_string() == text);
    found.copied().ok_or_else(|| value.expected(&expected))
}

pub(super) fn restart(value: &OptionValue) -> Result<RestartPolicy, String> {
    word(value, &[RestartPolicy::Never, RestartPolicy::OnFailure, RestartPolicy::Always])
}

pub(super) fn overlap(value: &OptionValue) -> Result<Overlap, String> {
    word(value, &[Overlap::Skip, Overlap::Queue])
}

pub(super) fn missed(value: &OptionValue) -> Result<Missed, String> {
    word(value, &[Missed::Once, Missed::Skip])
}

pub(super) fn on_give_up(value: &OptionValue) -> Result<OnGiveUp, String> {
    word(value, &[OnGiveUp::Fail, OnGiveUp::Pause])
}

pub(super) fn on_shutdown(value: &OptionValue) -> Result<OnShutdown, String> {
    word(value, &[OnShutdown::Cancel, OnShutdown::Finish])
}

pub(super) fn ready(value: &OptionValue) -> Result<Readiness, String> {
    word(value, &[Readiness::Start, Readiness::Success, Readiness::Notify])
}

pub(super) fn stop_order(value: &OptionValue) -> Result<StopOrder, String> {
    word(value, &[StopOrder::First, StopOrder::Last])
}

#[cfg(feature = "controller")]
pub(super) fn admission(value: &OptionValue) -> Result<Admission, String> {
    word(value, &[Admission::Queue, Admission::Replace, Admission::DropIfRunning, Admission::Latest])
}

pub(super) fn max_failures(value: &OptionValue) -> Result<Option<MaxFailures>, String> {
    or_none(value, |value| parsed(value, "a number of failures in a time, such as `5 in 10m`"))
}

/// Keeps the burst, which is an option of its own.
pub(super) fn rate_limit(
    value: &OptionValue,
    current: Option<RateLimit>,
) -> Result<Option<RateLimit>, String> {
    let limit: Option<RateLimit> =
        or_none(value, |value| parsed(value, "a number of attempts in a period, such as `10/m`"))?;
    let burst = current.map_or(1, |current| current.burst());
    Ok(limit.map(|limit| limit.with_burst(burst)))
}

pub(super) fn burst(value: &OptionValue, limit: Option<RateLimit>) -> Result<RateLimit, String> {
    let burst = whole(value, "attempts")?;
    let limit = limit.ok_or("`burst` has no effect without `rate_limit`: remove it, or set `rate_limit`")?;
    Ok(limit.with_burst(burst))
}

fn parsed<T: std::str::FromStr>(value: &OptionValue, what: &str) -> Result<T, String> {
    value.text(what)?.parse().map_err(|_| value.expected(what))
}

pub(super) fn names(value: &OptionValue) -> Result<Vec<String>, String> {
    let elements =
        value.list().map_err(|_| value.expected("a list of names of tasks, such as `[\"connect\"]`"))?;
    elements.iter().map(|element| element.text("the name of a task").map(str::to_owned)).collect()
}

/// A cron expression. Its fields are checked with those of all other tasks.
#[cfg(feature = "schedule")]
pub(super) fn cron(value: &OptionValue) -> Result<Cow<'static, str>, String> {
    value.text("a cron expression, such as `0 3 * * *`").map(|text| text.to_owned().into())
}

/// The name of a time zone.
#[cfg(feature = "schedule")]
pub(super) fn zone(value: &OptionValue) -> Result<Cow<'static, str>, String> {
    value.text("the name of a time zone, such as `Europe/Berlin`").map(|text| text.to_owned().into())
}

/// A backoff as a word, or as a table with the parameters of the attribute.
pub(super) fn backoff(value: &OptionValue) -> Result<BackoffPolicy, String> {
    const KINDS: &str = "`exp`, `constant`, `none`, or a table such as `{ kind = \"exp\", first = \"100ms\", max = \"30s\" }`";
    let mut fields = BackoffFields::default();
    let kind = match value {
        OptionValue::Table(entries) => {
            for (key, value) in entries {
                fields.set(key, value).map_err(|reason| format!("`{key}` of `backoff`: {reason}"))?;
            }
            fields.kind.clone().ok_or_else(|| format!("`backoff` has no `kind`: write {KINDS}"))?
        }
        _ => value.text(KINDS)?.to_owned(),
    };
    fields.build(&kind).unwrap_or_else(|| Err(format!("expected {KINDS}, found `{kind}`")))
}

/// The parameters of a backoff.
#[derive(Default)]
struct BackoffFields {
    kind: Option<String>,
    first: Option<Duration>,
    max: Option<Duration>,
    factor: Option<f64>,
    jitter: Option<JitterPolicy>,
}

impl BackoffFields {
    fn set(&mut self, key: &str, value: &OptionValue) -> Result<(), String> {
        use JitterPolicy::{Decorrelated, Equal, Full};
        match key {
            "kind" => self.kind = Some(value.text("the kind of the backoff")?.to_owned()),
            "first" => self.first = Some(duration(value)?),
            "max" => self.max = Some(duration(value)?),
            "factor" => self.factor = Some(value.float()?),
            "jitter" => self.jitter = Some(word(value, &[Equal, Full, Decorrelated, JitterPolicy::None])?),
            _ => {
                return Err(
                    "no such parameter; they are `kind`, `first`, `max`, `factor`, `jitter`".to_owned()
                );
            }
        }
        Ok(())
    }

    /// Returns `None` if the kind is unknown.
    fn build(&self, kind: &str) -> Option<Result<BackoffPolicy, String>> {
        let policy = match kind {
            "none" => self.rejects(kind, true).map(|()| BackoffPolicy::none()),
            "constant" => {
                let delay = self.first.unwrap_or(Duration::from_millis(100));
                self.rejects(kind, false).map(|()| BackoffPolicy::constant(delay))
            }
            "exp" => self.exponential(),
            _ => return None,
        };
        Some(policy.map(|policy| self.jitter.map_or(policy, |jitter| policy.with_jitter(jitter))))
    }

    fn exponential(&self) -> Result<BackoffPolicy, String> {
        let mut builder = BackoffPolicy::builder();
        builder = self.first.map_or(builder, |first| builder.first(first));
        builder = self.max.map_or(builder, |max| builder.max(max));
        builder = self.factor.map_or(builder, |factor| builder.factor(factor));
        builder.build().map_err(|error| error.to_string())
    }

    /// The error of parameters that have no effect.
    fn rejects(&self, kind: &str, also_first: bool) -> Result<(), String> {
        let set = [
            (also_first && self.first.is_some(), "first"),
            (self.max.is_some(), "max"),
            (self.factor.is_some(), "factor"),
            (also_first && self.jitter.is_some(), "jitter"),
        ];
        match set.iter().find(|(is_set, _)| *is_set) {
            Some((_, key)) => Err(format!("`{key}` has no effect on the backoff `{kind}`: remove it")),
            None => Ok(()),
        }
    }
}
