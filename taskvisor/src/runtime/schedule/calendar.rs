//! The dates of a cron expression in a time zone.
//!
//! `croner` says which civil times match an expression, without a time zone; `jiff` says at which instants a civil time comes. Between
//! them is the rule for daylight saving:
//!
//! | the civil time | fixed hour and minute | a wildcard or a step in the hour or the minute |
//! |---|---|---|
//! | comes once | then | then |
//! | comes twice | the first time | both times |
//! | is skipped | at the end of the gap | never |
//!
//! The search of `croner` in a time zone is not used: it gives up in a gap of more than two hours, and treats a list of hours as a
//! wildcard, so that `0 2,14 * * *` loses a run in each spring.

use std::time::{Duration, SystemTime};

use croner::Cron;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use crate::policy::cron_expression;

/// The dates of a cron expression in a time zone.
// Parsed anew for each search: a parsed expression takes six kilobytes, and a search parses it in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    expression: Box<str>,
    zone: TimeZone,
    /// Whether the hour or the minute has a wildcard or a step, so that the dates follow the elapsed time.
    is_periodic: bool,
}

/// Dates that have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PassedDates {
    pub(crate) first: SystemTime,
    pub(crate) latest: SystemTime,
    /// At most [`MAX_COUNT`].
    pub(crate) count: u64,
    /// The first date after the range. `None` if no date follows.
    pub(crate) upcoming: Option<SystemTime>,
}

/// The largest number of dates that are counted: after a step of the clock, a range may contain millions.
const MAX_COUNT: u64 = 1_000;

/// The mean year of the calendar.
const YEAR: Duration = Duration::from_secs(31_556_952);

impl Calendar {
    /// # Errors
    ///
    /// Returns every problem at once.
    pub(crate) fn new(expression: &str, zone: Option<&str>) -> Result<Self, Vec<String>> {
        match (cron_expression::parse(expression), super::zone::find(zone)) {
            (Ok(_), Ok(zone)) => Ok(Self::in_zone(expression, zone)),
            (cron, zone) => Err([cron.err(), zone.err()].into_iter().flatten().collect()),
        }
    }

    /// A valid expression in a time zone.
    pub(super) fn in_zone(expression: &str, zone: TimeZone) -> Self {
        let is_periodic = cron_expression::is_periodic(expression);
        Self { expression: expression.into(), zone, is_periodic }
    }

    /// The first date after `time`. `None` if no date follows until the year 5000.
    pub(crate) fn next_after(&self, time: SystemTime) -> Option<SystemTime> {
        Search::new(self)?.next_after(time)
    }

    /// The dates after `time`, in order.
    #[cfg(feature = "macros")]
    pub(crate) fn dates_after(&self, time: SystemTime) -> impl Iterator<Item = SystemTime> + '_ {
        std::iter::successors(self.next_after(time), |date| self.next_after(*date))
    }

    /// The date as RFC 3339, with the offset of its time zone. `None` if it is out of the range of timestamps.
    #[cfg(feature = "macros")]
    pub(crate) fn rfc_3339(&self, date: SystemTime) -> Option<String> {
        let timestamp = Timestamp::try_from(date).ok()?;
        Some(timestamp.display_with_offset(self.zone.to_offset(timestamp)).to_string())
    }

    /// The dates after `after`, up to `until`.
    pub(crate) fn passed(&self, after: SystemTime, until: SystemTime) -> Option<PassedDates> {
        let search = Search::new(self)?;
        let is_within = |date: &SystemTime| *date <= until;
        let first = search.next_after(after).filter(is_within)?;
        let (mut latest, mut count) = (first, 1);
        loop {
            let upcoming = search.next_after(latest);
            let Some(next) = upcoming.filter(is_within) else {
                return Some(PassedDates { first, latest, count, upcoming });
            };
            if count == MAX_COUNT {
                let latest = last_until(next, until, |time| search.next_after(time).filter(is_within));
                return Some(PassedDates { first, latest, count, upcoming: search.next_after(latest) });
            }
            (latest, count) = (next, count + 1);
        }
    }
}

/// The last date up to `until`, by bisection. `date` is one of them.
fn last_until(
    mut date: SystemTime,
    until: SystemTime,
    next_until: impl Fn(SystemTime) -> Option<SystemTime>,
) -> SystemTime {
    // No date is after `end`, up to `until`.
    let mut end = until;
    while let Some(next) = next_until(date) {
        date = next;
        let middle = date + end.duration_since(date).unwrap_or_default() / 2;
        match next_until(middle) {
            Some(later) => date = later,
            None => end = middle,
        }
    }
    date
}

