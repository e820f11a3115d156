//! A problem that prevents an application from starting: its source location and its reason.

use std::fmt;

use crate::runtime::body::Location;

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

/// Ordered by file and line, as it is printed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    location: SourceLocation,
    reason: String,
}

impl Problem {
    pub(super) fn new(location: impl Into<SourceLocation>, reason: impl Into<String>) -> Self {
        Self { location: location.into(), reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.reason)
    }
}
