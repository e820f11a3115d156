//! A worker takes several events out of its queue at once. That is invisible: order, capacity, lag, panics, drain and yields
//! are those of single events.

use std::future::poll_fn;
use std::mem::replace;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use taskvisor::{Config, Event, EventKind, EventName, Subscribe, Subscriber, TaskFn};
use tests::{Harness, Rules};
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// More events than fit into one batch.
const MANY: u64 = 100;

type Log<T> = Arc<Mutex<Vec<T>>>;

fn read<T: Clone>(log: &Log<T>) -> Vec<T> {
    log.lock().expect("a lock").clone()
}

/// Adds tasks named after numbers. Without an `await` in between, their `Added` events meet in the queue.
fn add(harness: &Harness, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        let body = TaskFn::arc(number.to_string(), || async { Ok(()) });
        harness.add(Rules::never(), body);
    }
}

/// Builds a subscriber to `Added` only: one event for each added task.
fn to_added(subscriber: impl Subscribe) -> Subscriber {
    Subscriber::new(subscriber).with_events(EventName::Added)
}

fn number(event: &Event) -> Option<u64> {
    event.task().and_then(|name| name.parse().ok())
}

/// Records the numbers of the tasks. Panics on one of them.
struct Recording {
    log: Log<u64>,
    panics_on: Option<u64>,
}

impl Subscribe for Recording {
    async fn on_event(&mut self, event: &Event) {
        let number = number(event);
        assert!(number != self.panics_on, "an event that panics");
        self.log.lock().expect("a lock").extend(number);
    }
}

#[tokio::test(start_paused = true)]
async fn events_of_several_batches_arrive_in_order() {
    let log = Log::default();
    let recording = to_added(Recording { log: Arc::clone(&log), panics_on: None });
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(recording));
    add(&harness, 1..=MANY);
    harness.settle().await;
    add(&harness, MANY + 1..=MANY + 10);
    harness.shutdown().await.expect("in order");
    assert_eq!(read(&log), (1..=MANY + 10).collect::<Vec<_>>());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_batch_loses_only_that_event() {
    let log = Log::default();
    let recording = to_added(Recording { log: Arc::clone(&log), panics_on: Some(5) });
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(recording));
    add(&harness, 1..=MANY);
    let report = harness.shutdown().await.expect("in order");
    assert_eq!(read(&log), (1..=MANY).filter(|number| *number != 5).collect::<Vec<_>>());
    assert_eq!(report.subscriber_panics, 1);
    assert_eq!(report.undrained_subscribers, [""; 0]);
    assert_eq!(harness.finish().await.count(EventName::SubscriberPanicked), 1);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Added(u64),
    Lost(u64),
}

/// Handles one event per permit of its gate.
struct Gated {
    gate: Arc<Semaphore>,
    log: Log<Heard>,
}

