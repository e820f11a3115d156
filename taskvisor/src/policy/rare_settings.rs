//! The options that most tasks leave out.
//!
//! They are stored apart from the other options: a task that sets none of them pays for one pointer in its spec, and for nothing in
//! its cell.

use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

use super::{
    BackoffPolicy, Config, MaxFailures, OnGiveUp, OnShutdown, Policy, RateLimit, RestartPolicy, ScheduleKind,
    Setting,
};

/// Decides whether an error is fatal.
pub(crate) type FatalIf = fn(&(dyn Error + 'static)) -> bool;

/// The options that most tasks leave out.
#[derive(Clone, Copy, Debug)]
pub struct RareSettings {
    /// How many failures are allowed within a time.
    pub max_failures: Setting<Option<MaxFailures>>,
    /// What follows when the task gives up.
    pub on_give_up: Setting<OnGiveUp>,
    /// Which errors are fatal.
    pub fatal_if: Option<fn(&(dyn Error + 'static)) -> bool>,
    /// Whether the failure of the task shuts the application down.
    pub critical: Setting<bool>,
    /// The longest time between two heartbeats of a running attempt.
    pub heartbeat: Setting<Duration>,
    /// What a shutdown does to the running attempt.
    pub on_shutdown: Setting<OnShutdown>,
    /// How many instances of the task run.
    pub instances: Setting<usize>,
    /// How many attempts of the declaration may run at once.
    pub max_concurrent: Setting<usize>,
    /// How often attempts of the declaration may begin.
    pub rate_limit: Setting<RateLimit>,
}

/// The rare options of a task, resolved.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RareOptions {
    pub(crate) max_failures: Option<MaxFailures>,
    pub(crate) on_give_up: OnGiveUp,
    pub(crate) fatal_if: Option<FatalIf>,
    pub(crate) is_critical: bool,
    /// Whether the task counts as ready in the start-up set once its first attempt has begun: a critical task without a declared
    /// readiness does.
    pub(crate) counts_once_started: bool,
    pub(crate) heartbeat: Option<Duration>,
    pub(crate) on_shutdown: OnShutdown,
    pub(crate) max_concurrent: Option<usize>,
    pub(crate) rate_limit: Option<RateLimit>,
}

impl RareSettings {
    /// Inherits every option.
    pub const INHERIT: Self = Self {
        max_failures: Setting::Inherit,
        on_give_up: Setting::Inherit,
        fatal_if: None,
        critical: Setting::Inherit,
        heartbeat: Setting::Inherit,
        on_shutdown: Setting::Inherit,
        instances: Setting::Inherit,
        max_concurrent: Setting::Inherit,
        rate_limit: Setting::Inherit,
    };

    /// The problem of a critical task that sets `on_give_up`.
    pub(crate) const GIVES_UP_CRITICAL: &str = "`on_give_up` has no effect on a critical task, which shuts the application down when it \
                                                gives up: remove one of them";

    /// Whether every option is inherited.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            max_failures,
            on_give_up,
            fatal_if,
            critical,
            heartbeat,
            on_shutdown,
            instances,
            max_concurrent,
            rate_limit,
        } = self;
        fatal_if.is_none()
            && *max_failures == Setting::Inherit
            && *on_give_up == Setting::Inherit
            && *critical == Setting::Inherit
            && *heartbeat == Setting::Inherit
            && *on_shutdown == Setting::Inherit
            && *instances == Setting::Inherit
            && *max_concurrent == Setting::Inherit
            && *rate_limit == Setting::Inherit
    }

    /// Why the options cannot apply to a submission.
    pub(crate) fn submission_problems(&self) -> Vec<&'static str> {
        let mut problems = Vec::new();
        if self.critical.or(false) {
            problems.push("a submission cannot be critical: remove `critical`, or add it as a task");
        }
        if self.on_give_up != Setting::Inherit {
            problems.push(
                "`on_give_up` has no effect on a submission, which ends when it gives up: remove it, or add it as a task",
            );
        }
        if self.instances != Setting::Inherit {
            problems.push(
                "a submission runs once and has no instances: remove `instances`, limit them with `max_concurrent`, or add it as a task",
            );
        }
        problems
    }

    /// The options that can apply to a submission.
    pub(crate) fn of_submission(&self) -> Self {
        Self {
            critical: Setting::Inherit,
            on_give_up: Setting::Inherit,
            instances: Setting::Inherit,
            ..*self
        }
    }

    /// Captures the defaults of `config`, if it has any.
    pub(crate) fn defaults(config: &Config) -> Option<Box<Self>> {
        let max_failures = config.max_failures.map(Some).map(Setting::Default)?;
        Some(Box::new(Self { max_failures, ..Self::INHERIT }))
    }

    /// Resolves the rare options of a task. Returns `None` if neither the task nor the configuration sets one.
    ///
    /// # Errors
    ///
    /// Returns every problem at once.
    // Every submission calls this: without these options it must cost only the comparisons. Boxed for the same reason.
    #[inline]
    pub(crate) fn resolve(
        this: Option<&Self>,
        config: &Config,
        policy: &Policy,
    ) -> Result<Option<Box<RareOptions>>, Vec<Cow<'static, str>>> {
        if this.is_none() && config.max_failures.is_none() {
            return Ok(None);
        }
        this.unwrap_or(&Self::INHERIT).resolve_all(config, policy).map(Some)
    }

    #[cold]
    fn resolve_all(
        &self,
        config: &Config,
        policy: &Policy,
    ) -> Result<Box<RareOptions>, Vec<Cow<'static, str>>> {
        let options = RareOptions {
            max_failures: self.max_failures.or(config.max_failures),
            on_give_up: self.on_give_up.or(OnGiveUp::default()),
            fatal_if: self.fatal_if,
            is_critical: self.critical.or(false),
            // Set later, when the readiness is resolved.
            counts_once_started: false,
            heartbeat: self.heartbeat.own(),
            on_shutdown: self.on_shutdown.or(OnShutdown::default()),
            max_concurrent: self.max_concurrent.own(),
            rate_limit: self.rate_limit.own(),
        };
        let problems = self.problems(&options, policy);
        if problems.is_empty() { Ok(Box::new(options)) } else { Err(problems) }
    }

    fn problems(&self, options: &RareOptions, policy: &Policy) -> Vec<Cow<'static, str>> {
        let mut problems = Vec::new();
        let mut report = |problem: &'static str| problems.push(Cow::from(problem));
        let never_retries = policy.restart == RestartPolicy::Never;
        let sets_max_failures = matches!(self.max_failures, Setting::Set(Some(_)));
        let sets_on_give_up = matches!(self.on_give_up, Setting::Set(_));
        // A default of the configuration that cannot work is reported there.
        let limit = options.max_failures.filter(|_| self.max_failures.own().is_some());
        if let Some(problem) = limit.and_then(|limit| limit.problem()) {
            report(problem);
        }
        for problem in self.limit_problems() {
            report(problem);
        }
        if never_retries && sets_max_failures {
            report("`max_failures` has no effect with `RestartPolicy::Never`: remove one of them");
        }
        if never_retries && self.fatal_if.is_some() {
            report(
                "`fatal_if` has no effect with `RestartPolicy::Never`, which retries no error: remove one of them",
            );
        }
        if sets_on_give_up && options.is_critical {
            report(Self::GIVES_UP_CRITICAL);
        }
        let has_ticks = policy.schedule == ScheduleKind::Ticks;
        // In a schedule, spent retries end a run, and not the task.
        let gives_up_after_retries = policy.limits_retries() && !has_ticks;
        let may_give_up = !never_retries && (gives_up_after_retries || options.max_failures.is_some());
        if sets_on_give_up && !may_give_up {
            report(if has_ticks {
                "`on_give_up` has no effect on a task with `every` or `cron`, which spent retries do not end: limit its failures \
                     with `max_failures`, or remove it"
            } else {
                "`on_give_up` has no effect on a task that never gives up: limit its failures with `max_failures` or \
                     `max_retries`, or remove it"
            });
        }
        if self.heartbeat == Setting::Set(Duration::ZERO) {
            report(
                "`heartbeat` is zero, so every attempt would miss it: set the longest time between two calls of `heartbeat`, such as \
                 30 s",
            );
        }
        if matches!((options.heartbeat, policy.timeout()), (Some(heartbeat), Some(timeout)) if heartbeat > timeout)
        {
            report(
                "`heartbeat` is longer than the `timeout`, which ends every attempt first: make it shorter, or remove it",
            );
        }
        // A tick ends a backoff, so that the delays of a schedule have no lower bound.
        let unreachable = limit.filter(|limit| !never_retries && !has_ticks && limit.problem().is_none());
        problems.extend(unreachable.and_then(|limit| limit.unreachable(policy)).map(Cow::from));
        problems
    }
}

