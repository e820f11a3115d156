//! Texts that are a cron expression or the name of a time zone, also without their quotes.

use proc_macro2::{TokenStream, TokenTree};
use syn::Lit;

use crate::attr::corrected::literals;
use crate::attr::duration;
use crate::text::text_of;

/// The names of days and months in a cron expression.
const NAMES: [&str; 19] = [
    "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG",
    "SEP", "OCT", "NOV", "DEC",
];

/// Whether the text looks like a cron expression, such as `*/5 * * * MON-FRI`. It may be malformed.
pub(crate) fn is_cron(text: &str) -> bool {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let is_field = |field: &&str| field.split(|sign| "*/,-?#".contains(sign)).all(is_part);
    (5..=7).contains(&fields.len()) && fields.iter().all(is_field) && duration::parse(text).is_err()
}

/// Whether the text is a number or a name of a field, or nothing.
fn is_part(part: &str) -> bool {
    let is_name = NAMES.iter().any(|name| name.eq_ignore_ascii_case(part));
    is_name || part.trim_end_matches(['L', 'W']).chars().all(|letter| letter.is_ascii_digit())
}

/// The cron expression in the tokens: the text of the only literal, or the fields without quotes.
pub(crate) fn cron_in(tokens: TokenStream) -> Option<String> {
    let written = match literals(tokens.clone()).as_slice() {
        [Lit::Str(text)] => text.value(),
        _ => spaced(tokens),
    };
    (is_cron(&written) || written.starts_with('@') && !written.contains(' ')).then_some(written)
}

/// The tokens as the fields of an expression. No blank stands beside the signs within a field.
fn spaced(tokens: TokenStream) -> String {
    let mut text = String::new();
    for token in tokens {
        let part = match token {
            TokenTree::Group(group) => spaced(group.stream()),
            other => other.to_string(),
        };
        let is_within = |sign: Option<char>| sign.is_none_or(|sign| "/-,#@".contains(sign));
        if !is_within(text.chars().last()) && !is_within(part.chars().next().filter(|sign| *sign != '@')) {
            text.push(' ');
        }
        text.push_str(&part);
    }
    text
}

/// The name of a time zone in the tokens: the text of the only literal, or words such as `Europe/Berlin`.
pub(crate) fn zone_in(tokens: TokenStream) -> Option<String> {
    let written = match literals(tokens.clone()).as_slice() {
        [Lit::Str(text)] => text.value(),
        _ => text_of(tokens).replace("::", "/").replace(" + ", "+"),
    };
    let is_name = written.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-+/".contains(letter));
    (is_name && written.starts_with(|first: char| first.is_ascii_alphabetic())).then_some(written)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn tokens(source: &str) -> TokenStream {
        TokenStream::from_str(source).expect("the test's source is Rust")
    }

    #[test]
    fn cron_expressions_are_recognized() {
        for text in [
            "0 3 * * *",
            "*/5 * * * MON-FRI",
            "0 0 12 ? * mon",
            "0 0 0 1 1 ? 2030",
            "0 0 L * *",
            "0 0 * * 5#2",
        ] {
            assert!(is_cron(text), "{text}");
        }
        for text in ["", "5s", "1h 30m", "1 h 30 m 5 s", "every day at 3 am", "* * *", "1 2 3 4 5 6 7 8"] {
            assert!(!is_cron(text), "{text}");
        }
    }

    #[test]
    fn a_cron_expression_without_quotes_is_read() {
        for (written, expected) in [
            ("0 3 * * *", "0 3 * * *"),
            ("* * * * *", "* * * * *"),
            ("*/5 * * * MON-FRI", "*/5 * * * MON-FRI"),
            ("0 0 1,15 * *", "0 0 1,15 * *"),
            ("(\"0 3 * * *\")", "0 3 * * *"),
            ("@daily", "@daily"),
        ] {
            assert_eq!(cron_in(tokens(written)).as_deref(), Some(expected), "{written}");
        }
        for written in ["NIGHTLY", "5", "a::b", "\"daily\"", "5 * 60", ""] {
            assert_eq!(cron_in(tokens(written)), None, "{written}");
        }
    }

    #[test]
    fn a_zone_without_quotes_is_read() {
        for (written, expected) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("America/Port-au-Prince", "America/Port-au-Prince"),
            ("Etc/GMT+5", "Etc/GMT+5"),
            ("Europe::Berlin", "Europe/Berlin"),
            ("Some(\"Asia/Tokyo\")", "Asia/Tokyo"),
            ("local", "local"),
        ] {
            assert_eq!(zone_in(tokens(written)).as_deref(), Some(expected), "{written}");
        }
        for written in ["5", "\"\"", "a.b()", "\"+02:00\""] {
            assert_eq!(zone_in(tokens(written)), None, "{written}");
        }
    }
}
