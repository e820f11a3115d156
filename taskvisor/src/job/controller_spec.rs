//! A task to be submitted rather than added.

use std::sync::Arc;

use super::submit::{SubmissionDraft, Submit, SubmitError};
use crate::runtime::body::TaskSpec;
use crate::runtime::cell::RegistryKey;
use crate::runtime::registry::slot::Admission;
use crate::supervisor::{SupervisorHandle, TaskHandle};

/// A task, the slot it runs in, and what happens if that is taken.
///
/// The slot is named after the task unless said. The name itself is a label here: a task of one name may run in two
/// slots.
#[derive(Debug)]
pub struct ControllerSpec {
    spec: TaskSpec,
    admission: Admission,
    slot: Option<Arc<str>>,
}

impl ControllerSpec {
    /// With an admission.
    #[must_use]
    pub fn new(spec: TaskSpec, admission: Admission) -> Self {
        Self { spec, admission, slot: None }
    }

    /// Waits in line if the slot is taken.
    #[must_use]
    pub fn queue(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::Queue)
    }

    /// Takes the place of whoever has the slot.
    #[must_use]
    pub fn replace(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::Replace)
    }

    /// Is refused if the slot is taken.
    #[must_use]
    pub fn drop_if_running(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::DropIfRunning)
    }

    /// Waits if the slot is taken, in the place of an older one that waits so.
    #[must_use]
    pub fn latest(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::Latest)
    }

    /// The slot it runs in; its default is the name of the task.
    ///
    /// All submissions of a supervisor, jobs included, share one space of slots: those with equal keys exclude each other.
    /// Begin the key with the name of the work, unless that is what you want, and separate its parts by what they cannot
    /// contain: `format!("{a}-{b}")` is the same for `("1-2", "3")` and for `("1", "2-3")`.
    #[must_use]
    pub fn with_slot(mut self, slot: impl Into<Arc<str>>) -> Self {
        self.slot = Some(slot.into());
        self
    }

    /// The task.
    #[must_use]
    pub fn into_spec(self) -> TaskSpec {
        self.spec
    }
}

impl Submit for ControllerSpec {
    type Handle = TaskHandle;

    fn submit_to(self, supervisor: &SupervisorHandle, waits: bool) -> Result<TaskHandle, SubmitError<Self>> {
        let Self { spec, admission, slot } = self;
        let key = RegistryKey::Slot(slot.clone().unwrap_or_else(|| spec.name().into()));
        let draft = SubmissionDraft { spec, key, admission, queue: None, returns_value: false, waits };
        supervisor.submit_draft(draft).map_err(|refused| {
            let (reason, draft) = *refused;
            SubmitError::new(reason, Self { spec: draft.spec, admission, slot })
        })
    }
}
