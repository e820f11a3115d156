//! An owner that blocks its thread past its grace. The threads and the (tiny) grace are real, so these tests wait for
//! conditions instead of times.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use taskvisor::{Config, Phase, Rejection, RuntimeError, TaskFn, TaskHandle};
use tests::Harness;
use tokio::sync::oneshot;
use tokio::task::yield_now;

use crate::support::*;

const GRACE: Duration = Duration::from_millis(1);

/// A supervisor with a slot whose owner blocks its thread until the sender is dropped.
async fn blocked(config: Config) -> (Harness, TaskHandle, Sender<()>) {
    let (release, held): (_, Receiver<()>) = channel();
    let (entered, blocks) = oneshot::channel();
    let inside = Mutex::new(Some((entered, held)));
    let task = TaskFn::arc("blocker", move || {
        let inside = inside.lock().expect("a lock").take();
        async move {
            if let Some((entered, held)) = inside {
                let _ = entered.send(());
                let _ = held.recv();
            }
            Ok(())
        }
    });
    let harness = Harness::with_config(config);
    let owner = submit(&harness, Queue, task);
    blocks.await.expect("the owner starts");
    (harness, owner, release)
}

/// Waits for a condition that no event announces.
async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slot_stays_taken_until_the_owner_really_returns() {
    let (harness, blocker, release) = blocked(Config::default()).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    blocker.cancel_with_grace(GRACE);
    assert!(blocker.outcome().await.is_aborted());
    assert!(matches!(blocker.status().phase, Phase::Stuck { .. }));
    assert_eq!(owner(&harness).as_deref(), Some("blocker"));
    assert!(is_busy(&refused(&harness, DropIfRunning, one_attempt("dropped"))));
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    assert_eq!(waiting(&harness), ["replacement", "queued"]);
    drop(release);
    assert!(replacement.outcome().await.is_completed());
    assert!(queued.outcome().await.is_completed());
    assert!(blocker.outcome().await.is_aborted(), "the first writer decides the outcome");
    until(|| harness.slots().is_empty()).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&blocker), ["added", "started 1", "succeeded 1", "ended aborted", "removed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clear_behind_a_blocked_owner_rejects_waiters_at_once() {
    let (harness, blocker, release) = blocked(Config::default().with_grace(GRACE)).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    assert!(harness.clear_slot(SLOT));
    assert!(waiting(&harness).is_empty());
    assert!(blocker.outcome().await.is_aborted());
    assert_eq!(owner(&harness).as_deref(), Some("blocker"));
    drop(release);
    assert!(is_rejected(&queued.outcome().await, Rejection::Cleared));
    until(|| harness.slots().is_empty()).await;
    harness.finish().await;
}

/// Its drop blocks the thread until the sender is dropped.
struct Heavy(Mutex<Receiver<()>>);

impl Drop for Heavy {
    fn drop(&mut self) {
        let _ = self.0.lock().expect("a lock").recv();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_submission_is_rejected_while_its_drop_blocks() {
    let (harness, _) = owned_slot(cooperative("owner")).await;
    let (release, held) = channel();
    let value = Heavy(Mutex::new(held));
    let task = TaskFn::arc("heavy", move || {
        let _ = &value;
        async { Ok(()) }
    });
    let heavy = submit(&harness, Latest, task);
    submit(&harness, Latest, one_attempt("later"));
    let outcome = heavy.outcome().await;
    assert!(is_rejected(&outcome, Rejection::Superseded), "{outcome}");
    drop(release);
    until(|| !matches!(heavy.status().phase, Phase::Stuck { .. })).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&heavy).last().map(String::as_str), Some("removed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_names_the_blocked_owner_and_starts_no_waiter() {
    let config = Config::default().with_grace(GRACE).with_drain_timeout(GRACE);
    let (harness, blocker, release) = blocked(config).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    harness.trace().expect_stuck(&blocker);
    // The actor of the waiter may be on the blocked thread.
    harness.trace().expect_stuck(&queued);
    let Err(RuntimeError::GraceExceeded { report, .. }) = harness.shutdown().await else {
        panic!("the owner is stuck")
    };
    let stuck = &report.stuck;
    assert!(stuck.iter().any(|task| task.id == blocker.id()));
    drop(release);
    let outcome = queued.outcome().await;
    assert!(is_rejected(&outcome, Rejection::ShuttingDown), "{outcome}");
    until(|| harness.slots().is_empty()).await;
    let (_, event_log) = harness.try_finish().await;
    assert!(event_log.starts_of(&queued).is_empty());
}
