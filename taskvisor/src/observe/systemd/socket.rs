//! The socket of systemd.
//!
//! Not `sd_notify::notify`: that call blocks while the socket is full, and takes the `@` of an abstract address for a part of a path.

use std::env;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use sd_notify::NotifyState;

/// A socket that sends to the address in `NOTIFY_SOCKET`.
pub(super) struct Socket {
    socket: UnixDatagram,
    // Not connected: a socket that is bound to the address later, such as after a restart of systemd, receives messages too.
    address: SocketAddr,
}

impl Socket {
    /// Returns `None` if the variable is not set, or empty.
    pub(super) fn from_environment() -> io::Result<Option<Self>> {
        match env::var_os("NOTIFY_SOCKET") {
            Some(address) if !address.is_empty() => Self::open(&address).map(Some),
            _ => Ok(None),
        }
    }

    /// Opens a socket to an address: an absolute path, or a name in the abstract namespace after `@`.
    pub(super) fn open(address: &OsStr) -> io::Result<Self> {
        let parsed = match address.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
            [b'/', ..] => SocketAddr::from_pathname(address),
            _ => {
                let reason = format!(
                    "{address:?} is not the address of a Unix socket: expected an absolute path, or `@` and a name"
                );
                return Err(io::Error::new(ErrorKind::InvalidInput, reason));
            }
        };
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, address: parsed? })
    }

    /// Sends a datagram. Fails at once if the queue of the receiver is full, or if there is no receiver.
    pub(super) fn send(&self, message: &str) -> io::Result<()> {
        // The system sends a datagram as a whole or not at all.
        self.socket.send_to_addr(message.as_bytes(), &self.address).map(|_| ())
    }
}

/// The assignment `MONOTONIC_USEC=…` with the current time.
pub(super) fn monotonic_usec() -> Option<String> {
    NotifyState::monotonic_usec_now().ok().map(|time| time.to_string())
}
