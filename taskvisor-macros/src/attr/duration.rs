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
        Err(_) => Err((
            Rule::InvalidDuration,
            format!(
                "invalid duration \"{text}\"; expected a number and a unit, \
                 such as \"250ms\", \"5s\", \"2m\" or \"1h 30m\""
            ),
        )),
    }
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
