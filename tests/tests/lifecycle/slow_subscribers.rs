//! A subscriber slower than the event rate loses the newest events. A `lagged` event at the gap says how many.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{Config, Event, EventKind, EventName, EventSet, Subscribe, Subscriber};
use tests::{EventLog, Harness, Rules, Script, Step};
use tokio::sync::Semaphore;

/// Handles one event per permit of its gate.
#[derive(Clone)]
struct Gated {
    gate: Arc<Semaphore>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Event(u64),
    Lost(u64),
}

impl Gated {
    fn new() -> Self {
        Self { gate: Arc::new(Semaphore::new(0)), heard: Arc::default() }
    }

    fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("a lock").clone()
    }
}

impl Subscribe for Gated {
    async fn on_event(&mut self, event: &Event) {
        self.gate.acquire().await.expect("never closed").forget();
        let heard = match event.kind {
            EventKind::Lagged { lost, .. } => Heard::Lost(lost),
            _ => Heard::Event(event.seq),
        };
        self.heard.lock().expect("a lock").push(heard);
    }
}

async fn add(harness: &Harness, count: usize) {
    for _ in 0..count {
        let task = harness.add(Rules::never(), Script::task("short", [Step::Succeed]));
        task.outcome().await;
    }
    harness.settle().await;
}

/// Expects that each selected event is received, or counted as lost at its position.
fn assert_complete(heard: &[Heard], event_log: &EventLog, wanted: EventSet) {
    let all: Vec<_> = event_log
        .events()
        .iter()
        .filter(|event| wanted.contains(event.kind.name()))
        .map(|event| event.seq)
        .collect();
    let mut next = 0;
    for (index, heard) in heard.iter().enumerate() {
        match *heard {
            Heard::Event(seq) => {
                assert_eq!(Some(&seq), all.get(next), "at {index}");
                next += 1;
            }
            Heard::Lost(lost) => {
                assert!(lost > 0, "at {index}");
                next += usize::try_from(lost).expect("a small number");
            }
        }
    }
    assert_eq!(next, all.len());
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_reported_at_its_place_and_the_counts_add_up() {
    let gated = Gated::new();
    let subscriber = Subscriber::new(gated.clone()).with_queue(4);
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(subscriber));
    for _ in 0..5 {
        add(&harness, 3).await;
        gated.gate.add_permits(4);
        harness.settle().await;
    }
    gated.gate.add_permits(1_000);
    let event_log = harness.finish().await;
    let heard = gated.heard();
    // The newest events are lost, so the first ones arrive.
    assert_eq!(heard[..4], [1, 2, 3, 4].map(Heard::Event));
    let gaps = heard.iter().filter(|heard| matches!(heard, Heard::Lost(_))).count();
    assert!(gaps >= 3, "{heard:?}");
    assert_complete(&heard, &event_log, EventSet::ALL);
}

#[tokio::test(start_paused = true)]
async fn a_gap_at_the_end_is_reported_too() {
    let gated = Gated::new();
    let subscriber = Subscriber::new(gated.clone()).with_queue(1);
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(subscriber));
    add(&harness, 2).await;
    gated.gate.add_permits(1_000);
    harness.settle().await;
    let heard = gated.heard();
    assert!(matches!(heard.last(), Some(Heard::Lost(_))), "{heard:?}");
    assert_complete(&heard, &harness.trace().so_far(), EventSet::ALL);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn lagged_is_delivered_unselected_and_counts_selected_events() {
    let gated = Gated::new();
    let wanted = EventSet::of(&[EventName::Ended]);
    let subscriber = Subscriber::new(gated.clone()).with_events(wanted).with_queue(1);
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(subscriber));
    add(&harness, 5).await;
    gated.gate.add_permits(1_000);
    let event_log = harness.finish().await;
    assert_eq!(gated.heard()[2..], [Heard::Lost(3)]);
    assert_complete(&gated.heard(), &event_log, wanted);
}

#[tokio::test(start_paused = true)]
async fn a_queue_of_no_length_holds_one_event() {
    let gated = Gated::new();
    let subscriber = Subscriber::new(gated.clone()).with_queue(0);
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(subscriber));
    gated.gate.add_permits(1_000);
    add(&harness, 3).await;
    let event_log = harness.finish().await;
    assert!(gated.heard().contains(&Heard::Event(1)));
    assert_complete(&gated.heard(), &event_log, EventSet::ALL);
}

#[tokio::test(start_paused = true)]
async fn a_lagging_subscriber_does_not_affect_the_others() {
    let gated = Gated::new();
    let subscriber = Subscriber::new(gated.clone()).with_queue(1);
    let config = Config::default().with_drain_timeout(Duration::from_secs(1));
    let harness = Harness::build(config, |builder| builder.subscriber(subscriber));
    add(&harness, 100).await;
    // The recorder fails a test in which it misses an event or receives a gap.
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(EventName::Removed), 100);
    assert_eq!(gated.heard(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_publishing_loses_no_event_uncounted() {
    let gated = Gated::new();
    let subscriber = Subscriber::new(gated.clone()).with_queue(8);
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(subscriber));
    gated.gate.add_permits(100_000);
    let tasks: Vec<_> = (0..2_000)
        .map(|number| {
            let body = taskvisor::TaskFn::arc(format!("task-{number}"), || async { Ok(()) });
            harness.add(Rules::never(), body)
        })
        .collect();
    for task in &tasks {
        task.outcome().await;
    }
    let event_log = harness.finish().await;
    let counted: u64 = gated
        .heard()
        .iter()
        .map(|heard| match heard {
            Heard::Event(_) => 1,
            Heard::Lost(lost) => *lost,
        })
        .sum();
    assert_eq!(counted, event_log.events().len() as u64);
}
