//! A body that blocks its thread inside a poll past its grace. These tests use real threads and a real, short grace.
//! They wait for conditions, not for fixed times.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, Phase, RestartPolicy, RuntimeError, Supervisor, TaskFn, TaskHandle, TaskRef,
    TaskSpec, WaitingOn,
};
use tests::{Harness, Rules, Script, Step};
use tokio::sync::oneshot;

use crate::drops::Witness;

const GRACE: Duration = Duration::from_millis(1);

/// Releases a blocked body, also when a test fails.
struct Release(Option<Sender<()>>);

impl Release {
    fn now(mut self) {
        self.0 = None;
    }
}

/// A task whose first attempt blocks its thread until released. The receiver resolves once the attempt blocks.
fn blocker() -> (TaskRef, oneshot::Receiver<()>, Release) {
    let (release, blocked): (_, Receiver<()>) = channel();
    let (entered, blocks) = oneshot::channel();
    let inside = Mutex::new(Some((entered, blocked)));
    let task = TaskFn::arc("blocker", move || {
        let inside = inside.lock().expect("a lock").take();
        async move {
            if let Some((entered, blocked)) = inside {
                let _ = entered.send(());
                let _ = blocked.recv();
            }
            Ok(())
        }
    });
    (task, blocks, Release(Some(release)))
}

async fn blocked(harness: &Harness, rules: Rules) -> (TaskHandle, Release) {
    let (task, blocks, release) = blocker();
    let task = harness.add(rules, task);
    blocks.await.expect("the body starts");
    (task, release)
}

/// Polls a condition that no event signals, until it holds.
async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_body_keeps_its_name_until_it_returns() {
    let harness = Harness::new();
    let (task, release) = blocked(&harness, Rules::always()).await;
    let (early, late) = (tokio::spawn(task.outcome()), task.clone());
    task.cancel_with_grace(GRACE);
    assert!(task.outcome().await.is_aborted());
    assert!(early.await.expect("a waiter").is_aborted());
    assert!(late.outcome().await.is_aborted());

    let phase = task.status().phase;
    assert!(matches!(phase, Phase::Stuck { attempt: 1, .. }), "{phase}");
    assert!(harness.is_alive("blocker"));
    let again = harness.spec(Rules::never(), Script::task("blocker", [Step::Succeed]));
    let refused = harness.add_task(again).expect_err("the name is taken");
    assert!(matches!(refused.reason(), RuntimeError::NameTaken { .. }), "{refused}");

    release.now();
    until(|| !harness.is_alive("blocker")).await;
    let again = harness.add_task(refused.into_spec()).expect("the name is free");
    assert!(again.outcome().await.is_completed());
    until(|| matches!(task.status().phase, Phase::Ended(_))).await;
    assert!(task.outcome().await.is_aborted());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task), ["added", "started 1", "succeeded 1", "ended aborted", "removed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_blocks_within_its_grace_ends_normally() {
    let harness = Harness::new();
    let (task, release) = blocked(&harness, Rules::always()).await;
    harness.cancel(&task);
    assert!(matches!(task.status().phase, Phase::Running { attempt: 1, .. }));
    release.now();
    assert!(task.outcome().await.is_canceled());
    harness.finish().await;
}

