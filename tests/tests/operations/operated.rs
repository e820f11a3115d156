//! The event `Operated`: one for each call that changed something. See contract 15.6.

use std::sync::{Arc, Mutex};

use taskvisor::{
    Config, Event, EventKind, EventName, EventSet, Operation, RuntimeError, Subscribe, Subscriber,
    Supervisor, TaskHandle, TaskId, TaskSpec,
};
use tests::{EventLog, Harness, Rules, Script, Step};
#[cfg(feature = "controller")]
use tokio::time::sleep;

#[cfg(feature = "controller")]
use crate::controls::{HOUR, SECOND};

/// A harness in which `work` runs until it is stopped or interrupted.
async fn running() -> (Harness, TaskHandle) {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("work", [Step::SucceedWhenStopped]));
    harness.settle().await;
    (harness, task)
}

async fn operations(harness: Harness) -> Vec<String> {
    harness.finish().await.operations()
}

#[tokio::test(start_paused = true)]
async fn each_call_that_changed_something_is_one_event() {
    let (harness, task) = running().await;
    for _ in 0..2 {
        let _ = harness.pause_after_attempt(&task);
    }
    for _ in 0..2 {
        let _ = harness.pause(&task);
    }
    harness.settle().await;
    for _ in 0..2 {
        let _ = task.resume();
    }
    harness.settle().await;
    harness.restart(&task).expect("it runs");
    harness.settle().await;
    assert_eq!(task.trigger(), Ok(false));
    assert!(matches!(harness.start("work"), Err(RuntimeError::StillRunning { .. })));
    assert!(harness.cancel(&task));
    assert!(!harness.cancel(&task));
    harness.outcome(&task).await;
    assert!(task.pause().is_err());
    let expected = ["pause_after_attempt", "pause", "resume", "restart", "cancel"];
    assert_eq!(operations(harness).await, expected.map(|action| format!("work operated {action}")));
}

