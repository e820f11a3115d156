//! The shipped supervisor without a runtime: the models poll its actors on loom's threads.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::{GRACE, block_on, cell, instance_cell, keyed, policy, rare_cell, submission, unshared};
use crate::error::TaskError;
use crate::event::Event;
use crate::policy::{
    Config, ControllerConfig, Milliseconds, Policy, RareOptions, Readiness, RestartPolicy, ScheduleSettings,
    Setting, Settings,
};
use crate::runtime::actor::TaskActor;
use crate::runtime::body::{Dependencies, Dependency, ErasedBody, States, erase};
use crate::runtime::cell::{RareSetup, RegistryKey, TaskCell};
use crate::runtime::instances::InstanceSet;
use crate::runtime::limits::{AttemptLimits, LimitKey};
use crate::runtime::registry::registration::Registration;
use crate::runtime::registry::slot::{Admission, TimerChange};
use crate::runtime::registry::{Arrival, Capacity, Limits, Placement, RegisterError, Work};
use crate::runtime::schedule::Schedule;
use crate::runtime::shared::Shared;
use crate::runtime::subscriber::{Subscribe, Subscriber};
use crate::supervisor::spawn::UnspawnedActor;
use crate::supervisor::{SupervisorHandle, TaskHandle};
use crate::sync::Notify;
use crate::task::{Outcome, RuntimeError};

