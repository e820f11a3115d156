//! A rate limit in another notation.

use humantime::format_duration;
use proc_macro2::TokenStream;

use crate::attr::duration;

use super::NUMBER_WORDS;
use super::limit::text_in;

/// Words between the number and the time, and around them.
const WORDS: [&str; 22] = [
    "per", "in", "within", "every", "each", "over", "during", "for", "attempt", "attempts", "request",
    "requests", "req", "reqs", "call", "calls", "run", "runs", "times", "a", "an", "the",
];

/// The units, and the words for each.
const UNITS: [(&str, &[&str]); 4] = [
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
    ("d", &["d", "day", "days"]),
];

/// The rate limit as it should be written, of another notation: `10 per minute`, `(10, "1m")`, `ten/m`, `1.5/s`.
pub(in crate::attr) fn rate_in(tokens: TokenStream) -> Option<String> {
    let written = text_in(tokens).to_lowercase();
    let words = written.split(|letter: char| !letter.is_alphanumeric() && letter != '.');
    let mut words = words.filter(|word| !word.is_empty() && !WORDS.contains(word));
    let (attempts, whole) = attempts_in(words.next()?)?;
    let time = words.collect::<Vec<_>>().join(" ");
    let unit = UNITS.iter().find(|(_, words)| words.contains(&time.as_str())).map(|(unit, _)| *unit);
    if let (Some(unit), 1) = (unit, whole) {
        return Some(format!("{attempts}/{unit}"));
    }
    // `10 per week` has no number before its unit.
    let parsed = |time: String| {
        duration::parse(&time).ok().filter(|parsed| !parsed.is_zero()).map(|parsed| (time, parsed))
    };
    let (time, parsed) = parsed(time.clone()).or_else(|| parsed(format!("1{}", unit.unwrap_or(&time))))?;
    if whole == 1 {
        return Some(format!("{attempts}/{time}"));
    }
    Some(format!("{attempts}/{}", format_duration(parsed.checked_mul(whole)?)))
}

/// The number of attempts, and the factor of the time: `1.5` is three attempts in twice the time.
fn attempts_in(word: &str) -> Option<(u32, u32)> {
    let word = word.trim_end_matches('x');
    let spelled = NUMBER_WORDS.iter().position(|number| *number == word);
    let (attempts, times) = match (spelled, word.split_once('.')) {
        (Some(number), _) => (u32::try_from(number).ok()?, 1),
        (None, Some((whole, fraction))) => {
            let digits = u32::try_from(fraction.len()).ok()?;
            (format!("{whole}{fraction}").parse().ok()?, 10_u32.checked_pow(digits)?)
        }
        (None, None) => (word.parse().ok()?, 1),
    };
    let common = greatest_common_divisor(attempts, times);
    (attempts > 0).then(|| (attempts / common, times / common))
}

fn greatest_common_divisor(left: u32, right: u32) -> u32 {
    if right == 0 { left } else { greatest_common_divisor(right, left % right) }
}
