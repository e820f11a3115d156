//! Shutdown: one result for all callers, within its deadlines, and no activity afterward.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use taskvisor::{Config, RuntimeError, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle};
use tests::{Harness, Rules, Script, Step, Trace, report_of};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::parked;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn two_concurrent_callers_see_the_same_result() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(3)));
    let deaf = harness.add(Rules::never(), Script::task("deaf", [Step::Hang]));
    harness.settle().await;
    let (supervisor, began) = (harness.handle(), Instant::now());
    let (first, second) = tokio::join!(supervisor.shutdown(), supervisor.shutdown());
    for result in [first, second] {
        assert_eq!(report_of(result).expect("nothing is stuck").aborted, 1);
    }
    assert!(deaf.outcome().await.is_aborted());
    assert_eq!(began.elapsed(), seconds(3));
    assert_eq!(report_of(supervisor.shutdown().await).expect("the same result, at once").aborted, 1);
    assert_eq!(began.elapsed(), seconds(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_shutdown_caller_affects_no_other_caller() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(3)));
    let deaf = harness.add(Rules::never(), Script::task("deaf", [Step::Hang]));
    harness.settle().await;
    let (one, other) = (harness.handle(), harness.handle());
    let first = tokio::spawn(async move { one.shutdown().await });
    let second = tokio::spawn(async move { other.shutdown().await });
    sleep(seconds(1)).await;
    first.abort();
    assert!(first.await.expect_err("dropped").is_cancelled());
    report_of(second.await.expect("a caller")).expect("nothing is stuck");
    assert!(deaf.outcome().await.is_aborted());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_whose_only_caller_is_dropped_goes_on() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(3)));
    let deaf = harness.add(Rules::never(), Script::task("deaf", [Step::Hang]));
    harness.settle().await;
    let supervisor = harness.handle();
    tokio::time::timeout(seconds(1), supervisor.shutdown())
        .await
        .expect_err("the shutdown takes three seconds");
    sleep(seconds(3)).await;
    assert!(deaf.outcome().await.is_aborted());
    let after = Instant::now();
    harness.finish().await;
    assert_eq!(after.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_returns_within_the_grace_and_the_drain() {
    let harness =
        Harness::with_config(Config::default().with_grace(seconds(3)).with_drain_timeout(seconds(2)));
    let stubborn = TaskFn::arc("stubborn", |context: TaskContext| async move {
        context.cancelled().await;
        loop {
            sleep(Duration::from_millis(10)).await;
        }
    });
    let spinning = TaskFn::arc("spinning", || async {
        loop {
            yield_now().await;
            sleep(Duration::from_millis(1)).await;
        }
    });
    harness.add(Rules::always(), stubborn);
    harness.add(Rules::always(), spinning);
    harness.add(
        Rules::always().delay(Duration::ZERO),
        Script::task("failing", [Step::FailAfter(seconds(1), "no")]),
    );
    harness.add(Rules::never(), Script::task("deaf", [Step::Hang]));
    sleep(seconds(5)).await;
    let began = Instant::now();
    report_of(harness.shutdown().await).expect("nothing is stuck");
    assert!(began.elapsed() <= seconds(6), "{:?}", began.elapsed());
    assert!(harness.tasks().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn no_body_is_polled_after_the_shutdown_returned() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(1)));
    let polls = Arc::new(AtomicUsize::new(0));
    for (name, heeds) in [("cooperative", true), ("deaf", false)] {
        let polls = Arc::clone(&polls);
        let body = TaskFn::arc(name, move |context: TaskContext| {
            let polls = Arc::clone(&polls);
            async move {
                while !(heeds && context.is_cancelled()) {
                    polls.fetch_add(1, Ordering::SeqCst);
                    sleep(Duration::from_millis(100)).await;
                }
                Err(TaskError::Canceled)
            }
        });
        harness.add(Rules::always(), body);
    }
    sleep(seconds(1)).await;
    report_of(harness.shutdown().await).expect("nothing is stuck");
    let after = polls.load(Ordering::SeqCst);
    assert!(after > 20, "{after}");
    sleep(seconds(60)).await;
    assert_eq!(polls.load(Ordering::SeqCst), after);
    harness.finish().await;
}

/// A thread adds tasks while the shutdown closes admission. Every accepted task has ended when the shutdown returns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_accepted_task_has_ended_when_a_shutdown_returns() {
    for _ in 0..30 {
        let harness = Harness::new();
        let (reached, enough) = tokio::sync::oneshot::channel();
        let mut reached = Some(reached);
        let supervisor = harness.handle();
        let adder = thread::spawn(move || {
            let mut accepted: Vec<TaskHandle> = Vec::new();
            loop {
                let name = format!("task-{}", accepted.len());
                let body = TaskFn::arc(name, |context: TaskContext| async move {
                    context.cancelled().await;
                    Err(TaskError::Canceled)
                });
                match supervisor.add_task(Rules::never().spec(body)) {
                    Ok(task) => accepted.push(task),
                    Err(refused) => {
                        assert!(matches!(refused.reason(), RuntimeError::ShuttingDown), "{refused}");
                        return accepted;
                    }
                }
                if accepted.len() == 50 {
                    reached.take().map(|reached| reached.send(()));
                }
            }
        });
        enough.await.expect("the thread adds a task");
        harness.shutdown().await.expect("in order");
        let accepted = adder.join().expect("no add panics");
        assert!(accepted.len() >= 50);
        for task in &accepted {
            assert!(parked::now(task.outcome()).is_some_and(|outcome| outcome.is_canceled()), "{task:?}");
        }
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_without_a_task_is_immediate() {
    let harness = Harness::new();
    let began = Instant::now();
    harness.shutdown().await.expect("in order");
    assert_eq!(began.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[test]
fn a_supervisor_stops_outside_and_shuts_down_inside_a_runtime() {
    let trace = Trace::new();
    let supervisor = Supervisor::new(Config::default(), vec![trace.subscriber()]);
    supervisor.stop();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(supervisor.shutdown()).expect("in order");
    assert_eq!(trace.check().lines(), ["shutdown_requested", "stopped"]);
}
