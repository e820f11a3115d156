//! Cron expressions.

use croner::Cron;
use croner::parser::{CronParser, Year};

pub(crate) fn parse(expression: &str) -> Result<Cron, String> {
    CronParser::builder().year(Year::Disallowed).build().parse(expression).map_err(|error| error.to_string())
}

/// Whether the hour or the minute has a wildcard or a step.
pub(crate) fn is_periodic(expression: &str) -> bool {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let (minute, hour) = match fields[..] {
        // Of the names, only this one repeats within a day.
        [name] => return name.eq_ignore_ascii_case("@hourly"),
        [minute, hour, _, _, _] | [_, minute, hour, _, _, _] => (minute, hour),
        _ => return false,
    };
    [minute, hour].iter().any(|field| field.contains(['*', '/', '?']))
}
