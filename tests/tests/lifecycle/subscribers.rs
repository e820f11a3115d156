//! When `run` or `shutdown` returns, each subscriber has handled every event or exhausted the drain timeout.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{Config, Event, Subscribe, Subscriber};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::drops::Witness;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Counts each event after a delay.
struct Slow {
    handled: Arc<AtomicUsize>,
    takes: Duration,
}

impl Subscribe for Slow {
    async fn on_event(&mut self, _: &Event) {
        sleep(self.takes).await;
        self.handled.fetch_add(1, Ordering::SeqCst);
    }
}

fn slow(takes: Duration) -> (Subscriber, Arc<AtomicUsize>) {
    let handled = Arc::default();
    let subscriber = Slow { handled: Arc::clone(&handled), takes };
    (subscriber.into(), handled)
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_handles_all_events_before_it_returns() {
    let (one, handled_by_one) = slow(Duration::from_millis(10));
    let (other, handled_by_other) = slow(Duration::ZERO);
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(one).subscriber(other));
    for number in 0..50 {
        let name = &*format!("task-{number}").leak();
        harness.add(Rules::never(), Script::task(name, [Step::UntilStopped]));
    }
    harness.settle().await;
    harness.shutdown().await.expect("in order");
    let handled = (handled_by_one.load(Ordering::SeqCst), handled_by_other.load(Ordering::SeqCst));
    let event_log = harness.finish().await;
    assert_eq!(handled, (event_log.events().len(), event_log.events().len()));
    assert_eq!(event_log.events().len(), 50 * 5 + 2);
}

/// Returns how many of the six events are handled when `run` returns, and how long `run` took.
async fn handled_by_the_end_of_a_run(takes: Duration) -> (usize, Duration) {
    let (subscriber, handled) = slow(takes);
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(subscriber));
    let spec = harness.spec(Rules::never(), Script::task("only", [Step::Succeed]));
    let began = Instant::now();
    harness.run(vec![spec]).await.expect("in order");
    let result = (handled.load(Ordering::SeqCst), began.elapsed());
    assert_eq!(harness.finish().await.events().len(), 6);
    result
}

#[tokio::test(start_paused = true)]
async fn a_run_handles_all_events_or_exhausts_the_drain() {
    let within = handled_by_the_end_of_a_run(Duration::from_millis(800)).await;
    assert_eq!(within, (6, Duration::from_millis(4_800)));
    let beyond = handled_by_the_end_of_a_run(Duration::from_millis(900)).await;
    assert_eq!(beyond, (5, Config::default().drain_timeout()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_on_other_threads_handles_all_events() {
    for _ in 0..100 {
        let (subscriber, handled) = slow(Duration::ZERO);
        let harness = Harness::build(Config::default(), |builder| builder.subscriber(subscriber));
        let names = ["one", "two", "three", "four"];
        let specs = names.map(|name| harness.spec(Rules::never(), Script::task(name, [Step::Succeed])));
        harness.run(specs.into()).await.expect("in order");
        let handled = handled.load(Ordering::SeqCst);
        assert_eq!(handled, harness.finish().await.events().len());
    }
}

/// A subscriber that never finishes an event and holds a value meanwhile.
struct Stuck(Option<Witness>);

impl Subscribe for Stuck {
    async fn on_event(&mut self, _: &Event) {
        let _held = self.0.take();
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_stuck_subscriber_is_dropped_after_the_drain() {
    let (witness, dropped) = Witness::new();
    let (other, handled) = slow(Duration::ZERO);
    let config = Config::default().with_drain_timeout(seconds(2));
    let harness =
        Harness::build(config, |builder| builder.subscriber(Stuck(Some(witness))).subscriber(other));
    let task = harness.add(Rules::never(), Script::task("task", [Step::UntilStopped]));
    harness.settle().await;
    let began = Instant::now();
    harness.shutdown().await.expect("no task is stuck");
    assert_eq!(began.elapsed(), seconds(2));
    assert!(task.outcome().await.is_canceled());
    harness.settle().await;
    assert!(dropped.is_dropped());
    let event_log = harness.finish().await;
    assert_eq!(handled.load(Ordering::SeqCst), event_log.events().len());
}

#[tokio::test(start_paused = true)]
async fn a_stuck_subscriber_does_not_delay_the_end_of_a_task() {
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(Stuck(None)));
    let began = Instant::now();
    let task = harness.add(Rules::never(), Script::task("task", [Step::Succeed]));
    assert!(task.outcome().await.is_completed());
    assert_eq!(began.elapsed(), Duration::ZERO);
    harness.finish().await;
}

/// Blocks its thread on the first event.
struct Blocking(Mutex<Option<Receiver<()>>>);

impl Subscribe for Blocking {
    async fn on_event(&mut self, _: &Event) {
        let blocked = self.0.lock().expect("a lock").take();
        if let Some(blocked) = blocked {
            let _ = blocked.recv();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_blocks_does_not_delay_the_shutdown() {
    let (release, blocked) = channel();
    let config = Config::default().with_drain_timeout(Duration::from_millis(1));
    let blocking = Blocking(Mutex::new(Some(blocked)));
    let harness = Harness::build(config, |builder| builder.subscriber(blocking));
    let task = harness.add(Rules::never(), Script::task("task", [Step::Succeed]));
    assert!(task.outcome().await.is_completed());
    while harness.trace().so_far().events().len() < 5 {
        tokio::task::yield_now().await;
    }
    harness.shutdown().await.expect("no task is stuck");
    drop(release);
    harness.finish().await;
}