#[derive(Clone)]
pub(super) struct World {
    pub(super) shared: Arc<Shared>,
    pub(super) supervisor: SupervisorHandle,
    pub(super) now: Instant,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Config::default(), Vec::new())
    }

    pub(super) fn with(config: Config, subscribers: Vec<Subscriber>) -> Self {
        let controller = ControllerConfig::default();
        let shared = Shared::new(config, controller, States::default(), subscribers, Vec::new());
        Self { supervisor: SupervisorHandle::new(&shared), shared, now: Instant::now() }
    }

    /// Adds a task as the supervisor does, and returns its actor instead of spawning it.
    pub(super) fn add(&self, name: &'static str, body: ErasedBody) -> Result<Added, RegisterError> {
        self.add_with(policy(), name, body)
    }

    /// Adds a task that declares its readiness.
    pub(super) fn add_ready(
        &self,
        name: &'static str,
        body: ErasedBody,
        readiness: Readiness,
    ) -> Result<Added, RegisterError> {
        let mut policy = policy();
        policy.readiness = Some(readiness);
        self.add_with(policy, name, body)
    }

    pub(super) fn add_with(
        &self,
        policy: Policy,
        name: &'static str,
        body: ErasedBody,
    ) -> Result<Added, RegisterError> {
        Ok(Added::accept(self.reserve(policy, name, body)?))
    }

    /// Adds a task with options that most tasks leave out. Its name must be free.
    pub(super) fn add_rare(
        &self,
        policy: Policy,
        options: RareOptions,
        name: &'static str,
        body: ErasedBody,
    ) -> Added {
        let registered = Registration::register(Arc::clone(&self.shared), rare_cell(name, options, self.now));
        let registration = registered.map_err(|(error, _)| error).expect("the name is free");
        Added::accept(UnspawnedActor::new(registration, body, policy))
    }

    /// Adds a task with this cell. Its name must be free.
    pub(super) fn add_cell(&self, policy: Policy, cell: TaskCell, body: ErasedBody) -> Added {
        let registered = Registration::register(Arc::clone(&self.shared), Arc::new(cell));
        let registration = registered.map_err(|(error, _)| error).expect("the name is free");
        Added::accept(UnspawnedActor::new(registration, body, policy))
    }

    /// The limits that the tasks with these options share.
    pub(super) fn limits(&self, options: RareOptions) -> Arc<AttemptLimits> {
        let found = self.shared.limits.find(&options, LimitKey::Task("work".into()), "work", self.now);
        found.expect("the options have limits")
    }

    /// Adds a task that shares limits with others. Its name must be free.
    pub(super) fn add_limited(
        &self,
        limits: &Arc<AttemptLimits>,
        name: &'static str,
        body: ErasedBody,
    ) -> Added {
        let limits = Some(Arc::clone(limits));
        let cell = unshared(name, RegistryKey::Name, self.now)
            .with_rare(RareSetup { limits, ..RareSetup::default() }, self.now);
        let registered = Registration::register(Arc::clone(&self.shared), Arc::new(cell));
        let registration = registered.map_err(|(error, _)| error).expect("the name is free");
        Added::accept(UnspawnedActor::new(registration, body, policy()))
    }

    /// Adds a task with a schedule. Its name must be free.
    pub(super) fn add_scheduled(
        &self,
        name: &'static str,
        schedule: &ScheduleSettings,
        body: ErasedBody,
    ) -> Added {
        let mut policy = policy();
        (policy.restart, policy.schedule) = (RestartPolicy::Always, schedule.kind());
        let schedule = Schedule::new(schedule, self.now, ()).map(Box::new);
        let cell = unshared(name, RegistryKey::Name, self.now)
            .with_rare(RareSetup { schedule, ..RareSetup::default() }, self.now);
        let registered = Registration::register(Arc::clone(&self.shared), Arc::new(cell));
        let registration = registered.map_err(|(error, _)| error).expect("the name is free");
        Added::accept(UnspawnedActor::new(registration, body, policy))
    }

    /// Adds a task that needs others. Its name must be free.
    pub(super) fn add_needing(
        &self,
        name: &'static str,
        names: &[&'static str],
        body: ErasedBody,
    ) -> Result<Added, RuntimeError> {
        let unspawned = self.reserve(policy(), name, body).expect("the name is free");
        self.link(unspawned.cell(), &needs(names))?;
        Ok(Added::accept(unspawned))
    }

    /// Adds the instance of a claimed number as the supervisor does, and returns its actor instead of spawning it.
    pub(super) fn add_instance(&self, set: &Arc<InstanceSet>, index: usize, body: ErasedBody) -> Added {
        let cell = instance_cell(set, index, self.now);
        let registered = Registration::register(Arc::clone(&self.shared), cell);
        let registration = registered.map_err(|(error, _)| error).expect("the name is free");
        let unspawned = UnspawnedActor::new(registration, body, policy());
        assert!(set.join(index, unspawned.cell()), "the number is wanted");
        Added::accept(unspawned)
    }

    /// Registers the instance of a claimed number. The model is its actor.
    pub(super) fn register_instance(&self, set: &Arc<InstanceSet>, index: usize) -> Arc<TaskCell> {
        let task = instance_cell(set, index, self.now);
        self.shared.registry.register(&task).expect("the name is free");
        set.join(index, &task);
        task
    }

    /// Registers a task under a free name. The model is its actor.
    pub(super) fn register_cell(&self, name: &'static str) -> Arc<TaskCell> {
        let task = cell(name, self.now);
        self.shared.registry.register(&task).expect("the name is free");
        task
    }

    /// Links a task that has not started with those that it depends on.
    pub(super) fn link(&self, cell: &Arc<TaskCell>, dependencies: &Dependencies) -> Result<(), RuntimeError> {
        let interrupt_on_loss = Setting::Set(GRACE);
        let settings = Settings { interrupt_on_loss, ..Settings::INHERIT };
        let needed = self.shared.link_parts(cell, Some(dependencies), &settings, None)?;
        self.shared.await_needed(needed);
        Ok(())
    }

    fn reserve(
        &self,
        policy: Policy,
        name: &'static str,
        body: ErasedBody,
    ) -> Result<UnspawnedActor, RegisterError> {
        let registered = Registration::register(Arc::clone(&self.shared), cell(name, self.now));
        let registration = registered.map_err(|(error, _)| error)?;
        Ok(UnspawnedActor::new(registration, body, policy))
    }

    /// Adds a job: a submission without a slot that returns a value.
    pub(super) fn add_job(&self, body: ErasedBody) -> Added {
        let mut policy = policy();
        policy.returns_value = true;
        let cell = keyed("job", RegistryKey::Free, self.now);
        self.register(&cell, Admission::Queue, Capacity::ONE, body, policy)
            .expect("a submission without a slot is admitted")
    }

    /// Submits as the controller does, and returns the lane instead of spawning it. A submission that waits has none.
    pub(super) fn submit(&self, admission: Admission, body: ErasedBody) -> Result<Added, RegisterError> {
        self.submit_with(Capacity::ONE, admission, body)
    }

    /// Submits to a slot that this submission shares with others.
    pub(super) fn submit_with(
        &self,
        capacity: Capacity,
        admission: Admission,
        body: ErasedBody,
    ) -> Result<Added, RegisterError> {
        self.register(&submission("slot", self.now), admission, capacity, body, policy())
    }

    /// Submits a submission that expires. `expiry` is what its lane compares with the clock. A timer withdraws it at any later time.
    /// Returns the wake-up of the timer, if it waits.
    pub(super) fn submit_expiring(&self, body: ErasedBody, expiry: Instant) -> (Added, Option<Arc<Notify>>) {
        let cell = submission("slot", self.now);
        cell.set_expiry(expiry);
        let limits = Limits { per_slot: 8, total: 8 };
        let work = Work { body, policy: policy() };
        let mut arrival = self.shared.arrival(Admission::Queue, Capacity::ONE, limits, self.now, work);
        arrival.expires = Some(Milliseconds::new(Duration::ZERO));
        let placement = self.shared.registry.register_submission(&cell, &mut arrival).expect("there is room");
        let wakeup = match &placement {
            Placement::Queued { timer: Some(TimerChange::Start(wakeup)), .. } => Some(Arc::clone(wakeup)),
            _ => None,
        };
        let lane = self.shared.complete_submission(Arc::clone(&cell), placement, arrival);
        let handle = TaskHandle::new(cell, &self.shared);
        (Added { handle, actor: Actor(lane.map(UnspawnedActor::into_actor)) }, wakeup)
    }

    /// Submits work that needs tasks to a slot, whose queue has room.
    pub(super) fn submit_needing(&self, names: &[&'static str], body: ErasedBody) -> Added {
        let cell = submission("slot", self.now);
        self.link(&cell, &needs(names)).expect("the tasks are registered");
        self.register(&cell, Admission::Queue, Capacity::ONE, body, policy()).expect("the queue has room")
    }

    fn register(
        &self,
        cell: &Arc<TaskCell>,
        admission: Admission,
        capacity: Capacity,
        body: ErasedBody,
        policy: Policy,
    ) -> Result<Added, RegisterError> {
        let limits = Limits { per_slot: 8, total: 8 };
        let mut arrival = self.shared.arrival(admission, capacity, limits, self.now, Work { body, policy });
        let placement = self.shared.register_submission(cell, &mut arrival)?;
        let lane = self.shared.complete_submission(Arc::clone(cell), placement, arrival);
        let handle = TaskHandle::new(Arc::clone(cell), &self.shared);
        Ok(Added { handle, actor: Actor(lane.map(UnspawnedActor::into_actor)) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.shared.registry.cells().is_empty() && self.shared.registry.slots(|_| ()).is_empty()
    }
}

/// An accepted task, with the actor that runs it.
pub(super) struct Added {
    pub(super) handle: TaskHandle,
    pub(super) actor: Actor,
}

/// The actor of a task. Empty for a submission that waits for its slot, which the lane of the slot runs.
pub(super) struct Actor(Option<TaskActor>);

impl Future for Actor {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().map_or(Poll::Ready(()), |actor| Pin::new(actor).poll(context))
    }
}

impl Added {
    fn accept(unspawned: UnspawnedActor) -> Self {
        Self { handle: unspawned.handle(), actor: Actor(Some(unspawned.into_actor())) }
    }

    /// Runs the task on this thread, or waits for its end if another thread runs it.
    pub(super) fn run(self) -> Outcome {
        block_on(self.actor);
        block_on(self.handle.outcome())
    }

    /// Runs the task on another thread.
    pub(super) fn spawn(self) -> thread::JoinHandle<Outcome> {
        thread::spawn(move || self.run())
    }
}

/// The dependencies of a task that needs these.
pub(super) fn needs(names: &[&'static str]) -> Dependencies {
    Dependencies { after: Vec::new(), needs: names.iter().copied().map(Dependency::named).collect() }
}

/// Creates a body that completes at once.
pub(super) fn at_once() -> ErasedBody {
    erase(|_| async { Ok(()) })
}

/// Creates a body that waits for its stop request.
pub(super) fn until_cancelled() -> ErasedBody {
    erase(|context| async move {
        context.cancelled().await;
        Err(TaskError::Canceled)
    })
}

/// A subscriber without a worker. A model may empty its queue.
pub(super) struct Silent;

impl Subscribe for Silent {
    async fn on_event(&mut self, _: &Event) {}
}

/// Creates the work of a submission that is never run.
pub(super) fn work() -> Work {
    Work { body: at_once(), policy: policy() }
}

/// The arrival of a submission whose wait no subscriber observes.
pub(super) fn arrival(admission: Admission, limits: Limits, at: Instant) -> Arrival {
    let (work, superseded) = (Some(work()), None);
    Arrival {
        admission,
        capacity: Capacity::ONE,
        limits,
        at,
        expires: None,
        check_out: false,
        reports_delays: false,
        work,
        superseded,
        effects: None,
    }
}
