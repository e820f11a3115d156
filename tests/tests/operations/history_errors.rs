//! The errors of a history: how long they are kept, and their texts.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taskvisor::{Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskSpec};
use tests::Rules;
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

/// An error that counts the living ones.
#[derive(Debug)]
struct Counted {
    alive: Arc<AtomicUsize>,
    panics: bool,
}

impl Counted {
    fn new(alive: &Arc<AtomicUsize>, panics: bool) -> Self {
        alive.fetch_add(1, Ordering::Relaxed);
        Self { alive: Arc::clone(alive), panics }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
        assert!(!self.panics, "the destructor panics");
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("counted")
    }
}

impl Error for Counted {}

/// A task that makes an attempt each second, some of which fail with counted errors. Without a recorder, whose events would share them.
struct Fixture {
    _supervisor: Supervisor,
    task: TaskHandle,
    alive: Arc<AtomicUsize>,
}

impl Fixture {
    fn new(fails: fn(u64) -> bool, panics: bool) -> Self {
        let alive = Arc::new(AtomicUsize::new(0));
        let supervisor = Supervisor::default();
        let counted = Arc::clone(&alive);
        let body = TaskFn::arc("work", move |ctx: TaskContext| {
            let failed = fails(ctx.attempt()).then(|| Counted::new(&counted, panics));
            async move { failed.map_or(Ok(()), |error| Err(TaskError::fail(error))) }
        });
        let spec = Rules::always().delay(SECOND).constant_backoff(SECOND).spec(body);
        let task = supervisor.add_task(spec).expect("the name is free");
        Self { _supervisor: supervisor, task, alive }
    }

    /// Waits until this many attempts have ended, and returns the number of errors that are kept.
    async fn kept_after(&self, attempts: u64) -> usize {
        while self.task.status().attempt < attempts {
            sleep(SECOND / 4).await;
        }
        assert_eq!(self.task.status().attempt, attempts);
        self.alive.load(Ordering::Relaxed)
    }

    fn last_failure(&self) -> Option<u64> {
        self.task.status().last_error.map(|error| error.attempt())
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_kept_for_twenty_attempts() {
    let fixture = Fixture::new(|attempt| attempt <= 50, false);
    for (attempts, kept) in [(1, 1), (5, 5), (20, 20), (21, 20), (50, 20), (52, 18), (69, 1)] {
        assert_eq!(fixture.kept_after(attempts).await, kept, "after attempt {attempts}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_latest_failure_outlives_the_history() {
    let Fixture { _supervisor: supervisor, task, alive } = {
        let fixture = Fixture::new(|attempt| attempt <= 5, false);
        assert_eq!(fixture.kept_after(60).await, 1);
        assert_eq!(fixture.last_failure(), Some(5));
        fixture
    };
    assert!(task.history().iter().all(|record| record.error.is_none()));
    supervisor.shutdown().await.expect("it stops");
    drop((supervisor, task));
    assert_eq!(alive.load(Ordering::Relaxed), 0, "dropped with the last handle");
}

#[tokio::test(start_paused = true)]
async fn a_failure_replaces_one_that_outlived_the_history() {
    let fixture = Fixture::new(|attempt| matches!(attempt, 1 | 30), false);
    for (attempts, failed) in [(29, 1), (30, 30), (49, 30), (50, 30), (60, 30)] {
        assert_eq!(fixture.kept_after(attempts).await, 1, "after attempt {attempts}");
        assert_eq!(fixture.last_failure(), Some(failed), "after attempt {attempts}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_destructor_that_panics_does_not_end_the_task() {
    let fixture = Fixture::new(|_| true, true);
    assert_eq!(fixture.kept_after(45).await, 20);
    assert_eq!(fixture.task.history().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_long_error_is_cut_at_1_kib() {
    // Without a recorder, which compares whole texts.
    let supervisor = Supervisor::default();
    let body = TaskFn::arc("work", || async { Err(TaskError::fail("é".repeat(100_000))) });
    let task = supervisor.add_task(TaskSpec::once(body)).expect("the name is free");
    task.outcome().await;
    let history = task.history();
    let text = history[0].error.as_deref().expect("it failed");
    assert!(text.len() <= 1_024 && text.len() > 1_020, "{} bytes", text.len());
    assert!(text.starts_with("éé") && text.ends_with("é… (cut)"), "{text}");
    assert_eq!(task.status().last_error.map(|error| error.to_string().len()), Some(200_000));
}