impl MaxFailures {
    /// Returns why the limit can never be exceeded, if the backoff makes so many failures within its time impossible.
    fn unreachable(&self, policy: &Policy) -> Option<String> {
        let resets = match policy.restart {
            RestartPolicy::Always => policy.delay().min(policy.stable_after()),
            _ => policy.stable_after(),
        };
        // Checked first, because every task that is added with a limit comes here: the time of one series is a sum, and the shortest
        // time of several series is quadratic.
        if series_time(&policy.backoff, self.failures()) <= self.within() {
            return None;
        }
        let shortest = shortest_time(&policy.backoff, self.failures(), resets);
        (shortest > self.within()).then(|| self.describe_unreachable(&policy.backoff, shortest))
    }

    fn describe_unreachable(&self, backoff: &BackoffPolicy, shortest: Duration) -> String {
        let delay = |index| humantime::format_duration(backoff.shortest_delay(index));
        let delays = match self.failures() {
            1 => format!("a delay of at least {}", delay(0)),
            2 => format!("delays of at least {} and {}", delay(0), delay(1)),
            more => {
                format!("{more} delays of at least {}, {}, …, {}", delay(0), delay(1), delay(more - 1))
            }
        };
        format!(
            "`max_failures` of {self} can never be exceeded: the backoff puts {delays} between {} failures, together at least {}; \
             allow fewer failures, set a longer time, or make the backoff shorter",
            self.failures() + 1,
            humantime::format_duration(shortest),
        )
    }
}