/// The outcome is already published, so the body must not continue in a later poll.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_body_is_dropped_on_return_and_not_polled_again() {
    let harness = Harness::new();
    let (witness, dropped) = Witness::new();
    let (release, blocked) = channel();
    let (entered, blocks) = oneshot::channel();
    let polls = Arc::new(AtomicUsize::new(0));
    let (counter, inside) = (Arc::clone(&polls), Mutex::new(Some((witness, entered, blocked))));
    let body = TaskFn::arc("blocker", move || {
        let (held, entered, blocked) = inside.lock().expect("a lock").take().expect("one attempt");
        let (counter, mut entered) = (Arc::clone(&counter), Some(entered));
        poll_fn(move |_| {
            let _held = &held;
            counter.fetch_add(1, Ordering::SeqCst);
            entered.take().map(|entered| entered.send(()));
            let _: Result<(), _> = blocked.recv();
            Poll::Pending
        })
    });
    let task = harness.add(Rules::never(), body);
    let release = Release(Some(release));
    blocks.await.expect("the body starts");
    task.cancel_with_grace(GRACE);
    assert!(task.outcome().await.is_aborted());
    assert!(!dropped.is_dropped());
    release.now();
    until(|| !harness.is_alive("blocker")).await;
    assert!(dropped.is_dropped());
    assert_eq!(polls.load(Ordering::SeqCst), 1);
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiter_inside_a_runtime_wakes_one_outside_any_runtime() {
    let harness = Harness::new();
    let (task, release) = blocked(&harness, Rules::never()).await;
    let outcome = task.outcome();
    let outside = std::thread::spawn(move || crate::parked::wait(outcome));
    task.cancel_with_grace(GRACE);
    assert!(task.outcome().await.is_aborted());
    assert!(outside.join().expect("no panic").is_aborted());
    release.now();
    until(|| !harness.is_alive("blocker")).await;
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_attempt_holds_its_permit_until_it_returns() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let (task, release) = blocked(&harness, Rules::never()).await;
    let next = harness.add(Rules::never(), Script::task("next", [Step::Succeed]));
    task.cancel_with_grace(GRACE);
    assert!(task.outcome().await.is_aborted());
    until(|| matches!(next.status().phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. })).await;
    release.now();
    assert!(next.outcome().await.is_completed());
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_names_the_stuck_task_to_every_caller() {
    let harness = Harness::with_config(Config::default().with_grace(GRACE).with_drain_timeout(GRACE));
    let (task, release) = blocked(&harness, Rules::never()).await;
    let cooperative = harness.add(Rules::never(), Script::task("cooperative", [Step::UntilStopped]));
    // The recorder may have been woken on the blocked thread, from which no other Tokio worker can steal it.
    harness.trace().expect_stuck(&task);
    harness.trace().expect_stuck(&cooperative);
    let supervisor = harness.handle();
    let (first, second) = tokio::join!(supervisor.shutdown(), supervisor.shutdown());
    for result in [&first, &second, &supervisor.shutdown().await] {
        let Err(RuntimeError::GraceExceeded { report, .. }) = result else { panic!("not stuck: {result:?}") };
        let stuck = &report.stuck;
        let named: Vec<_> = stuck.iter().map(|task| (task.name.as_str(), task.id)).collect();
        assert_eq!(named, [("blocker", task.id())]);
        assert!(stuck[0].running_for >= GRACE);
    }
    assert!(cooperative.outcome().await.is_canceled() || cooperative.outcome().await.is_aborted());
    assert!(task.outcome().await.is_aborted());
    assert!(matches!(task.status().phase, Phase::Stuck { .. }));
    release.now();
    until(|| !harness.is_alive("blocker")).await;
    let (shutdown, _) = harness.try_finish().await;
    assert!(matches!(shutdown, Err(RuntimeError::GraceExceeded { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_leaves_a_stuck_task_returns_an_error() {
    let harness = Harness::with_config(Config::default().with_grace(GRACE).with_drain_timeout(GRACE));
    let (task, blocks, release) = blocker();
    let spec = harness.spec(Rules::never(), task);
    let result = harness.run_until(vec![spec], blocks).await;
    let task = harness.task("blocker").expect("its name is taken");
    harness.trace().expect_stuck(&task);
    let message = result.expect_err("a task is stuck").to_string();
    assert!(message.contains("`blocker`"), "{message}");
    release.now();
    until(|| !harness.is_alive("blocker")).await;
    let (shutdown, _) = harness.try_finish().await;
    assert!(matches!(shutdown, Err(RuntimeError::GraceExceeded { .. })));
}

/// The clock of the waiting runtime is paused, so the test does not wait out the time that the driver has.
#[tokio::test(start_paused = true)]
async fn a_waiter_on_another_runtime_forces_the_end_of_a_stuck_task() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let supervisor = Supervisor::builder(Config::default()).runtime(runtime.handle().clone()).build();
    let (task, blocks, release) = blocker();
    let spec = TaskSpec::new(task, RestartPolicy::Never, BackoffPolicy::none(), None);
    let task = supervisor.add_task(spec).expect("the name is free");
    let outcome = task.outcome();
    let thread = std::thread::spawn(move || runtime.block_on(outcome));
    blocks.await.expect("the body starts");

    let error = supervisor.shutdown().await.expect_err("the body blocks");
    assert!(
        matches!(&error, RuntimeError::GraceExceeded { report, .. } if report.stuck[0].name == "blocker"),
        "{error}"
    );
    let phase = task.status().phase;
    assert!(matches!(phase, Phase::Stuck { attempt: 1, .. }), "{phase}");
    assert!(task.outcome().await.is_aborted());
    release.now();
    assert!(thread.join().expect("the thread does not panic").is_aborted());
}
