//! Cron expressions: what is accepted, and what is wrong with the rest, in words.
//!
//! Five fields (minute, hour, day of month, month, day of week), or six with the seconds in front, or a name such as `@daily`. `croner`
//! parses them. Before, each field is checked here, because `croner` does not say which field is wrong, and accepts a day's name as a
//! month. Its extensions work too: `L`, `LW` and `15W` as the day of month; `5L` and `FRI#2` as the day of week, and `+` in front of
//! it, if the day of month and the day of week must both match.
//!
//! The crate of the attributes has a copy of this file, because it can export nothing. A test keeps both equal.

use std::fmt::Write as _;

use croner::parser::{CronParser, Year};
use croner::time::{day_of_year, days_in_month};
use croner::{Cron, Weekday};

struct Field {
    name: &'static str,
    min: u32,
    max: u32,
    names: &'static [&'static str],
}

const SECOND: Field = Field { name: "second", min: 0, max: 59, names: &[] };
const MINUTE: Field = Field { name: "minute", min: 0, max: 59, names: &[] };
const HOUR: Field = Field { name: "hour", min: 0, max: 23, names: &[] };
const DAY: Field = Field { name: "day of month", min: 1, max: 31, names: &[] };
const MONTH: Field = Field {
    name: "month",
    min: 1,
    max: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAY: Field =
    Field { name: "day of week", min: 0, max: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };

const NAMES: &[&str] = &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@hourly"];

/// Parses an expression.
///
/// # Errors
///
/// Returns what is wrong, with the field in brackets, and what to write instead.
pub(crate) fn parse(expression: &str) -> Result<Cron, String> {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let kinds: &[&Field] = match fields.len() {
        0 => {
            return Err("the cron expression is empty: write five fields, such as `0 3 * * *`, or a name, such as `@daily`".to_owned());
        }
        1 if fields[0].starts_with('@') => {
            check_name(fields[0])?;
            &[]
        }
        5 => &[&MINUTE, &HOUR, &DAY, &MONTH, &WEEKDAY],
        6 => &[&SECOND, &MINUTE, &HOUR, &DAY, &MONTH, &WEEKDAY],
        count => return Err(wrong_count(expression, count)),
    };
    for (index, (field, kind)) in fields.iter().zip(kinds).enumerate() {
        check_field(field, kind).map_err(|problem| {
            format!("the {} of the cron expression `{}` {problem}", kind.name, marked(&fields, index))
        })?;
    }
    let parser = CronParser::builder().year(Year::Disallowed).build();
    let cron = parser
        .parse(&fields.join(" "))
        .map_err(|error| format!("the cron expression `{expression}` is malformed: {error}"))?;
    if ever_fires(&cron) { Ok(cron) } else { Err(never_fires(expression)) }
}

/// Whether the hour or the minute of a valid expression has a wildcard or a step.
#[allow(dead_code, reason = "the attributes do not need it")]
pub(crate) fn is_periodic(expression: &str) -> bool {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let (minute, hour) = match fields[..] {
        // Of the names, only this one repeats within a day.
        [name] => return name.eq_ignore_ascii_case("@hourly"),
        [minute, hour, _, _, _] | [_, minute, hour, _, _, _] => (minute, hour),
        _ => return false,
    };
    [minute, hour].iter().any(|field| field.contains(['*', '/']))
}

fn check_name(name: &str) -> Result<(), String> {
    if NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(match name.to_ascii_lowercase().as_str() {
        "@reboot" => {
            "`@reboot` is no time: leave `cron` out, because a task without a schedule runs at the start"
                .to_owned()
        }
        "@midnight" => "unknown name `@midnight` in a cron expression: write `@daily`".to_owned(),
        _ => {
            let known: Vec<_> = NAMES.iter().map(|known| format!("`{known}`")).collect();
            format!("unknown name `{name}` in a cron expression: write {}, or five fields", known.join(", "))
        }
    })
}

fn wrong_count(expression: &str, count: usize) -> String {
    let year = if count == 7 { "; a year is not supported" } else { "" };
    let fields = if count == 1 { "field" } else { "fields" };
    format!(
        "the cron expression `{}` has {count} {fields}: write five (minute, hour, day of month, month, day of week), or six with the \
         seconds in front{year}",
        expression.trim()
    )
}

/// The fields, with one of them in brackets.
fn marked(fields: &[&str], wrong: usize) -> String {
    let mut text = String::new();
    for (index, field) in fields.iter().enumerate() {
        let separator = if index == 0 { "" } else { " " };
        let _ = if index == wrong {
            write!(text, "{separator}[{field}]")
        } else {
            write!(text, "{separator}{field}")
        };
    }
    text
}

fn check_field(text: &str, field: &Field) -> Result<(), String> {
    let items = if field.name == WEEKDAY.name { text.strip_prefix('+').unwrap_or(text) } else { text };
    let mut wildcards = items.split(',').filter(|item| ["*", "?"].contains(item));
    if let Some(wildcard) = wildcards.next().filter(|wildcard| *wildcard != items) {
        return Err(format!("has `{wildcard}` in a list: write `*` alone, or only the other values"));
    }
    if field.name == DAY.name
        && items.split(',').filter(|item| item.to_ascii_uppercase().starts_with('L')).count() > 1
    {
        // `croner` would keep one of them.
        return Err("has both `L` and `LW`: write one of them".to_owned());
    }
    items.split(',').try_for_each(|item| check_item(item, field))
}

fn check_item(item: &str, field: &Field) -> Result<(), String> {
    if item.is_empty() {
        return Err(format!("has an empty entry: {}", allowed(field)));
    }
    let is_day = field.name == DAY.name || field.name == WEEKDAY.name;
    if item == "*" || is_day && item == "?" || is_extension(item, field) {
        return Ok(());
    }
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, Some(step)),
        None => (item, None),
    };
    if let Some(step) = step {
        check_step(base, step, field)?;
    }
    if base == "*" {
        return Ok(());
    }
    let Some((first, last)) = base.split_once('-') else { return check_value(base, field).map(drop) };
    let (from, until) = (check_value(first, field)?, check_value(last, field)?);
    // Sunday is 0, and also 7 at the end of a range.
    let until = if field.name == WEEKDAY.name && until == 0 && from > 0 { 7 } else { until };
    if from == until {
        return Err(format!("is a range of one value: write `{first}`"));
    }
    if from > until {
        return Err(format!(
            "is a range that runs backwards: write `{last}-{first}`, or list the values, separated by commas"
        ));
    }
    Ok(())
}

