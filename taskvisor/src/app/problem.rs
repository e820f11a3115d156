//! What keeps an application from starting: the line it is about, and the reason.

use std::fmt;

use crate::runtime::body::Location;

/// A line of the user's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SourceLocation {
    file: &'static str,
    line: u32,
}

impl SourceLocation {
    /// Where the function was called that calls this one; both are `#[track_caller]`.
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

/// Ordered as it is told: by file and line.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    place: SourceLocation,
    reason: String,
}

impl Problem {
    pub(super) fn new(place: impl Into<SourceLocation>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}
