//! Stop requests: which request is the first, what the task sees, and in which order tasks receive them.

use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use taskvisor::{Phase, RuntimeError, StopCause, TaskContext, TaskError, TaskFn, TaskRef};
use tests::{Harness, Rules, Script, Step};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// A task that stops one second after a stop request.
fn slow(name: &'static str) -> TaskRef {
    TaskFn::arc(name, |context: TaskContext| async move {
        context.cancelled().await;
        sleep(Duration::from_secs(1)).await;
        Err(TaskError::Canceled)
    })
}

#[tokio::test(start_paused = true)]
async fn only_the_first_cancel_reports_true_and_all_wait_for_the_end() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), slow("slow"));
    harness.settle().await;
    let (supervisor, began) = (harness.handle(), Instant::now());
    let (first, second) = tokio::join!(supervisor.cancel("slow"), supervisor.cancel("slow"));
    assert!(matches!((&first, &second), (Ok(true), Ok(false))), "{first:?}, {second:?}");
    assert_eq!(began.elapsed(), Duration::from_secs(1));
    assert!(!task.cancel());
    let gone = supervisor.cancel("slow").await;
    assert!(matches!(gone, Err(RuntimeError::UnknownTask { .. })), "{gone:?}");
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.of(&task),
        ["added", "started 1", "canceled 1", "ended canceled by a cancel", "removed"]
    );
}

