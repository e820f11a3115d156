//! The socket on systems without systemd: there is none.

use std::io;

/// Never exists.
pub(super) enum Socket {}

impl Socket {
    pub(super) fn from_environment() -> io::Result<Option<Self>> {
        Ok(None)
    }

    pub(super) fn send(&self, _message: &str) -> io::Result<()> {
        match *self {}
    }
}

pub(super) fn monotonic_usec() -> Option<String> {
    None
}
