//! Listens to SIGHUP, which requests a reload.
//!
//! Unlike the listener of SIGINT and SIGTERM it has no thread of its own: a reload is not urgent, and applies nothing while all
//! workers are blocked.

use std::io;

/// A stream of SIGHUPs.
///
/// From its creation SIGHUP does not end the process any more, not even once the stream is dropped: a handler that Tokio has
/// installed stays. Create it only if something reacts to the signal, and before the setup awaits anything.
pub(crate) struct Hangups {
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl Hangups {
    /// Starts to listen. Must be called on a runtime.
    ///
    /// Off Unix it succeeds, and no signal ever comes.
    pub(crate) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { hangup: signal(SignalKind::hangup())? })
        }
        #[cfg(not(unix))]
        {
            Ok(Self {})
        }
    }

    /// Completes at the next SIGHUP, also at one that came since the last call. Several that came since then are one.
    ///
    /// Cancel safe: a signal is not lost if the future is dropped.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if self.hangup.recv().await.is_some() {
            return;
        }
        // The platform has no SIGHUP, or the runtime is gone.
        std::future::pending().await
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::{self, Command};
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn hang_up() {
        let status = Command::new("kill").args(["-HUP", &process::id().to_string()]).status();
        assert!(status.expect("`kill` is installed").success());
    }

    /// In real time: the signal comes from another process.
    #[tokio::test]
    async fn a_sighup_is_received_and_does_not_end_the_process() {
        let mut hangups = Hangups::listen().expect("the runtime has a signal driver");
        for _ in 0..2 {
            hang_up();
            timeout(Duration::from_secs(60), hangups.next()).await.expect("the signal arrives");
        }
    }
}
