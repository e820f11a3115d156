//! Each accepted task has exactly one outcome, for any number of waiters, early or late, inside or outside a runtime.

use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use taskvisor::{Config, Outcome, Phase, TaskFn, TaskHandle};
use tests::{Harness, Rules, Script, Step};

use tokio::time::timeout;

use crate::parked;

const STEPS: [(&str, Step); 4] = [
    ("completes", Step::SucceedAfter(Duration::from_secs(1))),
    ("fails", Step::FailAfter(Duration::from_secs(1), "no disk")),
    ("is-canceled", Step::UntilStopped),
    ("is-aborted", Step::Hang),
];

fn expected(name: &str) -> &'static str {
    match name {
        "completes" => "completed",
        "fails" => "failed: no disk",
        "is-canceled" => "canceled",
        _ => "aborted",
    }
}

fn add_all(harness: &Harness) -> [TaskHandle; 4] {
    STEPS.map(|(name, step)| harness.add(Rules::never(), Script::task(name, [step])))
}

#[tokio::test(start_paused = true)]
async fn all_waiters_early_and_late_see_the_same_outcome() {
    let harness = Harness::new();
    let tasks = add_all(&harness);
    let early: Vec<_> =
        tasks.iter().flat_map(|task| (0..50).map(|_| (task.clone(), tokio::spawn(task.outcome())))).collect();
    harness.settle().await;
    for task in &tasks[2..] {
        harness.cancel(task);
    }
    for (task, waiter) in early {
        let outcome = waiter.await.expect("a waiter");
        assert_eq!(outcome.to_string(), expected(task.name()));
    }
    for task in &tasks {
        for _ in 0..2 {
            assert_eq!(task.outcome().await.to_string(), expected(task.name()));
        }
        let phase = task.status().phase;
        assert_eq!(phase.to_string(), expected(task.name()));
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_waiter_does_not_affect_other_waiters() {
    let harness = Harness::new();
    let [task, ..] = add_all(&harness);
    let waiters: Vec<_> = (0..9).map(|_| tokio::spawn(task.outcome())).collect();
    harness.settle().await;
    // Drops later waiters, because the first has a special place in the list.
    for waiter in waiters.iter().skip(1).step_by(2) {
        waiter.abort();
    }
    let mut seen = 0;
    for waiter in waiters {
        match timeout(Duration::from_secs(60), waiter).await.expect("the waiter is woken") {
            Ok(outcome) => {
                assert!(outcome.is_completed());
                seen += 1;
            }
            Err(error) => assert!(error.is_cancelled()),
        }
    }
    assert_eq!(seen, 5);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_handle_does_not_affect_its_task() {
    let harness = Harness::new();
    let spec =
        harness.spec(Rules::never(), Script::task("detached", [Step::SucceedAfter(Duration::from_secs(1))]));
    drop(harness.add_task(spec).expect("accepted"));
    let report = harness.run(Vec::new()).await.expect("in order");
    assert_eq!(report.completed, 1);
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_can_be_awaited_outside_any_runtime() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("waited-for", [Step::UntilStopped]));
    let waiters: Vec<_> = (0..4)
        .map(|_| {
            let outcome = task.outcome();
            thread::spawn(move || parked::wait(outcome))
        })
        .collect();
    harness.cancel(&task);
    for waiter in waiters {
        assert!(waiter.join().expect("no panic").is_canceled());
    }
    assert!(parked::now(task.outcome()).is_some_and(|outcome: Outcome| outcome.is_canceled()));
    harness.finish().await;
}

/// Other threads create and drop waiters while the task ends. No waiter may miss the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_waiter_misses_a_concurrent_end() {
    let harness = Harness::new();
    for _ in 0..2_000 {
        let task = harness.add(Rules::never(), Script::task("short", [Step::Succeed]));
        let waiters = [tokio::spawn(task.outcome()), tokio::spawn(task.outcome())];
        drop(task.outcome());
        assert!(task.outcome().await.is_completed());
        for waiter in waiters {
            assert!(waiter.await.expect("a waiter").is_completed());
        }
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_accepted_submission_waits_runs_or_has_ended() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(3));
    let tasks: Vec<_> = (0..30)
        .map(|number| {
            let body = TaskFn::arc(format!("task-{number}"), move || async move {
                tokio::time::sleep(Duration::from_millis(100 + 7 * number)).await;
                if number % 3 == 0 { Err("every third".into()) } else { Ok(()) }
            });
            harness.add(Rules::never(), body)
        })
        .collect();
    let mut seen = Vec::new();
    while seen.last() != Some(&tasks.len()) {
        let ended = tasks.iter().filter(|task| matches!(task.status().phase, Phase::Ended(_))).count();
        assert_eq!(harness.tasks().len() + ended, tasks.len());
        seen.push(ended);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    seen.dedup();
    assert!(seen.len() > 10, "{seen:?}");
    let report = harness.run(Vec::new()).await.expect("in order");
    assert_eq!((report.completed, report.failed), (20, 10));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn every_waiter_that_moved_is_woken_where_it_was_polled_last() {
    let harness = Harness::new();
    let [task, ..] = add_all(&harness);
    let mut outcomes = [(); 4].map(|()| task.outcome());
    let before = outcomes.each_mut().map(|outcome| parked::begin(Pin::new(outcome)));
    let after = outcomes.each_mut().map(|outcome| parked::begin(Pin::new(outcome)));
    harness.outcome(&task).await;
    assert_eq!(before.map(|woken| woken.times()), [0; 4]);
    assert_eq!(after.map(|woken| woken.times()), [1; 4]);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_waiter_leaves_no_waker_behind() {
    let harness = Harness::new();
    let [task, ..] = add_all(&harness);
    let mut outcomes = [(); 3].map(|()| task.outcome());
    let woken = outcomes.each_mut().map(|outcome| parked::begin(Pin::new(outcome)));
    assert_eq!(woken.each_ref().map(Arc::strong_count), [2; 3]);
    drop(outcomes);
    assert_eq!(woken.each_ref().map(Arc::strong_count), [1; 3]);
    harness.finish().await;
}
