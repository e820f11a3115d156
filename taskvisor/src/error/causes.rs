//! Errors of our own, for failures that come without one.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// In the place of an error that was taken out: nobody sees it, because it is taken out only to be dropped or moved on.
#[derive(Debug)]
pub(crate) struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("gone")
    }
}

impl Error for Gone {}

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
pub(crate) struct CanceledUnasked;

impl fmt::Display for CanceledUnasked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("returned `Canceled` although nobody asked it to stop")
    }
}

impl Error for CanceledUnasked {}
