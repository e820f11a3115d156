//! SIGINT and SIGTERM, awaited on a thread of their own, so that a body that blocks a worker does not hold them up.
//!
//! SIGHUP and SIGQUIT keep what the system does by default. On Windows, Ctrl-C counts as SIGINT; Ctrl-Break, the closing
//! of the console and the shutdown of the system count as SIGTERM.

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
    /// What a shell reports of a process that the signal has killed.
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

/// Listens while it lives.
pub(crate) struct Signals {
    _alive: oneshot::Sender<()>,
}

impl Signals {
    /// Calls `on_signal` for every signal, on the thread that listens.
    pub(crate) fn listen(mut on_signal: impl FnMut(Signal) + Send + 'static) -> Result<Self, RuntimeError> {
        let runtime = attempt("", small_runtime)?;
        let mut stream = {
            let _entered = runtime.enter();
            attempt("", Stream::new)?
        };
        let (alive, mut gone) = oneshot::channel();
        let listen = move || {
            runtime.block_on(async {
                while let Raced::Right(signal) = race(&mut gone, stream.next()).await {
                    on_signal(signal);
                }
            });
        };
        let thread = || thread::Builder::new().name("taskvisor-signals".to_owned()).spawn(listen);
        attempt("cannot create a thread: ", thread)?;
        Ok(Self { _alive: alive })
    }
}

/// Where it gets no descriptor, Tokio panics in places.
fn attempt<T>(what: &str, code: impl FnOnce() -> io::Result<T>) -> Result<T, RuntimeError> {
    let tried = contain(code).and_then(|done| done.map_err(|error| error.to_string()));
    tried.map_err(|reason| RuntimeError::Signals { reason: format!("{what}{reason}") })
}

/// A runtime for one thread that does nothing but wait.
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
        // Nothing to listen to.
        std::future::pending().await
    }
}
