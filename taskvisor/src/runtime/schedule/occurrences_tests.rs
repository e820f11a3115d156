//! The dates of a calendar against a table that a script made, which shares no code with it: `tests/occurrences/`.
//!
//! The time zones are those of the bundled database, so that an update of the system changes nothing.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;

use super::calendar::Calendar;

const TABLE: &str = include_str!("../../../tests/occurrences/occurrences.txt");

/// The FNV-1a hash of 64 bits.
fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xCBF2_9CE4_8422_2325, |value, byte| (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

/// All dates of a year in UTC, as text.
fn dates_of(expression: &str, zone: &str, year: &str) -> Vec<String> {
    let zone = TimeZoneDatabase::bundled().get(zone).expect("a known zone");
    let calendar = Calendar::in_zone(expression, zone);
    let start: Timestamp = format!("{year}-01-01T00:00:00Z").parse().expect("a year");
    // The first instant counts, too.
    let mut date = SystemTime::from(start) - std::time::Duration::from_nanos(1);
    let all = std::iter::from_fn(|| {
        date = calendar.next_after(date)?;
        Timestamp::try_from(date).ok().map(|date| date.to_string())
    });
    all.take_while(|date| date.starts_with(year)).collect()
}

#[test]
fn every_date_of_a_year_is_that_of_the_table() {
    let mut rows = 0;
    for row in TABLE.lines() {
        let [zone, expression, count, checksum, near] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("a row has five columns: {row}");
        };
        let (zone, year) = zone.split_once(' ').expect("a zone and a year");
        let dates = dates_of(expression, zone, year);
        let label = format!("{expression} in {zone}, {year}");
        // First those that are listed, which say more than a number.
        for date in near.split_whitespace() {
            assert!(dates.iter().any(|found| found == date), "{label}: {date} is missing");
        }
        assert_eq!(dates.len().to_string(), count, "{label}");
        assert_eq!(format!("{:016x}", fnv1a(&dates.join("\n"))), checksum, "{label}");
        rows += 1;
    }
    assert_eq!(rows, 30);
}
