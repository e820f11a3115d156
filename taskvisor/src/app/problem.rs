//! A problem that prevents an application from starting: its place and its reason.

use std::fmt;

#[cfg(feature = "config")]
use super::overrides::OverrideOrigin;
use crate::runtime::body::Location;
use crate::task::OptionOrigin;

/// A line of the application's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SourceLocation {
    file: &'static str,
    line: u32,
}

impl SourceLocation {
    /// The call site of the caller, which must be `#[track_caller]` too.
    #[track_caller]
    pub(super) fn caller() -> Self {
        let caller = std::panic::Location::caller();
        Self { file: caller.file(), line: caller.line() }
    }
}

impl From<&Location> for SourceLocation {
    fn from(location: &Location) -> Self {
        Self { file: location.file, line: location.line }
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl SourceLocation {
    pub(super) fn file(&self) -> &'static str {
        self.file
    }

    pub(super) fn line(&self) -> u32 {
        self.line
    }
}

/// Where a problem is: in the source, or where a file or a variable sets an option.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Source(SourceLocation),
    Option(OptionOrigin),
    /// Where a file or a variable is wrong.
    #[cfg(feature = "config")]
    File(OverrideOrigin),
}

impl<T: Into<SourceLocation>> From<T> for Place {
    fn from(location: T) -> Self {
        Self::Source(location.into())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(location) => location.fmt(f),
            Self::Option(origin) => origin.fmt(f),
            #[cfg(feature = "config")]
            Self::File(origin) => origin.fmt(f),
        }
    }
}

/// Ordered by its place, as it is printed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    place: Place,
    reason: String,
}

impl Problem {
    pub(super) fn new(place: impl Into<Place>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}
