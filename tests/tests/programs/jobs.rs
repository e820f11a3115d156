//! Submissions of jobs. A job that returned a value has completed, even after a stop request.

use std::sync::Arc;

use taskvisor::{JobExt, JobHandle, Submission, Submit, TaskContext, TaskError, TaskHandle, job};

use crate::body::{Body, Probe};
use crate::fixture::Fixture;
use crate::program::{Admission, Sort, Work};
use crate::specs::millis;
use crate::vocabulary::{Answer, Refusal};

/// The number of the attempt that returned it.
type Value = u64;

#[job(name = "Once", restart = "never")]
async fn once(context: TaskContext, body: Arc<Body>) -> Result<Value, TaskError> {
    let attempt = context.attempt();
    body.begin(context).await.map(|()| attempt)
}

#[job(
    name = "Retried",
    restart = "on-failure",
    backoff(constant, first = "9ms", jitter = "none"),
    max_retries = 2
)]
async fn retried(context: TaskContext, body: Arc<Body>) -> Result<Value, TaskError> {
    let attempt = context.attempt();
    body.begin(context).await.map(|()| attempt)
}

#[job(
    name = "Limited",
    restart = "on-failure",
    backoff(constant, first = "9ms", jitter = "none"),
    max_retries = 2,
    max_concurrent = 1,
    rate_limit = "1/90ms",
    burst = 2
)]
async fn limited(context: TaskContext, body: Arc<Body>) -> Result<Value, TaskError> {
    let attempt = context.attempt();
    body.begin(context).await.map(|()| attempt)
}

impl Fixture {
    pub(crate) fn submit_job(
        self: &Arc<Self>,
        slot: Option<&str>,
        admission: Admission,
        sort: Sort,
        body: Body,
        work: &Work,
        probe: &Arc<Probe>,
    ) -> Result<TaskHandle, Answer> {
        let body = Arc::new(body.of_a_job(sort));
        match sort {
            Sort::Retried => {
                self.submit_as(retried { body }.with_admission(admission.into()), slot, work, probe)
            }
            Sort::Limited => {
                self.submit_as(limited { body }.with_admission(admission.into()), slot, work, probe)
            }
            Sort::Task | Sort::Once => {
                self.submit_as(once { body }.with_admission(admission.into()), slot, work, probe)
            }
        }
    }

    fn submit_as<J>(
        self: &Arc<Self>,
        mut submission: Submission<J>,
        slot: Option<&str>,
        work: &Work,
        probe: &Arc<Probe>,
    ) -> Result<TaskHandle, Answer>
    where
        Submission<J>: Submit<Handle = JobHandle<Value>>,
        J: taskvisor::Job,
    {
        if let Some(slot) = slot {
            submission = submission.with_slot(slot);
        }
        if let Some(timeout) = work.policy.and_then(|policy| policy.timeout) {
            submission = submission.with_timeout(millis(timeout));
        }
        if let Some(time) = work.rare.stop_timeout {
            submission = submission.with_stop_timeout(millis(time));
        }
        if let Some(time) = work.expires {
            submission = submission.with_expires(millis(time));
        }
        match self.supervisor.submit(submission) {
            Ok(job) => {
                let task = job.task().clone();
                tokio::spawn(deliver(job, Arc::clone(self)));
                Ok(task)
            }
            Err(error) => {
                let reason = Refusal::of(error.reason());
                Err(self.refused(reason, error.into_submission(), probe))
            }
        }
    }
}

/// Checks that a job has a value exactly if it completed.
async fn deliver(mut job: JobHandle<Value>, fixture: Arc<Fixture>) {
    let value = (&mut job).await;
    let completed = job.outcome().await.is_completed();
    let last = job.status().attempt;
    if value.as_ref().ok() != completed.then_some(&last) {
        fixture.problem(format!("{job:?} gave {value:?}, completed: {completed}"));
    }
}
