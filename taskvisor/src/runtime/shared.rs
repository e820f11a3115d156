//! The state that all tasks of one supervisor share.

use std::sync::{Arc, OnceLock, atomic};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::body::States;
#[cfg(feature = "controller")]
use super::body::{JobDescriptor, JobOverrideTable};
use super::cell::{Flag, TaskCell};
use super::dependency::{Graph, StopWaves};
use super::health::{Liveness, Suspects};
use super::instances::InstanceSets;
use super::instrument::metrics::Metrics;
use super::limits::{HoldersCache, LimitTable};
#[cfg(feature = "controller")]
use super::recent_jobs::RecentJobs;
use super::registry::Registry;
#[cfg(feature = "schedule")]
use super::schedule::date_clock::DateClock;
use super::startable::StartableTasks;
use super::startup_set::StartupSet;
use super::subscriber::{Inbox, Subscriber};
use super::tally::Tally;
use crate::event::bus::{Bus, Queue};
use crate::policy::{Config, ControllerConfig, Policy};
use crate::sync::{AtomicBool, Mutex, available_parallelism, watch};
#[cfg(feature = "macros")]
use crate::task::PolicyOption;
use crate::task::{Phase, RuntimeError, StuckTask, TaskStatus, WaitingOn};
#[cfg(all(feature = "config", feature = "macros"))]
use crate::task::{ReloadError, Reloaded};

/// The state that all tasks of one supervisor share. The supervisor, the registrations of its tasks, contexts and the shutdown
/// driver own it; handles do not.
///
/// Its methods are beside the code that they belong to:
///
/// | file | methods |
/// |---|---|
/// | `supervisor/bind.rs` | bind to a Tokio runtime |
/// | `supervisor/spawn.rs` | check a spec, reserve its name |
/// | `supervisor/link.rs` | add a task to the graph of dependencies |
/// | `supervisor/ready.rs` | wait for the start-up set |
/// | `supervisor/health.rs` | read the health |
/// | `supervisor/scale.rs` | start and stop instances |
/// | `supervisor/update/` | replace the options of live tasks |
/// | `supervisor/operator.rs` | publish an operation |
/// | `supervisor/clock_watch.rs` | watch the wall clock |
/// | `supervisor/still_waiting.rs` | watch a start that takes long |
/// | `supervisor/shutdown.rs` | request the shutdown, wait for its result or for idleness, report |
/// | `supervisor/shutdown_delay.rs` | begin and end the delay of a shutdown |
/// | `supervisor/stop_waves.rs` | request the stops of the first wave, or bring the deadlines forward |
/// | `job/submit.rs` | admit a submission, check it in |
/// | `job/slot_timer.rs` | end submissions that expire in a queue, report long waits for a slot |
/// | `runtime/limits/holders.rs` | list the tasks that hold a permit |
/// | `runtime/registry/publish.rs` | publish an event about a task |
/// | `runtime/registry/withdrawn.rs` | end submissions that left the queue of their slot |
pub(crate) struct Shared {
    pub(crate) config: Config,
    /// The policy of a task that sets no option.
    pub(crate) defaults: Policy,
    pub(crate) controller: ControllerConfig,
    pub(crate) states: States,
    /// The jobs of the application. Set once, before it runs.
    #[cfg(feature = "controller")]
    pub(crate) jobs: OnceLock<Vec<&'static JobDescriptor>>,
    /// The jobs that the application has changed.
    #[cfg(feature = "controller")]
    pub(crate) job_overrides: JobOverrideTable,
    /// Finds the options of a task or a job of the application by its name.
    #[cfg(feature = "macros")]
    pub(crate) policies: OnceLock<FindPolicy>,
    /// The description of the application, as JSON, if the setup has requested it.
    #[cfg(feature = "macros")]
    pub(crate) description: OnceLock<Arc<str>>,
    /// Reads the file of the application again, if it has one.
    #[cfg(all(feature = "config", feature = "macros"))]
    pub(crate) reloader: OnceLock<Reload>,
    /// The error of an invalid configuration. Every call that adds, submits or runs a task returns it.
    pub(crate) build_error: Option<RuntimeError>,
    // In an `Arc` of its own, because the watchdog of an application holds it too, and must not keep the states alive.
    pub(crate) registry: Arc<Registry>,
    pub(crate) bus: Arc<Bus>,
    /// Limits the attempts that run at once. `None` without a limit.
    pub(crate) permits: Option<Arc<Semaphore>>,
    /// The latest list of the tasks that hold these permits.
    pub(crate) holders: HoldersCache,
    /// The limits of each declaration.
    pub(crate) limits: LimitTable,
    /// The tasks with instances.
    pub(crate) instances: InstanceSets,
    /// Whether the policies of tasks that are added may be replaced while they are live. Set before the first one is added.
    // Not loom's, and relaxed: it is set before any other thread has the supervisor.
    allows_updates: atomic::AtomicBool,
    /// The tasks that an operator can start again.
    pub(crate) startable: StartableTasks,
    pub(crate) tally: Tally,
    /// The jobs that are live or have ended recently. `None` unless the configuration keeps them.
    #[cfg(feature = "controller")]
    pub(crate) recent_jobs: Option<RecentJobs>,
    pub(crate) startup_set: StartupSet,
    /// The tasks that may need attention.
    pub(crate) suspects: Suspects,
    // In an `Arc` of its own, because the watchdog of an application holds it too.
    pub(crate) liveness: Arc<Liveness>,
    /// The dependencies between the tasks.
    pub(crate) graph: Graph,
    /// The waves of a shutdown that has begun. Empty before.
    pub(crate) stop_waves: Mutex<StopWaves>,
    /// The wall clock of schedules with `cron`.
    #[cfg(feature = "schedule")]
    pub(crate) date_clock: Arc<DateClock>,
    /// Whether the wall clock is watched. Set by the first task with `cron`.
    #[cfg(feature = "schedule")]
    pub(crate) watches_clock: AtomicBool,
    pub(crate) shutdown: watch::Sender<ShutdownState>,
    /// Called after every change of `shutdown`.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) shutdown_observer: OnceLock<Box<dyn Fn() + Send + Sync>>,
    /// Claimed by the first call of `run`, and released if that call fails.
    pub(crate) started: AtomicBool,
    pub(crate) runtime: OnceLock<Handle>,
    /// Subscribers whose workers are not spawned yet, because no runtime is known.
    pub(crate) subscribers: Mutex<Vec<(Subscriber, Inbox)>>,
    pub(crate) workers: Mutex<Vec<AbortHandle>>,
    /// Completes when this is dropped, because `_drop_signal` is its last field. An application waits for it.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) dropped: Mutex<Option<oneshot::Receiver<()>>>,
    _drop_signal: oneshot::Sender<()>,
}

