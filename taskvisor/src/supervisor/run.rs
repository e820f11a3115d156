//! Running a supervisor to its end.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::signals::{Signal, Signals};
use super::spawn::Reserved;
use super::{Supervisor, TaskHandle};
use crate::runtime::body::TaskSpec;
use crate::runtime::shared::Shared;
use crate::sync::{Ordering, Raced, race};
use crate::task::{Report, RuntimeError};

impl Supervisor {
    /// Starts these tasks, all or none, and runs until nothing is left to run or wait, or until SIGINT, SIGTERM or
    /// [`stop`](crate::SupervisorHandle::stop) came and the shutdown is through. A second signal skips the grace.
    ///
    /// If a stop was requested before, it starts nothing, and waits until the tasks that were added are gone.
    ///
    /// Admission closes in the same step in which nothing is left. Signals are listened to only while it runs; but
    /// once a process has listened to a signal, Tokio never gives it its default effect back.
    ///
    /// # Errors
    ///
    /// Before anything starts: if any of the tasks is refused, with everything that is wrong; if the supervisor ran
    /// before, its runtime is gone, or it cannot listen to signals. After the shutdown: [`GraceExceeded`](RuntimeError::GraceExceeded),
    /// which carries the report, if a task was aborted at the end of the grace or blocks its thread past it.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it leaves the tasks running; [`stop`](crate::SupervisorHandle::stop) still stops them.
    pub async fn run(&self, specs: Vec<TaskSpec>) -> Result<Report, RuntimeError> {
        let shared = Arc::clone(self.owned());
        let (_listening, _) = start(&shared, specs, || Signals::listen(stop_at_signals(&shared)).map(Some))?;
        finish(&shared).await
    }

    /// Starts these tasks, all or none, and runs until nothing is left, [`stop`](crate::SupervisorHandle::stop) came,
    /// or `until` completes: then shuts down. It touches no signal.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn run_until<F: Future>(&self, specs: Vec<TaskSpec>, until: F) -> Result<Report, RuntimeError> {
        let shared = Arc::clone(self.owned());
        start(&shared, specs, || Ok(None))?;
        let mut finished = pin!(finish(&shared));
        match race(finished.as_mut(), until).await {
            Raced::Left(result) => result,
            Raced::Right(_) => {
                shared.request_stop_all(shared.config.grace);
                finished.await
            }
        }
    }
}

/// The first signal asks for the shutdown, the second skips the grace.
fn stop_at_signals(shared: &Arc<Shared>) -> impl FnMut(Signal) + Send + use<> {
    let shared = Arc::downgrade(shared);
    let mut grace = None;
    move |_| {
        let Some(shared) = shared.upgrade() else { return };
        shared.request_stop_all(grace.unwrap_or(shared.config.grace));
        grace = Some(Duration::ZERO);
    }
}

/// Starts all or none, once.
pub(crate) fn start(
    shared: &Arc<Shared>,
    specs: Vec<TaskSpec>,
    listen: impl FnOnce() -> Result<Option<Signals>, RuntimeError>,
) -> Result<(Option<Signals>, Vec<TaskHandle>), RuntimeError> {
    if shared.ran.swap(true, Ordering::AcqRel) {
        return Err(RuntimeError::AlreadyRan);
    }
    let reserved = match reserve_all(shared, specs) {
        // A stop is a level: one that came before stops these tasks before they start, and the run is over once those that
        // were added are gone.
        Err(error) if is_stopped(&error) => shared.bind().map(|_| Vec::new()),
        reserved => reserved,
    };
    let started = reserved.and_then(|reserved| {
        let listening = listen()?;
        let handles = reserved.iter().map(Reserved::handle).collect();
        for reserved in reserved {
            reserved.start(shared);
        }
        Ok((listening, handles))
    });
    if started.is_err() {
        shared.ran.store(false, Ordering::Release);
    }
    started
}

fn is_stopped(error: &RuntimeError) -> bool {
    match error {
        RuntimeError::ShuttingDown => true,
        RuntimeError::Refused(errors) => errors.iter().all(is_stopped),
        _ => false,
    }
}

fn reserve_all(shared: &Arc<Shared>, specs: Vec<TaskSpec>) -> Result<Vec<Reserved>, RuntimeError> {
    shared.ready()?;
    let (mut reserved, mut wrong) = (Vec::with_capacity(specs.len()), Vec::new());
    for spec in specs {
        match shared.reserve(spec) {
            Ok(task) => reserved.push(task),
            Err(error) => wrong.push(RuntimeError::from(error)),
        }
    }
    RuntimeError::all(wrong).map(|()| reserved)
}

/// Waits for the end, whichever comes first: nothing is left, or a shutdown was asked and is through.
pub(crate) async fn finish(shared: &Shared) -> Result<Report, RuntimeError> {
    loop {
        match race(shared.stopped(), shared.idle()).await {
            Raced::Left(result) => return result,
            Raced::Right(()) => {
                // Somebody may have added a task since, or asked for the end.
                if shared.stop_if_idle() || shared.registry.is_closed() {
                    return shared.stopped().await;
                }
                tokio::task::yield_now().await;
            }
        }
    }
}