/// A search with a parsed expression.
struct Search<'a> {
    cron: Cron,
    calendar: &'a Calendar,
}

impl<'a> Search<'a> {
    fn new(calendar: &'a Calendar) -> Option<Self> {
        Some(Self { cron: cron_expression::parse(&calendar.expression).ok()?, calendar })
    }

    fn next_after(&self, time: SystemTime) -> Option<SystemTime> {
        let after = Timestamp::try_from(time).ok()?;
        let next = if self.calendar.is_periodic { self.next_periodic(after) } else { self.next_fixed(after) };
        next.map(SystemTime::from)
    }

    /// The next date of fixed times. The instant of a civil time never decreases from one to the next: those in a gap share its end,
    /// and those that come twice have their first one. So the search goes forward in civil time.
    fn next_fixed(&self, after: Timestamp) -> Option<Timestamp> {
        let zone = &self.calendar.zone;
        // The civil time of `after` has come by then, so that no date after `after` is before it.
        let mut civil = zone.to_datetime(after);
        loop {
            civil = self.next_civil(civil)?;
            let instant = match zone.to_ambiguous_timestamp(civil).offset() {
                AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                    offset.to_timestamp(civil).ok()?
                }
                AmbiguousOffset::Gap { before, after } => end_of_gap(zone, civil, before, after)?,
            };
            if instant > after {
                return Some(instant);
            }
            civil = civil.checked_add(Duration::from_secs(1)).ok()?;
        }
    }

    /// The next date that follows the elapsed time: between two transitions of the time zone, civil time runs straight.
    fn next_periodic(&self, after: Timestamp) -> Option<Timestamp> {
        let zone = &self.calendar.zone;
        let mut from = after.checked_add(Duration::from_nanos(1)).ok()?;
        // An expression may match skipped times only. The calendar and the rules of a zone repeat after 400 years.
        let end = after.checked_add(400 * YEAR).unwrap_or(Timestamp::MAX);
        while from < end {
            let offset = zone.to_offset(from);
            let transition = zone.following(from).next().map(|transition| transition.timestamp());
            let civil = self.next_civil(offset.to_datetime(from))?;
            let instant = offset.to_timestamp(civil).ok()?;
            match transition {
                Some(transition) if instant >= transition => from = transition,
                _ => return Some(instant),
            }
        }
        None
    }

    /// The first civil time that matches, at `civil` or later.
    fn next_civil(&self, civil: DateTime) -> Option<DateTime> {
        // Rounded up, because the search ignores fractions of a second.
        let seconds = civil.with().subsec_nanosecond(0).build().ok()?;
        let start = if seconds < civil { seconds.checked_add(Duration::from_secs(1)).ok()? } else { seconds };
        let start: Zoned = start.to_zoned(TimeZone::UTC).ok()?;
        self.cron.find_next_occurrence(&start, true).ok().map(|next| next.datetime())
    }
}

/// The instant at which a gap ends that contains `civil`.
fn end_of_gap(zone: &TimeZone, civil: DateTime, before: Offset, after: Offset) -> Option<Timestamp> {
    // With the offset after the gap, `civil` is an instant before the transition; with the one before it, an instant after.
    let earlier = after.to_timestamp(civil).ok()?;
    let later = before.to_timestamp(civil).ok()?;
    let transition = zone.following(earlier).next().map(|transition| transition.timestamp());
    Some(transition.map_or(later, |transition| transition.min(later)))
}

