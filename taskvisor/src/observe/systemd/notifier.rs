//! The states that a service has in systemd, and the messages that change them.
//!
//! ```text
//! Starting ──READY=1──► Ready ◄──RELOADING=1 … READY=1──► (reloading)
//!     └──────STOPPING=1───┴──► Stopping: none of the others follows
//! ```
//!
//! These messages are sent in this order, each once: one that the socket does not take is sent before the next message, or at the next
//! tick. All other messages are dropped then, because later ones replace them.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::socket::{Socket, monotonic_usec};
use crate::sync::Mutex;

/// How many messages that were not sent are kept: the latest.
const MAX_UNSENT: usize = 16;

/// Whether a notifier of this process has claimed the socket of the environment.
// Not loom's: a static exists outside of its models.
static IS_CLAIMED: AtomicBool = AtomicBool::new(false);

/// Sends messages to systemd. No call waits.
pub(crate) struct Notifier {
    socket: Socket,
    // Held during a send, which does not block, so that the messages keep their order.
    state: Mutex<State>,
    has_claim: bool,
}

#[derive(Default)]
struct State {
    phase: Phase,
    /// The number of reloads that are running.
    reloads: usize,
    unsent: VecDeque<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Starting,
    Ready,
    Stopping,
}

impl Notifier {
    /// Claims the socket of the environment. Returns `None` if there is none, or if another notifier of this process has claimed it.
    pub(crate) fn claim() -> io::Result<Option<Arc<Self>>> {
        let Some(socket) = Socket::from_environment()? else { return Ok(None) };
        if IS_CLAIMED.swap(true, Ordering::Relaxed) {
            return Ok(None);
        }
        Ok(Some(Arc::new(Self { socket, state: Mutex::default(), has_claim: true })))
    }

    #[cfg(all(test, not(taskvisor_loom), target_os = "linux"))]
    pub(super) fn to(socket: Socket) -> Arc<Self> {
        Arc::new(Self { socket, state: Mutex::default(), has_claim: false })
    }

    /// Reports that the start is over. Returns `false` if it was reported before, or the service is stopping.
    pub(super) fn ready(&self) -> bool {
        let mut state = self.state.lock();
        let is_starting = state.phase == Phase::Starting;
        if is_starting {
            state.phase = Phase::Ready;
            self.post(&mut state, "READY=1".to_owned());
        }
        is_starting
    }

    /// Reports that the shutdown was requested. Later calls change nothing.
    pub(crate) fn stopping(&self) {
        let mut state = self.state.lock();
        if state.phase != Phase::Stopping {
            state.phase = Phase::Stopping;
            self.post(&mut state, "STOPPING=1".to_owned());
        } else {
            self.flush(&mut state);
        }
    }

    /// The words before the text of `STATUS`.
    pub(super) fn stage(&self) -> &'static str {
        match self.state.lock().phase {
            Phase::Starting => "starting: ",
            Phase::Ready => "",
            Phase::Stopping => "shutting down: ",
        }
    }

    /// Begins a reload. Dropping the result ends it, whether it has succeeded or not.
    ///
    /// Reloads may overlap, if one is refused because of the other: the last one ends the reload of the service.
    // Only an application reloads its options.
    #[cfg_attr(not(all(feature = "config", feature = "macros")), allow(dead_code))]
    pub(crate) fn reloading(self: &Arc<Self>) -> Option<Reloading> {
        let mut state = self.state.lock();
        // Before `READY=1`, that of the reload would end the start.
        if state.phase != Phase::Ready {
            return None;
        }
        state.reloads += 1;
        let mut message = "RELOADING=1".to_owned();
        if let Some(time) = monotonic_usec() {
            message.push('\n');
            message.push_str(&time);
        }
        self.post(&mut state, message);
        Some(Reloading(Arc::clone(self)))
    }

    fn reloaded(&self) {
        let mut state = self.state.lock();
        state.reloads -= 1;
        if state.reloads == 0 && state.phase == Phase::Ready {
            self.post(&mut state, "READY=1".to_owned());
        }
    }

    /// Sends a message that a later one replaces. Returns whether it was sent.
    pub(super) fn send(&self, message: &str) -> bool {
        let mut state = self.state.lock();
        self.flush(&mut state);
        state.unsent.is_empty() && self.socket.send(message).is_ok()
    }

    /// Sends the messages that the socket has not taken before.
    pub(super) fn send_again(&self) {
        self.flush(&mut self.state.lock());
    }

    fn post(&self, state: &mut State, message: String) {
        state.unsent.push_back(message);
        self.flush(state);
        if state.unsent.len() > MAX_UNSENT {
            state.unsent.pop_front();
        }
    }

    fn flush(&self, state: &mut State) {
        while state.unsent.front().is_some_and(|message| self.socket.send(message).is_ok()) {
            state.unsent.pop_front();
        }
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        if self.has_claim {
            IS_CLAIMED.store(false, Ordering::Relaxed);
        }
    }
}

/// A running reload.
#[cfg_attr(not(all(feature = "config", feature = "macros")), allow(dead_code))]
pub(crate) struct Reloading(Arc<Notifier>);

impl Drop for Reloading {
    fn drop(&mut self) {
        self.0.reloaded();
    }
}
