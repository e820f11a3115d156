//! The state that all tasks of one supervisor share.

use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::body::States;
use super::registry::Registry;
use super::subscriber::{Inbox, Subscriber};
use super::tally::Tally;
use crate::event::bus::{Bus, Queue};
use crate::policy::{Config, ControllerConfig};
use crate::sync::{AtomicBool, Mutex, Notify, available_parallelism, watch};
use crate::task::{RuntimeError, StuckTask};

pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) controller: ControllerConfig,
    pub(crate) states: States,
    /// The error of an invalid configuration. The first fallible call returns it.
    pub(crate) build_error: Option<RuntimeError>,
    // In an `Arc` of its own, because the watchdog of an application holds it too, and must not keep the states alive.
    pub(crate) registry: Arc<Registry>,
    pub(crate) bus: Arc<Bus>,
    /// Limits the attempts that run at once. `None` without a limit.
    pub(crate) permits: Option<Arc<Semaphore>>,
    /// Notified whenever a slot queue may have room again.
    pub(crate) room: Notify,
    pub(crate) tally: Tally,
    pub(crate) stop: watch::Sender<ShutdownState>,
    /// Called after every change of `stop`.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) stop_observer: OnceLock<Box<dyn Fn() + Send + Sync>>,
    pub(crate) ran: AtomicBool,
    pub(crate) runtime: OnceLock<Handle>,
    /// Subscribers whose workers are not spawned yet, because no runtime is known.
    pub(crate) subscribers: Mutex<Vec<(Subscriber, Inbox)>>,
    pub(crate) workers: Mutex<Vec<AbortHandle>>,
    /// Closed when this value, with its states, has been dropped. An application awaits it.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) gone: Mutex<Option<oneshot::Receiver<()>>>,
    // The last field: fields are dropped in their order, so that `gone` closes after the states are dropped.
    _gone_on_drop: oneshot::Sender<()>,
}

/// The progress of a shutdown.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShutdownState {
    /// The stop deadline of the tasks. Set by the first shutdown request.
    pub(crate) deadline: Option<Instant>,
    /// Set once admission is closed, the event published, and every task has its stop request. The driver starts only then.
    pub(crate) requested: bool,
    /// Whether the runtime was shut down before a stop was requested.
    pub(crate) runtime_gone: bool,
    /// The deadline of subscribers and states. Set once no task is left to wait for.
    pub(crate) drained_by: Option<Instant>,
    /// The stuck tasks. Set once the shutdown has completed.
    pub(crate) result: Option<Arc<[StuckTask]>>,
}

impl Shared {
    pub(crate) fn new(
        config: Config,
        controller: ControllerConfig,
        states: States,
        subscribers: Vec<Subscriber>,
        mut build_errors: Vec<RuntimeError>,
    ) -> Arc<Self> {
        build_errors.extend(config.check().err().map(|reason| RuntimeError::InvalidConfig { reason }));
        let queues: Vec<_> = subscribers
            .iter()
            .map(|subscriber| {
                Arc::new(Queue::new(subscriber.name.to_string(), subscriber.events, subscriber.queue))
            })
            .collect();
        let bus = Arc::new(Bus::new(queues.clone()));
        let permits = config.max_concurrent.map(|limit| limit.clamp(1, Semaphore::MAX_PERMITS));
        let (gone_on_drop, gone) = oneshot::channel();
        let shared = Arc::new(Self {
            build_error: RuntimeError::all(build_errors).err(),
            config,
            controller,
            states,
            registry: Arc::new(Registry::new(shards())),
            bus: Arc::clone(&bus),
            permits: permits.map(|limit| Arc::new(Semaphore::new(limit))),
            room: Notify::new(),
            tally: Tally::default(),
            stop: watch::Sender::default(),
            stop_observer: OnceLock::new(),
            ran: AtomicBool::new(false),
            runtime: OnceLock::new(),
            subscribers: Mutex::default(),
            workers: Mutex::default(),
            gone: Mutex::new(Some(gone)),
            _gone_on_drop: gone_on_drop,
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

    /// Identifies this supervisor while it lives.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// The number of shards of the registry: four for each thread, so that threads which add tasks rarely share a lock.
fn shards() -> usize {
    available_parallelism().map_or(8, |threads| threads.get() * 4).next_power_of_two()
}