#[cfg(all(test, feature = "bundled-tz", not(taskvisor_loom)))]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    fn calendar(expression: &str, zone: &str) -> Calendar {
        let zone = TimeZoneDatabase::bundled().get(zone).expect("it is known");
        Calendar::in_zone(expression, zone)
    }

    fn time(text: &str) -> SystemTime {
        text.parse::<Timestamp>().expect("a timestamp").into()
    }

    /// The dates after `start`, as text.
    fn dates(expression: &str, zone: &str, start: &str, count: usize) -> Vec<String> {
        let calendar = calendar(expression, zone);
        let mut at = time(start);
        std::iter::repeat_with(|| {
            at = calendar.next_after(at).expect("another date follows");
            Timestamp::try_from(at).expect("in range").to_string()
        })
        .take(count)
        .collect()
    }

    #[test]
    fn fixed_times_run_at_the_end_of_a_gap_and_once_in_an_overlap() {
        let new_york = "America/New_York";
        let spring = dates("30 2 * * *", new_york, "2027-03-13T00:00:00Z", 3);
        assert_eq!(spring, ["2027-03-13T07:30:00Z", "2027-03-14T07:00:00Z", "2027-03-15T06:30:00Z"]);
        let autumn = dates("30 1 * * *", new_york, "2027-11-06T12:00:00Z", 2);
        assert_eq!(autumn, ["2027-11-07T05:30:00Z", "2027-11-08T06:30:00Z"]);
        // From within the second pass of the hour that comes twice.
        assert_eq!(dates("30 1 * * *", new_york, "2027-11-07T06:10:00Z", 1), ["2027-11-08T06:30:00Z"]);
        // Half an hour.
        let lord_howe = dates("15 2 * * *", "Australia/Lord_Howe", "2027-10-02T00:00:00Z", 2);
        assert_eq!(lord_howe, ["2027-10-02T15:30:00Z", "2027-10-03T15:15:00Z"]);
    }

    /// `croner` takes a list for a wildcard, and loses this run.
    #[test]
    fn a_list_of_hours_is_a_fixed_time() {
        let spring = dates("0 2,14 * * *", "America/New_York", "2027-03-14T00:00:00Z", 2);
        assert_eq!(spring, ["2027-03-14T07:00:00Z", "2027-03-14T18:00:00Z"]);
    }

    /// `croner` gives up in a gap of more than two hours.
    #[test]
    fn a_day_that_is_skipped_loses_no_schedule() {
        let apia = "Pacific/Apia";
        let nights = dates("0 3 * * *", apia, "2011-12-29T00:00:00Z", 3);
        assert_eq!(nights, ["2011-12-29T13:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T13:00:00Z"]);
        let days = dates("@daily", apia, "2011-12-29T00:00:00Z", 3);
        assert_eq!(days, ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"]);
        assert_eq!(dates("0 3 30 12 *", apia, "2011-12-01T00:00:00Z", 1), ["2011-12-30T10:00:00Z"]);
        let elapsed = dates("*/20 * * * *", apia, "2011-12-30T09:30:00Z", 2);
        assert_eq!(elapsed, ["2011-12-30T09:40:00Z", "2011-12-30T10:00:00Z"]);
    }

    #[test]
    fn wildcards_and_steps_follow_the_elapsed_time() {
        let new_york = "America/New_York";
        let autumn = dates("*/30 * * * *", new_york, "2027-11-07T05:00:00Z", 4);
        let expected =
            ["2027-11-07T05:30:00Z", "2027-11-07T06:00:00Z", "2027-11-07T06:30:00Z", "2027-11-07T07:00:00Z"];
        assert_eq!(autumn, expected);
        let spring = dates("0 */2 * * *", new_york, "2027-03-14T04:30:00Z", 2);
        assert_eq!(spring, ["2027-03-14T05:00:00Z", "2027-03-14T08:00:00Z"]);
    }

    #[test]
    fn a_range_of_many_dates_is_counted_to_a_thousand() {
        let secondly = calendar("* * * * * *", "UTC");
        let (after, until) = (time("2027-01-01T00:00:00Z"), time("2037-01-01T00:00:00.5Z"));
        let passed = secondly.passed(after, until).expect("dates have passed");
        assert_eq!(
            (passed.first, passed.latest),
            (time("2027-01-01T00:00:01Z"), time("2037-01-01T00:00:00Z"))
        );
        assert_eq!(passed.count, MAX_COUNT);
        // A burst at each noon.
        let bursts = calendar("* 0 12 * * *", "UTC");
        let passed = bursts.passed(after, time("2037-01-01T06:00:00Z")).expect("dates have passed");
        assert_eq!((passed.latest, passed.count), (time("2036-12-31T12:00:59Z"), MAX_COUNT));
        let few = bursts.passed(after, time("2027-01-02T12:00:09Z")).expect("dates have passed");
        assert_eq!((few.latest, few.count), (time("2027-01-02T12:00:09Z"), 70));
        assert_eq!(bursts.passed(after, time("2027-01-01T11:59:59.9Z")), None);
    }

    #[test]
    fn an_expression_of_skipped_times_only_ends_the_search() {
        let never = calendar("*/30 2 8-14 3 +SUN", "America/New_York");
        assert_eq!(never.next_after(time("2027-01-01T00:00:00Z")), None);
    }

    #[test]
    fn an_unknown_zone_is_refused_with_a_known_name() {
        let error = |zone| Calendar::new("@daily", Some(zone)).expect_err("it is unknown").join("\n");
        assert_eq!(
            error("europe_berlin"),
            "unknown time zone `europe_berlin`: did you mean `Europe/Berlin`?"
        );
        assert_eq!(
            error("Europe/Kathmandu"),
            "unknown time zone `Europe/Kathmandu`: did you mean `Asia/Kathmandu`?"
        );
        assert!(error("Mars").starts_with("unknown time zone `Mars`: write a name"));
    }
}