/// The shortest time of one series of this number of failures, with a delay after each.
fn series_time(backoff: &BackoffPolicy, failures: u32) -> Duration {
    let delays = (0..failures.min(MaxFailures::MAX)).map(|index| backoff.shortest_delay(index));
    delays.fold(Duration::ZERO, Duration::saturating_add)
}

/// Returns the shortest time in which one more failure than `failures` can happen, if every attempt fails at once.
///
/// The delays between consecutive failures grow, and begin anew after a success or a stable attempt, which takes at least `resets`.
/// The best way to divide the delays into such series is found by dynamic programming over their number.
fn shortest_time(backoff: &BackoffPolicy, failures: u32, resets: Duration) -> Duration {
    // By the number of delays: the time of one series.
    let mut series = vec![Duration::ZERO];
    // By the number of delays: the shortest time, divided into any number of series.
    let mut shortest = vec![Duration::ZERO];
    for count in 1..=failures.min(MaxFailures::MAX) as usize {
        let index = u32::try_from(count - 1).unwrap_or(u32::MAX);
        series.push(series[count - 1].saturating_add(backoff.shortest_delay(index)));
        let several =
            (1..count).map(|last| shortest[count - last].saturating_add(resets).saturating_add(series[last]));
        shortest.push(several.min().map_or(series[count], |several| several.min(series[count])));
    }
    shortest[shortest.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_shortest_time_is_the_sum_of_the_shortest_delays() {
        let constant = BackoffPolicy::constant(seconds(3));
        assert_eq!(shortest_time(&constant, 4, seconds(60)), seconds(12));
        let exponential = BackoffPolicy::exponential();
        // 50 ms + 100 ms + 200 ms + 400 ms + 800 ms, with the jitter `Equal`.
        assert_eq!(shortest_time(&exponential, 5, seconds(60)), Duration::from_millis(1_550));
        let full = exponential.with_jitter(super::super::JitterPolicy::Full);
        assert_eq!(shortest_time(&full, 1_000, seconds(60)), Duration::ZERO);
        assert_eq!(shortest_time(&BackoffPolicy::none(), 1_000, seconds(60)), Duration::ZERO);
        for backoff in [constant, exponential, full] {
            assert_eq!(series_time(&backoff, 30), shortest_time(&backoff, 30, Duration::MAX), "{backoff:?}");
        }
    }

    #[test]
    fn a_success_in_between_makes_the_shortest_time_shorter() {
        let exponential = BackoffPolicy::exponential();
        // Each failure of its own series: one delay of 50 ms, and one second until the next success, except after the last.
        let alone = seconds(9) + Duration::from_millis(500);
        let divided = shortest_time(&exponential, 10, seconds(1));
        assert!(divided < alone, "longer series are shorter here: {divided:?}");
        assert!(divided < shortest_time(&exponential, 10, seconds(600)));
        assert_eq!(shortest_time(&exponential, 10, Duration::ZERO), Duration::from_millis(500));
    }
}
