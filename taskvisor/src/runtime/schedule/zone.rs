//! Time zones by their names.

use jiff::tz::{TimeZone, db};

/// The time zone of this name: `UTC` by default, and that of the system for `local`.
///
/// # Errors
///
/// Returns what is wrong, and what to write instead.
pub(super) fn find(name: Option<&str>) -> Result<TimeZone, String> {
    match name {
        None => Ok(TimeZone::UTC),
        Some("local") => TimeZone::try_system().map_err(|_| {
            "`tz` is \"local\", but the time zone of the system is unknown: set it, for example by the variable `TZ`, or name a zone, \
             such as \"Europe/Berlin\""
                .to_owned()
        }),
        Some(name) => TimeZone::get(name).map_err(|_| unknown(name)),
    }
}

fn unknown(name: &str) -> String {
    if name.trim().is_empty() {
        return "`tz` is empty: name a time zone, such as \"Europe/Berlin\", or leave it out for UTC"
            .to_owned();
    }
    if db().is_definitively_empty() {
        return format!(
            "the time zone `{name}` was not found, because the system has no database of time zones: install it (the package is often \
             called `tzdata`), or enable the feature `bundled-tz` of `taskvisor`"
        );
    }
    match similar(name) {
        Some(similar) => format!("unknown time zone `{name}`: did you mean `{similar}`?"),
        None => format!(
            "unknown time zone `{name}`: write a name of the database of time zones, such as `Europe/Berlin`"
        ),
    }
}

/// A known name that looks like this one: it differs only in punctuation, or names the same city.
fn similar(name: &str) -> Option<String> {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let city = |text: &str| letters(text.rsplit('/').next().unwrap_or(text));
    let known: Vec<String> = db().available().map(|known| known.to_string()).collect();
    let same = known.iter().find(|known| letters(known) == letters(name));
    same.or_else(|| known.iter().find(|known| known.contains('/') && city(known) == city(name))).cloned()
}
