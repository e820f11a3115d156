//! `snooze` and `done` in jobs without a value, and in submitted tasks.

use taskvisor::{JobHandle, Outcome, Phase, StopCause};
use tests::{Harness, Rules};
use tokio::time::sleep;

use crate::rare_jobs::{Custom, Options, submitted};
use crate::support::*;

struct Plain;

impl Options for Plain {}

type Empty = Custom<Plain, ()>;

fn plain(harness: &Harness, job: Empty) -> JobHandle<()> {
    submitted(harness, Rules::never(), job)
}

#[tokio::test(start_paused = true)]
async fn a_job_that_snoozes_makes_another_attempt() {
    let harness = Harness::new();
    let job = Empty::new(|context| async move {
        if context.attempt() < 3 { context.snooze(seconds(60)) } else { Ok(()) }
    });
    let job = plain(&harness, job);
    let task = job.task().clone();
    sleep(SECOND).await;
    assert!(matches!(job.status().phase, Phase::Sleeping { attempt: 1, .. }));
    job.await.expect("it completes");
    assert_eq!(task.status().attempt, 3);
    assert_eq!(harness.finish().await.starts_of(&task), [seconds(0), seconds(60), seconds(120)]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_done_has_completed() {
    let harness = Harness::new();
    let job = plain(&harness, Empty::new(|context| async move { context.done() }));
    job.await.expect("it completes");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_done_after_a_stop_request_has_completed() {
    let harness = Harness::new();
    let job = Empty::new(|context| async move {
        context.cancelled().await;
        context.done()
    });
    let job = plain(&harness, job);
    harness.reach(job.task(), 1).await;
    assert!(job.cancel());
    job.await.expect("work done is never thrown away");
    harness.finish().await;
}

fn snoozes_when_stopped() -> Empty {
    Empty::new(|context| async move {
        if context.attempt() > 1 {
            return Ok(());
        }
        context.cancelled().await;
        context.snooze(seconds(3_600))
    })
}

#[tokio::test(start_paused = true)]
async fn a_job_that_snoozes_after_a_stop_request_is_canceled() {
    let harness = Harness::new();
    let job = plain(&harness, snoozes_when_stopped());
    harness.reach(job.task(), 1).await;
    let task = job.task().clone();
    assert!(job.cancel());
    assert!(job.await.is_err(), "its work is not done");
    let outcome = outcome_of(&task).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Cancel, .. }), "{outcome}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_snoozes_after_an_interrupt_goes_on() {
    let harness = Harness::new();
    let job = plain(&harness, snoozes_when_stopped());
    harness.reach(job.task(), 1).await;
    let task = job.task().clone();
    harness.restart(&task).expect("it runs");
    job.await.expect("it completes");
    assert_eq!(task.status().attempt, 2, "its work was not done in the first attempt");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_snoozes_and_is_canceled_has_no_value() {
    let harness = Harness::new();
    let job = plain(&harness, Empty::new(|context| async move { context.snooze(seconds(60)) }));
    sleep(SECOND).await;
    let task = job.task().clone();
    assert!(job.cancel());
    harness.trace().stop_requested(&task);
    assert!(job.await.is_err());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_snoozes_keeps_its_slot() {
    let harness = Harness::new();
    let task = taskvisor::TaskFn::arc("owner", |context: taskvisor::TaskContext| async move {
        if context.attempt() == 1 { context.snooze(seconds(60)) } else { Ok(()) }
    });
    let owner = harness.submit_to(SLOT, Queue, Rules::never(), task);
    let next = submit(&harness, Queue, one_attempt("next"));
    sleep(seconds(59)).await;
    assert_eq!(next.status().attempt, 0);
    assert!(outcome_of(&owner).await.is_completed());
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_latest_replaces_an_owner_that_snoozes() {
    let harness = Harness::new();
    let task = taskvisor::TaskFn::arc("owner", |context: taskvisor::TaskContext| async move {
        context.snooze(seconds(60))
    });
    let owner = harness.submit_to(SLOT, Queue, Rules::never(), task);
    sleep(SECOND).await;
    let next = submit(&harness, Latest, one_attempt("next"));
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Replace));
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}
