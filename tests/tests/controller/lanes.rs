//! A lane runs the submissions of its slot one after the other: it shares its thread, and keeps their events in order.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use taskvisor::{TaskFn, TaskHandle, TaskRef};
use tests::{EventLog, Harness, Rules};
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_waiter_for_an_outcome_runs_before_the_next_body() {
    let harness = Harness::new();
    let (release, order) = (Arc::new(Notify::new()), Arc::new(Mutex::new(Vec::new())));
    let released = Arc::clone(&release);
    let first = TaskFn::arc("first", move || {
        let released = Arc::clone(&released);
        async move {
            released.notified().await;
            Ok(())
        }
    });
    let first = owns(&harness, first).await;
    let started = Arc::clone(&order);
    let second = TaskFn::arc("second", move || {
        started.lock().expect("not poisoned").push("the second body");
        async { Ok(()) }
    });
    let second = submit(&harness, Queue, second);
    let woken = Arc::clone(&order);
    let waiter = tokio::spawn(async move {
        first.outcome().await;
        woken.lock().expect("not poisoned").push("the waiter");
    });
    harness.settle().await;
    release.notify_one();
    assert!(outcome_of(&second).await.is_completed());
    waiter.await.expect("no panic");
    assert_eq!(*order.lock().expect("not poisoned"), ["the waiter", "the second body"]);
    harness.finish().await;
}

/// Returns to the scheduler once, and is runnable at once. A task that calls Tokio's `yield_now` is runnable only after the
/// scheduler has polled its drivers.
async fn reschedule() {
    let mut polled = false;
    poll_fn(|context| {
        if polled {
            return Poll::Ready(());
        }
        polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs `count` submissions in one slot, and returns the most bodies that ran between two polls of another task.
async fn most_bodies_between_polls(count: usize, body: fn()) -> usize {
    let harness = limited(count, count);
    let ran = Arc::new(AtomicUsize::new(0));
    for _ in 0..count {
        let ran = Arc::clone(&ran);
        let task = TaskFn::arc("work", move || {
            body();
            ran.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        });
        submit(&harness, Queue, task);
    }
    let other = tokio::spawn(async move {
        let (mut most, mut before) = (0, 0);
        loop {
            let now = ran.load(Ordering::SeqCst);
            most = most.max(now - before);
            if now == count {
                break;
            }
            before = now;
            reschedule().await;
        }
        most
    });
    let most = other.await.expect("no panic");
    harness.finish().await;
    most
}

/// On the paused clock no time passes, so that the number of submissions decides alone.
#[tokio::test(start_paused = true)]
async fn a_lane_of_instant_submissions_does_not_starve_other_tasks() {
    let most = most_bodies_between_polls(2_000, || {}).await;
    assert!(most <= 500, "{most} submissions ran in one poll");
}

#[tokio::test]
async fn a_lane_whose_bodies_block_shortly_returns_to_the_scheduler() {
    let spin = || {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(1) {
            std::hint::spin_loop();
        }
    };
    let most = most_bodies_between_polls(20, spin).await;
    assert!(most <= 2, "{most} submissions ran in one poll");
}

/// Occupies the slot for exactly 10 s: the first wait is reported at that moment. The number of yields decides which timer
/// was registered first, that of the owner or that of the slot.
fn until_first_report(yields: usize) -> TaskRef {
    TaskFn::arc("owner", move || async move {
        for _ in 0..yields {
            yield_now().await;
        }
        sleep(seconds(10)).await;
        Ok(())
    })
}

/// The position of an event in the life of a submission that makes one attempt.
fn rank(line: &str) -> usize {
    match line.split_whitespace().next() {
        Some("added") => 0,
        Some("queued") => 1,
        Some("delayed") => 2,
        Some("admitted") => 3,
        Some("started") => 4,
        Some("succeeded" | "canceled" | "aborted") => 5,
        Some("ended") => 6,
        Some("removed") => 7,
        _ => panic!("an unexpected event: {line}"),
    }
}

/// Asserts that the events of a submission are in order. Returns their lines.
fn ordered(event_log: &EventLog, task: &TaskHandle) -> Vec<String> {
    let lines = event_log.of(task);
    assert!(lines.is_sorted_by_key(|line| rank(line)), "{lines:?}");
    lines
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_reported_as_delayed_before_it_is_admitted() {
    let mut reported = 0;
    for yields in 0..20 {
        let harness = Harness::new();
        submit(&harness, Queue, until_first_report(yields));
        let queued = [(); 3].map(|()| submit(&harness, Queue, one_attempt("queued")));
        for task in &queued {
            assert!(outcome_of(task).await.is_completed());
        }
        let event_log = harness.finish().await;
        for task in &queued {
            let lines = ordered(&event_log, task);
            assert!(lines.iter().any(|line| line == "admitted"), "{lines:?}");
            reported += usize::from(lines.iter().any(|line| line == "delayed"));
        }
    }
    assert!(reported > 0, "the slot always passed on before the report");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_submitters_see_the_events_of_each_task_in_order() {
    for _ in 0..20 {
        let harness = limited(1_000, 1_000);
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let supervisor = harness.handle();
                let submissions: Vec<_> = (0..100)
                    .map(|number| {
                        let slot = ["one", "two"][number % 2];
                        let admission = [Queue, Queue, Latest, Replace][(number / 2 + thread) % 4];
                        let work = harness.submission(slot, admission, Rules::never(), one_attempt("work"));
                        (slot, work)
                    })
                    .collect();
                thread::spawn(move || {
                    let submit = |(slot, work)| (slot, supervisor.submit(work).expect("there is room"));
                    submissions.into_iter().map(submit).collect::<Vec<_>>()
                })
            })
            .collect();
        let tasks: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        for (slot, task) in &tasks {
            harness.watch_in(slot, task);
            outcome_of(task).await;
        }
        let event_log = harness.finish().await;
        for (_, task) in &tasks {
            let lines = ordered(&event_log, task);
            assert_eq!(lines.first().map(String::as_str), Some("added"));
            assert_eq!(lines.last().map(String::as_str), Some("removed"));
        }
    }
}