#[tokio::test(start_paused = true)]
async fn it_comes_after_the_change_and_before_its_effects() {
    let (harness, task) = running().await;
    harness.pause(&task).expect("it runs");
    harness.settle().await;
    harness.cancel(&task);
    harness.outcome(&task).await;
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.with_operations_of(&task),
        [
            "added",
            "started 1",
            "operated pause",
            "interrupted 1",
            "operated cancel",
            "ended canceled by a cancel",
            "removed"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_operator_is_named_in_it() {
    let (harness, task) = running().await;
    harness.trace().paused(&task);
    let on_call = harness.operator("on-call");
    assert_eq!(on_call.by(), "on-call");
    assert_eq!(on_call.pause_after_attempt("work"), Ok(true));
    assert_eq!(on_call.pause("work"), Ok(true));
    harness.settle().await;
    assert_eq!(on_call.resume("work"), Ok(true));
    harness.settle().await;
    harness.trace().restarted(&task);
    assert_eq!(on_call.restart("work"), Ok(()));
    harness.settle().await;
    assert_eq!(on_call.trigger("work"), Ok(false));
    harness.trace().stop_requested(&task);
    assert_eq!(on_call.cancel("work").await, Ok(true));
    let second = harness.add(Rules::never(), Script::task("second", [Step::SucceedWhenStopped]));
    harness.settle().await;
    harness.trace().stop_requested(&second);
    assert_eq!(on_call.cancel_by_id(second.id()).await, Ok(true));
    let third = harness.add(Rules::never(), Script::task("third", [Step::SucceedWhenStopped]));
    harness.settle().await;
    harness.trace().stop_requested(&third);
    assert_eq!(on_call.remove_task("third"), Ok(true));
    assert_eq!(on_call.remove_task("third"), Ok(false));
    assert_eq!(
        operations(harness).await,
        [
            "work operated pause_after_attempt by on-call",
            "work operated pause by on-call",
            "work operated resume by on-call",
            "work operated restart by on-call",
            "work operated cancel by on-call",
            "second operated cancel by on-call",
            "third operated cancel by on-call",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_awaits_and_one_by_name_are_one_each() {
    let harness = Harness::new();
    for name in ["first", "second", "third"] {
        let task = harness.add(Rules::never(), Script::task(name, [Step::SucceedWhenStopped]));
        harness.settle().await;
        harness.trace().stop_requested(&task);
    }
    assert_eq!(harness.remove_task("first"), Ok(true));
    assert_eq!(taskvisor::SupervisorHandle::cancel(&harness, "second").await, Ok(true));
    let third = harness.task("third").expect("it runs");
    assert_eq!(harness.cancel_by_id(third.id()).await, Ok(true));
    let expected = ["first", "second", "third"].map(|name| format!("{name} operated cancel"));
    assert_eq!(operations(harness).await, expected);
}

#[tokio::test(start_paused = true)]
async fn instances_publish_those_that_changed() {
    let harness = Harness::new();
    let body = Script::shared("consume", [Step::SucceedWhenStopped]);
    let spec = harness.spec(Rules::never(), body).with_instances(2);
    let instances = harness.add_instances(spec).expect("the names are free");
    harness.settle().await;
    assert_eq!(harness.pause(&instances[0]), Ok(true));
    harness.settle().await;
    harness.trace().paused(&instances[1]);
    assert_eq!(harness.operator("ops").pause("consume"), Ok(true));
    harness.settle().await;
    assert_eq!(harness.operator("ops").scale("consume", 3), Ok(2));
    assert_eq!(harness.scale("consume", 3), Ok(3));
    harness.settle().await;
    assert_eq!(harness.scale("consume", 1), Ok(3));
    harness.settle().await;
    let third = harness.trace().so_far().ids_of("consume/2");
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.operations(),
        [
            "consume/0 operated pause",
            "consume/1 operated pause by ops",
            "consume/2 operated scale by ops",
            "consume/2 operated scale",
            "consume/1 operated scale",
        ]
    );
    let of_third: Vec<_> = names_of(&event_log, third[0]);
    assert_eq!(of_third[..3], [EventName::Added, EventName::Operated, EventName::Started]);
}

fn names_of(event_log: &EventLog, id: TaskId) -> Vec<EventName> {
    let own = event_log.events().iter().filter(|event| event.id() == Some(id));
    own.map(|event| event.kind.name()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_publishes_none() {
    let (harness, _) = running().await;
    assert_eq!(operations(harness).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_operation_before_the_first_poll_follows_added() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("work", [Step::Succeed]));
    assert_eq!(harness.pause(&task), Ok(true));
    assert_eq!(task.resume(), Ok(true));
    assert!(harness.outcome(&task).await.is_completed());
    let event_log = harness.finish().await;
    let events = event_log.with_operations_of(&task);
    assert_eq!(events[..4], ["added", "operated pause", "operated resume", "started 1"]);
}

#[cfg(feature = "controller")]
#[tokio::test(start_paused = true)]
async fn clearing_a_slot_names_the_slot_and_no_task() {
    use taskvisor::Admission;
    let harness = Harness::new();
    let owner = Script::task("owner", [Step::SucceedWhenStopped]);
    let owner = harness.submit_to("tenant-42", Admission::Queue, Rules::never(), owner);
    let waiter = Script::task("waiter", [Step::Succeed]);
    harness.submit_to("tenant-42", Admission::Queue, Rules::never(), waiter);
    harness.settle().await;
    harness.trace().stop_requested(&owner);
    assert!(!harness.operator("ops").clear_slot("tenant-41"));
    assert!(harness.operator("ops").clear_slot("tenant-42"));
    harness.settle().await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.operations(), ["operated clear_slot [tenant-42] by ops"]);
    let event = event_log.events().iter().find(|event| event.kind.name() == EventName::Operated);
    let event = event.expect("it was published");
    assert_eq!((event.task(), event.slot()), (None, Some("tenant-42")));
    assert_eq!(event.to_string(), "operated action=clear_slot slot=tenant-42 by=\"ops\"");
}

#[cfg(feature = "controller")]
#[tokio::test(start_paused = true)]
async fn a_cancel_of_a_waiting_submission_precedes_its_end() {
    use taskvisor::Admission;
    let harness = Harness::new();
    let owner = Script::task("owner", [Step::SucceedAfter(SECOND)]);
    harness.submit_to("slot", Admission::Queue, Rules::never(), owner);
    let waiter = Script::task("waiter", [Step::Succeed]);
    let waiter = harness.submit_to("slot", Admission::Queue, Rules::never(), waiter);
    harness.settle().await;
    assert!(harness.cancel(&waiter));
    sleep(HOUR).await;
    let event_log = harness.finish().await;
    let events = event_log.with_operations_of(&waiter);
    assert_eq!(events[..3], ["added", "queued", "operated cancel"]);
}

#[test]
fn each_operation_has_the_name_of_its_method() {
    let words = [
        (Operation::Pause, "pause"),
        (Operation::PauseAfterAttempt, "pause_after_attempt"),
        (Operation::Resume, "resume"),
        (Operation::Restart, "restart"),
        (Operation::Trigger, "trigger"),
        (Operation::Start, "start"),
        (Operation::Cancel, "cancel"),
        (Operation::Scale, "scale"),
        (Operation::ClearSlot, "clear_slot"),
    ];
    for (operation, word) in words {
        assert_eq!((operation.to_string().as_str(), operation.label()), (word, word));
        let event = Event::new(EventKind::operated(operation, None));
        assert_eq!(event.to_string(), format!("operated action={word}"));
    }
}

/// Stores the numbers of the events that it receives.
struct Numbers(Arc<Mutex<Vec<u64>>>);

impl Subscribe for Numbers {
    async fn on_event(&mut self, event: &Event) {
        self.0.lock().expect("no panic").push(event.seq);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_subscriber_of_it_no_event_is_built() {
    let numbers = Arc::default();
    let others = EventSet::ALL.difference(EventName::Operated.into());
    let subscriber = Subscriber::new(Numbers(Arc::clone(&numbers))).with_events(others);
    let supervisor = Supervisor::new(Config::default(), vec![subscriber]);
    let task = TaskSpec::once(Script::task("work", [Step::SucceedWhenStopped]));
    let task = supervisor.add_task(task).expect("the name is free");
    tokio::task::yield_now().await;
    task.pause().expect("it runs");
    task.cancel();
    supervisor.shutdown().await.expect("in time");
    let numbers = numbers.lock().expect("no panic").clone();
    // A gap would show an event that was built in vain.
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
}
