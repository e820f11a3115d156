//! The caller that awaits the handle of a job gets its value, once.

use std::sync::Arc;

use taskvisor::{JobError, JobHandle, Phase, TaskContext};
use tests::Harness;
use tokio::time::{Instant, sleep};

use crate::job::{Total, Work, accepted, gives};
use crate::poll_once::now;
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn awaiting_a_job_gives_its_value() {
    let harness = Harness::new();
    let job = accepted(&harness, None, gives(42));
    assert_eq!(job.name(), "work");
    assert_eq!(job.id(), job.task().id());
    harness.reach(job.task(), 1).await;
    assert!(matches!(job.status().phase, Phase::Running { attempt: 1, .. }));
    let task = job.task().clone();
    assert_eq!(job.await.expect("a value"), Total(42));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task), RAN);
}

#[tokio::test(start_paused = true)]
async fn the_value_is_there_when_the_outcome_is_seen() {
    let harness = Harness::new();
    let mut job = accepted(&harness, None, gives(1));
    assert!(job.outcome().await.is_completed());
    assert_eq!(now(&mut job).expect("ready").expect("a value"), Total(1));
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_value_is_there_when_the_outcome_is_seen_on_two_workers() {
    let harness = Harness::new();
    for round in 0..2_000 {
        let mut job = accepted(&harness, None, Work::new(move |_| async move { Ok(Total(round)) }));
        assert!(job.outcome().await.is_completed());
        assert_eq!(now(&mut job).expect("ready").expect("a value"), Total(round));
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_value_is_given_once() {
    let harness = Harness::new();
    let mut job = accepted(&harness, None, gives(1));
    assert_eq!((&mut job).await.expect("a value"), Total(1));
    let again = (&mut job).await.expect_err("an earlier await took it");
    assert!(matches!(again, JobError::Taken), "{again:?}");
    assert_eq!(again.to_string(), "the value of the job was taken by an earlier await");
    assert!(job.outcome().await.is_completed(), "the outcome stays");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_handle_awaited_by_reference_survives_a_lost_select() {
    let harness = Harness::new();
    let mut job = accepted(&harness, None, gives(7));
    let mut timeouts = 0;
    let value = loop {
        tokio::select! {
            value = &mut job => break value,
            () = sleep(SECOND / 4) => timeouts += 1,
        }
    };
    assert_eq!(value.expect("a value"), Total(7));
    assert!(timeouts >= 3, "{timeouts}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn dropping_the_handle_detaches_the_job() {
    let harness = Harness::new();
    let job = accepted(&harness, None, gives(1));
    let task = job.task().clone();
    drop(job);
    assert!(outcome_of(&task).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task), RAN);
}

#[tokio::test(start_paused = true)]
async fn a_kept_handle_does_not_keep_the_arguments_of_its_job() {
    let harness = Harness::new();
    let argument = Arc::new(());
    let watched = Arc::downgrade(&argument);
    let job = Work::new(move |_| {
        let argument = Arc::clone(&argument);
        async move {
            sleep(SECOND).await;
            drop(argument);
            Ok(Total(1))
        }
    });
    let job = accepted(&harness, None, job);
    outcome_of(job.task()).await;
    assert_eq!(watched.strong_count(), 0);
    assert_eq!(job.await.expect("the value is kept"), Total(1));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn other_waiters_may_await_the_outcome_of_a_job() {
    let harness = Harness::new();
    let job = accepted(&harness, None, gives(3));
    let others = [tokio::spawn(job.outcome()), tokio::spawn(job.task().outcome())];
    assert_eq!(job.await.expect("a value"), Total(3));
    for other in others {
        assert!(other.await.expect("no panic").is_completed());
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn jobs_without_a_slot_do_not_compete() {
    let harness = Harness::new();
    let began = Instant::now();
    let jobs: Vec<_> = (0..100).map(|value| accepted(&harness, None, gives(value))).collect();
    assert!(harness.slots().is_empty());
    assert_eq!(harness.tasks().len(), 100);
    for (value, job) in (0..).zip(jobs) {
        assert_eq!(job.await.expect("a value"), Total(value));
    }
    assert_eq!(began.elapsed(), SECOND, "they ran side by side");
    assert!(harness.tasks().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn jobs_of_one_slot_run_one_after_the_other() {
    let harness = Harness::new();
    let began = Instant::now();
    let jobs: Vec<_> =
        (0..3).map(|value| accepted(&harness, Some(SLOT), gives(value).in_slot(SLOT))).collect();
    for (value, job) in (0..).zip(jobs) {
        assert_eq!(job.await.expect("a value"), Total(value));
    }
    assert_eq!(began.elapsed(), seconds(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_handle_can_be_sent_shared_and_moved() {
    fn assert_free<T: Send + Sync + Unpin + std::fmt::Debug>(_: &T) {}
    let harness = Harness::new();
    let job: JobHandle<Total> = accepted(&harness, None, gives(5));
    assert_free(&job);
    let value = tokio::spawn(job).await.expect("no panic");
    assert_eq!(value.expect("a value"), Total(5));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_sees_its_own_attempt_and_name() {
    let harness = Harness::new();
    let job = Work::new(|context: TaskContext| async move {
        let named = context.name() == "work" && context.attempt() == 1 && !context.is_cancelled();
        Ok(Total(u32::from(named)))
    });
    assert_eq!(accepted(&harness, None, job).await.expect("a value"), Total(1));
    harness.finish().await;
}
