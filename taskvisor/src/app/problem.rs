//! A problem that prevents an application from starting: its place and its reason.

use std::cmp::Ordering;
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Source(SourceLocation),
    Option(OptionOrigin),
    /// Where a file or a variable is wrong.
    #[cfg(feature = "config")]
    File(OverrideOrigin),
}

impl Place {
    /// Orders the source before files, and files before variables; within a file by line.
    fn order(&self) -> (u8, &str, u32) {
        match self {
            Self::Source(location) => (0, location.file, location.line),
            Self::Option(OptionOrigin::File { path, line }) => (1, path, *line),
            Self::Option(OptionOrigin::Environment { variable }) => (2, variable, 0),
            // Other origins are in the source, and are problems of the source.
            Self::Option(_) => (0, "", 0),
            #[cfg(feature = "config")]
            Self::File(OverrideOrigin::File { path, line, .. }) => (1, path, line.unwrap_or_default()),
            #[cfg(feature = "config")]
            Self::File(OverrideOrigin::Variable(variable)) => (2, variable, 0),
        }
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
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
