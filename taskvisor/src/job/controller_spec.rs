//! A hand-written task as a submission.

use std::sync::Arc;
use std::time::Duration;

use super::submit::{SubmissionDraft, Submit, sealed};
use super::submit_error::SubmitError;
use crate::policy::{Setting, Settings};
use crate::runtime::body::TaskSpec;
use crate::runtime::cell::RegistryKey;
use crate::runtime::instrument::metrics::DeclaredName;
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
    expires: Option<Duration>,
    capacity: usize,
}

impl ControllerSpec {
    /// Creates a submission with an admission.
    #[must_use]
    pub fn new(spec: TaskSpec, admission: Admission) -> Self {
        Self { spec, admission, slot: None, expires: None, capacity: 1 }
    }

    /// Creates a submission that is queued if the slot is taken.
    #[must_use]
    pub fn queue(spec: TaskSpec) -> Self {
        Self::new(spec, Admission::Queue)
    }

    /// Creates a submission that stops the oldest owner of the slot and runs after it.
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

    /// Sets how many submissions may own the slot at once, this one included. Default: 1. `submit` refuses zero.
    ///
    /// Usually all submissions to a slot have the same capacity. If they differ, the smallest capacity of the owners applies: see
    /// [`Admission`].
    ///
    /// ```
    /// use taskvisor::{Config, ControllerSpec, Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// for name in ["first", "second", "third"] {
    ///     let task = TaskFn::arc(name, |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    ///     supervisor.submit(ControllerSpec::queue(TaskSpec::once(task)).with_slot("tenant-42").with_capacity(2))?;
    /// }
    /// let slot = &supervisor.slots()[0];
    /// assert_eq!((&*slot.owner, &*slot.more_owners[0].name, &*slot.waiting[0].name), ("first", "second", "third"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_capacity(mut self, owners: usize) -> Self {
        self.capacity = owners;
        self
    }

    /// Sets what happens if the slot is taken.
    #[must_use]
    pub fn with_admission(mut self, admission: Admission) -> Self {
        self.admission = admission;
        self
    }

    /// Sets within which time the submission must start, or with `None` no limit. One that has not started by then ends as
    /// [`Expired`](crate::Rejection::Expired) and never runs. `submit` refuses zero. Default: no limit.
    ///
    /// The time runs from the call of `submit`, or from the moment that `submit_wait` finds room, and in all waits before the first
    /// attempt: for the slot, and then for the dependencies and the limits. At the end of the time the submission leaves the
    /// queue, or passes its slot on. A submission whose first attempt has begun in time never expires, also if it is retried.
    ///
    /// The time is rounded up to milliseconds, and is limited to about 49 days.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{Config, ControllerSpec, Outcome, Rejection, Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let sync = || TaskSpec::once(TaskFn::arc("sync", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) }));
    /// let owner = supervisor.submit(ControllerSpec::queue(sync()))?;
    /// let waiting = supervisor.submit(ControllerSpec::queue(sync()).with_expires(Duration::from_secs(30)))?;
    /// assert_eq!(waiting.outcome().await, Outcome::Rejected(Rejection::Expired)); // 30 s later
    /// # drop(owner);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_expires(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.expires = time.into();
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

    /// Returns how many submissions may own the slot at once.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns the time within which the submission must start. `None` means no limit.
    #[must_use]
    pub fn expires(&self) -> Option<Duration> {
        self.expires
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
        let Self { spec, admission, slot, expires, capacity } = &mut self;
        let key = RegistryKey::Slot(slot.clone().unwrap_or_else(|| spec.name().into()));
        let location = spec.location();
        // A copy, because the settings belong to the spec, which may be added as a task afterwards. It is large, and most submissions
        // do not expire.
        let expiring = expires.map(|time| Settings { expires: Setting::Set(time), ..spec.settings });
        let draft = SubmissionDraft {
            task: &mut spec.task,
            settings: expiring.as_ref().unwrap_or(&spec.settings),
            rare: spec.rare.as_deref(),
            schedule: spec.schedule.as_deref(),
            key,
            admission: *admission,
            queue: None,
            capacity: Some(*capacity),
            returns_value: false,
            dependencies: spec.dependencies.as_deref(),
            location,
            declared: DeclaredName::new(spec.declared.map(|declared| declared.name)),
        };
        match supervisor.shared().and_then(|shared| shared.submit(draft, room)) {
            Ok(handle) => Ok(handle),
            Err(reason) => Err(SubmitError::new(reason, self)),
        }
    }
}
