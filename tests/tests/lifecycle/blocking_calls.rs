//! A timeout drops the attempt's future, but not the call in `spawn_blocking` that the attempt awaits. These tests use
//! real threads and times. They wait for conditions, not for fixed times.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use taskvisor::{FailureKind, TaskFn, TaskRef};
use tests::{Harness, Rules};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

const SHORT: Duration = Duration::from_millis(20);

/// Calls that block until they are released, also when a test fails.
#[derive(Default)]
struct Calls {
    running: AtomicUsize,
    most: AtomicUsize,
    released: AtomicBool,
}

impl Calls {
    fn block(&self) {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        while !self.released.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        self.running.fetch_sub(1, Ordering::SeqCst);
    }

    async fn reach(&self, running: usize) {
        while self.running.load(Ordering::SeqCst) != running {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

struct ReleaseOnDrop(Arc<Calls>);

impl Drop for ReleaseOnDrop {
    fn drop(&mut self) {
        self.0.released.store(true, Ordering::SeqCst);
    }
}

/// Runs the task until four attempts have timed out and `running` of their calls block. Then releases the calls.
async fn four_timeouts(calls: &Arc<Calls>, task: TaskRef, running: usize) {
    let release = ReleaseOnDrop(Arc::clone(calls));
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff().max_retries(3).timeout(SHORT);
    let task = harness.add(rules, task);
    let outcome = harness.outcome(&task).await;
    assert_eq!(outcome.failure().map(|failure| failure.kind()), Some(FailureKind::Timeout));
    harness.finish().await;
    calls.reach(running).await;
    drop(release);
    calls.reach(0).await;
}

#[tokio::test]
async fn a_blocking_call_outlives_the_timeout_of_its_attempt() {
    let calls = Arc::new(Calls::default());
    let shared = Arc::clone(&calls);
    let task = TaskFn::arc("work", move || {
        let calls = Arc::clone(&shared);
        async move {
            spawn_blocking(move || calls.block()).await?;
            Ok(())
        }
    });
    four_timeouts(&calls, task, 4).await;
    assert_eq!(calls.most.load(Ordering::SeqCst), 4);
}

/// Follows the advice in the documentation of `timeout`.
#[tokio::test]
async fn a_permit_inside_keeps_blocking_calls_apart() {
    let calls = Arc::new(Calls::default());
    let shared = (Arc::clone(&calls), Arc::new(Semaphore::new(1)));
    let task = TaskFn::arc("work", move || {
        let (calls, one) = shared.clone();
        async move {
            let permit = one.acquire_owned().await?;
            spawn_blocking(move || {
                let _permit = permit;
                calls.block();
            })
            .await?;
            Ok(())
        }
    });
    four_timeouts(&calls, task, 1).await;
    assert_eq!(calls.most.load(Ordering::SeqCst), 1);
}
