//! Queued submissions start in the order of submission. The recorder checks it in every test; these tests use crowds.

use taskvisor::{EventName, TaskHandle};
use tests::{EventLog, Rules, Script, Step};
use tokio::task::yield_now;

use crate::support::*;

fn starts(event_log: &EventLog, tasks: &[TaskHandle]) -> Vec<usize> {
    let started = event_log.events().iter().filter(|event| event.kind.name() == EventName::Started);
    let place = |id| tasks.iter().position(|task| Some(task.id()) == id);
    started.filter_map(|event| place(event.id())).collect()
}

async fn in_order(count: usize) {
    let harness = limited(count, count);
    let tasks: Vec<_> = (0..count).map(|_| submit(&harness, Queue, one_attempt("work"))).collect();
    for task in &tasks {
        assert!(outcome_of(task).await.is_completed());
    }
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), (0..count).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn all_but_the_first_wait_from_the_moment_they_are_accepted() {
    let harness = limited(1_000, 1_000);
    for waits in 0..1_000 {
        submit(&harness, Queue, one_attempt("work"));
        assert_eq!(waiting(&harness).len(), waits);
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn three_start_in_the_order_of_submission() {
    in_order(3).await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_start_in_the_order_of_submission() {
    in_order(1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_start_in_order_on_two_workers() {
    in_order(1_000).await;
}

#[tokio::test(start_paused = true)]
async fn submissions_start_in_order_while_others_end() {
    let harness = limited(100, 100);
    let mut tasks = Vec::new();
    for _ in 0..200 {
        let task = Script::task("work", [Step::SucceedAfter(SECOND)]);
        tasks.push(harness.submit_to(SLOT, Queue, Rules::never(), task));
        if tasks.len() % 3 == 0 {
            tokio::time::sleep(seconds(2)).await;
        }
        yield_now().await;
    }
    for task in &tasks {
        assert!(outcome_of(task).await.is_completed());
    }
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), (0..tasks.len()).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_submission_refused_by_a_full_queue_can_be_retried() {
    let harness = limited(1, 100);
    let first = submit(&harness, Queue, working("first"));
    let second = submit(&harness, Queue, working("second"));
    let error = refused(&harness, Queue, working("third"));
    assert!(is_full(&error));
    outcome_of(&first).await;
    let third = harness.submit(error.into_submission()).expect("there is room now");
    harness.watch_in(SLOT, &third);
    assert_eq!(third.name(), "third");
    assert!(outcome_of(&third).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[first, second, third]), [0, 1, 2]);
}
