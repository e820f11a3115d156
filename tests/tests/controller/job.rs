//! Jobs written by hand, without macros.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use taskvisor::__private::{DeclaredDependencies, ErasedBody, RareSettings, Settings, erase_job};
use taskvisor::Setting;
use taskvisor::{
    Admission, BackoffPolicy, Job, JobDescriptor, JobHandle, JobParameter, Location, RestartPolicy, Submit,
    SubmitError, TaskContext, TaskError,
};
use tests::{Harness, Rules};
use tokio::time::sleep;

use crate::support::*;

/// A value that cannot be copied: it moves from the job to the caller that awaits the handle.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Total(pub(crate) u32);

type Attempt = Pin<Box<dyn Future<Output = Result<Total, TaskError>> + Send>>;

/// A job that runs its closure in a single attempt.
pub(crate) type Work = Retrying<0>;

/// A job that runs its closure with at most `RETRIES` retries.
#[derive(Clone)]
pub(crate) struct Retrying<const RETRIES: u32> {
    slot: Option<&'static str>,
    body: Arc<dyn Fn(TaskContext) -> Attempt + Send + Sync>,
}

impl<const RETRIES: u32> Retrying<RETRIES> {
    const DESCRIPTOR: JobDescriptor = JobDescriptor {
        name: "work",
        location: Location {
            file: file!(),
            line: line!(),
            column: 1,
            module: module_path!(),
            package: None,
            version: None,
        },
        settings: if RETRIES == 0 {
            Settings { restart: Setting::Set(RestartPolicy::Never), ..Settings::INHERIT }
        } else {
            Settings {
                restart: Setting::Set(RestartPolicy::OnFailure),
                backoff: Setting::Set(BackoffPolicy::none()),
                max_retries: Setting::Set(Some(RETRIES)),
                ..Settings::INHERIT
            }
        },
        rare: RareSettings::INHERIT,
        admission: Admission::Queue,
        slot: None,
        queue: Some(2),
        capacity: None,
        parameters: &[JobParameter { name: "body", type_name: "Body" }],
        dependencies: DeclaredDependencies::NONE,
        needs: |_| {},
    };

    /// The rules that the recorder checks the job against.
    pub(crate) fn rules() -> Rules {
        if RETRIES == 0 { Rules::never() } else { Rules::on_failure().without_backoff().max_retries(RETRIES) }
    }

    pub(crate) fn new<F>(body: impl Fn(TaskContext) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Total, TaskError>> + Send + 'static,
    {
        Self { slot: None, body: Arc::new(move |context| Box::pin(body(context))) }
    }

    pub(crate) fn in_slot(self, slot: &'static str) -> Self {
        Self { slot: Some(slot), ..self }
    }
}

impl<const RETRIES: u32> fmt::Debug for Retrying<RETRIES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("slot", &self.slot).finish_non_exhaustive()
    }
}

impl<const RETRIES: u32> Job for Retrying<RETRIES> {
    type Value = Total;

    fn descriptor() -> &'static JobDescriptor {
        &Self::DESCRIPTOR
    }

    fn slot(&self) -> Option<std::sync::Arc<str>> {
        self.slot.map(Into::into)
    }

    fn body(self) -> ErasedBody {
        erase_job(self, |job, context| (job.body)(context))
    }
}

/// A job that works for a second, then returns `value`.
pub(crate) fn gives(value: u32) -> Work {
    Work::new(move |_| async move {
        sleep(SECOND).await;
        Ok(Total(value))
    })
}

/// A job that runs until its stop request, and then returns `value`.
pub(crate) fn gives_when_stopped(value: u32) -> Work {
    Work::new(move |context| async move {
        context.cancelled().await;
        Ok(Total(value))
    })
}

/// A job that runs until its stop request, and then ends as canceled.
pub(crate) fn stops() -> Work {
    Work::new(|context| async move {
        context.cancelled().await;
        Err(TaskError::Canceled)
    })
}

/// Submits a job, which must be accepted, and watches it; `slot` is its slot, if it has one.
pub(crate) fn accepted<S>(harness: &Harness, slot: Option<&str>, submission: S) -> JobHandle<Total>
where
    S: Submit<Handle = JobHandle<Total>>,
{
    let job = try_submit(harness, slot, submission);
    job.unwrap_or_else(|refused| panic!("it is accepted: {refused}"))
}

pub(crate) fn try_submit<S>(
    harness: &Harness,
    slot: Option<&str>,
    submission: S,
) -> Result<JobHandle<Total>, SubmitError<S>>
where
    S: Submit<Handle = JobHandle<Total>>,
{
    harness.trace().set_rules("work", Work::rules());
    let job = harness.submit(submission)?;
    match slot {
        Some(slot) => harness.watch_in(slot, job.task()),
        None => harness.watch(job.task()),
    }
    Ok(job)
}
