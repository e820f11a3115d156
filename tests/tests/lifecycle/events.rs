//! Which events are published, to which subscribers, and in which order.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{
    Config, Event, EventKind, EventName, EventSet, Failure, FailureKind, RuntimeError, Subscribe, Subscriber,
    TaskFn, TaskId,
};
use tests::{Harness, Rules, Script, Step};

/// Event names, each with the name of its task.
type Heard = Vec<(EventName, Option<String>)>;

/// Records the name and the task of each event.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Heard>>);

impl Subscribe for Ear {
    async fn on_event(&mut self, event: &Event) {
        let task = event.task().map(ToOwned::to_owned);
        self.0.lock().expect("a lock").push((event.kind.name(), task));
    }
}

impl Ear {
    fn heard(&self) -> Heard {
        self.0.lock().expect("a lock").clone()
    }
}

/// Runs tasks that retry, time out, panic, and wait for a stop.
async fn play(harness: &Harness) {
    let rules = Rules::on_failure().constant_backoff(Duration::from_secs(1));
    harness.add(rules, Script::task("retried", [Step::Fail("down"), Step::Succeed]));
    harness.add(Rules::never().timeout(Duration::from_secs(1)), Script::task("slow", [Step::Hang]));
    harness.add(Rules::never(), Script::task("panics", [Step::Panic("a panic")]));
    harness.add(Rules::never(), Script::task("resident", [Step::UntilStopped]));
    tokio::time::sleep(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_requested_precedes_the_ends_and_stopped_is_last() {
    let harness = Harness::new();
    play(&harness).await;
    let resident = harness.task("resident").expect("the task runs");
    let supervisor = harness.handle();
    let _ = tokio::join!(supervisor.shutdown(), supervisor.shutdown());
    let event_log = harness.finish().await;
    let lines = event_log.lines();
    let tail: Vec<_> = lines.iter().rev().take(5).rev().map(String::as_str).collect();
    let ended = "resident ended canceled by shutdown";
    assert_eq!(tail, ["shutdown_requested", "resident canceled 1", ended, "resident removed", "stopped"]);
    assert_eq!(event_log.of(&resident).len(), 5);
    assert_eq!((event_log.count(EventName::ShutdownRequested), event_log.count(EventName::Stopped)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn stopped_is_the_last_event_of_a_run_that_ended_by_itself_too() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::never(), Script::task("short", [Step::Succeed]));
    harness.run(vec![spec]).await.expect("in order");
    let event_log = harness.finish().await;
    assert_eq!(event_log.lines().last().map(String::as_str), Some("stopped"));
    assert_eq!(event_log.count(EventName::Stopped), 1);
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_receives_only_the_events_it_selected() {
    let (some, none, all) = (Ear::default(), Ear::default(), Ear::default());
    let trouble = EventSet::of(&[EventName::Failed, EventName::TimedOut, EventName::Stopped]);
    let harness = Harness::build(Config::default(), |builder| {
        builder
            .subscriber(Subscriber::new(some.clone()).with_events(trouble))
            .subscriber(Subscriber::new(none.clone()).with_events(EventSet::NONE))
            .subscriber(all.clone())
    });
    play(&harness).await;
    let event_log = harness.finish().await;
    let expected = [
        (EventName::Failed, Some("retried".to_owned())),
        (EventName::TimedOut, Some("slow".to_owned())),
        (EventName::Stopped, None),
    ];
    assert_eq!(some.heard(), expected);
    assert_eq!(none.heard(), []);
    let published =
        event_log.events().iter().map(|event| (event.kind.name(), event.task().map(ToOwned::to_owned)));
    assert_eq!(all.heard(), published.collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn events_are_numbered_from_one_without_a_gap() {
    let harness = Harness::new();
    play(&harness).await;
    let event_log = harness.finish().await;
    let numbers: Vec<_> = event_log.events().iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    for event in event_log.events() {
        assert_eq!(event.task().is_some(), event.id().is_some());
        if let (Some(name), Some(id)) = (event.task(), event.id()) {
            assert_eq!(event_log.ids_of(name), [id]);
            assert_eq!(event.to_string(), format!("{name}#{id} {}", event.kind));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_task_publishes_no_event() {
    let harness = Harness::new();
    let first = harness.add(Rules::never(), Script::task("db", [Step::UntilStopped]));
    let second = harness.spec(Rules::never(), Script::task("db", [Step::Succeed]));
    let refused = harness.add_task(second).expect_err("the name is taken");
    assert!(matches!(refused.reason(), RuntimeError::NameTaken { .. }));
    let event_log = harness.finish().await;
    let ids: Vec<TaskId> = event_log.events().iter().filter_map(Event::id).collect();
    assert!(ids.iter().all(|id| *id == first.id()));
}

#[test]
fn labels_are_stable() {
    let labels: Vec<_> = EventName::ALL.iter().map(|name| name.label()).collect();
    let expected = "added queued admitted delayed scheduled skipped started ready not_ready succeeded failed timed_out stalled panicked snoozed \
                    canceled interrupted aborted backoff run_failed gave_up ended removed operated refused still_starting still_stopping clock_stepped reloaded shutdown_requested stopped subscriber_panicked lagged";
    assert_eq!(labels.join(" "), expected);
}

#[test]
fn a_line_names_the_task_the_event_and_its_numbers() {
    let lines = [
        (EventKind::started(2), "started attempt=2"),
        (EventKind::succeeded(1, Duration::from_micros(4_321)), "succeeded attempt=1 ran=4ms"),
        (EventKind::timed_out(3, Duration::from_secs(90)), "timed_out attempt=3 timeout=1m 30s"),
        (
            EventKind::backoff(3, Duration::from_millis(200), 2, Failure::new(FailureKind::Error, 3, "oops")),
            "backoff attempt=3 delay=200ms failures=2 error=\"oops\"",
        ),
        (EventKind::lagged(7), "lagged lost=7"),
    ];
    for (kind, expected) in lines {
        let event = Event::new(kind).with_task("ping");
        let id = event.id().expect("an id");
        assert_eq!(event.to_string(), format!("ping#{id} {expected}"));
        let event = event.with_slot("tenant-42");
        assert_eq!((event.task(), event.id(), event.slot()), (Some("ping"), Some(id), Some("tenant-42")));
        assert_eq!(event.to_string(), format!("ping#{id} [tenant-42] {expected}"));
        assert_eq!(format!("{event:#}"), expected);
    }
}

/// The start times of attempts, as recorded by the tasks.
type Starts = Arc<Mutex<Vec<(&'static str, u64, Duration)>>>;

/// Runs the same tasks with the given subscribers, and returns the start times that the tasks recorded.
async fn seen_by_tasks(subscribers: Vec<Subscriber>) -> Vec<(&'static str, u64, Duration)> {
    let starts = Starts::default();
    let config = Config::default().with_drain_timeout(Duration::from_secs(1)).with_max_concurrent(1);
    let harness = Harness::build(config, |builder| {
        subscribers.into_iter().fold(builder, |builder, subscriber| builder.subscriber(subscriber))
    });
    let began = tokio::time::Instant::now();
    for name in ["one", "two"] {
        let starts = Arc::clone(&starts);
        let body = TaskFn::arc(name, move |context: taskvisor::TaskContext| {
            starts.lock().expect("a lock").push((name, context.attempt(), began.elapsed()));
            async move {
                tokio::time::sleep(Duration::from_millis(700)).await;
                if context.attempt() == 3 { Ok(()) } else { Err("again".into()) }
            }
        });
        harness.add(Rules::on_failure().constant_backoff(Duration::from_secs(1)), body);
    }
    harness.run(Vec::new()).await.expect("in order");
    harness.finish().await;
    let starts = starts.lock().expect("a lock");
    starts.clone()
}

struct Panicking;

impl Subscribe for Panicking {
    async fn on_event(&mut self, event: &Event) {
        panic!("over {event}");
    }
}

struct Stuck;

impl Subscribe for Stuck {
    async fn on_event(&mut self, _: &Event) {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn faulty_subscribers_do_not_affect_tasks() {
    let alone = seen_by_tasks(Vec::new()).await;
    assert_eq!(alone.len(), 6);
    let badly = vec![
        Subscriber::new(Panicking),
        Subscriber::new(Stuck),
        Subscriber::new(Stuck).with_queue(1),
        Subscriber::new(Ear::default()).with_queue(1),
    ];
    assert_eq!(seen_by_tasks(badly).await, alone);
}

#[test]
fn an_event_set_is_made_from_any_list_of_names() {
    let names = [EventName::Ended, EventName::Stopped];
    let set = EventSet::of(&names);
    let slice: &[EventName] = &names;
    let made: [EventSet; 5] =
        [names.into(), slice.into(), (&names).into(), names.to_vec().into(), (&names.to_vec()).into()];
    assert_eq!(made, [set; 5]);
    assert_eq!(EventSet::from(EventName::Ended), EventSet::of(&[EventName::Ended]));
    assert_eq!(names.into_iter().collect::<EventSet>(), set);
    assert_eq!(set.names().collect::<Vec<_>>(), names);
    assert_eq!(EventSet::ALL.names().count(), EventName::ALL.len());
    assert_eq!(EventSet::ALL.names().collect::<EventSet>(), EventSet::ALL);
}
