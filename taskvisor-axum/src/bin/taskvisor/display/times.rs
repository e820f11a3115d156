//! Times and durations in words.

use std::time::{Duration, SystemTime};

use super::escape;

/// The time of an answer, which ages refer to: the clock of this machine may differ from that of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    now: Option<SystemTime>,
}

impl Times {
    /// Takes the field `now` of an answer.
    pub(crate) fn at(now: &str) -> Self {
        Self { now: humantime::parse_rfc3339(now).ok() }
    }

    /// How long ago a time was: `3m 20s`.
    pub(crate) fn age(self, time: &str) -> String {
        match self.compare(time) {
            Some(Ok(ago)) => format_duration(ago),
            Some(Err(_)) => format_duration(Duration::ZERO),
            None => escape(time),
        }
    }

    /// How far away a time is: `in 12s`, `now`, or `due for 3s`.
    pub(crate) fn until(self, time: &str) -> String {
        match self.compare(time) {
            Some(Err(ahead)) if ahead >= Duration::from_secs(1) => format!("in {}", format_duration(ahead)),
            Some(Ok(ago)) if ago >= Duration::from_secs(1) => format!("due for {}", format_duration(ago)),
            Some(_) => "now".to_owned(),
            None => escape(time),
        }
    }

    /// Whether a time is at least a second ago.
    pub(crate) fn is_past(self, time: &str) -> bool {
        self.compare(time).is_some_and(|compared| compared.is_ok_and(|ago| ago >= Duration::from_secs(1)))
    }

    /// `Ok`: how long ago it was. `Err`: how far ahead it is.
    fn compare(self, time: &str) -> Option<Result<Duration, Duration>> {
        let time = humantime::parse_rfc3339(time).ok()?;
        Some(self.now?.duration_since(time).map_err(|error| error.duration()))
    }
}

/// The two largest units of a duration: `3m 20s`.
pub(crate) fn format_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let pair = |large, unit, small, smaller_unit| match small {
        0 => format!("{large}{unit}"),
        small => format!("{large}{unit} {small}{smaller_unit}"),
    };
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => pair(minutes, "m", seconds % 60, "s"),
        3_600..86_400 => pair(hours, "h", minutes, "m"),
        _ => pair(days, "d", hours, "h"),
    }
}

/// A run time: `350ms`, `2.5s`, `3m 20s`.
pub(crate) fn format_run_time(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds}ms"),
        1_000..10_000 => format!("{}.{}s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format_duration(Duration::from_millis(milliseconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_its_two_largest_units() {
        for (seconds, expected) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (200, "3m 20s"),
            (3_600, "1h"),
            (7_512, "2h 5m"),
            (86_400, "1d"),
            (273_600, "3d 4h"),
            (86_400 * 400, "400d"),
        ] {
            assert_eq!(format_duration(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn a_time_is_past_a_second_after_it() {
        let times = Times::at("2026-11-29T16:30:05.000Z");
        for (time, expected) in [
            ("2026-11-29T16:30:04.000Z", true),
            ("2026-11-29T16:30:04.500Z", false),
            ("2026-11-29T16:31:00.000Z", false),
        ] {
            assert_eq!(times.is_past(time), expected, "{time}");
        }
    }

    #[test]
    fn a_short_run_time_has_its_fraction() {
        for (milliseconds, expected) in [
            (0, "0ms"),
            (999, "999ms"),
            (1_000, "1.0s"),
            (2_590, "2.5s"),
            (10_999, "10s"),
            (200_000, "3m 20s"),
        ] {
            assert_eq!(format_run_time(milliseconds), expected);
        }
    }

    #[test]
    fn ages_refer_to_the_time_of_the_answer() {
        let times = Times::at("2026-11-29T16:30:00.000Z");
        assert_eq!(times.age("2026-11-29T16:26:40.000Z"), "3m 20s");
        assert_eq!(times.age("2026-11-29T16:30:01.000Z"), "0s");
        assert_eq!(times.until("2026-11-29T16:30:12.900Z"), "in 12s");
        assert_eq!(times.until("2026-11-29T16:30:00.900Z"), "now");
        assert_eq!(times.until("2026-11-29T16:29:57.000Z"), "due for 3s");
        assert_eq!(times.until("soon\u{1b}"), r"soon\u{1b}");
    }
}
