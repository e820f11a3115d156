//! The value of a job: when it is dropped, and on whose behalf.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use taskvisor::__private::{ErasedBody, erase_job};
use taskvisor::{Job, JobDescriptor, JobError};
use tests::{Harness, Rules};

use crate::support::*;

/// Counts its drops, and panics in each if `panics` is set.
struct Counted {
    drops: Arc<AtomicUsize>,
    panics: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics || std::thread::panicking(), "a destructor panics");
    }
}

/// A job that returns a value whose drops are counted.
#[derive(Clone)]
struct Produce {
    drops: Arc<AtomicUsize>,
    /// Panics when the last clone of the arguments is dropped.
    arguments: Option<Arc<Counted>>,
}

impl Produce {
    fn new() -> Self {
        Self { drops: Arc::default(), arguments: None }
    }
}

static PRODUCE: JobDescriptor = one_attempt_job("produce");

impl Job for Produce {
    type Value = Counted;

    fn descriptor() -> &'static JobDescriptor {
        &PRODUCE
    }

    fn slot(&self) -> Option<Arc<str>> {
        Some(SLOT.into())
    }

    fn body(self) -> ErasedBody {
        erase_job(self, |job, _| async move {
            Ok(Counted { drops: Arc::clone(&job.drops), panics: job.arguments.is_some() })
        })
    }
}

fn harness() -> Harness {
    let harness = Harness::new();
    harness.trace().set_rules("produce", Rules::never());
    harness
}

#[tokio::test(start_paused = true)]
async fn a_value_lives_as_long_as_its_handle() {
    let (harness, job) = (harness(), Produce::new());
    let handle = harness.submit(job.clone()).expect("accepted");
    let task = handle.task().clone();
    harness.watch_in(SLOT, &task);
    assert!(outcome_of(&task).await.is_completed());
    assert_eq!(job.drops.load(Ordering::SeqCst), 0, "the handle may still take the value");
    drop(handle);
    assert_eq!(job.drops.load(Ordering::SeqCst), 1, "another handle of the task keeps no value");
    drop(task);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_value_of_a_dropped_handle_is_gone_at_the_end() {
    let (harness, job) = (harness(), Produce::new());
    let handle = harness.submit(job.clone()).expect("accepted");
    let task = handle.task().clone();
    harness.watch_in(SLOT, &task);
    drop(handle);
    assert!(outcome_of(&task).await.is_completed());
    assert_eq!(job.drops.load(Ordering::SeqCst), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_taken_value_belongs_to_the_caller() {
    let (harness, job) = (harness(), Produce::new());
    let mut handle = harness.submit(job.clone()).expect("accepted");
    harness.watch_in(SLOT, handle.task());
    let value = (&mut handle).await.expect("the job completes");
    assert!(matches!((&mut handle).await, Err(JobError::Taken)));
    drop(handle);
    assert_eq!(job.drops.load(Ordering::SeqCst), 0);
    drop(value);
    assert_eq!(job.drops.load(Ordering::SeqCst), 1);
    harness.finish().await;
}

/// If both destructors panicked in one unwinding, the process would abort.
#[tokio::test(start_paused = true)]
async fn a_value_and_arguments_that_both_panic_free_the_slot() {
    let harness = harness();
    let drops = Arc::<AtomicUsize>::default();
    let arguments = Arc::new(Counted { drops: Arc::clone(&drops), panics: true });
    let job = Produce { drops: Arc::clone(&drops), arguments: Some(arguments) };
    let handle = harness.submit(job).expect("accepted");
    let task = handle.task().clone();
    harness.watch_in(SLOT, &task);
    drop(handle);
    let next = submit(&harness, Queue, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert!(outcome_of(&task).await.is_completed());
    assert_eq!(drops.load(Ordering::SeqCst), 2);
    harness.finish().await;
}
