//! Regression tests. Each of them failed before its fault was fixed.

use crate::own_process::in_a_process_of_its_own;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use taskvisor::{Config, Event, RuntimeError, Subscribe, Supervisor, TaskFn, TaskSpec};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::yield_now;

/// Records the labels of the events it receives.
#[derive(Clone, Default)]
struct Labels(Arc<Mutex<Vec<&'static str>>>);

impl Subscribe for Labels {
    async fn on_event(&mut self, event: &Event) {
        self.0.lock().expect("a lock").push(event.kind.name().label());
    }
}

fn spec(name: &'static str) -> TaskSpec {
    TaskSpec::inherit(TaskFn::arc(name, || async { Ok(()) }))
}

fn stubborn(name: &'static str) -> TaskSpec {
    TaskSpec::inherit(TaskFn::arc(name, || async { pending().await }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_shutdown_publishes_its_end_before_it_returns() {
    for _ in 0..2_000 {
        let labels = Labels::default();
        let supervisor = Supervisor::new(Config::default(), vec![labels.clone().into()]);
        supervisor.stop();
        supervisor.shutdown().await.expect("no task is alive");
        assert_eq!(*labels.0.lock().expect("a lock"), ["shutdown_requested", "stopped"]);
    }
}

/// Handles every event without waiting.
struct Restless(Arc<AtomicUsize>);

impl Subscribe for Restless {
    async fn on_event(&mut self, _: &Event) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_never_waits_does_not_starve_tasks() {
    let handled = Arc::new(AtomicUsize::new(0));
    let supervisor = Supervisor::new(Config::default(), vec![Restless(Arc::clone(&handled)).into()]);
    for name in ["one", "two"] {
        supervisor.add_task(spec(name)).expect("the name is free");
    }
    for number in 0..300 {
        let task = TaskFn::arc(format!("task-{number}"), || async { Ok(()) });
        supervisor.add_task(TaskSpec::inherit(task)).expect("the name is free");
    }
    // All tasks run and publish their events before the first poll of the subscriber's worker.
    let (sender, receiver) = oneshot::channel();
    let seen = Arc::clone(&handled);
    yield_now().await;
    tokio::spawn(async move {
        let _ = sender.send(seen.load(Ordering::SeqCst));
    });
    let handled_before = receiver.await.expect("the spawned task is polled");
    supervisor.shutdown().await.expect("in order");
    let total = handled.load(Ordering::SeqCst);
    assert!(total >= 1_000, "{total}");
    assert!(
        handled_before < total / 2,
        "{handled_before} of {total} events were handled before the next task was polled"
    );
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_that_shortens_an_earlier_grace_exceeds_its_own() {
    let config = Config::default().with_grace(Duration::from_millis(100));
    let supervisor = Supervisor::new(config, Vec::new());
    let task = supervisor.add_task(stubborn("stubborn")).expect("the name is free");
    yield_now().await;
    task.cancel_with_grace(Duration::from_secs(3600));
    let report =
        tests::report_of(supervisor.run_until(Vec::new(), async {}).await).expect("the task can be dropped");
    assert_eq!(report.aborted, 1);
    assert!(report.grace_exceeded());
}

#[tokio::test(start_paused = true)]
async fn an_abort_by_an_earlier_cancel_is_no_excess_of_the_shutdown() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let task = supervisor.add_task(stubborn("stubborn")).expect("the name is free");
    yield_now().await;
    task.cancel_with_grace(Duration::ZERO);
    assert!(task.outcome().await.is_aborted());
    let report = supervisor.run_until(Vec::new(), pending::<()>()).await.expect("nothing is left");
    assert_eq!(report.aborted, 1);
    assert!(!report.grace_exceeded());
}

/// A waker that panics.
struct Rude;

impl Wake for Rude {
    fn wake(self: Arc<Self>) {
        panic!("a waker");
    }
}

#[tokio::test(start_paused = true)]
async fn a_waker_that_panics_blocks_no_waiter() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let task = supervisor.add_task(spec("task")).expect("the name is free");
    let rude = Waker::from(Arc::new(Rude));
    let mut waiting = pin!(task.outcome());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&rude)).is_pending());
    let report = supervisor.run_until(Vec::new(), pending::<()>()).await.expect("nothing is left");
    assert_eq!(report.completed, 1);
    assert!(task.outcome().await.is_completed());
}

#[test]
fn waiting_on_a_runtime_without_timers_is_no_panic() {
    in_a_process_of_its_own("faults::waiting_on_a_runtime_without_timers_is_no_panic", || {
        // A panic hook may exit the process. A caught panic also calls the hook.
        std::panic::set_hook(Box::new(|_| std::process::exit(7)));
        wait_on_a_runtime_without_timers();
    });
}

fn wait_on_a_runtime_without_timers() {
    let at_work = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let supervisor = Supervisor::builder(Config::default()).runtime(at_work.handle().clone()).build();
    let task = supervisor.add_task(stubborn("stubborn")).expect("the name is free");
    while task.status().attempt == 0 {
        std::thread::yield_now();
    }
    // Both futures must be pending at their first poll: the grace is an hour, and the task does not stop by itself.
    task.cancel_with_grace(Duration::from_secs(3600));
    let timeless = Builder::new_current_thread().build().expect("a runtime");
    timeless.block_on(async {
        let mut outcome = pin!(task.outcome());
        let mut shutdown = pin!(supervisor.shutdown());
        poll_fn(|context| {
            assert!(outcome.as_mut().poll(context).is_pending());
            assert!(shutdown.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        task.cancel_with_grace(Duration::ZERO);
        assert!(outcome.await.is_aborted());
        let _ = shutdown.await;
    });
}

#[test]
fn a_shutdown_without_its_runtime_names_the_blocked_body() {
    let at_work = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let config = Config::default().with_grace(Duration::ZERO).with_drain_timeout(Duration::ZERO);
    let supervisor = Supervisor::builder(config).runtime(at_work.handle().clone()).build();
    let (release, blocked) = channel::<()>();
    let (entered, blocks) = channel();
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
    supervisor.add_task(TaskSpec::inherit(task)).expect("the name is free");
    blocks.recv().expect("the body blocks");
    at_work.shutdown_background();
    let other = Builder::new_current_thread().enable_all().build().expect("a runtime");
    match other.block_on(supervisor.shutdown()) {
        Err(RuntimeError::GraceExceeded { report, .. }) => assert_eq!(report.stuck[0].name, "blocker"),
        other => panic!("it still blocks, but: {other:?}"),
    }
    drop(release);
}

/// A value whose destructor signals that it began, and blocks until released.
struct SlowToDrop(std::sync::mpsc::Receiver<()>, std::sync::mpsc::Sender<()>);

impl Drop for SlowToDrop {
    fn drop(&mut self) {
        let _ = self.1.send(());
        let _ = self.0.recv();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_end_that_was_seen_stays_seen_while_the_value_is_dropped() {
    let config = Config::default().with_grace(Duration::ZERO);
    let supervisor = Supervisor::new(config, Vec::new());
    let (release_body, blocked) = channel::<()>();
    let (release_value, held) = channel::<()>();
    let (entered, dropping) = channel();
    let value = Mutex::new(SlowToDrop(held, entered));
    let blocked = Mutex::new(Some(blocked));
    let task = TaskFn::arc("blocker", move || {
        let _ = &value;
        let blocked = blocked.lock().expect("a lock").take();
        poll_fn(move |_| {
            let _ = blocked.as_ref().map(|blocked| blocked.recv());
            Poll::Ready(Ok(()))
        })
    });
    let task = supervisor.add_task(TaskSpec::inherit(task)).expect("the name is free");
    while task.status().attempt == 0 {
        yield_now().await;
    }
    task.cancel();
    assert!(task.outcome().await.is_aborted(), "the body blocks past its grace");
    drop(release_body);
    tokio::task::block_in_place(|| dropping.recv()).expect("the value is dropped");
    let now = poll_fn(|context| Poll::Ready(pin!(task.outcome()).poll(context))).await;
    assert!(matches!(now, Poll::Ready(outcome) if outcome.is_aborted()));
    drop(release_value);
    while supervisor.is_alive("blocker") {
        yield_now().await;
    }
    assert!(supervisor.shutdown().await.is_ok());
}