#[tokio::test(start_paused = true)]
async fn remove_task_requests_a_stop_without_waiting() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), slow("slow"));
    harness.settle().await;
    assert!(matches!(harness.remove_task("slow"), Ok(true)));
    assert!(matches!(harness.remove_task("slow"), Ok(false)));
    assert!(harness.is_alive("slow"));
    assert!(task.status().stopping);
    assert!(task.outcome().await.is_canceled());
    assert!(!harness.is_alive("slow"));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_cancel_stays_requested() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), slow("slow"));
    harness.settle().await;
    let supervisor = harness.handle();
    let impatient = tokio::time::timeout(Duration::from_millis(1), supervisor.cancel("slow")).await;
    impatient.expect_err("the stop takes a second");
    assert!(task.outcome().await.is_canceled());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_before_the_first_poll_prevents_any_attempt() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("unborn", [Step::Succeed]));
    assert!(harness.cancel(&task));
    assert!(task.outcome().await.is_canceled());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task), ["added", "ended canceled by a cancel", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_taken_after_the_stop_request_is_canceled() {
    let harness = Harness::new();
    let (requested, seen) = (Arc::new(Notify::new()), Arc::new(Mutex::new(None)));
    let (wait, observed) = (Arc::clone(&requested), Arc::clone(&seen));
    let body = TaskFn::arc("late-check", move |context: TaskContext| {
        let (wait, observed) = (Arc::clone(&wait), Arc::clone(&observed));
        async move {
            wait.notified().await;
            let level = context.is_cancelled();
            let token = context.token().is_cancelled();
            let skipped = context.run_until_cancelled(std::future::pending::<()>()).await.is_none();
            context.cancelled().await;
            *observed.lock().expect("a lock") = Some((level, token, skipped));
            Err(TaskError::Canceled)
        }
    });
    let task = harness.add(Rules::never(), body);
    harness.settle().await;
    harness.cancel(&task);
    harness.settle().await;
    requested.notify_one();
    assert!(task.outcome().await.is_canceled());
    assert_eq!(*seen.lock().expect("a lock"), Some((true, true, true)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_between_attempts_stops_at_once() {
    let harness = Harness::new();
    let hour = Duration::from_secs(3600);
    let failing = Rules::on_failure().constant_backoff(hour);
    let backing_off = harness.add(failing, Script::task("backing-off", [Step::Fail("down")]));
    let resting = harness.add(Rules::always().delay(hour), Script::task("resting", [Step::Succeed]));
    harness.settle().await;
    let began = Instant::now();
    for task in [&backing_off, &resting] {
        assert!(matches!(task.status().phase, Phase::Sleeping { attempt: 1, .. }), "{:?}", task.status());
        harness.cancel(task);
        assert!(task.outcome().await.is_canceled());
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    let event_log = harness.finish().await;
    let ended = event_log.of(&backing_off).into_iter().find(|line| line.starts_with("ended"));
    assert_eq!(ended.as_deref(), Some("ended canceled by a cancel; its last attempt failed: down"));
}

#[tokio::test(start_paused = true)]
async fn stop_requests_the_newest_task_first() {
    let harness = Harness::new();
    let order = Arc::new(Mutex::new(Vec::new()));
    let names = ["database", "cache", "queue", "server", "probe"];
    let tasks = names.map(|name| {
        let order = Arc::clone(&order);
        let body = TaskFn::arc(name, move |context: TaskContext| {
            let order = Arc::clone(&order);
            async move {
                context.cancelled().await;
                order.lock().expect("a lock").push(context.name().to_owned());
                Err(TaskError::Canceled)
            }
        });
        harness.add(Rules::never(), body)
    });
    harness.settle().await;
    harness.stop();
    for task in &tasks {
        let outcome = task.outcome().await;
        let by_shutdown = matches!(
            &outcome,
            taskvisor::Outcome::Canceled { cause: StopCause::Shutdown, last_error: None, .. }
        );
        assert!(by_shutdown, "{outcome:?}");
    }
    let newest_first: Vec<_> = names.iter().rev().copied().collect();
    assert_eq!(*order.lock().expect("a lock"), newest_first);
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_concurrent_cancels_exactly_one_reports_true() {
    let harness = Harness::new();
    for _ in 0..200 {
        let task = harness.add(Rules::never(), Script::task("wanted", [Step::UntilStopped]));
        let start = Barrier::new(3);
        let cancel = || {
            start.wait();
            task.cancel()
        };
        let firsts = thread::scope(|scope| {
            let threads = [scope.spawn(cancel), scope.spawn(cancel), scope.spawn(cancel)];
            threads.map(|thread| thread.join().expect("no cancel panics"))
        });
        assert_eq!(firsts.iter().filter(|first| **first).count(), 1);
        assert!(task.outcome().await.is_canceled());
    }
    harness.finish().await;
}

/// Invariant 6 in its hardest case: the tasks run on other threads, between two attempts without delay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_without_delay_start_no_attempt_after_a_stop_request() {
    let harness = Harness::new();
    let rules = Rules::always().delay(Duration::ZERO);
    // Bounded, in case the scheduler starves the thread that requests the stop.
    let mut steps = vec![Step::Succeed; 300];
    steps.push(Step::UntilStopped);
    for _ in 0..500 {
        let tasks = ["one", "two"].map(|name| harness.add(rules, Script::task(name, steps.clone())));
        while tasks.iter().any(|task| task.status().attempt < 3) {
            tokio::task::yield_now().await;
        }
        for task in &tasks {
            harness.cancel(task);
        }
        for task in &tasks {
            assert!(task.outcome().await.is_canceled());
        }
    }
    harness.finish().await;
}

/// The caller's thread uses the system clock, which is an hour behind the clock of the runtime.
#[test]
fn a_grace_is_counted_on_the_clock_of_the_supervisors_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    let ended = runtime.block_on(async {
        tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
        let harness = Harness::new();
        let flushes = taskvisor::TaskFn::arc("flushes", |ctx: taskvisor::TaskContext| async move {
            ctx.cancelled().await;
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            Err(taskvisor::TaskError::Canceled)
        });
        let task = harness.add(Rules::never(), flushes);
        harness.settle().await;
        let handle = task.clone();
        std::thread::spawn(move || handle.cancel()).join().expect("no panic");
        harness.trace().stop_requested(&task);
        let outcome = harness.outcome(&task).await;
        harness.finish().await;
        outcome
    });
    assert!(ended.is_canceled(), "{ended}");
}
