//! The span of a submission: a root that follows from the span of its submitter.

use taskvisor::{Admission, ControllerSpec, TaskContext, TaskError, TaskFn, TaskHandle, TaskSpec};
use tokio::time::sleep;
use tracing::subscriber::set_default;
use tracing::{Instrument, info, info_span};

use crate::recording::{Lines, Recorder};
use crate::spans::{SECOND, logging, retried, supervisor};

pub(crate) fn in_slot(spec: TaskSpec, slot: &str) -> ControllerSpec {
    ControllerSpec::new(spec, Admission::Queue).with_slot(slot)
}

async fn ended(task: TaskHandle) {
    task.outcome().await;
}

#[tokio::test(start_paused = true)]
async fn a_body_logs_its_job_slot_and_attempt() {
    let lines = Lines::default();
    let _default = set_default(lines.subscriber());
    let supervisor = supervisor();
    let job = supervisor.submit(in_slot(retried(logging("sync")), "tenant-42")).expect("accepted");
    let id = job.id();
    ended(job).await;
    let line = |attempt, text| {
        let job = format!("job{{name=\"sync\" id={id} slot=\"tenant-42\"}}");
        format!("INFO {job}:attempt{{attempt={attempt}}}: operations::spans: {text}")
    };
    assert_eq!(lines.take(), [line(1, "begin"), line(1, "end"), line(2, "begin"), line(2, "end")]);
}

#[tokio::test(start_paused = true)]
async fn a_job_is_a_root_that_follows_from_its_submitter() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let submit = async { supervisor.submit(in_slot(retried(logging("sync")), "a")).expect("accepted") };
    let job = submit.instrument(info_span!("request")).await;
    assert_eq!(
        recorder.take(),
        [
            "open request{} in none",
            "open job{name=sync slot=a} in none",
            "follow job{name=sync slot=a} of request{}",
            // The request is over before the job has begun.
            "close request{}",
        ]
    );
    ended(job).await;
    let log = |text, attempt| format!("log {text} in job{{name=sync slot=a}}:attempt{{attempt={attempt}}}");
    assert_eq!(
        recorder.take(),
        [
            "open attempt{attempt=1} in job{name=sync slot=a}",
            &log("begin", 1),
            &log("end", 1),
            "close attempt{attempt=1}",
            "open attempt{attempt=2} in job{name=sync slot=a}",
            &log("begin", 2),
            &log("end", 2),
            "close attempt{attempt=2}",
            "close job{name=sync slot=a}",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_queued_job_follows_from_its_own_submitter() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let mut jobs = Vec::new();
    for (name, request) in
        [("first", info_span!("request", of = 1)), ("second", info_span!("request", of = 2))]
    {
        let submit = async { supervisor.submit(in_slot(retried(logging(name)), "a")).expect("accepted") };
        jobs.push(submit.instrument(request).await);
    }
    for job in jobs {
        ended(job).await;
    }
    let records = recorder.take();
    let follows: Vec<_> = records.iter().filter(|line| line.starts_with("follow")).collect();
    assert_eq!(
        follows,
        ["follow job{name=first slot=a} of request{of=1}", "follow job{name=second slot=a} of request{of=2}",]
    );
    let begins: Vec<_> = records.iter().filter(|line| line.starts_with("log begin")).collect();
    assert_eq!(
        begins,
        [
            "log begin in job{name=first slot=a}:attempt{attempt=1}",
            "log begin in job{name=first slot=a}:attempt{attempt=2}",
            "log begin in job{name=second slot=a}:attempt{attempt=1}",
            "log begin in job{name=second slot=a}:attempt{attempt=2}",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_of_a_job_follows_from_its_attempt() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let inner = supervisor.handle();
    let outer = TaskFn::arc("outer", move |_: TaskContext| {
        let inner = inner.clone();
        async move {
            let leaf = TaskFn::arc("leaf", || async { Ok(()) });
            let leaf = inner.submit(in_slot(TaskSpec::once(leaf), "b")).map_err(TaskError::fail)?;
            leaf.outcome().await;
            Ok(())
        }
    });
    ended(supervisor.submit(in_slot(TaskSpec::once(outer), "a")).expect("accepted")).await;
    assert_eq!(recorder.take_with("follow"), ["follow job{name=leaf slot=b} of attempt{attempt=1}"]);
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn a_job_without_a_slot_has_none_in_its_span() {
    #[taskvisor::job]
    async fn free() {
        info!("here");
    }

    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    supervisor.submit(free {}).expect("accepted").await.expect("a value");
    assert_eq!(recorder.take_with("log"), ["log here in job{name=free}:attempt{attempt=1}"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_submission_makes_no_span() {
    let recorder = Recorder::default();
    let _default = set_default(recorder.subscriber());
    let supervisor = supervisor();
    let first = supervisor.submit(in_slot(retried(logging("first")), "a")).expect("accepted");
    let busy = ControllerSpec::new(retried(logging("busy")), Admission::DropIfRunning).with_slot("a");
    let refused = supervisor.submit(busy).expect_err("the slot is taken");
    ended(first).await;
    assert_eq!(recorder.take_with("busy"), [""; 0]);
    // What was refused can be submitted again.
    sleep(SECOND).await;
    ended(supervisor.submit(refused.into_submission()).expect("accepted")).await;
    assert_eq!(recorder.take_with("open job"), ["open job{name=busy slot=a} in none"]);
}
