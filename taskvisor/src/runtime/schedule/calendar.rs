//! The dates of a cron expression in a time zone.

use std::time::SystemTime;

use croner::Cron;
use croner::parser::{CronParser, Year};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A cron expression in a time zone.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    cron: Cron,
    zone: TimeZone,
}

/// Dates that have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PassedDates {
    pub(crate) first: SystemTime,
    pub(crate) latest: SystemTime,
    pub(crate) count: u64,
}

impl Calendar {
    pub(crate) fn new(expression: &str, zone: Option<&str>) -> Result<Self, Vec<String>> {
        let cron = CronParser::builder().year(Year::Disallowed).build().parse(expression);
        let zone = match zone {
            None => Ok(TimeZone::UTC),
            Some("local") => TimeZone::try_system(),
            Some(name) => TimeZone::get(name),
        };
        match (cron, zone) {
            (Ok(cron), Ok(zone)) => Ok(Self { cron, zone }),
            (cron, zone) => {
                Err([cron.err().map(|error| error.to_string()), zone.err().map(|error| error.to_string())]
                    .into_iter()
                    .flatten()
                    .collect())
            }
        }
    }

    /// The first date after `time`.
    pub(crate) fn next_after(&self, time: SystemTime) -> Option<SystemTime> {
        let start: Zoned = Timestamp::try_from(time).ok()?.to_zoned(self.zone.clone());
        let next = self.cron.find_next_occurrence(&start, false).ok()?;
        Some(SystemTime::from(next.timestamp()))
    }

    /// The dates after `after`, up to `until`.
    pub(crate) fn passed(&self, after: SystemTime, until: SystemTime) -> Option<PassedDates> {
        let first = self.next_after(after).filter(|first| *first <= until)?;
        let (mut latest, mut count) = (first, 1);
        while let Some(next) = self.next_after(latest).filter(|next| *next <= until) {
            (latest, count) = (next, count + 1);
        }
        Some(PassedDates { first, latest, count })
    }
}
