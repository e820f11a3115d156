//! The values of options as text, as an attribute writes them.

use std::fmt::Display;
use std::time::Duration;

use humantime::format_duration;

use crate::policy::Setting;

/// The value of an option, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct Shown {
    pub(in crate::app) text: String,
    pub(in crate::app) of: ShownAs,
}

/// Where a value comes from, as far as its spec shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum ShownAs {
    /// The spec sets it.
    Own,
    /// The configuration sets it.
    Inherited,
    /// Another option of the spec implies it.
    Implied,
    /// `#[taskvisor::main]` sets it for all tasks.
    Main,
    /// Nothing sets it.
    Default,
}

/// The text of an option without a value, such as a limit that is not set.
const NONE: &str = "none";

/// The value of an option that falls back to the configuration.
pub(super) fn inherited<T>(setting: Setting<T>, configured: T, text: impl FnOnce(T) -> String) -> Shown {
    let of = match setting {
        Setting::Inherit => ShownAs::Inherited,
        Setting::Default(_) => ShownAs::Implied,
        Setting::Set(_) => ShownAs::Own,
    };
    Shown { text: text(setting.or(configured)), of }
}

/// The value of an option with a fixed default.
pub(super) fn or_default<T>(setting: Setting<T>, text: impl FnOnce(T) -> String, default: &str) -> Shown {
    match setting {
        Setting::Set(value) => Shown { text: text(value), of: ShownAs::Own },
        // Implied by another option, unless it is the default anyway.
        Setting::Default(value) => {
            let text = text(value);
            let of = if text == default { ShownAs::Default } else { ShownAs::Own };
            Shown { text, of }
        }
        Setting::Inherit => Shown { text: default.to_owned(), of: ShownAs::Default },
    }
}

/// The value of an option that a declaration may leave out.
pub(super) fn or_none<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> Shown {
    or_default(Setting::set_or_inherit(value), text, NONE)
}

/// The value of an option that the configuration of an application always has.
pub(super) fn configured(text: String, is_default: bool) -> Shown {
    Shown { text, of: if is_default { ShownAs::Default } else { ShownAs::Own } }
}

pub(super) fn duration(time: Duration) -> String {
    format_duration(time).to_string()
}

pub(super) fn limit(time: Option<Duration>) -> String {
    time.map_or_else(|| NONE.to_owned(), duration)
}

pub(super) fn optional<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

pub(super) fn text<T: Display>(value: T) -> String {
    value.to_string()
}

pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", names.collect::<Vec<_>>().join(", "))
}
