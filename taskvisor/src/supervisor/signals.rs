//! Listens to SIGINT and SIGTERM on a dedicated thread, so that a body that blocks a worker does not delay them.
//!
//! SIGQUIT keeps its default effect, and so does SIGHUP, unless `hangups` listens to it. On Windows, Ctrl-C counts as SIGINT;
//! Ctrl-Break, closing the console and a system shutdown count as SIGTERM.

use std::fmt;
use std::io;
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::sync::panics::contain;
use crate::sync::{Raced, race};
use crate::task::RuntimeError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
}

impl Signal {
    /// The exit code that a shell reports for a process killed by the signal: 128 plus its number.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        })
    }
}

/// Listens to signals until it is dropped.
pub(crate) struct Signals {
    _stop_on_drop: oneshot::Sender<()>,
}

impl Signals {
    /// Starts the thread. It calls `on_signal` for every signal.
    pub(crate) fn listen(mut on_signal: impl FnMut(Signal) + Send + 'static) -> Result<Self, RuntimeError> {
        // A runtime of its own: that of the tasks may be blocked.
        let runtime = try_step("", small_runtime)?;
        let mut stream = {
            let _entered = runtime.enter();
            try_step("", Stream::new)?
        };
        let (stop_on_drop, mut dropped) = oneshot::channel();
        let listen = move || {
            runtime.block_on(async {
                while let Raced::Right(signal) = race(&mut dropped, stream.next()).await {
                    on_signal(signal);
                }
            });
        };
        let thread = || thread::Builder::new().name("taskvisor-signals".to_owned()).spawn(listen);
        try_step("cannot create a thread: ", thread)?;
        Ok(Self { _stop_on_drop: stop_on_drop })
    }
}

/// Runs a step of the setup, and reports a panic as an error: without a free descriptor, Tokio panics in places.
fn try_step<T>(what: &str, code: impl FnOnce() -> io::Result<T>) -> Result<T, RuntimeError> {
    let result = contain(code).and_then(|done| done.map_err(|error| error.to_string()));
    result.map_err(|reason| RuntimeError::Signals { reason: format!("{what}{reason}") })
}

/// A current-thread runtime that only waits for signals.
fn small_runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

#[cfg(unix)]
struct Stream {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stream {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Signal {
        match race(self.interrupt.recv(), self.terminate.recv()).await {
            Raced::Left(_) => Signal::Interrupt,
            Raced::Right(_) => Signal::Terminate,
        }
    }
}

#[cfg(windows)]
struct Stream {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    ctrl_close: tokio::signal::windows::CtrlClose,
    ctrl_shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Stream {
    fn new() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Self {
            ctrl_c: ctrl_c()?,
            ctrl_break: ctrl_break()?,
            ctrl_close: ctrl_close()?,
            ctrl_shutdown: ctrl_shutdown()?,
        })
    }

    async fn next(&mut self) -> Signal {
        let terminate = race(self.ctrl_break.recv(), race(self.ctrl_close.recv(), self.ctrl_shutdown.recv()));
        match race(self.ctrl_c.recv(), terminate).await {
            Raced::Left(_) => Signal::Interrupt,
            Raced::Right(_) => Signal::Terminate,
        }
    }
}

#[cfg(not(any(unix, windows)))]
struct Stream;

#[cfg(not(any(unix, windows)))]
impl Stream {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        // The platform has no signals.
        std::future::pending().await
    }
}
