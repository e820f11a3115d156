//! Work that is defined now, submitted later with arguments, and returns a value.

mod controller;
mod controller_spec;
mod handle;
mod slot_status;
mod slot_timer;
mod submit;

pub use controller_spec::ControllerSpec;
pub use handle::{JobError, JobHandle};
pub use slot_status::{SlotStatus, SlotWaiter};
pub use submit::{Submit, SubmitError};

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::handle::Delivery;
use self::submit::SubmissionDraft;
use crate::error::TaskError;
use crate::policy::{Setting, Settings};
use crate::runtime::body::{ErasedBody, Location, Needs, TaskContext, TaskRef, TaskSpec, erase};
use crate::runtime::cell::RegistryKey;
use crate::runtime::registry::slot::Admission;
use crate::supervisor::SupervisorHandle;
use crate::sync::Mutex;

/// The arguments of a job, as `#[job]` makes a struct of them. Not meant to be implemented by hand: a task written by hand
/// is submitted as a [`ControllerSpec`](crate::ControllerSpec).
pub trait Job: Clone + Send + Sync + 'static {
    /// What it returns.
    type Value: Send + 'static;

    /// What was declared.
    fn descriptor() -> &'static JobDescriptor;

    /// The slot it runs in; without one it competes with nobody.
    fn slot(&self) -> Option<String>;

    /// One attempt.
    fn attempt(self, context: TaskContext) -> impl Future<Output = Result<Self::Value, TaskError>> + Send;
}

/// A job as it was declared: plain data, built by the compiler.
#[derive(Debug)]
pub struct JobDescriptor {
    /// Its name: a label.
    pub name: &'static str,
    /// Where it stands.
    pub location: Location,
    #[doc(hidden)]
    pub settings: Settings,
    /// What happens if its slot is taken.
    pub admission: Admission,
    /// How many may wait in line for one of its slots, if it says so.
    pub queue: Option<usize>,
    /// Its arguments.
    pub parameters: &'static [JobParameter],
    #[doc(hidden)]
    pub needs: fn(&mut Needs<'_>),
}

/// An argument of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobParameter {
    /// Its name.
    pub name: &'static str,
    /// Its type, as it was written.
    pub type_name: &'static str,
}

/// A job with rules of its own.
#[derive(Clone, Debug)]
pub struct Submission<J> {
    job: J,
    slot: Option<Arc<str>>,
    admission: Option<Admission>,
    timeout: Option<Duration>,
    stop_timeout: Option<Duration>,
}

impl<J: Job> Submission<J> {
    fn new(job: J) -> Self {
        Self { job, slot: None, admission: None, timeout: None, stop_timeout: None }
    }

    /// Runs it in another slot than declared.
    ///
    /// All submissions share one space of slots: see [`ControllerSpec::with_slot`](crate::ControllerSpec::with_slot).
    #[must_use]
    pub fn with_slot(mut self, slot: impl Into<Arc<str>>) -> Self {
        self.slot = Some(slot.into());
        self
    }

    /// Admits it in another way than declared. Without a slot it has no effect: submissions without one do not compete.
    #[must_use]
    pub fn with_admission(mut self, admission: Admission) -> Self {
        self.admission = Some(admission);
        self
    }

    /// Gives an attempt another time than declared; zero is refused when it is submitted.
    ///
    /// The attempt's future is dropped then; a call in `spawn_blocking` that it awaits runs on, beside the next attempt:
    /// see [`Config::timeout`](crate::Config::timeout).
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Gives an attempt another time after a stop request than declared; zero is refused when it is submitted.
    ///
    /// The default is the whole [`grace`](crate::Config::grace), and so is a longer `time`: see
    /// [`TaskSpec::with_stop_timeout`].
    #[must_use]
    pub fn with_stop_timeout(mut self, time: Duration) -> Self {
        self.stop_timeout = Some(time);
        self
    }

    /// The arguments.
    #[must_use]
    pub fn into_job(self) -> J {
        self.job
    }
}

/// Rules for one submission of a job.
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
    /// Runs it in another slot than declared.
    ///
    /// All submissions share one space of slots: see [`ControllerSpec::with_slot`](crate::ControllerSpec::with_slot).
    fn with_slot(self, slot: impl Into<Arc<str>>) -> Submission<Self> {
        Submission::new(self).with_slot(slot)
    }

    /// Admits it in another way than declared. Without a slot it has no effect: submissions without one do not compete.
    fn with_admission(self, admission: Admission) -> Submission<Self> {
        Submission::new(self).with_admission(admission)
    }

    /// Gives an attempt another time than declared.
    ///
    /// The attempt's future is dropped then; a call in `spawn_blocking` that it awaits runs on, beside the next attempt:
    /// see [`Config::timeout`](crate::Config::timeout).
    fn with_timeout(self, timeout: Duration) -> Submission<Self> {
        Submission::new(self).with_timeout(timeout)
    }

    /// Gives an attempt another time after a stop request than declared.
    ///
    /// The default is the whole [`grace`](crate::Config::grace), and so is a longer `time`: see
    /// [`TaskSpec::with_stop_timeout`].
    fn with_stop_timeout(self, time: Duration) -> Submission<Self> {
        Submission::new(self).with_stop_timeout(time)
    }
}

impl<J: Job> JobExt for J {}

#[diagnostic::do_not_recommend]
impl<J: Job> Submit for J {
    type Handle = JobHandle<J::Value>;

    fn submit_to(
        self,
        supervisor: &SupervisorHandle,
        waits: bool,
    ) -> Result<Self::Handle, SubmitError<Self>> {
        Submission::new(self).submit_to(supervisor, waits).map_err(|error| {
            let reason = error.reason().clone();
            SubmitError::new(reason, error.into_submission().job)
        })
    }
}

impl<J: Job> Submit for Submission<J> {
    type Handle = JobHandle<J::Value>;

    fn submit_to(
        self,
        supervisor: &SupervisorHandle,
        waits: bool,
    ) -> Result<Self::Handle, SubmitError<Self>> {
        let JobDescriptor { name, location, settings, admission, queue, needs, .. } = J::descriptor();
        let delivery: Delivery<J::Value> = Arc::new(Mutex::new(None));
        let mut settings = *settings;
        if let Some(timeout) = self.timeout {
            settings.timeout = Setting::Set(Some(timeout));
        }
        if let Some(time) = self.stop_timeout {
            settings.stop_timeout = Setting::Set(time);
        }
        let task =
            TaskRef { name: (*name).into(), body: erased_body(self.job.clone(), &delivery), needs: *needs };
        let slot = self.slot.clone().or_else(|| self.job.slot().map(Into::into));
        let draft = SubmissionDraft {
            spec: TaskSpec { task, settings, location: Some(location) },
            key: slot.map_or(RegistryKey::Free, RegistryKey::Slot),
            admission: self.admission.unwrap_or(*admission),
            queue: *queue,
            returns_value: true,
            waits,
        };
        match supervisor.submit_draft(draft) {
            Ok(task) => Ok(JobHandle::new(task, delivery)),
            Err(refused) => Err(SubmitError::new(refused.0, self)),
        }
    }
}

/// What makes the attempts of a job. A value is kept before the end is shown, so that whoever sees the end finds it.
pub(crate) fn erased_body<J: Job>(job: J, delivery: &Delivery<J::Value>) -> ErasedBody {
    let delivery = Arc::clone(delivery);
    erase(move |context| {
        let (job, delivery) = (job.clone(), Arc::clone(&delivery));
        async move {
            let value = job.attempt(context).await?;
            handle::deliver(&delivery, value);
            Ok(())
        }
    })
}
