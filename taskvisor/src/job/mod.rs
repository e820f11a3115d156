//! Jobs: work that is declared once, submitted with arguments, and returns a value.

mod controller;
mod controller_spec;
mod handle;
mod job_status;
#[cfg(all(test, not(taskvisor_loom)))]
mod override_tests;
mod shared_slot;
mod slot_status;
mod slot_timer;
mod submit;
mod submit_error;

pub use controller_spec::ControllerSpec;
pub use handle::{JobError, JobHandle};
pub use job_status::JobStatus;
pub use slot_status::{SlotOwner, SlotStatus, SlotWaiter};
pub use submit::Submit;
pub use submit_error::SubmitError;

pub use crate::runtime::body::{JobDescriptor, JobParameter, JobSpec};

use std::sync::Arc;
use std::time::Duration;

use self::submit::SubmissionDraft;
pub(crate) use self::submit::sealed;
use crate::policy::{Setting, Settings};
use crate::runtime::body::{Dependencies, ErasedBody, JobOverride, TaskRef};
use crate::runtime::cell::RegistryKey;
use crate::runtime::instrument::metrics::DeclaredName;
use crate::runtime::registry::room::RoomWait;
use crate::runtime::registry::slot::Admission;
use crate::supervisor::{SupervisorHandle, TaskHandle};
use crate::task::RuntimeError;

/// The arguments of a job: the struct that `#[job]` generates.
///
/// Do not implement it by hand. To submit a hand-written task, use a [`ControllerSpec`](crate::ControllerSpec).
///
/// Generated code checks that the arguments are `Send + Sync` and the value is `Send`, so that a wrong type is reported only
/// where it is written. Generic code that moves jobs between threads adds the bound: `J: Job + Send`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a job",
    label = "not the struct of a `#[job]`",
    note = "a job is the struct of its arguments: write `sync {{ tenant: 1 }}`, not `sync` or `sync(1)`"
)]
pub trait Job: Clone + 'static {
    /// The value that the job returns.
    type Value: 'static;

    /// Returns the declaration.
    fn descriptor() -> &'static JobDescriptor;

    /// Returns the slot of this submission. A submission without a slot starts at once.
    fn slot(&self) -> Option<Arc<str>>;

    /// Returns the body, whose attempts call the function with clones of these arguments.
    #[doc(hidden)]
    fn body(self) -> ErasedBody;
}

/// A job with options that override its declaration.
#[derive(Clone, Debug)]
pub struct Submission<J> {
    job: J,
    slot: Option<Arc<str>>,
    admission: Option<Admission>,
    timeout: Setting<Option<Duration>>,
    stop_timeout: Option<Duration>,
    expires: Setting<Option<Duration>>,
}

impl<J: Job> Submission<J> {
    fn new(job: J) -> Self {
        Self {
            job,
            slot: None,
            admission: None,
            timeout: Setting::Inherit,
            stop_timeout: None,
            expires: Setting::Inherit,
        }
    }

    /// Overrides the declared slot. `submit` refuses an empty or blank one.
    ///
    /// All submissions of a supervisor share one namespace of slots: see
    /// [`ControllerSpec::with_slot`](crate::ControllerSpec::with_slot).
    #[must_use]
    pub fn with_slot(mut self, slot: impl Into<Arc<str>>) -> Self {
        self.slot = Some(slot.into());
        self
    }

    /// Overrides the declared admission. It has no effect on a submission without a slot.
    #[must_use]
    pub fn with_admission(mut self, admission: Admission) -> Self {
        self.admission = Some(admission);
        self
    }

    /// Overrides the declared timeout of an attempt; `None` removes it. `submit` refuses zero.
    ///
    /// At the timeout the attempt ends, as for a task. A `spawn_blocking` call that it awaits goes on, beside the next attempt: see
    /// [`Config::with_timeout`](crate::Config::with_timeout).
    #[must_use]
    pub fn with_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = Setting::Set(timeout.into());
        self
    }

    /// Overrides how long an attempt may run once its token is canceled. `submit` refuses zero.
    ///
    /// After a stop request, the default and the maximum is the [`grace`](crate::Config::with_grace): see
    /// [`TaskSpec::with_stop_timeout`](crate::TaskSpec::with_stop_timeout).
    #[must_use]
    pub fn with_stop_timeout(mut self, time: Duration) -> Self {
        self.stop_timeout = Some(time);
        self
    }

    /// Overrides the declared time within which the submission must start; `None` removes it. `submit` refuses zero.
    ///
    /// A submission that has not started by then ends as [`Expired`](crate::Rejection::Expired): see
    /// [`ControllerSpec::with_expires`](crate::ControllerSpec::with_expires).
    #[must_use]
    pub fn with_expires(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.expires = Setting::Set(time.into());
        self
    }

    /// Submits a clone of the arguments.
    fn submit_clone(
        &self,
        supervisor: &SupervisorHandle,
        room: Option<&mut RoomWait>,
    ) -> Result<TaskHandle, RuntimeError> {
        let shared = supervisor.shared()?;
        let slot = self.slot.clone().or_else(|| self.job.slot());
        let job = J::descriptor();
        let JobDescriptor {
            name,
            needs,
            mut admission,
            mut queue,
            mut capacity,
            ref settings,
            ref rare,
            ref location,
            ..
        } = *job;
        let declared = DeclaredName::new(Some(name));
        let dependencies = Dependencies::declared(&job.dependencies);
        let (mut settings, mut rare) = (settings, rare);
        let change = shared.job_override(job);
        match &change {
            None => {}
            Some(JobOverride::Tuned(spec)) => {
                (settings, rare) = (&spec.settings, &spec.rare);
                (admission, queue, capacity) = (spec.admission, spec.queue, spec.capacity);
            }
            Some(JobOverride::Disabled) => {
                let reason = RuntimeError::Disabled { name: name.to_owned() };
                shared.publish_refused(name, declared, slot.as_ref(), &reason);
                return Err(reason);
            }
        }
        let overridden = self.override_settings(settings);
        let mut task = TaskRef { name: name.into(), body: self.job.clone().body(), needs, source: None };
        let draft = SubmissionDraft {
            task: &mut task,
            settings: overridden.as_ref().unwrap_or(settings),
            rare: (!rare.is_empty()).then_some(rare),
            schedule: None,
            key: slot.map_or(RegistryKey::Free, RegistryKey::Slot),
            admission: self.admission.unwrap_or(admission),
            queue,
            capacity,
            returns_value: true,
            dependencies: dependencies.as_deref(),
            location: Some(location),
            declared,
        };
        shared.submit(draft, room)
    }

    /// Returns the settings of this submission, if they differ from the declared ones.
    // The copy is large, and most submissions override nothing.
    fn override_settings(&self, declared: &Settings) -> Option<Settings> {
        let has_timeout = matches!(self.timeout, Setting::Set(_));
        if !has_timeout && self.stop_timeout.is_none() && self.expires == Setting::Inherit {
            return None;
        }
        let mut settings = *declared;
        if has_timeout {
            settings.timeout = self.timeout;
        }
        if let Some(time) = self.stop_timeout {
            settings.stop_timeout = Setting::Set(time);
        }
        if let Setting::Set(time) = self.expires {
            settings.expires = Setting::set_or_inherit(time);
        }
        Some(settings)
    }

    /// Returns the arguments.
    #[must_use]
    pub fn into_job(self) -> J {
        self.job
    }
}

