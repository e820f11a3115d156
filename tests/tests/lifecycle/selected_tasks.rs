//! A subscriber to the events of single tasks. The events of other tasks never enter its queue.

use std::sync::{Arc, Mutex};

use taskvisor::{Config, Event, EventKind, EventName, RuntimeError, Subscribe, Subscriber, Supervisor};
use tests::{Harness, Rules, Script, Step};
use tokio::sync::Semaphore;

/// Records the task and the name of each event, and the number of lost ones. Handles one event per permit of its gate.
#[derive(Clone)]
struct Recorder {
    gate: Arc<Semaphore>,
    received: Arc<Mutex<Vec<(String, EventName)>>>,
    lost: Arc<Mutex<u64>>,
}

impl Recorder {
    fn new() -> Self {
        Self::gated(Semaphore::MAX_PERMITS)
    }

    fn gated(permits: usize) -> Self {
        Self { gate: Arc::new(Semaphore::new(permits)), received: Arc::default(), lost: Arc::default() }
    }

    fn received(&self) -> Vec<(String, EventName)> {
        self.received.lock().expect("a lock").clone()
    }

    fn lost(&self) -> u64 {
        *self.lost.lock().expect("a lock")
    }
}

impl Subscribe for Recorder {
    async fn on_event(&mut self, event: &Event) {
        self.gate.acquire().await.expect("never closed").forget();
        if let EventKind::Lagged { lost, .. } = event.kind {
            *self.lost.lock().expect("a lock") += lost;
            return;
        }
        let task = event.task().unwrap_or("none").to_owned();
        self.received.lock().expect("a lock").push((task, event.kind.name()));
    }
}

/// The events of a task that succeeds at once.
const EVENTS: [EventName; 5] =
    [EventName::Added, EventName::Started, EventName::Succeeded, EventName::Ended, EventName::Removed];

fn events_of(tasks: &[&str]) -> Vec<(String, EventName)> {
    tasks.iter().flat_map(|task| EVENTS.map(|name| ((*task).to_owned(), name))).collect()
}

fn harness(subscriber: Subscriber) -> Harness {
    Harness::build(Config::default(), |builder| builder.subscriber(subscriber))
}

async fn run(harness: &Harness, name: &'static str) {
    harness.add(Rules::never(), Script::task(name, [Step::Succeed])).outcome().await;
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_receives_the_events_of_selected_tasks_only() {
    let (some, all) = (Recorder::new(), Recorder::new());
    let harness = Harness::build(Config::default(), |builder| {
        let some = Subscriber::new(some.clone()).with_name("some").with_tasks(["db", "feed", "unknown"]);
        builder.subscriber(some).subscriber(Subscriber::new(all.clone()).with_tasks([""; 0]))
    });
    for name in ["other", "db", "db2", "d", "feed", "db"] {
        run(&harness, name).await;
    }
    harness.finish().await;
    assert_eq!(some.received(), events_of(&["db", "feed", "db"]));
    // An empty list selects everything, also the request and the end of the shutdown.
    assert_eq!(all.received().len(), 6 * 5 + 2);
}

#[tokio::test(start_paused = true)]
async fn events_of_other_tasks_neither_fill_the_queue_nor_are_lost() {
    let recorder = Recorder::gated(0);
    let harness = harness(Subscriber::new(recorder.clone()).with_tasks(["db"]).with_queue(5));
    for _ in 0..50 {
        run(&harness, "other").await;
    }
    run(&harness, "db").await;
    harness.settle().await;
    recorder.gate.add_permits(100);
    harness.finish().await;
    assert_eq!((recorder.received(), recorder.lost()), (events_of(&["db"]), 0));
}

#[tokio::test(start_paused = true)]
async fn lost_events_of_selected_tasks_are_reported() {
    let recorder = Recorder::gated(0);
    let harness = harness(Subscriber::new(recorder.clone()).with_tasks(["db"]).with_queue(5));
    for _ in 0..10 {
        run(&harness, "other").await;
        run(&harness, "db").await;
    }
    harness.settle().await;
    recorder.gate.add_permits(100);
    harness.finish().await;
    let received = recorder.received().len();
    assert!(received < 50, "the queue has room for five");
    assert_eq!(received as u64 + recorder.lost(), 50);
}

#[tokio::test(start_paused = true)]
async fn the_kinds_of_events_are_selected_too() {
    let recorder = Recorder::new();
    let subscriber = Subscriber::new(recorder.clone()).with_tasks(["db"]);
    let harness = harness(subscriber.with_events([EventName::Ended, EventName::Stopped]));
    run(&harness, "other").await;
    run(&harness, "db").await;
    harness.finish().await;
    assert_eq!(recorder.received(), [("db".to_owned(), EventName::Ended)]);
}

#[cfg(feature = "controller")]
#[tokio::test(start_paused = true)]
async fn a_submission_with_the_label_of_a_selected_task_is_another() {
    use taskvisor::Admission;

    let recorder = Recorder::new();
    let harness = harness(Subscriber::new(recorder.clone()).with_tasks(["db"]));
    for slot in ["db", "slot"] {
        let task = Script::task("db", [Step::Succeed]);
        harness.submit_to(slot, Admission::Queue, Rules::never(), task).outcome().await;
    }
    assert_eq!(recorder.received(), []);
    run(&harness, "db").await;
    harness.finish().await;
    assert_eq!(recorder.received(), events_of(&["db"]));
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_selects_no_event_of_its_tasks_is_refused() {
    let recorder = Recorder::new();
    let quiet = Subscriber::new(recorder.clone()).with_name("quiet").with_tasks(["db"]).with_events([
        EventName::Stopped,
        EventName::Queued,
        EventName::Lagged,
    ]);
    let also =
        Subscriber::new(recorder).with_tasks(["db"]).with_events([EventName::Stopped, EventName::Ended]);
    let supervisor = Supervisor::builder(Config::default()).subscriber(quiet).subscriber(also).build();
    let error = supervisor.run(Vec::new()).await.expect_err("it can receive nothing");
    assert!(matches!(&error, RuntimeError::InvalidSpec { name, .. } if name == "quiet"), "{error}");
    assert!(
        error.to_string().contains("it selects tasks, but only events that are never about a task"),
        "{error}"
    );
}
