//! Runs a supervisor to its end.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::link::has_links;
use super::scale::ReservedSet;
use super::signals::{Signal, Signals};
use super::spawn::UnspawnedActor;
use super::{Supervisor, TaskHandle};
use crate::runtime::body::TaskSpec;
use crate::runtime::shared::Shared;
use crate::runtime::startable::Startable;
use crate::sync::{Ordering, Raced, race};
use crate::task::{Report, RuntimeError};

impl Supervisor {
    /// Starts all of these tasks, or none of them, and runs until every task has ended.
    ///
    /// SIGINT, SIGTERM, [`stop`](crate::SupervisorHandle::stop) or the failure of a critical task ends the run earlier, by a shutdown. A
    /// second signal skips the grace. A paused task keeps the run from ending by itself.
    ///
    /// If a stop was requested before the call, these tasks do not start. The run then waits for the tasks that were added
    /// earlier.
    ///
    /// Admission closes atomically with the end of the last task. The supervisor listens to signals only during the run.
    /// However, once a process has listened to a signal, Tokio never restores its default effect.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let ping = TaskFn::arc("ping", || async { Ok(println!("pong")) });
    /// let report = supervisor.run(vec![TaskSpec::once(ping)]).await?;
    /// assert_eq!(report.completed, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before any task starts: an error that lists every refused task; or the supervisor ran before, its runtime is gone,
    /// or it cannot listen to signals.
    ///
    /// After the shutdown: [`GraceExceeded`](RuntimeError::GraceExceeded), which carries the report, if a task was aborted at the
    /// end of the grace or blocks its thread past it. [`CriticalTask`](RuntimeError::CriticalTask), which carries the report too,
    /// if the failure of a critical task has caused the shutdown; it takes precedence.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the tasks go on running. [`stop`](crate::SupervisorHandle::stop) still stops them.
    pub async fn run(&self, specs: Vec<TaskSpec>) -> Result<Report, RuntimeError> {
        run_hooks();
        let shared = Arc::clone(self.owned());
        let (_signals, _) =
            start_all(&shared, specs, || Signals::listen(stop_at_signals(&shared)).map(Some))?;
        run_to_end(&shared).await
    }

    /// Starts all of these tasks, or none of them, and runs until every task has ended,
    /// [`stop`](crate::SupervisorHandle::stop) was called, or `until` completes. Then shuts down.
    ///
    /// It does not listen to signals.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run).
    pub async fn run_until<F: Future>(&self, specs: Vec<TaskSpec>, until: F) -> Result<Report, RuntimeError> {
        run_hooks();
        let shared = Arc::clone(self.owned());
        start_all(&shared, specs, || Ok(None))?;
        let mut run = pin!(run_to_end(&shared));
        match race(run.as_mut(), until).await {
            Raced::Left(result) => result,
            Raced::Right(_) => {
                shared.request_shutdown(shared.config.grace);
                run.await
            }
        }
    }
}

/// A function that is called whenever a supervisor runs that was built by hand.
///
/// Registered, because this layer does not import from the layer of applications.
#[cfg(feature = "macros")]
pub(crate) struct RunHook(pub(crate) fn());

#[cfg(feature = "macros")]
inventory::collect!(RunHook);

fn run_hooks() {
    #[cfg(feature = "macros")]
    for RunHook(hook) in inventory::iter::<RunHook> {
        hook();
    }
}

/// Returns a handler that requests the shutdown at the first signal and skips the grace at the second.
fn stop_at_signals(shared: &Arc<Shared>) -> impl FnMut(Signal) + Send + use<> {
    // Weak: the thread that listens to signals must not keep the states alive after the run.
    let shared = Arc::downgrade(shared);
    let mut grace = None;
    move |_| {
        let Some(shared) = shared.upgrade() else { return };
        let configured = shared.config.grace;
        shared.request_shutdown_by_signal(grace.unwrap_or(configured));
        grace = Some(Duration::ZERO);
    }
}

