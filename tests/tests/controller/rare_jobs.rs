//! Jobs without a value, and jobs with the options that few jobs set.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use taskvisor::__private::{ErasedBody, RareSettings, Settings, erase_job};
use taskvisor::{
    Admission, BackoffPolicy, Job, JobDescriptor, JobHandle, MaxFailures, OnGiveUp, OnShutdown,
    RestartPolicy, RuntimeError, Setting, TaskContext, TaskError,
};
use tests::{Harness, Rules, Script, Step};

use crate::support::*;

type Attempt<V> = Pin<Box<dyn Future<Output = Result<V, TaskError>> + Send>>;

/// The options of a job.
pub(crate) trait Options: 'static {
    const SETTINGS: Settings = Settings { restart: Setting::Set(RestartPolicy::Never), ..Settings::INHERIT };
    const RARE: RareSettings = RareSettings::INHERIT;
}

/// A job with these options, which runs its closure.
pub(crate) struct Custom<O, V> {
    body: Arc<dyn Fn(TaskContext) -> Attempt<V> + Send + Sync>,
    options: PhantomData<fn() -> O>,
}

impl<O, V> Custom<O, V> {
    pub(crate) fn new<F>(body: impl Fn(TaskContext) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<V, TaskError>> + Send + 'static,
    {
        Self { body: Arc::new(move |context| Box::pin(body(context))), options: PhantomData }
    }
}

impl<O, V> Clone for Custom<O, V> {
    fn clone(&self) -> Self {
        Self { body: Arc::clone(&self.body), options: PhantomData }
    }
}

impl<O, V> fmt::Debug for Custom<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Custom")
    }
}

impl<O: Options> Custom<O, ()> {
    const DESCRIPTOR: JobDescriptor = descriptor::<O>();
}

impl<O: Options> Custom<O, u32> {
    const DESCRIPTOR: JobDescriptor = descriptor::<O>();
}

const fn descriptor<O: Options>() -> JobDescriptor {
    JobDescriptor { settings: O::SETTINGS, rare: O::RARE, ..one_attempt_job("custom") }
}

impl<O: Options> Job for Custom<O, ()> {
    type Value = ();

    fn descriptor() -> &'static JobDescriptor {
        &Self::DESCRIPTOR
    }

    fn slot(&self) -> Option<Arc<str>> {
        None
    }

    fn body(self) -> ErasedBody {
        erase_job(self, |job, context| (job.body)(context))
    }
}

impl<O: Options> Job for Custom<O, u32> {
    type Value = u32;

    fn descriptor() -> &'static JobDescriptor {
        &Self::DESCRIPTOR
    }

    fn slot(&self) -> Option<Arc<str>> {
        None
    }

    fn body(self) -> ErasedBody {
        erase_job(self, |job, context| (job.body)(context))
    }
}

/// Submits a job, which must be accepted, and watches it.
pub(crate) fn submitted<O: Options, V>(harness: &Harness, rules: Rules, job: Custom<O, V>) -> JobHandle<V>
where
    Custom<O, V>: Job<Value = V>,
    V: Send + 'static,
{
    harness.trace().set_rules("custom", rules);
    let job = harness.submit(job).expect("it is accepted");
    harness.watch(job.task());
    job
}

struct Limited;

impl Options for Limited {
    const SETTINGS: Settings = Settings {
        restart: Setting::Set(RestartPolicy::OnFailure),
        backoff: Setting::Set(BackoffPolicy::constant(SECOND)),
        ..Settings::INHERIT
    };
    const RARE: RareSettings = RareSettings {
        max_failures: Setting::Set(Some(MaxFailures::new(2, Duration::from_secs(600)))),
        ..RareSettings::INHERIT
    };
}

#[tokio::test(start_paused = true)]
async fn a_job_gives_up_within_its_window() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND).max_failures(2, seconds(600));
    let job =
        submitted(&harness, rules, Custom::<Limited, u32>::new(|_| async { Err(TaskError::fail("down")) }));
    let task = job.task().clone();
    assert!(job.await.is_err());
    assert!(outcome_of(&task).await.is_failed());
    let (report, event_log) = harness.try_finish().await;
    let trace = event_log.of(&task);
    assert_eq!(trace[trace.len() - 3], "gave_up after 3 in 600s");
    assert_eq!(report.expect("in order").give_ups.len(), 1);
}

struct Fatal;

impl Options for Fatal {
    const SETTINGS: Settings = Limited::SETTINGS;
    const RARE: RareSettings = RareSettings { fatal_if: Some(always), ..RareSettings::INHERIT };
}

fn always(_: &(dyn Error + 'static)) -> bool {
    true
}

#[tokio::test(start_paused = true)]
async fn a_job_has_its_fatal_errors() {
    let harness = Harness::new();
    let job = Custom::<Fatal, u32>::new(|_| async { Err(TaskError::fail("down")) });
    let job = submitted(&harness, Rules::on_failure().constant_backoff(SECOND), job);
    let task = job.task().clone();
    assert!(job.await.is_err());
    assert_eq!(task.status().attempt, 1);
    harness.finish().await;
}

fn reasons(error: &RuntimeError) -> Vec<String> {
    match error {
        RuntimeError::InvalidSpec { reasons, .. } => reasons.iter().map(ToString::to_string).collect(),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn options_of_added_tasks_are_refused_for_a_submission() {
    let harness = Harness::new();
    let spec = || harness.spec(Rules::on_failure().max_retries(1), Script::task("work", [Step::Succeed]));
    let submit = |spec| {
        let submission = taskvisor::ControllerSpec::new(spec, Admission::Queue).with_slot(SLOT);
        reasons(harness.submit(submission).expect_err("it is refused").reason())
    };
    assert_eq!(
        submit(spec().with_critical(true)),
        ["a submission cannot be critical: remove `critical`, or add it as a task"]
    );
    for action in [OnGiveUp::Pause, OnGiveUp::Fail] {
        assert_eq!(
            submit(spec().with_on_give_up(action)),
            [
                "`on_give_up` has no effect on a submission, which ends when it gives up: remove it, or add it as a task"
            ]
        );
    }
    let allowed = spec().with_critical(false).with_on_shutdown(OnShutdown::Finish).with_heartbeat(SECOND);
    let submission = taskvisor::ControllerSpec::new(allowed, Admission::Queue).with_slot(SLOT);
    let task = harness.submit(submission).expect("it is accepted");
    assert!(outcome_of(&task).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn all_problems_of_a_submission_are_reported_at_once() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::on_failure(), Script::task("work", [Step::Succeed]));
    let spec = spec.with_critical(true).with_on_give_up(OnGiveUp::Pause).with_heartbeat(Duration::ZERO);
    let submission = taskvisor::ControllerSpec::new(spec, Admission::Queue).with_slot(SLOT);
    let problems = reasons(harness.submit(submission).expect_err("it is refused").reason());
    for part in ["cannot be critical", "`on_give_up` has no effect on a submission", "`heartbeat` is zero"] {
        assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:#?}");
    }
    harness.finish().await;
}
