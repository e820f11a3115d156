//! What all tasks of one supervisor share.

use std::any::{Any, TypeId};
use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::body::{Host, States};
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
    /// What is wrong with how it was built, told by the first call that can fail.
    pub(crate) build_error: Option<RuntimeError>,
    /// Shared with the watchdog of an application, which must not keep the states alive.
    pub(crate) registry: Arc<Registry>,
    pub(crate) bus: Arc<Bus>,
    pub(crate) permits: Option<Arc<Semaphore>>,
    /// Told whenever there may be room among those who wait for a slot.
    pub(crate) room: Notify,
    pub(crate) tally: Tally,
    pub(crate) stop: watch::Sender<ShutdownState>,
    /// Called whenever `stop` has changed.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) stop_observer: OnceLock<Box<dyn Fn() + Send + Sync>>,
    pub(crate) ran: AtomicBool,
    pub(crate) runtime: OnceLock<Handle>,
    /// Those whose workers wait for a runtime.
    pub(crate) subscribers: Mutex<Vec<(Subscriber, Inbox)>>,
    pub(crate) workers: Mutex<Vec<AbortHandle>>,
    /// Told when all of this is gone, by the last field of it. An application waits for it.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) gone: Mutex<Option<oneshot::Receiver<()>>>,
    _going: oneshot::Sender<()>,
}

/// How far a shutdown is.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShutdownState {
    /// Until when tasks may take to stop; set once a shutdown was asked.
    pub(crate) deadline: Option<Instant>,
    /// Set once the door is shut, the end told and everybody asked: only then the driver begins.
    pub(crate) requested: bool,
    /// Whether the runtime was shut down before a stop was requested.
    pub(crate) runtime_gone: bool,
    /// By when subscribers and states must be done; set once no task is left to wait for.
    pub(crate) drained_by: Option<Instant>,
    /// The tasks that are stuck; set once it is through.
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
        let (going, gone) = oneshot::channel();
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
            _going: going,
        });
        let supervisor = shared.address();
        let inboxes = queues.into_iter().map(|queue| Inbox { queue, bus: Arc::clone(&bus), supervisor });
        let waiting = subscribers.into_iter().zip(inboxes).collect();
        *shared.subscribers.lock() = waiting;
        shared
    }

    /// The time on the clock of the runtime that the tasks run on, whatever runtime or thread calls: a paused clock of
    /// Tokio's belongs to its runtime.
    pub(crate) fn now(&self) -> Instant {
        let Some(runtime) = self.runtime.get() else { return Instant::now() };
        let _entered = match Handle::try_current() {
            // Most callers are tasks of that runtime, and this is part of adding a task.
            Ok(current) if current.id() == runtime.id() => None,
            // A supervisor may be dropped with the locals of its thread: Tokio's are gone then, and nothing can be entered.
            Err(error) if error.is_thread_local_destroyed() => None,
            _ => Some(runtime.enter()),
        };
        Instant::now()
    }

    /// Tells this supervisor from others for as long as it lives.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl Host for Shared {
    fn state(&self, type_id: TypeId) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.states.get(type_id)
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// Enough that threads which add at once rarely meet.
fn shards() -> usize {
    available_parallelism().map_or(8, |threads| threads.get() * 4).next_power_of_two()
}
