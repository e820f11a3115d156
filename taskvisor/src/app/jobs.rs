//! The jobs of an application, for whoever wants to list them.

use std::any::TypeId;

use crate::job::JobDescriptor;
use crate::supervisor::SupervisorHandle;

/// ErrorSlot among the states, under a type that nobody else has.
pub(super) struct Jobs(pub(super) Vec<&'static JobDescriptor>);

impl SupervisorHandle {
    /// The jobs of the application: those that its package declares, and the crates it names. None without
    /// `#[taskvisor::main]`.
    #[must_use]
    pub fn jobs(&self) -> Vec<&'static JobDescriptor> {
        let Ok(shared) = self.shared() else { return Vec::new() };
        let jobs = shared.states.get(TypeId::of::<Jobs>()).and_then(|jobs| jobs.downcast_ref::<Jobs>());
        jobs.map(|jobs| jobs.0.clone()).unwrap_or_default()
    }
}
