//! Contract 14: `scale` stops instances in whatever phase they are.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use taskvisor::{
    Config, Phase, RateLimit, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskRef, TaskSpec,
    WaitingOn,
};
use tests::{Harness, Rules, Script, Step};
use tokio::sync::oneshot;

use crate::instance_support::{CONSUME, consume, is_scaled, names, numbered, running_now, until_stopped};
use crate::support::seconds;

/// Scales to one instance. The others end at once, and without an attempt after it; the first one goes on.
async fn scale_to_one(harness: &Harness, instances: &[TaskHandle]) {
    let before: Vec<_> = instances.iter().map(|task| task.status().attempt).collect();
    assert_eq!(harness.scale(CONSUME, 1), Ok(instances.len()));
    for (task, attempt) in instances.iter().zip(before).skip(1) {
        let outcome = harness.outcome(task).await;
        assert!(is_scaled(&outcome), "{outcome}");
        assert_eq!(task.status().attempt, attempt, "no attempt began after its stop request");
    }
    assert_eq!(names(harness), numbered(1));
}

fn waits_for(task: &TaskHandle, waits: impl Fn(&WaitingOn) -> bool) -> bool {
    matches!(task.status().phase, Phase::Waiting { on, .. } if waits(&on))
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_for_a_dependency_stop() {
    let harness = Harness::new();
    let db = harness.add(Rules::never(), Script::task("db", [Step::UntilStopped]));
    let spec = consume(&harness, 3).with_needs(["db"]);
    let instances = harness.add_instances(spec).expect("the names are free");
    harness.settle().await;
    let on_db = |on: &WaitingOn| matches!(on, WaitingOn::Dependency { .. });
    assert!(instances.iter().all(|task| waits_for(task, on_db)));
    scale_to_one(&harness, &instances).await;
    assert!(waits_for(&instances[0], on_db));
    harness.cancel(&db);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_for_a_permit_stop() {
    let harness = Harness::new();
    let instances =
        harness.add_instances(consume(&harness, 3).with_max_concurrent(1)).expect("they are free");
    harness.settle().await;
    let on_permit = |on: &WaitingOn| matches!(on, WaitingOn::Permit { .. });
    assert!(waits_for(&instances[1], on_permit) && waits_for(&instances[2], on_permit));
    scale_to_one(&harness, &instances).await;
    assert_eq!(running_now(&harness), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_for_a_permit_of_the_supervisor_stop() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let instances = harness.add_instances(consume(&harness, 3)).expect("the names are free");
    harness.settle().await;
    scale_to_one(&harness, &instances).await;
    assert_eq!(running_now(&harness), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_for_their_rate_stop() {
    let harness = Harness::new();
    let rate = RateLimit::new(1, seconds(60));
    let instances = harness.add_instances(consume(&harness, 3).with_rate_limit(rate)).expect("they are free");
    harness.settle().await;
    let on_rate = |on: &WaitingOn| matches!(on, WaitingOn::Rate { .. });
    assert!(waits_for(&instances[1], on_rate) && waits_for(&instances[2], on_rate));
    scale_to_one(&harness, &instances).await;
    assert_eq!(harness.scale(CONSUME, 2), Ok(1));
    tokio::time::sleep(seconds(60)).await;
    harness.settle().await;
    assert_eq!(running_now(&harness), 2, "those that stopped took no token");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_for_their_first_tick_stop() {
    let harness = Harness::new();
    let spec = TaskSpec::inherit(until_stopped()).with_every(seconds(3600)).with_start_delay(seconds(3600));
    let instances = harness.add_instances(spec.with_instances(3)).expect("the names are free");
    harness.settle().await;
    assert!(instances.iter().all(|task| matches!(task.status().phase, Phase::Sleeping { attempt: 0, .. })));
    scale_to_one(&harness, &instances).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_run_stop() {
    let (harness, instances) = crate::instance_support::running(3).await;
    scale_to_one(&harness, &instances).await;
    assert_eq!(running_now(&harness), 1);
    harness.finish().await;
}

fn failing() -> TaskRef {
    TaskFn::shared(CONSUME, || async { Err(TaskError::fail("connection refused")) })
}

#[tokio::test(start_paused = true)]
async fn those_that_back_off_stop() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::on_failure().constant_backoff(seconds(3600)), failing());
    let instances = harness.add_instances(spec.with_instances(3)).expect("the names are free");
    harness.settle().await;
    assert!(instances.iter().all(|task| task.status().phase.is_sleeping()));
    scale_to_one(&harness, &instances).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_are_paused_stop() {
    let (harness, instances) = crate::instance_support::running(3).await;
    for task in &instances {
        harness.pause(task).expect("it is live");
    }
    harness.settle().await;
    assert!(instances.iter().all(|task| matches!(task.status().phase, Phase::Paused { .. })));
    scale_to_one(&harness, &instances).await;
    assert!(matches!(instances[0].status().phase, Phase::Paused { gave_up: false, .. }));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_gave_up_and_are_paused_stop() {
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff().max_retries(1).pauses_when_it_gives_up();
    let spec = harness.spec(rules, failing()).with_instances(3);
    let instances = harness.add_instances(spec).expect("the names are free");
    harness.settle().await;
    assert!(instances.iter().all(|task| matches!(task.status().phase, Phase::Paused { gave_up: true, .. })));
    scale_to_one(&harness, &instances).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_gave_up_and_ended_start_again() {
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff().max_retries(1);
    let spec = harness.spec(rules, failing()).with_instances(2);
    let instances = harness.add_instances(spec).expect("the names are free");
    for task in &instances {
        assert!(harness.outcome(task).await.is_failed());
    }
    assert_eq!(harness.scale(CONSUME, 2), Ok(2));
    assert_eq!(names(&harness), numbered(2));
    for task in harness.instances(CONSUME) {
        assert!(harness.outcome(&task).await.is_failed());
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn those_that_are_stopping_already_keep_their_cause() {
    let harness = Harness::new();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        tokio::time::sleep(seconds(1)).await;
        Ok(())
    });
    let instances =
        harness.add_instances(harness.spec(Rules::never(), body).with_instances(2)).expect("free");
    harness.settle().await;
    harness.cancel(&instances[1]);
    assert_eq!(harness.scale(CONSUME, 1), Ok(2));
    assert_eq!(harness.scale(CONSUME, 2), Ok(1));
    let outcome = harness.outcome(&instances[1]).await;
    assert!(!is_scaled(&outcome), "{outcome}");
    harness.settle().await;
    assert_eq!(names(&harness), numbered(2), "its number was wanted again");
    harness.finish().await;
}

/// Polls a condition that no event signals, until it holds.
async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

/// A task whose first attempt blocks its thread until the sender is dropped.
fn blocker() -> (TaskRef, oneshot::Receiver<()>, Sender<()>) {
    let (release, blocked): (_, Receiver<()>) = channel();
    let (entered, blocks) = oneshot::channel();
    let inside = Mutex::new(Some((entered, blocked)));
    let task = TaskFn::shared(CONSUME, move |ctx: TaskContext| {
        let inside = inside.lock().expect("a lock").take();
        async move {
            if let Some((entered, blocked)) = inside {
                let _ = entered.send(());
                let _ = blocked.recv();
            }
            ctx.cancelled().await;
            Ok(())
        }
    });
    (task, blocks, release)
}

/// A real, short grace: the body blocks a real thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_stuck_is_replaced_when_it_returns() {
    let supervisor = Supervisor::new(Config::default().with_grace(Duration::from_millis(1)), Vec::new());
    let (task, blocks, release) = blocker();
    let stuck = supervisor.add_instances(TaskSpec::once(task).with_instances(1)).expect("free").remove(0);
    blocks.await.expect("the body starts");
    assert_eq!(supervisor.scale(CONSUME, 0), Ok(1));
    assert!(stuck.outcome().await.is_aborted());
    assert!(matches!(stuck.status().phase, Phase::Stuck { .. }));
    assert_eq!(supervisor.scale(CONSUME, 1), Ok(0));
    assert_eq!(supervisor.instances(CONSUME).len(), 1, "it keeps its name");
    drop(release);
    until(|| supervisor.task("consume/0").is_some_and(|task| task.id() != stuck.id())).await;
    until(|| running_now(&supervisor) == 1).await;
    supervisor.scale(CONSUME, 0).expect("it is scalable");
    until(|| supervisor.instances(CONSUME).is_empty()).await;
}
