//! A task without delay between attempts does not starve other tasks on a single-threaded runtime.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use taskvisor::{TaskError, TaskFn, TaskHandle};
use tests::{Harness, Rules};
use tokio::task::yield_now;

use crate::support::SECOND;

/// Enough attempts for a fair runtime to have polled a neighbor a hundred times.
const PATIENCE: usize = 100_000;

/// Runs a neighbor beside a task that never waits. The task fails if its neighbor starves.
async fn has_neighbours(rules: Rules, result: fn() -> Result<(), TaskError>) {
    let harness = Harness::new();
    let (attempts, served) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let task = TaskFn::arc("busy", {
        let (attempts, served) = (Arc::clone(&attempts), Arc::clone(&served));
        move || {
            let attempt = attempts.fetch_add(1, Ordering::Relaxed);
            let starved = attempt > PATIENCE && !served.load(Ordering::Relaxed);
            async move { if starved { Err(TaskError::fatal("starves its neighbour")) } else { result() } }
        }
    });
    let task = harness.add(rules, task);
    let neighbour = tokio::spawn(async move {
        for _ in 0..100 {
            yield_now().await;
        }
        served.store(true, Ordering::Relaxed);
    });
    neighbour.await.expect("the neighbor is polled");
    goes_on(&harness, &task, &attempts);
    harness.finish().await;
}

fn goes_on(harness: &Harness, task: &TaskHandle, attempts: &AtomicUsize) {
    assert!(harness.is_alive("busy"), "{}", task.status().phase);
    let attempts = attempts.load(Ordering::Relaxed);
    assert!(attempts >= 100, "the task ran {attempts} times, less often than its neighbor");
}

#[tokio::test(start_paused = true)]
async fn always_with_a_zero_interval() {
    has_neighbours(Rules::always().delay(Duration::ZERO), || Ok(())).await;
}

#[tokio::test(start_paused = true)]
async fn a_failing_task_without_backoff() {
    has_neighbours(Rules::on_failure().without_backoff(), || Err(TaskError::fail("down"))).await;
}

#[tokio::test(start_paused = true)]
async fn retry_after_zero() {
    let result = || Err(TaskError::retry_after("busy", Duration::ZERO));
    has_neighbours(Rules::on_failure().constant_backoff(SECOND).uses_retry_after(), result).await;
}

#[tokio::test(start_paused = true)]
async fn a_constant_backoff_of_zero() {
    has_neighbours(Rules::on_failure().constant_backoff(Duration::ZERO), || Err(TaskError::fail("down")))
        .await;
}
