//! A hand-written task as a submission.

use std::sync::Arc;

use super::submit::{SubmissionDraft, Submit, SubmitError, sealed};
use crate::runtime::body::TaskSpec;
use crate::runtime::cell::RegistryKey;
use crate::runtime::registry::room::RoomWait;
use crate::runtime::registry::slot::Admission;
use crate::supervisor::{SupervisorHandle, TaskHandle};

/// A task to submit: its spec, its slot, and its [`Admission`].
///
/// The default slot is the name of the task. The name of a submission is a label and need not be unique: tasks of one name
/// may run in two slots.
///
/// ```
/// use taskvisor::{Config, ControllerSpec, Supervisor, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let report = TaskSpec::once(TaskFn::arc("report", || async { Ok(()) }));
/// let handle = supervisor.submit(ControllerSpec::queue(report).with_slot("tenant-42"))?;
/// assert!(handle.outcome().await.is_completed());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ControllerSpec {
    spec: TaskSpec,
    admission: Admission,
    slot: Option<Arc<str>>,
}

impl ControllerSpec {
    /// Creates a submission with an admission.
    #[must_use]
    pub fn new(spec: TaskSpec, admission: Admission) -> Self {
        Self { spec, admission, slot: None }
    }

    /// Creates a submission that is queued if the slot is taken.
    #[must_use]
    pub fn queue(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::Queue)
    }

    /// Creates a submission that stops the owner of the slot and runs after it.
    #[must_use]
    pub fn replace(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::Replace)
    }

    /// Creates a submission that is refused if the slot is taken.
    #[must_use]
    pub fn drop_if_running(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::DropIfRunning)
    }

    /// Creates a submission that waits if the slot is taken, and supersedes an older waiting `Latest`.
    #[must_use]
    pub fn latest(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::Latest)
    }

    /// Sets the slot. The default is the name of the task. `submit` refuses an empty or blank one.
    ///
    /// All submissions of a supervisor, jobs included, share one namespace of slots: submissions with equal keys exclude each
    /// other. To avoid collisions, begin the key with the name of the work, and separate its parts by a character that they
    /// cannot contain: `format!("{a}-{b}")` is equal for `("1-2", "3")` and `("1", "2-3")`.
    #[must_use]
    pub fn with_slot(mut self, slot: impl Into<Arc<str>>) -> Self {
        self.slot = Some(slot.into());
        self
    }

    /// Sets what happens if the slot is taken.
    #[must_use]
    pub fn with_admission(mut self, admission: Admission) -> Self {
        self.admission = admission;
        self
    }

    /// Returns the slot.
    #[must_use]
    pub fn slot(&self) -> &str {
        self.slot.as_deref().unwrap_or_else(|| self.spec.name())
    }

    /// Returns what happens if the slot is taken.
    #[must_use]
    pub fn admission(&self) -> Admission {
        self.admission
    }

    /// Returns the spec of the task.
    #[must_use]
    pub fn into_spec(self) -> TaskSpec {
        self.spec
    }
}

impl sealed::Submit for ControllerSpec {}

impl Submit for ControllerSpec {
    type Handle = TaskHandle;

    fn submit_to(
        mut self,
        supervisor: &SupervisorHandle,
        room: Option<&mut RoomWait>,
    ) -> Result<TaskHandle, SubmitError<Self>> {
        let Self { spec, admission, slot } = &mut self;
        let key = RegistryKey::Slot(slot.clone().unwrap_or_else(|| spec.name().into()));
        let location = spec.location();
        let draft = SubmissionDraft {
            task: &mut spec.task,
            settings: &spec.settings,
            key,
            admission: *admission,
            queue: None,
            returns_value: false,
            dependencies: spec.dependencies.as_deref(),
            location,
        };
        match supervisor.shared().and_then(|shared| shared.submit(draft, room)) {
            Ok(handle) => Ok(handle),
            Err(reason) => Err(SubmitError::new(reason, self)),
        }
    }
}
