//! SIGINT and SIGTERM, awaited on a thread of their own, so that a body that blocks a worker does not hold them up.

use std::future::{Future, pending};
use std::io;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::panics::contain;
use crate::refusal::RuntimeError;
use crate::shared::Shared;
use crate::shutdown::first;

/// Listens while it lives: the first signal asks for the shutdown, the second skips the grace.
pub(crate) struct Signals {
    _alive: oneshot::Sender<()>,
}

impl Signals {
    /// `beside` runs on the same thread until then.
    pub(crate) fn listen<F: Future<Output = ()>>(
        shared: &Arc<Shared>,
        beside: impl FnOnce(Weak<Shared>) -> F + Send + 'static,
    ) -> Result<Self, RuntimeError> {
        let runtime = attempt(small_runtime)?;
        let mut stream = {
            let _entered = runtime.enter();
            attempt(Stream::new)?
        };
        let (alive, gone) = oneshot::channel();
        let shared = Arc::downgrade(shared);
        let listen = move || {
            runtime.block_on(async {
                let beside = beside(Weak::clone(&shared));
                let _ = first(gone, first(ask(&mut stream, &shared), beside)).await;
            });
        };
        attempt(|| thread::Builder::new().name("taskvisor-signals".to_owned()).spawn(listen))?;
        Ok(Self { _alive: alive })
    }
}

/// Where it gets no descriptor, Tokio panics in places.
fn attempt<T>(code: impl FnOnce() -> io::Result<T>) -> Result<T, RuntimeError> {
    let tried = contain(code).and_then(|done| done.map_err(|error| error.to_string()));
    tried.map_err(|reason| RuntimeError::Signals { reason })
}

/// Nothing beside.
pub(crate) async fn nothing(_: Weak<Shared>) {
    pending().await
}

async fn ask(stream: &mut Stream, shared: &Weak<Shared>) {
    let mut grace = None;
    loop {
        stream.next().await;
        let Some(shared) = shared.upgrade() else { return };
        shared.ask_all_to_stop(grace.unwrap_or(shared.config.grace));
        grace = Some(Duration::ZERO);
    }
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

    fn next(&mut self) -> impl Future<Output = ()> {
        let (interrupt, terminate) = (self.interrupt.recv(), self.terminate.recv());
        async move {
            let _ = first(interrupt, terminate).await;
        }
    }
}

#[cfg(not(unix))]
struct Stream;

#[cfg(not(unix))]
impl Stream {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    fn next(&mut self) -> impl Future<Output = ()> {
        async {
            // Without a console there is nothing to listen to.
            if tokio::signal::ctrl_c().await.is_err() {
                pending::<()>().await;
            }
        }
    }
}
