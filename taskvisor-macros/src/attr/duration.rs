//! Durations such as `1m 30s`, parsed by the library that the runtime uses too.

use std::time::Duration;

use humantime::DurationError;

use crate::error::rule::Rule;

/// Longer than any process lives: a longer duration is a mistake.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

/// Parses `"250ms"`, `"5s"`, `"1m 30s"`. The error does not name the option.
pub(crate) fn parse(text: &str) -> Result<Duration, (Rule, String)> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) | Err(DurationError::NumberOverflow) => Err((
            Rule::DurationTooLong,
            format!("the duration \"{text}\" is longer than 100 years, and no process lives to see its end"),
        )),
        Err(_) if !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit()) => {
            let problem = format!("the duration \"{text}\" has no unit; write \"{text}s\" or \"{text}ms\"");
            Err((Rule::InvalidDuration, problem))
        }
        Err(_) if rewritten(text).is_some() => {
            let right = rewritten(text).unwrap_or_default();
            Err((Rule::InvalidDuration, format!("invalid duration \"{text}\"; write \"{right}\"")))
        }
        Err(_) => Err((
            Rule::InvalidDuration,
            format!(
                "invalid duration \"{text}\"; expected a number and a unit, \
                 such as \"250ms\", \"5s\", \"2m\" or \"1h 30m\""
            ),
        )),
    }
}

/// A duration in the notation of ISO 8601, of a clock, or with other letters, as it is written here.
pub(crate) fn rewritten(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    // `P1M` is a month, and `PT1M` a minute.
    let iso = lower.strip_prefix('p').filter(|time| time.contains('t') || !time.contains('m'));
    let iso = iso.map(|time| time.replace('t', " ").replace('h', "h ").replace('m', "m ").replace("  ", " "));
    let point = lower.replace(',', ".");
    let letters = lower.trim_end_matches('.').trim_start_matches("every ").replace(" and ", " ");
    let candidates = [iso, clock(&lower), Some(letters), Some(point), Some(lower.replace(',', " "))];
    let mut candidates = candidates.into_iter().flatten().map(|candidate| candidate.trim().to_owned());
    let is_right = |candidate: &String| {
        let duration = humantime::parse_duration(candidate);
        *candidate != text && duration.is_ok_and(|duration| !duration.is_zero() && duration <= LONGEST)
    };
    candidates.find(is_right)
}

/// `00:01:30` as `1m 30s`.
fn clock(text: &str) -> Option<String> {
    let parts: Option<Vec<u64>> = text.split(':').map(|part| part.parse().ok()).collect();
    let parts = parts.filter(|parts| parts.len() == 3)?;
    let units = parts.iter().zip(["h", "m", "s"]).filter(|(number, _)| **number > 0);
    Some(units.map(|(number, unit)| format!("{number}{unit}")).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_with_units_are_parsed() {
        for (text, expected) in [
            ("250ms", Duration::from_millis(250)),
            ("5s", Duration::from_secs(5)),
            ("5 sec", Duration::from_secs(5)),
            ("1m 30s", Duration::from_secs(90)),
            ("2h", Duration::from_secs(7200)),
            ("15us", Duration::from_micros(15)),
            ("0s", Duration::ZERO),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_text_is_rejected() {
        for text in ["", " ", "soon", "5 parsecs", "-5s", "1.5.2s", "s"] {
            let (_, message) = parse(text).unwrap_err();
            assert!(message.starts_with("invalid duration"), "{text}: {message}");
        }
    }

    #[test]
    fn other_notations_are_rewritten() {
        for (text, expected) in [
            ("PT5S", "5s"),
            ("PT1H30M", "1h 30m"),
            ("P1D", "1d"),
            ("P1DT2H", "1d 2h"),
            ("1h,30m", "1h 30m"),
            ("every 30s", "30s"),
            ("00:00:05", "5s"),
            ("01:30:00", "1h 30m"),
            ("5S", "5s"),
            ("5 MIN", "5 min"),
            ("5s.", "5s"),
            ("1,5s", "1.5s"),
            ("1h and 30m", "1h 30m"),
        ] {
            assert_eq!(rewritten(text).as_deref(), Some(expected), "{text}");
            assert_eq!(
                parse(text).unwrap_err().1,
                format!("invalid duration \"{text}\"; write \"{expected}\"")
            );
        }
        for text in ["", "soon", "5", "00:00:00", "1:2", "P1M", "-5s", "5s"] {
            assert_eq!(rewritten(text), None, "{text}");
        }
    }

    #[test]
    fn more_than_a_hundred_years_is_rejected() {
        for text in ["101 years", "5000y", "99999999999999999999s", "9999999999999999999y"] {
            let (_, message) = parse(text).unwrap_err();
            assert!(message.contains("is longer than 100 years"), "{text}: {message}");
        }
        assert!(parse("100 years").is_ok());
    }

    #[test]
    fn a_number_without_a_unit_is_rejected() {
        assert_eq!(parse("5").unwrap_err().1, "the duration \"5\" has no unit; write \"5s\" or \"5ms\"");
    }
}
