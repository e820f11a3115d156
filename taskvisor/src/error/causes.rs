//! Errors of our own, for failures that come without one.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// In the place of an error that was taken out: nobody sees it, because it is taken out only to be dropped or moved on.
#[derive(Debug)]
pub(crate) struct TakenError;

impl fmt::Display for TakenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("gone")
    }
}

impl Error for TakenError {}

#[derive(Debug)]
pub(crate) struct TimedOut(pub(crate) Duration);

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "timed out after {}", humantime::format_duration(self.0))
    }
}

impl Error for TimedOut {}

#[derive(Debug)]
pub(crate) struct Panicked(pub(crate) String);

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Panicked {}

#[derive(Debug)]
pub(crate) struct CanceledWithoutRequest;

impl fmt::Display for CanceledWithoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("returned `Canceled` without a stop request")
    }
}

impl Error for CanceledWithoutRequest {}