/// Overrides options of a job for one submission.
///
/// ```
/// # #[cfg(feature = "macros")] {
/// use taskvisor::prelude::*;
///
/// #[job(slot = "{tenant}")]
/// async fn sync(tenant: u64) {}
///
/// # async fn example(supervisor: Supervisor) -> Result<(), RuntimeError> {
/// let handle = supervisor.submit(sync { tenant: 42 }.with_slot("express").with_admission(Admission::Replace))?;
/// println!("the sync has {}", handle.outcome().await);
/// # Ok(())
/// # } }
/// ```
pub trait JobExt: Job {
    /// Overrides the declared slot. `submit` refuses an empty or blank one.
    ///
    /// All submissions of a supervisor share one namespace of slots: see
    /// [`ControllerSpec::with_slot`](crate::ControllerSpec::with_slot).
    fn with_slot(self, slot: impl Into<Arc<str>>) -> Submission<Self> {
        Submission::new(self).with_slot(slot)
    }

    /// Overrides the declared admission. It has no effect on a submission without a slot.
    fn with_admission(self, admission: Admission) -> Submission<Self> {
        Submission::new(self).with_admission(admission)
    }

    /// Overrides the declared timeout of an attempt; `None` removes it. `submit` refuses zero.
    ///
    /// At the timeout the attempt ends, as for a task. A `spawn_blocking` call that it awaits goes on, beside the next attempt: see
    /// [`Config::with_timeout`](crate::Config::with_timeout).
    fn with_timeout(self, timeout: impl Into<Option<Duration>>) -> Submission<Self> {
        Submission::new(self).with_timeout(timeout)
    }

    /// Overrides how long an attempt may run once its token is canceled. `submit` refuses zero.
    ///
    /// After a stop request, the default and the maximum is the [`grace`](crate::Config::with_grace): see
    /// [`TaskSpec::with_stop_timeout`](crate::TaskSpec::with_stop_timeout).
    fn with_stop_timeout(self, time: Duration) -> Submission<Self> {
        Submission::new(self).with_stop_timeout(time)
    }

    /// Overrides the declared time within which the submission must start; `None` removes it. `submit` refuses zero.
    ///
    /// A submission that has not started by then ends as [`Expired`](crate::Rejection::Expired): see
    /// [`ControllerSpec::with_expires`](crate::ControllerSpec::with_expires).
    fn with_expires(self, time: impl Into<Option<Duration>>) -> Submission<Self> {
        Submission::new(self).with_expires(time)
    }
}

impl<J: Job> JobExt for J {}

#[diagnostic::do_not_recommend]
impl<J: Job> sealed::Submit for J {}

#[diagnostic::do_not_recommend]
impl<J: Job> Submit for J {
    type Handle = JobHandle<J::Value>;

    fn submit_to(
        self,
        supervisor: &SupervisorHandle,
        room: Option<&mut RoomWait>,
    ) -> Result<Self::Handle, SubmitError<Self>> {
        Submission::new(self).submit_to(supervisor, room).map_err(|error| {
            let reason = error.reason().clone();
            SubmitError::new(reason, error.into_submission().job)
        })
    }
}

impl<J: Job> sealed::Submit for Submission<J> {}

impl<J: Job> Submit for Submission<J> {
    type Handle = JobHandle<J::Value>;

    fn submit_to(
        self,
        supervisor: &SupervisorHandle,
        room: Option<&mut RoomWait>,
    ) -> Result<Self::Handle, SubmitError<Self>> {
        match self.submit_clone(supervisor, room) {
            Ok(task) => Ok(JobHandle::new(task)),
            Err(reason) => Err(SubmitError::new(reason, self)),
        }
    }
}