/// Starts all tasks or none. Succeeds at most once per supervisor.
pub(crate) fn start_all(
    shared: &Arc<Shared>,
    specs: Vec<TaskSpec>,
    listen: impl FnOnce() -> Result<Option<Signals>, RuntimeError>,
) -> Result<(Option<Signals>, Vec<TaskHandle>), RuntimeError> {
    // Claims the run, so that of two concurrent calls one is refused. The acquire pairs with the release below: a call that
    // follows a failed one sees that the names it had reserved are free.
    if shared.started.swap(true, Ordering::AcqRel) {
        return Err(RuntimeError::AlreadyRan);
    }
    let reserved = match reserve_all(shared, specs) {
        // An earlier stop request is no error: the run starts nothing, and waits for the tasks that were added before.
        Err(error) if is_shutting_down(&error) => shared.bind().map(|_| Default::default()),
        reserved => reserved,
    };
    let started = reserved.and_then(|(unspawned, startable)| {
        // The last step that can fail. From here on, every task starts.
        let signals = listen()?;
        for (name, startable) in startable {
            shared.startable.set(name, startable);
        }
        let handles = unspawned.iter().map(UnspawnedActor::handle).collect();
        for actor in &unspawned {
            actor.join_startup_set(shared);
        }
        shared.startup_set.begin();
        for actor in unspawned {
            actor.start(shared);
        }
        shared.watch_start();
        Ok((signals, handles))
    });
    if started.is_err() {
        shared.started.store(false, Ordering::Release);
    }
    started
}

/// Whether a shutdown is the only reason of the error.
fn is_shutting_down(error: &RuntimeError) -> bool {
    match error {
        RuntimeError::ShuttingDown => true,
        RuntimeError::Refused(errors) => errors.iter().all(is_shutting_down),
        _ => false,
    }
}

/// Tasks that are about to start, and what starts each of them again.
type Reserved = (Vec<UnspawnedActor>, Vec<(String, Startable)>);

/// Reserves the names of all tasks, and links them. On an error, dropping the unspawned actors frees the names.
fn reserve_all(shared: &Arc<Shared>, mut specs: Vec<TaskSpec>) -> Result<Reserved, RuntimeError> {
    shared.check_ready()?;
    let (mut unspawned, mut errors) = (Vec::with_capacity(specs.len()), Vec::new());
    let mut startable = Vec::with_capacity(specs.len());
    // By actor: the position of its spec.
    let (mut spec_of, mut sets) = (Vec::with_capacity(specs.len()), Vec::new());
    for (index, spec) in specs.iter_mut().enumerate() {
        let reserved = if spec.has_instances() {
            shared.reserve_instances(spec).map(|(actors, set)| {
                sets.push(set);
                unspawned.extend(actors);
            })
        } else {
            // Before the reservation, which takes the body out of the spec.
            startable.push((spec.name().to_owned(), Startable::of(spec)));
            shared.reserve(spec).map(|actor| unspawned.push(actor))
        };
        // Go on, to report every refused task at once.
        errors.extend(reserved.err());
        spec_of.resize(unspawned.len(), index);
    }
    RuntimeError::all(std::mem::take(&mut errors))?;
    // Once all names are taken, so that the order of the list does not matter.
    let mut linked = Vec::new();
    let with_spec = unspawned.iter().zip(spec_of.iter().map(|index| &specs[*index]));
    for (actor, spec) in with_spec.filter(|(_, spec)| has_links(spec) || shared.graph.has_dependents()) {
        match shared.link(actor.cell(), spec) {
            Ok(needed) => linked.push((actor, spec, needed)),
            Err(error) => errors.push(error),
        }
    }
    RuntimeError::all(errors)?;
    for (actor, spec, needed) in linked {
        shared.confirm_link(actor.cell(), spec, needed);
    }
    sets.into_iter().for_each(ReservedSet::confirm);
    Ok((unspawned, startable))
}

/// Waits until no task is live or a requested shutdown is over, whichever comes first.
pub(crate) async fn run_to_end(shared: &Shared) -> Result<Report, RuntimeError> {
    loop {
        match race(shared.wait_for_shutdown(), shared.wait_for_idle()).await {
            Raced::Left(result) => return result,
            Raced::Right(()) => {
                // Between the wake-up and this check, another thread may have added a task or requested the shutdown.
                if shared.shut_down_if_idle() || shared.registry.is_closed() {
                    return shared.wait_for_shutdown().await;
                }
                // Idleness may come and go quickly. Yield, so that this loop does not starve the tasks of this thread.
                tokio::task::yield_now().await;
            }
        }
    }
}
