//! A supervisor as it is shipped, but without a runtime: what that would spawn, a model polls on threads of its own.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::{block_on, cell, keyed, policy, submission};
use crate::error::TaskError;
use crate::event::Event;
use crate::policy::{Config, ControllerConfig, Policy};
use crate::runtime::actor::TaskActor;
use crate::runtime::body::{ErasedBody, States, erase};
use crate::runtime::cell::{RegistryKey, TaskCell};
use crate::runtime::registry::registration::Registration;
use crate::runtime::registry::slot::Admission;
use crate::runtime::registry::{Limits, RegisterError};
use crate::runtime::shared::Shared;
use crate::runtime::subscriber::{Subscribe, Subscriber};
use crate::supervisor::{SupervisorHandle, TaskHandle};
use crate::task::Outcome;

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

    /// Adds a task as the supervisor does, and hands out what it would spawn.
    pub(super) fn add(&self, name: &'static str, body: ErasedBody) -> Result<Added, RegisterError> {
        let cell = cell(name, self.now);
        let taken = Registration::register(Arc::clone(&self.shared), Arc::clone(&cell));
        let registration = taken.map_err(|(refusal, _)| refusal)?;
        Ok(Added {
            handle: TaskHandle::new(cell, &self.shared),
            actor: TaskActor::new(registration, body, policy()),
        })
    }

    /// Adds one whose attempts return a value to somebody.
    pub(super) fn add_job(&self, body: ErasedBody) -> Added {
        let mut policy = policy();
        policy.returns_value = true;
        let cell = keyed("job", RegistryKey::Free, self.now);
        self.place(&cell, Admission::Queue, body, policy).expect("it competes with nobody")
    }

    /// Submits as the controller does, and hands out what it would spawn.
    pub(super) fn submit(&self, admission: Admission, body: ErasedBody) -> Result<Added, RegisterError> {
        self.place(&submission("slot", self.now), admission, body, policy())
    }

    fn place(
        &self,
        cell: &Arc<TaskCell>,
        admission: Admission,
        body: ErasedBody,
        policy: Policy,
    ) -> Result<Added, RegisterError> {
        let limits = Limits { per_slot: 8, total: 8 };
        let (mut registration, taken) =
            Registration::for_submission(Arc::clone(&self.shared), cell, admission, limits, self.now)?;
        self.shared.complete_submission(&mut registration, taken, self.now);
        let handle = TaskHandle::new(Arc::clone(cell), &self.shared);
        Ok(Added { handle, actor: TaskActor::new(registration, body, policy) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.shared.registry.cells().is_empty() && self.shared.registry.slots(|_| ()).is_empty()
    }
}

/// A task that was accepted, and the actor that runs it when it is polled.
pub(super) struct Added {
    pub(super) handle: TaskHandle,
    pub(super) actor: TaskActor,
}

impl Added {
    /// Runs it on this thread.
    pub(super) fn run(self) -> Outcome {
        block_on(self.actor);
        block_on(self.handle.outcome())
    }

    /// Runs it on a thread of its own.
    pub(super) fn spawn(self) -> thread::JoinHandle<Outcome> {
        thread::spawn(move || self.run())
    }
}

/// A body that completes at once.
pub(super) fn at_once() -> ErasedBody {
    erase(|_| async { Ok(()) })
}

/// A body that waits until it is asked to stop.
pub(super) fn until_cancelled() -> ErasedBody {
    erase(|context| async move {
        context.cancelled().await;
        Err(TaskError::Canceled)
    })
}

/// A subscriber whose queue the model empties, or nobody.
pub(super) struct Silent;

impl Subscribe for Silent {
    async fn on_event(&mut self, _: &Event) {}
}