fn check_step(base: &str, step: &str, field: &Field) -> Result<(), String> {
    let (min, max) = (field.min, field.max);
    // Without this, a sign would be accepted.
    let is_number = step.bytes().all(|byte| byte.is_ascii_digit());
    match step.parse::<u32>().map_err(drop).and_then(|count| if is_number { Ok(count) } else { Err(()) }) {
        Ok(0) => Err(format!(
            "has a step of zero: write `*` for each {}, or `*/2` for each second one",
            field.name
        )),
        Ok(count) if count > max - min => Err(format!(
            "has the step `{step}`, which is longer than its range from {min} to {max}: write the values"
        )),
        Ok(_) if base != "*" && !base.contains('-') => {
            Err(format!("has a step without a range: write `*/{step}`, or `{base}-{max}/{step}`"))
        }
        Ok(_) => Ok(()),
        Err(()) => Err(format!("has the step `{step}`, which is not a number: write a number, as in `*/5`")),
    }
}

/// Returns the number of a value.
fn check_value(value: &str, field: &Field) -> Result<u32, String> {
    if let Some(index) = field.names.iter().position(|name| name.eq_ignore_ascii_case(value)) {
        return Ok(field.min + u32::try_from(index).unwrap_or_default());
    }
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return match value.parse() {
            Ok(number) if (field.min..=field.max).contains(&number) => Ok(number),
            _ => Err(format!("is out of range: it goes from {} to {}", field.min, field.max)),
        };
    }
    if value.is_empty() {
        return Err(format!("has a range without an end: {}", allowed(field)));
    }
    Err(match (field.names.first(), field.names.last()) {
        (Some(first), Some(last)) if value.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            format!(
                "has the unknown name `{value}`: write {first} to {last}, or {} to {}",
                field.min, field.max
            )
        }
        _ => format!("cannot be `{value}`: {}", allowed(field)),
    })
}

fn allowed(field: &Field) -> String {
    format!(
        "write numbers from {} to {}, `*`, ranges such as `1-5`, lists such as `1,3`, or steps such as `*/5`",
        field.min, field.max
    )
}

/// What `croner` knows besides.
fn is_extension(item: &str, field: &Field) -> bool {
    let item = item.to_ascii_uppercase();
    let is_number =
        |text: &str, max: u32| text.parse::<u32>().is_ok_and(|number| (1..=max).contains(&number));
    if field.name == DAY.name {
        return item == "L" || item == "LW" || item.strip_suffix('W').is_some_and(|day| is_number(day, 31));
    }
    let is_weekday = |day: &str| check_value(day, field).is_ok();
    field.name == WEEKDAY.name
        && (item.strip_suffix('L').is_some_and(is_weekday)
            || item
                .split_once('#')
                .is_some_and(|(day, nth)| is_weekday(day) && (nth == "L" || is_number(nth, 5))))
}

/// Whether any date matches. The days of 28 years in a row are all days that there are, on each day of the week.
// Counted from a fixed year, so that a build does not depend on the current date. `croner` itself would search for a tenth of a second.
fn ever_fires(cron: &Cron) -> bool {
    let matches = |year: i32, month, day| {
        let years = year.unsigned_abs() - 2000;
        // A Saturday was the first of them.
        let days = years * 365 + years.div_ceil(4) + day_of_year(year, month, day) - 1;
        let weekday = Weekday::from_days_from_sunday(6 + days);
        cron.pattern.day_match(year, month, day, weekday).unwrap_or(false)
    };
    let months: Vec<u32> =
        (1..=12).filter(|month| cron.pattern.month_match(*month).unwrap_or(false)).collect();
    (2000..2028).any(|year| {
        months.iter().any(|month| (1..=days_in_month(year, *month)).any(|day| matches(year, *month, day)))
    })
}

