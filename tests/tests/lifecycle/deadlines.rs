//! The grace: when a body that does not stop is dropped.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use taskvisor::{Config, EventName, TaskContext, TaskError, TaskFn, TaskHandle};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::drops::Witness;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn deaf(harness: &Harness) -> TaskHandle {
    let task = harness.add(Rules::never(), Script::task("deaf", [Step::Hang]));
    harness.settle().await;
    task
}

/// Returns the time at which the only attempt of the task was aborted.
async fn aborted_at(harness: Harness, task: &TaskHandle) -> Duration {
    assert!(task.outcome().await.is_aborted());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(task), ["added", "started 1", "aborted 1", "ended aborted", "removed"]);
    event_log.times_of(task, EventName::Aborted)[0]
}

#[tokio::test(start_paused = true)]
async fn a_body_that_ignores_the_stop_is_aborted_after_the_grace() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(7)));
    let (witness, dropped) = Witness::new();
    let held = std::sync::Mutex::new(Some(witness));
    let body = TaskFn::arc("deaf", move || {
        let held = held.lock().expect("a lock").take();
        async move {
            let _held = held;
            std::future::pending().await
        }
    });
    let task = harness.add(Rules::always(), body);
    harness.settle().await;
    harness.cancel(&task);
    sleep(Duration::from_millis(6_999)).await;
    assert!(!dropped.is_dropped());
    assert_eq!(aborted_at(harness, &task).await, seconds(7));
    assert!(dropped.is_dropped());
}

#[tokio::test(start_paused = true)]
async fn the_grace_is_enforced_without_a_waiter() {
    let harness = Harness::new();
    let task = deaf(&harness).await;
    task.cancel_with_grace(seconds(3));
    sleep(seconds(4)).await;
    assert!(!harness.is_alive("deaf"));
    assert_eq!(aborted_at(harness, &task).await, seconds(3));
}

#[tokio::test(start_paused = true)]
async fn a_later_request_does_not_postpone_the_deadline() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(60)));
    let task = deaf(&harness).await;
    assert!(task.cancel_with_grace(seconds(5)));
    sleep(seconds(1)).await;
    assert!(!task.cancel_with_grace(seconds(60)));
    harness.stop();
    assert_eq!(aborted_at(harness, &task).await, seconds(5));
}

#[tokio::test(start_paused = true)]
async fn a_later_request_brings_the_deadline_forward() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(20)));
    let task = deaf(&harness).await;
    assert!(task.cancel_with_grace(seconds(600)));
    let waiter = tokio::spawn(task.outcome());
    sleep(seconds(1)).await;
    harness.stop();
    sleep(seconds(1)).await;
    assert!(!task.cancel_with_grace(seconds(3)));
    assert_eq!(aborted_at(harness, &task).await, seconds(5));
    assert!(waiter.await.expect("a waiter").is_aborted());
}

#[tokio::test(start_paused = true)]
async fn with_zero_grace_a_body_is_still_polled_once() {
    let harness = Harness::with_config(Config::default().with_grace(Duration::ZERO));
    let cooperative = harness.add(Rules::never(), Script::task("cooperative", [Step::UntilStopped]));
    let polls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&polls);
    let counting = TaskFn::arc("deaf", move || {
        let counter = Arc::clone(&counter);
        poll_fn(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            Poll::Pending
        })
    });
    let deaf = harness.add(Rules::never(), counting);
    harness.settle().await;
    assert_eq!(polls.load(Ordering::SeqCst), 1);
    harness.stop();
    assert!(cooperative.outcome().await.is_canceled());
    assert!(deaf.outcome().await.is_aborted());
    assert_eq!(polls.load(Ordering::SeqCst), 2);
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&deaf, EventName::Aborted), [Duration::ZERO]);
}

#[tokio::test(start_paused = true)]
async fn work_done_within_the_grace_is_not_cut_short() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(10)));
    let flushing = TaskFn::arc("flushing", |context: TaskContext| async move {
        context.cancelled().await;
        sleep(seconds(9)).await;
        Err(TaskError::Canceled)
    });
    let task = harness.add(Rules::never(), flushing);
    harness.settle().await;
    harness.stop();
    assert!(task.outcome().await.is_canceled());
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Canceled), [seconds(9)]);
}

/// Such a body is always ready, so the paused clock does not advance by itself.
#[tokio::test(start_paused = true)]
async fn a_body_that_exhausts_its_budget_still_meets_its_deadlines() {
    let harness = Harness::new();
    let greedy = |name| {
        TaskFn::arc(name, || async {
            loop {
                tokio::task::consume_budget().await;
            }
        })
    };
    let timed = harness.add(Rules::never().timeout(seconds(2)), greedy("timed"));
    let canceled = harness.add(Rules::never(), greedy("canceled"));
    harness.settle().await;
    canceled.cancel_with_grace(seconds(2));
    tokio::time::advance(seconds(2)).await;
    for _ in 0..10 {
        harness.settle().await;
    }
    assert_eq!((timed.status().phase.to_string(), canceled.status().phase.to_string()), {
        ("failed: timed out after 2s".to_owned(), "aborted".to_owned())
    });
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_longest_grace_there_is_does_not_overflow() {
    let harness = Harness::with_config(Config::default().with_grace(Duration::MAX));
    let cooperative = harness.add(Rules::never(), Script::task("cooperative", [Step::UntilStopped]));
    harness.settle().await;
    assert!(matches!(harness.handle().cancel("cooperative").await, Ok(true)));
    assert!(cooperative.outcome().await.is_canceled());
    harness.finish().await;
}
