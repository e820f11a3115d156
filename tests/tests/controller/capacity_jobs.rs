//! Jobs with a capacity, and jobs that await a job in their own slot: an error, if that one cannot start before they end.

use std::fmt;
use std::sync::Arc;

use taskvisor::__private::ErasedBody;
use taskvisor::{Job, JobDescriptor, JobError, TaskContext, TaskError};
use tests::Harness;

use crate::job::{Total, Work, accepted, gives};
use crate::support::*;

/// A job in the slot that declares this capacity.
#[derive(Clone)]
struct Shared<const CAPACITY: usize>(Work);

impl<const CAPACITY: usize> Shared<CAPACITY> {
    const DESCRIPTOR: JobDescriptor = JobDescriptor { capacity: Some(CAPACITY), ..one_attempt_job("work") };

    /// Submits the job, which must be accepted, and watches it.
    fn submit_to(self, harness: &Harness) -> taskvisor::JobHandle<Total> {
        // The awaited jobs are unknown to the recorder.
        harness.trace().share_slot(SLOT, 2);
        accepted(harness, Some(SLOT), self)
    }
}

impl<const CAPACITY: usize> fmt::Debug for Shared<CAPACITY> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const CAPACITY: usize> Job for Shared<CAPACITY> {
    type Value = Total;

    fn descriptor() -> &'static JobDescriptor {
        &Self::DESCRIPTOR
    }

    fn slot(&self) -> Option<Arc<str>> {
        Some(SLOT.into())
    }

    fn body(self) -> ErasedBody {
        self.0.body()
    }
}

/// A job that submits one of capacity `INNER` to the slot, and returns 1 for a `SlotDeadlock`, or the value of the other.
fn awaits<const INNER: usize>() -> Work {
    Work::new(|context: TaskContext| async move {
        let inner = context.supervisor().submit(Shared::<INNER>(gives(2)))?;
        match inner.await {
            Err(JobError::SlotDeadlock { slot }) if &*slot == SLOT => Ok(Total(1)),
            other => other.map_err(TaskError::fatal),
        }
    })
}

const DEADLOCK: Total = Total(1);
const AWAITED: Total = Total(2);

#[tokio::test(start_paused = true)]
async fn the_declared_capacity_of_a_job_applies() {
    let harness = Harness::new();
    let jobs = [0, 1, 2].map(|value| Shared::<2>(gives(value)).submit_to(&harness));
    assert_eq!((owners(&harness).len(), waiting(&harness).len()), (2, 1));
    for (value, job) in (0..).zip(jobs) {
        assert_eq!(job.await.expect("a value"), Total(value));
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_may_await_its_slot_at_a_free_place() {
    let harness = Harness::new();
    let job = Shared::<2>(awaits::<2>()).submit_to(&harness);
    harness.reach(job.task(), 1).await;
    assert_eq!(in_time(job).await.expect("a value"), AWAITED);
    finish(harness).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_may_await_the_place_of_another_owner() {
    let harness = Harness::new();
    let other = Shared::<2>(gives(3)).submit_to(&harness);
    let job = Shared::<2>(awaits::<2>()).submit_to(&harness);
    assert_eq!(in_time(job).await.expect("a value"), AWAITED);
    assert_eq!(other.await.expect("a value"), Total(3));
    finish(harness).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_awaits_an_exclusive_one_gets_an_error() {
    let harness = Harness::new();
    let other = Shared::<2>(gives(3)).submit_to(&harness);
    let job = Shared::<2>(awaits::<1>()).submit_to(&harness);
    assert_eq!(in_time(job).await.expect("the deadlock is reported"), DEADLOCK);
    assert_eq!(other.await.expect("a value"), Total(3));
    finish(harness).await;
}

#[tokio::test(start_paused = true)]
async fn a_sole_owner_that_awaits_its_slot_gets_an_error() {
    let harness = Harness::new();
    let job = Shared::<2>(awaits::<2>()).submit_to(&harness);
    let exclusive = Shared::<1>(gives(3)).submit_to(&harness);
    assert_eq!(in_time(job).await.expect("the deadlock is reported"), DEADLOCK);
    assert_eq!(exclusive.await.expect("a value"), Total(3));
    finish(harness).await;
}

/// Lets the awaited jobs run, which the recorder does not know, and finishes.
async fn finish(harness: Harness) {
    harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("all end");
    harness.finish().await;
}
