//! A timer of a task, or of a wait that has ended, does not poll the attempt after it.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use taskvisor::{TaskFn, TaskRef};
use tests::{Harness, Rules};
use tokio::time::sleep;

use crate::support::*;

/// A task whose attempts from `first` on hang. Counts the polls of these.
fn counts_polls(first: u64) -> (TaskRef, Arc<AtomicUsize>) {
    let polls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&polls);
    let task = TaskFn::arc("counted", move |context: taskvisor::TaskContext| {
        let counted = Arc::clone(&counted);
        async move {
            if context.attempt() < first {
                return Ok(());
            }
            poll_fn(|_| {
                counted.fetch_add(1, Ordering::Relaxed);
                Poll::Pending
            })
            .await
        }
    });
    (task, polls)
}

#[tokio::test(start_paused = true)]
async fn a_timeout_does_not_poll_the_next_owner() {
    let harness = Harness::new();
    let first = harness.submit_to(SLOT, Queue, Rules::never().timeout(seconds(5)), working("first"));
    let (next, polls) = counts_polls(1);
    let next = submit(&harness, Queue, next);
    assert!(outcome_of(&first).await.is_completed());
    harness.reach(&next, 1).await;
    sleep(seconds(60)).await;
    assert_eq!(polls.load(Ordering::Relaxed), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_stop_does_not_poll_the_next_owner() {
    let harness = Harness::new();
    let first = owns(&harness, slow_to_stop("first")).await;
    let (next, polls) = counts_polls(1);
    let next = submit(&harness, Replace, next);
    assert!(outcome_of(&first).await.is_canceled());
    harness.reach(&next, 1).await;
    sleep(seconds(60)).await;
    assert_eq!(polls.load(Ordering::Relaxed), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_wait_does_not_poll_the_attempt_after_it() {
    let harness = Harness::new();
    let (task, polls) = counts_polls(2);
    let task = harness.add(Rules::always().delay(seconds(30)), task);
    harness.settle().await;
    harness.restart(&task).expect("the task waits");
    harness.reach(&task, 2).await;
    sleep(seconds(60)).await;
    assert_eq!(polls.load(Ordering::Relaxed), 1);
    harness.finish().await;
}
