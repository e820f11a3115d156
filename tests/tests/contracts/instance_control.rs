//! Contract 14: control of all instances by the name without a number, their events, and contexts for unit tests.

use std::sync::{Arc, Mutex};

use taskvisor::{
    Config, Event, EventKind, FromContext, Instance, Outcome, Phase, RuntimeError, StopCause, Subscribe,
    Subscriber, Supervisor, TaskContext, TaskFn, TaskSpec, TestContext,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::instance_support::{CONSUME, consume, names, numbered, running, running_now, until_stopped};
use crate::support::seconds;

fn supervisor() -> Supervisor {
    let supervisor = Supervisor::default();
    supervisor.add_instances(TaskSpec::once(until_stopped()).with_instances(3)).expect("they are free");
    supervisor
}

async fn settle() {
    sleep(seconds(1)).await;
}

#[tokio::test(start_paused = true)]
async fn the_base_name_pauses_and_resumes_all() {
    let supervisor = supervisor();
    settle().await;
    assert_eq!(supervisor.pause("consume/1"), Ok(true));
    settle().await;
    assert_eq!(running_now(&supervisor), 2);
    assert_eq!(supervisor.pause(CONSUME), Ok(true));
    settle().await;
    let is_paused = |task: &taskvisor::TaskHandle| matches!(task.status().phase, Phase::Paused { .. });
    assert!(supervisor.instances(CONSUME).iter().all(is_paused));
    assert_eq!(supervisor.pause(CONSUME), Ok(false), "all are paused");
    assert_eq!(supervisor.resume(CONSUME), Ok(true));
    settle().await;
    assert_eq!((running_now(&supervisor), supervisor.resume(CONSUME)), (3, Ok(false)));
}

#[tokio::test(start_paused = true)]
async fn the_base_name_restarts_all() {
    let supervisor = supervisor();
    settle().await;
    assert_eq!(supervisor.restart(CONSUME), Ok(()));
    settle().await;
    assert!(supervisor.instances(CONSUME).iter().all(|task| task.status().attempt == 2));
    supervisor.restart("consume/2").expect("it is live");
    settle().await;
    let attempts: Vec<_> = supervisor.instances(CONSUME).iter().map(|task| task.status().attempt).collect();
    assert_eq!(attempts, [2, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn the_base_name_triggers_all() {
    let supervisor = Supervisor::default();
    let body = TaskFn::shared(CONSUME, || async { Ok(()) });
    let spec = TaskSpec::inherit(body).with_every(seconds(3600)).with_instances(3);
    supervisor.add_instances(spec).expect("the names are free");
    settle().await;
    let attempts = |supervisor: &Supervisor| -> Vec<u64> {
        supervisor.instances(CONSUME).iter().map(|task| task.status().attempt).collect()
    };
    let before = attempts(&supervisor);
    assert_eq!(supervisor.trigger(CONSUME), Ok(true));
    settle().await;
    assert!(attempts(&supervisor).iter().zip(before).all(|(now, before)| *now == before + 1));
    let running = self::supervisor();
    settle().await;
    assert_eq!(running.trigger(CONSUME), Ok(false), "no instance waits");
}

#[tokio::test(start_paused = true)]
async fn the_base_name_stops_all() {
    let supervisor = supervisor();
    settle().await;
    let instances = supervisor.instances(CONSUME);
    assert_eq!(supervisor.remove_task(CONSUME), Ok(true));
    assert_eq!(supervisor.remove_task(CONSUME), Ok(false), "they are stopping");
    for task in &instances {
        let outcome = task.outcome().await;
        assert!(outcome.is_completed() || outcome == Outcome::canceled(StopCause::Cancel), "{outcome}");
    }
    assert!(matches!(supervisor.remove_task(CONSUME), Err(RuntimeError::UnknownTask { .. })));
    supervisor.add_instances(TaskSpec::once(until_stopped()).with_instances(2)).expect("the name is free");
    assert_eq!(supervisor.cancel("consume/0").await, Ok(true));
    assert_eq!(names(&supervisor), ["consume/1"]);
    assert_eq!(supervisor.cancel(CONSUME).await, Ok(true));
    assert!(names(&supervisor).is_empty() && !supervisor.is_alive(CONSUME));
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_was_canceled_stays_away() {
    let (harness, instances) = running(3).await;
    harness.cancel(&instances[1]);
    harness.outcome(&instances[1]).await;
    sleep(seconds(3600)).await;
    assert_eq!(names(&harness), ["consume/0", "consume/2"]);
    assert_eq!(harness.scale(CONSUME, 4), Ok(3), "the number is what was requested");
    assert_eq!(names(&harness), numbered(4), "a scale starts it again");
    harness.finish().await;
}

/// Stores which tasks start.
struct Starts(Arc<Mutex<Vec<String>>>);

impl Subscribe for Starts {
    async fn on_event(&mut self, event: &Event) {
        if let (EventKind::Started { .. }, Some(name)) = (&event.kind, event.task()) {
            self.0.lock().expect("a lock").push(format!("{name} is {:?}", event.instance()));
        }
    }
}

async fn starts_of(selected: &'static str) -> Vec<String> {
    let starts = Arc::default();
    let subscriber = Subscriber::new(Starts(Arc::clone(&starts))).with_tasks([selected]);
    let supervisor = Supervisor::new(Config::default(), vec![subscriber]);
    for name in ["consumer", "single"] {
        supervisor.add_task(TaskSpec::once(Script::task(name, [Step::UntilStopped]))).expect("it is free");
    }
    supervisor.add_instances(TaskSpec::once(until_stopped()).with_instances(3)).expect("they are free");
    settle().await;
    supervisor.shutdown().await.expect("all stop");
    starts.lock().expect("a lock").clone()
}

#[tokio::test(start_paused = true)]
async fn events_carry_the_number_and_filters_select_by_name() {
    assert_eq!(
        starts_of(CONSUME).await,
        ["consume/0 is Some(0)", "consume/1 is Some(1)", "consume/2 is Some(2)"]
    );
    assert_eq!(starts_of("consume/1").await, ["consume/1 is Some(1)"]);
    assert_eq!(starts_of("single").await, ["single is None"]);
    assert!(starts_of("consume/7").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_event_of_an_instance_names_it() {
    let harness = Harness::new();
    let instances = harness.add_instances(consume(&harness, 2)).expect("the names are free");
    harness.settle().await;
    harness.cancel(&instances[1]);
    harness.outcome(&instances[1]).await;
    let event_log = harness.finish().await;
    for (number, task) in instances.iter().enumerate() {
        assert!(event_log.events_of(task).all(|event| event.instance() == Some(number)));
        assert!(event_log.events_of(task).all(|event| event.task() == Some(task.name())));
    }
    assert_eq!(
        event_log.of(&instances[1]),
        ["added", "started 1", "succeeded 1", "ended canceled by a cancel", "removed"]
    );
}

#[tokio::test]
async fn a_test_context_can_be_an_instance() {
    let test = TestContext::new().with_name(CONSUME).with_instance(2);
    let context = test.context();
    assert_eq!((context.name(), context.instance()), ("consume/2", Some(2)));
    assert_eq!(Instance::from_context(&context), Instance(2));
    assert_eq!(Instance::from_context(&TaskContext::for_test()), Instance(0));
    let spec = Harness::new();
    let _ = spec.spec(Rules::never(), Script::task("unused", [Step::Succeed]));
    spec.finish().await;
}
