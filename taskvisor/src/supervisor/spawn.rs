//! What stands between a spec and a task that runs: the check, the name, the spawn.

use std::sync::Arc;

use super::{AddError, TaskHandle};
use crate::policy::Policy;
use crate::runtime::actor::TaskActor;
use crate::runtime::body::{ErasedSlot, Needs, TaskRef, TaskSpec};
use crate::runtime::cell::{Key, TaskCell};
use crate::runtime::registry::Refusal;
use crate::runtime::registry::registration::Ticket;
use crate::runtime::shared::Shared;
use crate::task::{RuntimeError, TaskId};

/// A task whose name is taken and that has not begun. Dropped, it gives the name back without a word.
pub(crate) struct Reserved {
    ticket: Ticket,
    slot: ErasedSlot,
    policy: Policy,
}

impl Reserved {
    #[cfg(feature = "controller")]
    pub(crate) fn new(ticket: Ticket, slot: ErasedSlot, policy: Policy) -> Self {
        Self { ticket, slot, policy }
    }

    pub(crate) fn handle(&self) -> TaskHandle {
        TaskHandle::new(Arc::clone(self.ticket.cell()), self.ticket.shared())
    }

    /// `shared` is that of its ticket, borrowed from whoever has it anyway.
    pub(crate) fn start(self, shared: &Shared) {
        let actor = TaskActor::new(self.ticket, self.slot, self.policy);
        // Without a runtime nothing is reserved.
        if let Some(runtime) = shared.runtime.get() {
            runtime.spawn(actor);
        }
    }
}

impl Shared {
    /// Takes the name of a task, or says what is wrong with it.
    pub(crate) fn reserve(self: &Arc<Self>, spec: TaskSpec) -> Result<Reserved, AddError> {
        let policy = match self.check(&spec) {
            Ok(policy) => policy,
            Err(reason) => return Err(AddError::new(reason, spec)),
        };
        let TaskSpec { task: TaskRef { name, slot, needs }, settings, location } = spec;
        let id = TaskId::next();
        let hash = self.registry.hash(&Key::Name, &name, id);
        let cell = TaskCell::new(id, name, Key::Name, hash, self.now());
        let cell = Arc::new(cell.with_stop_timeout(settings.stop_timeout()));
        match Ticket::take(Arc::clone(self), cell) {
            Ok(ticket) => Ok(Reserved { ticket, slot, policy }),
            Err((refusal, cell)) => {
                let reason = match refusal {
                    Refusal::NameTaken => RuntimeError::NameTaken { name: cell.name().to_owned() },
                    Refusal::Closed | Refusal::NoRoom(_) => self.closed(),
                };
                let name = Arc::into_inner(cell).map(TaskCell::into_name).unwrap_or_default();
                let spec = TaskSpec { task: TaskRef { name, slot, needs }, settings, location };
                Err(AddError::new(reason, spec))
            }
        }
    }

    /// What the task runs by, or what is wrong with it.
    pub(crate) fn check(self: &Arc<Self>, spec: &TaskSpec) -> Result<Policy, RuntimeError> {
        self.ready()?;
        let invalid = |reasons| RuntimeError::InvalidSpec { name: spec.name().to_owned(), reasons };
        let policy = spec.settings.resolve(&self.config).map_err(invalid)?;
        if spec.name().is_empty() {
            return Err(invalid(vec!["a task needs a name that is not empty"]));
        }
        let mut needs = Needs::new(&self.states);
        (spec.task.needs)(&mut needs);
        let types = needs.missing();
        if types.is_empty() {
            return Ok(policy);
        }
        let near = types.iter().find_map(|name| self.states.near_miss(name));
        Err(RuntimeError::MissingState { name: spec.name().to_owned(), types, near })
    }

    /// Whether anything could be added at all.
    pub(crate) fn ready(self: &Arc<Self>) -> Result<(), RuntimeError> {
        if let Some(flaw) = &self.flaw {
            return Err(flaw.clone());
        }
        if self.registry.is_closed() {
            return Err(self.closed());
        }
        self.bind().map(|_| ())
    }
}