/// Returns the options that apply to the task or to the job of a name.
#[cfg(feature = "macros")]
pub(crate) type FindPolicy = Box<dyn Fn(&str) -> Option<Vec<PolicyOption>> + Send + Sync>;

/// Reads the file of an application again, and applies what has changed.
#[cfg(all(feature = "config", feature = "macros"))]
pub(crate) type Reload = Box<dyn Fn(&Arc<Shared>) -> Result<Reloaded, ReloadError> + Send + Sync>;

/// The progress of a shutdown.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShutdownState {
    /// When the shutdown was requested for the first time. `None` if it began because no task was left.
    pub(crate) requested_at: Option<Instant>,
    /// Whether a call has announced the shutdown, if it may be delayed: it publishes `ShutdownRequested`.
    pub(crate) is_announced: bool,
    /// Whether that call has begun a delay and has not published the event yet. Until then the driver does not begin.
    pub(crate) is_announcing: bool,
    /// When the delay ends, if there is one.
    pub(crate) delay_until: Option<Instant>,
    /// By when tasks must stop. Set once a shutdown was requested.
    pub(crate) grace_deadline: Option<Instant>,
    /// Set once admission is closed, the event is published and the stops of the first wave are requested. Only then the driver
    /// begins.
    pub(crate) requested: bool,
    /// Whether the runtime was shut down before a shutdown was requested.
    pub(crate) runtime_gone: bool,
    /// By when subscribers must have drained and states must be dropped. Set once no task is left to wait for.
    pub(crate) drain_deadline: Option<Instant>,
    /// The result of the driver: the tasks that are stuck. Set once the shutdown is over.
    pub(crate) stuck_tasks: Option<Arc<[StuckTask]>>,
}

