//! Tasks written as types instead of closures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use taskvisor::{FailureKind, Task, TaskContext, TaskError, TaskRef};
use tests::{Harness, Rules};

use crate::support::end;

/// Succeeds on its third attempt.
struct Poller {
    polls: AtomicU64,
    dropped: Arc<AtomicBool>,
}

impl Task for Poller {
    async fn run(self: Arc<Self>, context: TaskContext) -> Result<(), TaskError> {
        let polls = self.polls.fetch_add(1, Ordering::Relaxed) + 1;
        assert_eq!(polls, context.attempt());
        if polls < 3 {
            return Err(TaskError::fail(format!("poll {polls}")));
        }
        Ok(())
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Release);
    }
}

fn poller(dropped: &Arc<AtomicBool>) -> TaskRef {
    TaskRef::new("poller", Poller { polls: AtomicU64::new(0), dropped: Arc::clone(dropped) })
}

#[tokio::test(start_paused = true)]
async fn one_value_serves_all_attempts() {
    let finished = end(Rules::on_failure().without_backoff(), poller(&Arc::default())).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "failed 1: poll 1",
            "backoff 1: 0ns",
            "started 2",
            "failed 2: poll 2",
            "backoff 2: 0ns",
            "started 3",
            "succeeded 3",
            "ended completed",
            "removed"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_value_is_dropped_when_the_outcome_is_seen() {
    let (harness, dropped) = (Harness::new(), Arc::new(AtomicBool::new(false)));
    let task = harness.add(Rules::on_failure().without_backoff(), poller(&dropped));
    assert!(!dropped.load(Ordering::Acquire));
    harness.outcome(&task).await;
    assert!(dropped.load(Ordering::Acquire));
    harness.finish().await;
}

struct Panics;

impl Task for Panics {
    #[allow(clippy::manual_async_fn, reason = "it is the making of the future that panics")]
    fn run(self: Arc<Self>, _: TaskContext) -> impl Future<Output = Result<(), TaskError>> + Send {
        if Arc::strong_count(&self) > 0 {
            panic!("no future today");
        }
        async { Ok(()) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_before_there_is_a_future_is_a_panic_of_the_attempt() {
    let finished =
        end(Rules::on_failure().without_backoff().max_retries(1), TaskRef::new("panics", Panics)).await;
    assert_eq!(finished.failure().kind(), FailureKind::Panic);
    assert_eq!(
        finished.trace(),
        [
            "added",
            "started 1",
            "panicked 1: panicked: no future today",
            "backoff 1: 0ns",
            "started 2",
            "panicked 2: panicked: no future today",
            "gave_up after 2",
            "ended failed: panicked: no future today",
            "removed"
        ]
    );
}

#[test]
fn a_task_returns_its_name() {
    let task = poller(&Arc::default());
    assert_eq!(task.name(), "poller");
    assert_eq!(Rules::never().spec(task).name(), "poller");
}
