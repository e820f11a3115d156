//! When a task is due: its schedule, and its next three times.

use std::fmt;
use std::time::{Duration, SystemTime};

use humantime::format_duration;

use crate::policy::ScheduleSettings;
#[cfg(feature = "schedule")]
use crate::runtime::schedule::calendar::Calendar;

/// How many times are shown.
const SHOWN: usize = 3;

/// The time zone of a cron expression that names none.
#[cfg(feature = "schedule")]
const DEFAULT_ZONE: &str = "UTC";

/// The schedule of a task.
///
/// `Display` writes one line, such as `every 30s: at the start, then after 30s and 1m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ScheduleModel {
    /// The task waits before its first attempt, and has no schedule afterwards.
    StartDelay(Duration),
    Every {
        period: Duration,
        start_delay: Option<Duration>,
        /// The times after the start.
        next: Vec<Duration>,
    },
    #[cfg(feature = "schedule")]
    Cron {
        expression: String,
        zone: String,
        start_delay: Option<Duration>,
        /// The dates, if the application starts now, as RFC 3339 with the offset of the zone. Fewer if no more follow.
        next: Vec<String>,
    },
}

impl ScheduleModel {
    /// The schedule of a task that starts at `now`. `None` for a task without a schedule.
    pub(super) fn new(settings: &ScheduleSettings, now: SystemTime) -> Option<Self> {
        let start_delay = settings.start_delay.own();
        #[cfg(feature = "schedule")]
        if let Some(expression) = &settings.cron {
            let zone = settings.tz.as_deref();
            return Some(Self::Cron {
                expression: expression.to_string(),
                zone: zone.unwrap_or(DEFAULT_ZONE).to_owned(),
                start_delay,
                next: next_dates(expression, zone, start_delay, now),
            });
        }
        #[cfg(not(feature = "schedule"))]
        let _ = now;
        match settings.every.own() {
            Some(period) => {
                let first = start_delay.unwrap_or_default();
                let tick = |number| first.saturating_add(period.saturating_mul(number));
                Some(Self::Every { period, start_delay, next: (0..).map(tick).take(SHOWN).collect() })
            }
            None => start_delay.map(Self::StartDelay),
        }
    }
}

#[cfg(feature = "schedule")]
fn next_dates(
    expression: &str,
    zone: Option<&str>,
    start_delay: Option<Duration>,
    now: SystemTime,
) -> Vec<String> {
    let Ok(calendar) = Calendar::new(expression, zone) else { return Vec::new() };
    let start = now.checked_add(start_delay.unwrap_or_default()).unwrap_or(now);
    calendar.dates_after(start).take(SHOWN).filter_map(|date| calendar.rfc_3339(date)).collect()
}

impl fmt::Display for ScheduleModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartDelay(delay) => write!(f, "starts after {}", format_duration(*delay)),
            Self::Every { period, next, .. } => {
                write!(f, "every {}: ", format_duration(*period))?;
                let rest = match next.split_first() {
                    Some((first, rest)) if first.is_zero() => {
                        f.write_str("at the start, then ")?;
                        rest
                    }
                    _ => next,
                };
                write!(f, "after {}", list(rest.iter().map(|time| format_duration(*time).to_string())))
            }
            #[cfg(feature = "schedule")]
            Self::Cron { expression, zone, next, .. } => {
                let next =
                    if next.is_empty() { "no date follows".to_owned() } else { list(next.iter().cloned()) };
                write!(f, "cron `{expression}` in {zone}: {next}")
            }
        }
    }
}

/// Writes `a, b and c`.
fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use super::*;
    use crate::policy::Setting;

    fn shown(settings: ScheduleSettings) -> String {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_792_800_000_500);
        ScheduleModel::new(&settings, now).map_or_else(String::new, |schedule| schedule.to_string())
    }

    fn seconds(seconds: u64) -> Setting<Duration> {
        Setting::Set(Duration::from_secs(seconds))
    }

    #[test]
    fn a_grid_shows_its_first_three_ticks() {
        let every = ScheduleSettings { every: seconds(30), ..ScheduleSettings::NONE };
        assert_eq!(shown(every.clone()), "every 30s: at the start, then after 30s and 1m");
        let delayed = ScheduleSettings { start_delay: seconds(10), ..every };
        assert_eq!(shown(delayed), "every 30s: after 10s, 40s and 1m 10s");
    }

    #[test]
    fn a_start_delay_alone_is_no_schedule_afterwards() {
        let delayed = ScheduleSettings { start_delay: seconds(10), ..ScheduleSettings::NONE };
        assert_eq!(shown(delayed), "starts after 10s");
        assert_eq!(shown(ScheduleSettings::NONE), "");
    }

    #[cfg(feature = "bundled-tz")]
    #[test]
    fn cron_shows_three_dates_with_the_offset_of_its_zone() {
        // The night in which daylight saving ends.
        let zone = Some("Europe/Berlin".into());
        let cron = ScheduleSettings { cron: Some("30 2 * * *".into()), tz: zone, ..ScheduleSettings::NONE };
        let dates = "2026-10-24T02:30:00+02:00, 2026-10-25T02:30:00+02:00 and 2026-10-26T02:30:00+01:00";
        assert_eq!(shown(cron.clone()), format!("cron `30 2 * * *` in Europe/Berlin: {dates}"));
        let delayed = ScheduleSettings { start_delay: seconds(36 * 3_600), tz: None, ..cron };
        let dates = "2026-10-26T02:30:00+00:00, 2026-10-27T02:30:00+00:00 and 2026-10-28T02:30:00+00:00";
        assert_eq!(shown(delayed), format!("cron `30 2 * * *` in UTC: {dates}"));
    }
}