impl Shared {
    pub(crate) fn new(
        config: Config,
        controller: ControllerConfig,
        states: States,
        subscribers: Vec<Subscriber>,
        mut build_errors: Vec<RuntimeError>,
    ) -> Arc<Self> {
        build_errors
            .extend(config.problems().into_iter().map(|reason| RuntimeError::InvalidConfig { reason }));
        let queues: Vec<_> = subscribers
            .iter()
            .map(|subscriber| {
                let queue = Queue::new(subscriber.name.to_string(), subscriber.events, subscriber.queue);
                Arc::new(queue.with_tasks(subscriber.task_filter()).count_losses())
            })
            .collect();
        let bus = Arc::new(Bus::new(queues.clone()));
        let permits = config.max_concurrent.map(|limit| limit.clamp(1, Semaphore::MAX_PERMITS));
        #[cfg(feature = "schedule")]
        let clock = config.wall_clock();
        let startup_set = StartupSet::default();
        let registry = Registry::new(shards()).with_metrics(Metrics::new(&config));
        #[cfg(feature = "controller")]
        let recent_jobs = RecentJobs::new(config.recent_jobs);
        let (drop_signal, dropped) = oneshot::channel();
        let shared = Arc::new(Self {
            build_error: RuntimeError::all(build_errors).err(),
            defaults: Policy::defaults(&config),
            config,
            controller,
            states,
            #[cfg(feature = "controller")]
            jobs: OnceLock::new(),
            #[cfg(feature = "controller")]
            job_overrides: JobOverrideTable::default(),
            #[cfg(feature = "macros")]
            policies: OnceLock::new(),
            #[cfg(feature = "macros")]
            description: OnceLock::new(),
            #[cfg(all(feature = "config", feature = "macros"))]
            reloader: OnceLock::new(),
            registry: Arc::new(registry),
            bus: Arc::clone(&bus),
            permits: permits.map(|limit| Arc::new(Semaphore::new(limit))),
            holders: HoldersCache::default(),
            limits: LimitTable::default(),
            instances: InstanceSets::default(),
            allows_updates: atomic::AtomicBool::new(false),
            startable: StartableTasks::default(),
            tally: Tally::default(),
            #[cfg(feature = "controller")]
            recent_jobs,
            suspects: Suspects::new(startup_set.count()),
            liveness: Arc::default(),
            startup_set,
            graph: Graph::default(),
            stop_waves: Mutex::default(),
            #[cfg(feature = "schedule")]
            date_clock: Arc::new(DateClock::new(clock)),
            #[cfg(feature = "schedule")]
            watches_clock: AtomicBool::new(false),
            shutdown: watch::Sender::default(),
            shutdown_observer: OnceLock::new(),
            started: AtomicBool::new(false),
            runtime: OnceLock::new(),
            subscribers: Mutex::default(),
            workers: Mutex::default(),
            dropped: Mutex::new(Some(dropped)),
            _drop_signal: drop_signal,
        });
        // The inboxes need the address, which is known only once the value is allocated.
        let supervisor = shared.address();
        let inboxes = queues.into_iter().map(|queue| Inbox { queue, bus: Arc::clone(&bus), supervisor });
        let unspawned = subscribers.into_iter().zip(inboxes).collect();
        *shared.subscribers.lock() = unspawned;
        shared
    }

    /// Returns the time on the clock of the runtime that the tasks run on, from any runtime or thread.
    // A paused Tokio clock belongs to its runtime: the caller's clock may differ.
    pub(crate) fn now(&self) -> Instant {
        let Some(runtime) = self.runtime.get() else { return Instant::now() };
        let _entered = match Handle::try_current() {
            // Most callers are tasks of that runtime. Entering it again would slow down every added task.
            Ok(current) if current.id() == runtime.id() => None,
            // A supervisor in a thread local may be dropped after Tokio's thread locals. No runtime can be entered then.
            Err(error) if error.is_thread_local_destroyed() => None,
            _ => Some(runtime.enter()),
        };
        Instant::now()
    }

    /// Returns a snapshot of a task, with the name of the dependency that it waits for.
    // The graph knows the name, and the cell does not: see `WaitsFor`.
    #[inline]
    pub(crate) fn status(&self, cell: &Arc<TaskCell>) -> TaskStatus {
        if cell.has_flag(Flag::HasDependencies) { self.dependent_status(cell) } else { cell.status() }
    }

    #[cold]
    fn dependent_status(&self, cell: &Arc<TaskCell>) -> TaskStatus {
        let mut status = cell.status();
        if let Phase::Waiting { on: WaitingOn::Dependency { name } } = &mut status.phase {
            if let Some(awaited) = self.graph.awaited(cell.id()) {
                *name = awaited;
            }
        }
        status
    }

    /// Whether the policies of tasks that are added now may be replaced. A constant in a build that updates no policy.
    #[inline]
    pub(crate) fn allows_updates(&self) -> bool {
        cfg!(any(feature = "config", test)) && self.allows_updates.load(atomic::Ordering::Relaxed)
    }

    /// Lets `update_task` replace the policies of the tasks that are added from now on. Each of them then has rare state.
    #[cfg(any(feature = "config", test))]
    #[cfg_attr(not(test), allow(dead_code, reason = "only an application reloads its options"))]
    pub(crate) fn allow_updates(&self) {
        self.allows_updates.store(true, atomic::Ordering::Relaxed);
    }

    /// Identifies this supervisor while it lives.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// The number of shards of the registry: four for each thread, so that threads which add tasks rarely share a lock.
fn shards() -> usize {
    available_parallelism().map_or(8, |threads| threads.get() * 4).next_power_of_two()
}
