//! Stop requests for jobs: a value that the job returns after the request is delivered.

use std::sync::mpsc::channel;
use std::time::Duration;

use taskvisor::{JobError, JobExt, JobHandle, Outcome, Rejection, StopCause, TaskHandle};
use tests::Harness;
use tokio::sync::oneshot;

use crate::job::{Total, Work, accepted, gives, gives_when_stopped, stops};
use crate::support::*;

fn ended(value: Result<Total, JobError>) -> Outcome {
    match value {
        Err(JobError::Ended(outcome)) => outcome,
        other => panic!("it gave no value: {other:?}"),
    }
}

/// A running job in the slot, which returns its value after a stop request.
async fn running(harness: &Harness) -> (JobHandle<Total>, TaskHandle) {
    let job = accepted(harness, Some(SLOT), gives_when_stopped(9).in_slot(SLOT));
    harness.reach(job.task(), 1).await;
    let task = job.task().clone();
    (job, task)
}

async fn assert_delivered(harness: Harness, job: JobHandle<Total>, task: TaskHandle) {
    assert_eq!(job.await.expect("work done is never thrown away"), Total(9));
    assert!(outcome_of(&task).await.is_completed(), "the job completed despite the stop request");
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task), RAN);
}

#[tokio::test(start_paused = true)]
async fn a_value_returned_after_a_cancel_is_delivered() {
    let harness = Harness::new();
    let (job, task) = running(&harness).await;
    assert!(job.cancel());
    assert!(!job.cancel(), "a stop was requested before");
    assert_delivered(harness, job, task).await;
}

#[tokio::test(start_paused = true)]
async fn a_replaced_job_delivers_its_value_and_its_successor_runs() {
    let harness = Harness::new();
    let (job, task) = running(&harness).await;
    let next = accepted(&harness, Some(SLOT), gives(1).in_slot(SLOT).with_admission(Replace));
    assert_eq!(next.await.expect("a value"), Total(1));
    assert_delivered(harness, job, task).await;
}

#[tokio::test(start_paused = true)]
async fn a_value_returned_after_a_clear_is_delivered() {
    let harness = Harness::new();
    let (job, task) = running(&harness).await;
    assert!(harness.clear_slot(SLOT));
    assert_delivered(harness, job, task).await;
}

#[tokio::test(start_paused = true)]
async fn a_value_returned_during_a_shutdown_counts_as_completed() {
    let harness = Harness::new();
    let (job, task) = running(&harness).await;
    let report = harness.run_until(Vec::new(), std::future::ready(())).await.expect("in order");
    assert_eq!((report.completed, report.canceled), (1, 0), "{report}");
    assert_delivered(harness, job, task).await;
}

#[tokio::test(start_paused = true)]
async fn a_canceled_job_that_stops_gives_no_value() {
    let harness = Harness::new();
    let job = accepted(&harness, None, stops());
    harness.reach(job.task(), 1).await;
    harness.cancel(job.task());
    let outcome = ended(job.await);
    assert!(is_canceled(&outcome, StopCause::Cancel), "{outcome}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_canceled_in_the_queue_leaves_it_and_never_runs() {
    let harness = Harness::new();
    let (first, task) = running(&harness).await;
    let waits = accepted(&harness, Some(SLOT), gives(1).in_slot(SLOT));
    harness.settle().await;
    assert!(waits.cancel());
    assert!(waiting(&harness).is_empty());
    let waited = waits.task().clone();
    let error = waits.await.expect_err("it never ran");
    assert_eq!(error.to_string(), "canceled");
    first.cancel();
    assert_eq!(first.await.expect("a value"), Total(9));
    let event_log = harness.finish().await;
    assert!(event_log.starts_of(&waited).is_empty());
    assert_eq!(event_log.starts_of(&task).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_job_gives_the_reason() {
    let harness = Harness::new();
    let (_first, _) = running(&harness).await;
    let submit = |value| accepted(&harness, Some(SLOT), gives(value).in_slot(SLOT).with_admission(Latest));
    let (superseded, cleared) = (submit(1), submit(2));
    assert!(is_rejected(&ended(superseded.await), Rejection::Superseded));
    harness.clear_slot(SLOT);
    let shut_out = submit(3);
    harness.stop();
    assert!(is_rejected(&ended(cleared.await), Rejection::Cleared));
    assert!(is_rejected(&ended(shut_out.await), Rejection::ShuttingDown));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_ignores_its_stop_is_aborted() {
    let harness = Harness::new();
    let deaf: Work = Work::new(|_| std::future::pending());
    let job = accepted(&harness, None, deaf);
    harness.reach(job.task(), 1).await;
    harness.cancel(job.task());
    assert!(ended(job.await).is_aborted());
    harness.finish().await;
}

/// The first writer wins: the published outcome stays when the body returns later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_blocks_past_its_grace_aborts_and_keeps_its_slot() {
    let harness = Harness::new();
    let ((release, held), (entered, blocks)) = (channel::<()>(), oneshot::channel());
    let inside = std::sync::Mutex::new(Some((entered, held)));
    let job = Work::new(move |_| {
        let inside = inside.lock().expect("a lock").take();
        async move {
            if let Some((entered, held)) = inside {
                let _ = entered.send(());
                let _ = held.recv();
            }
            Ok(Total(1))
        }
    });
    let mut job = accepted(&harness, Some(SLOT), job.in_slot(SLOT));
    blocks.await.expect("it starts");
    job.task().cancel_with_grace(Duration::from_millis(1));
    assert!(ended((&mut job).await).is_aborted());
    assert_eq!(owner(&harness).as_deref(), Some("work"));
    drop(release);
    while !harness.slots().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(job.outcome().await.is_aborted());
    harness.finish().await;
}