fn never_fires(expression: &str) -> String {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let first = fields.len().saturating_sub(3);
    let (time, days) = fields.split_at(first);
    format!(
        "the cron expression `{} [{}]` never fires: no date matches the day and the month; write a day that the month has",
        time.join(" "),
        days.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(expression: &str) -> String {
        parse(expression).expect_err("it is wrong")
    }

    #[test]
    fn each_mistake_has_its_own_words() {
        let cases = [
            ("", "the cron expression is empty: write five fields"),
            ("0 3 * *", "the cron expression `0 3 * *` has 4 fields: write five (minute,"),
            ("daily", "the cron expression `daily` has 1 field: write five"),
            (
                "0 0 3 * * * 2027",
                "has 7 fields: write five (minute, hour, day of month, month, day of week), or six",
            ),
            (
                "61 3 * * *",
                "the minute of the cron expression `[61] 3 * * *` is out of range: it goes from 0 to 59",
            ),
            (
                "0 24 * * *",
                "the hour of the cron expression `0 [24] * * *` is out of range: it goes from 0 to 23",
            ),
            (
                "0 0 0 * *",
                "the day of month of the cron expression `0 0 [0] * *` is out of range: it goes from 1 to 31",
            ),
            ("0 0 * * 8", "`0 0 * * [8]` is out of range: it goes from 0 to 7"),
            ("60 * * * * *", "the second of the cron expression `[60] * * * * *` is out of range"),
            ("0 3 * * MOO", "`0 3 * * [MOO]` has the unknown name `MOO`: write SUN to SAT, or 0 to 7"),
            (
                "0 0 * MON *",
                "the month of the cron expression `0 0 * [MON] *` has the unknown name `MON`: write JAN to DEC",
            ),
            ("0 17-9 * * *", "`0 [17-9] * * *` is a range that runs backwards: write `9-17`"),
            ("0 0 * * FRI-MON", "`0 0 * * [FRI-MON]` is a range that runs backwards"),
            ("*/0 * * * *", "`[*/0] * * * *` has a step of zero"),
            ("*/90 * * * *", "has the step `90`, which is longer than its range from 0 to 59"),
            ("5/10 * * * *", "has a step without a range: write `*/10`, or `5-59/10`"),
            ("*/+5 * * * *", "has the step `+5`, which is not a number"),
            ("0 0 * * SUN-SUN", "`0 0 * * [SUN-SUN]` is a range of one value: write `SUN`"),
            ("0 0 L,LW * *", "has both `L` and `LW`"),
            ("*/x * * * *", "has the step `x`, which is not a number"),
            ("0 3; * * *", "`0 [3;] * * *` cannot be `3;`: write numbers from 0 to 23"),
            ("1,,2 * * * *", "has an empty entry"),
            ("*,5 * * * *", "the minute of the cron expression `[*,5] * * * *` has `*` in a list"),
            ("1- * * * *", "has a range without an end"),
            ("0 ? * * *", "the hour of the cron expression `0 [?] * * *` cannot be `?`"),
            ("@reboot", "`@reboot` is no time: leave `cron` out"),
            ("@noon", "unknown name `@noon` in a cron expression: write `@yearly`"),
            ("0 0 30 2 *", "the cron expression `0 0 [30 2 *]` never fires: no date matches"),
            ("0 0 31 4,6 *", "never fires"),
            ("0 0 30 2 +MON", "never fires"),
            ("0 0 * 2 +MON#6", "cannot be `MON#6`"),
        ];
        for (expression, expected) in cases {
            let error = error(expression);
            assert!(error.contains(expected), "{expression}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn what_cron_users_write_is_accepted() {
        let expressions = "0 3 * * *|*/5 * * * *|0 0 1,15 * *|0 9-17 * * MON-FRI|30 4 1 JAN *|@daily|@HOURLY|0 0 29 2 *|*/10 * * * * *\
            |0 0 * * 7|0 0 * * SUN|0 0 * * MON-SUN|0 0 * * 5-7|0 0 L * *|0 0 LW * *|0 0 15W * *|0 0 * * 5L|0 0 * * FRI#2|0 0 ? * ?\
            |0 0 29 2 +MON|0 22-23/1 * * *|00 03 * * *|0 0 * * mon|  0\t3  * * * |0 0 13 * +FRI|0 0 * FEB +MON#5";
        for expression in expressions.split('|') {
            assert!(parse(expression).is_ok(), "{expression}: {:?}", parse(expression).err());
        }
    }

    #[test]
    fn only_wildcards_and_steps_of_hour_or_minute_are_periodic() {
        for periodic in ["* 3 * * *", "*/5 3 * * *", "0 */2 * * *", "0 1-5/2 * * *", "0 * 3 * * *", "@hourly"]
        {
            assert!(is_periodic(periodic), "{periodic}");
        }
        for fixed in ["0 3 * * *", "0,30 2,14 * * *", "0-10 3 * * *", "* 0 3 * * *", "0 3 */2 * *", "@daily"]
        {
            assert!(!is_periodic(fixed), "{fixed}");
        }
    }
}