impl Subscribe for Gated {
    async fn on_event(&mut self, event: &Event) {
        self.gate.acquire().await.expect("never closed").forget();
        let heard = match event.kind {
            EventKind::Lagged { lost, .. } => Heard::Lost(lost),
            _ => Heard::Added(number(event).expect("an added task")),
        };
        self.log.lock().expect("a lock").push(heard);
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_takes_up_the_capacity_until_it_is_started() {
    let (gate, log) = (Arc::new(Semaphore::new(0)), Log::default());
    let gated = to_added(Gated { gate: Arc::clone(&gate), log: Arc::clone(&log) }).with_queue(4);
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(gated));
    // The batch is 1 to 4.
    add(&harness, 1..=6);
    harness.settle().await;
    // Three events are not started: room for one event, and the gap in front of it.
    add(&harness, 7..=8);
    gate.add_permits(1);
    harness.settle().await;
    // Two events of the batch, the gap and one event: no room.
    add(&harness, 9..=9);
    gate.add_permits(1);
    harness.settle().await;
    // One event of the batch, the gap and one event: room for one event.
    add(&harness, 10..=11);
    gate.add_permits(usize::MAX >> 4);
    harness.shutdown().await.expect("in order");
    let expected = [
        Heard::Added(1),
        Heard::Added(2),
        Heard::Added(3),
        Heard::Added(4),
        Heard::Lost(2),
        Heard::Added(7),
        Heard::Lost(2),
        Heard::Added(10),
        Heard::Lost(1),
    ];
    assert_eq!(read(&log), expected);
    harness.finish().await;
}

/// Takes a second of the paused clock for each event.
struct Slow(Log<u64>);

impl Subscribe for Slow {
    async fn on_event(&mut self, event: &Event) {
        sleep(Duration::from_secs(1)).await;
        self.0.lock().expect("a lock").extend(number(event));
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_aborted_by_the_drain_is_undrained() {
    for (drain, handled) in [(2_500, 2), (5_500, 5)] {
        let log = Log::default();
        let slow = to_added(Slow(Arc::clone(&log))).with_name("slow");
        let config = Config::default().with_drain_timeout(Duration::from_millis(drain));
        let harness = Harness::build(config, |builder| builder.subscriber(slow));
        add(&harness, 1..=5);
        let report = harness.shutdown().await.expect("in order");
        let undrained: &[&str] = if handled < 5 { &["slow"] } else { &[] };
        assert_eq!(report.undrained_subscribers, undrained, "drain {drain}");
        sleep(Duration::from_secs(60)).await;
        assert_eq!(read(&log), (1..=handled).collect::<Vec<_>>());
        harness.finish().await;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// An event that the handler treats quickly.
    Fast,
    /// An event on which the handler blocks its thread.
    Blocked,
    /// Another task was polled.
    Other,
}

/// How the events on which a handler blocks follow the fast ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blocks {
    AtOnce,
    /// The first one waits before it blocks.
    AfterWaiting,
    /// They are published once the queue is empty.
    InAnotherBurst,
}

/// Treats the first events quickly and then blocks the thread on each event.
struct Blocking {
    log: Log<Step>,
    fast: u64,
    waits: bool,
    time: Duration,
}

impl Subscribe for Blocking {
    async fn on_event(&mut self, event: &Event) {
        let is_fast = number(event).is_some_and(|number| number <= self.fast);
        if !is_fast {
            if replace(&mut self.waits, false) {
                yield_once().await;
            }
            // `advance` moves the clock in its first poll, which simulates a handler that blocks the thread.
            let mut moved = pin!(tokio::time::advance(self.time));
            let _ = moved.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        self.log.lock().expect("a lock").push(if is_fast { Step::Fast } else { Step::Blocked });
    }
}

/// Yields to the tasks that are ready. `yield_now` may continue before them.
async fn yield_once() {
    let mut polled = false;
    poll_fn(|context| {
        if replace(&mut polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Returns on how many events the handler blocks in each poll of its worker, while another task is always ready.
async fn blocked_in_each_poll(fast: u64, blocks: Blocks, time: Duration) -> Vec<usize> {
    let log = Log::default();
    let waits = blocks == Blocks::AfterWaiting;
    let blocking = to_added(Blocking { log: Arc::clone(&log), fast, waits, time });
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(blocking));
    add(&harness, 1..=fast);
    if blocks == Blocks::InAnotherBurst {
        harness.settle().await;
    }
    add(&harness, fast + 1..=MANY);
    let other = tokio::spawn({
        let log = Arc::clone(&log);
        async move {
            loop {
                log.lock().expect("a lock").push(Step::Other);
                yield_once().await;
            }
        }
    });
    harness.settle().await;
    other.abort();
    let steps = read(&log);
    let handled = steps.iter().filter(|step| **step != Step::Other).count();
    assert_eq!(handled, usize::try_from(MANY).expect("a small number"));
    harness.finish().await;
    let polls = steps.split(|step| *step == Step::Other);
    let blocked = polls.map(|poll| poll.iter().filter(|step| **step == Step::Blocked).count());
    blocked.filter(|blocked| *blocked > 0).collect()
}

/// Twice the time for which a worker handles events before it yields.
const LONG: Duration = Duration::from_millis(2);

#[tokio::test(start_paused = true)]
async fn a_handler_that_blocks_yields_after_each_event() {
    assert_eq!(blocked_in_each_poll(0, Blocks::AtOnce, LONG).await, [1; 100]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_yields_after_a_millisecond() {
    let time = Duration::from_micros(300);
    assert_eq!(blocked_in_each_poll(0, Blocks::AtOnce, time).await, [4; 25]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_begins_to_block_is_noticed() {
    // 15 fast events are timed, in strides of 1, 2, 4 and 8. The next stride has 5 fast events and 11 that block.
    let blocked = blocked_in_each_poll(20, Blocks::AtOnce, LONG).await;
    assert_eq!(blocked[0], 11);
    assert_eq!(blocked[1..], [1; 69]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_waits_is_timed_by_itself() {
    assert_eq!(blocked_in_each_poll(20, Blocks::AfterWaiting, LONG).await, [1; 80]);
}

#[tokio::test(start_paused = true)]
async fn the_first_event_after_an_empty_queue_is_timed() {
    assert_eq!(blocked_in_each_poll(20, Blocks::InAnotherBurst, LONG).await, [1; 80]);
}
