//! Contract 14: tasks that depend on a task with instances, and instances that depend on others.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, FailureKind, Instance, Outcome, Phase, Ready, RuntimeError, StopCause, Supervisor,
    TaskContext, TaskError, TaskFn, TaskHandle, TaskRef, TaskSpec, WaitingOn,
};
use tests::{Harness, Rules, Script, Step};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::instance_support::{CONSUME, names, numbered, until_canceled};
use crate::support::seconds;

/// Instances whose readiness and ends a test decides: each attempt is ready while its bit is set, and fails when the test says so.
pub(crate) struct Pool {
    pub(crate) instances: Vec<TaskHandle>,
    ready: watch::Sender<u32>,
}

impl Pool {
    /// Adds instances, none of them ready.
    pub(crate) fn add(harness: &Harness, instances: usize) -> Self {
        let (ready, seen) = watch::channel(0_u32);
        // Long enough for all tests: they decide when it is ready.
        let rules = Rules::on_failure().without_backoff().start_timeout(seconds(1_000_000));
        let spec = harness.spec(rules, member(seen)).with_instances(instances);
        Self { instances: harness.add_instances(spec).expect("the names are free"), ready }
    }

    /// As `add`, without a recorder.
    pub(crate) fn unrecorded(supervisor: &Supervisor, instances: usize) -> Self {
        let (ready, seen) = watch::channel(0_u32);
        let spec = TaskSpec::on_failure(member(seen)).with_backoff(BackoffPolicy::none());
        let spec = spec.with_start_timeout(seconds(100_000)).with_instances(instances);
        Self { instances: supervisor.add_instances(spec).expect("the names are free"), ready }
    }

    /// Makes those with a set bit ready, and lets those fail that were ready and are not any more.
    pub(crate) async fn set(&self, bits: u32) {
        self.ready.send_replace(bits);
        settle().await;
    }
}

fn member(seen: watch::Receiver<u32>) -> TaskRef {
    TaskFn::shared(CONSUME, move |ctx: TaskContext, ready: Ready, number: Instance| {
        let mut seen = seen.clone();
        async move {
            let bit = 1 << number.0;
            let until_lost = async {
                let _ = seen.wait_for(|bits| bits & bit != 0).await;
                ready.notify();
                let _ = seen.wait_for(|bits| bits & bit == 0).await;
            };
            match ctx.run_until_cancelled(until_lost).await {
                Some(()) => Err(TaskError::fail("connection refused")),
                None => Ok(()),
            }
        }
    })
}

async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

fn dependent(harness: &Harness) -> TaskHandle {
    add_dependent(harness, |spec| spec.with_needs([CONSUME]))
}

fn add_dependent(harness: &Harness, more: impl FnOnce(TaskSpec) -> TaskSpec) -> TaskHandle {
    let body = TaskFn::arc("dependent", until_canceled);
    let spec = more(harness.spec(Rules::on_failure().without_backoff(), body));
    let task = harness.add_task(spec).expect("the task is known");
    harness.watch(&task);
    task
}

fn harness() -> Harness {
    Harness::with_config(Config::default().with_recovery_spread(Duration::ZERO))
}

/// The dependent waits, and says for what, by the name without a number.
fn waits(task: &TaskHandle) -> bool {
    matches!(task.status().phase, Phase::Waiting { on: WaitingOn::Dependency { name, .. }, .. } if name == *CONSUME)
}

/// Restarts the dependent. Returns whether it runs again.
async fn runs_again(harness: &Harness, task: &TaskHandle) -> bool {
    harness.restart(task).expect("it is live");
    settle().await;
    task.status().phase.is_running()
}

#[tokio::test(start_paused = true)]
async fn a_dependent_waits_for_all_and_afterwards_for_one() {
    let harness = harness();
    let pool = Pool::add(&harness, 3);
    let dependent = dependent(&harness);
    for bits in [0b000, 0b001, 0b101] {
        pool.set(bits).await;
        assert!(waits(&dependent), "{bits:b}");
    }
    pool.set(0b111).await;
    assert!(dependent.status().phase.is_running());
    pool.set(0b010).await;
    assert!(dependent.status().phase.is_running(), "a running attempt goes on");
    assert!(runs_again(&harness, &dependent).await);
    pool.set(0b000).await;
    assert!(!runs_again(&harness, &dependent).await);
    assert!(waits(&dependent));
    pool.set(0b100).await;
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_number_that_is_raised_must_be_ready_at_first() {
    let harness = harness();
    let pool = Pool::add(&harness, 1);
    let dependent = dependent(&harness);
    settle().await;
    assert_eq!(harness.scale(CONSUME, 3), Ok(1));
    pool.set(0b001).await;
    assert!(waits(&dependent));
    pool.set(0b111).await;
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_number_that_is_lowered_is_not_waited_for() {
    let harness = harness();
    let pool = Pool::add(&harness, 3);
    let dependent = dependent(&harness);
    pool.set(0b001).await;
    assert!(waits(&dependent));
    assert_eq!(harness.scale(CONSUME, 1), Ok(3));
    settle().await;
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_number_of_zero_is_waited_for() {
    let harness = harness();
    let pool = Pool::add(&harness, 2);
    pool.set(0b11).await;
    assert_eq!(harness.scale(CONSUME, 0), Ok(2));
    settle().await;
    let dependent = dependent(&harness);
    sleep(seconds(100)).await;
    assert!(waits(&dependent), "{:?}", dependent.status());
    assert_eq!(harness.scale(CONSUME, 1), Ok(0));
    settle().await;
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

/// Instances whose first attempt ends as listed, and otherwise runs and is ready at once.
fn ending(harness: &Harness, instances: usize, end: fn(usize) -> Option<Result<(), TaskError>>) -> TaskSpec {
    let body = TaskFn::shared(CONSUME, move |ctx: TaskContext, ready: Ready, number: Instance| async move {
        sleep(seconds(1)).await;
        if let Some(end) = end(number.0) {
            return end;
        }
        ready.notify();
        ctx.cancelled().await;
        Ok(())
    });
    harness.spec(Rules::never().start_timeout(seconds(1000)), body).with_instances(instances)
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_for_good_does_not_count() {
    let harness = harness();
    let spec = ending(&harness, 3, |number| (number == 1).then(|| Err(TaskError::fatal("no disk"))));
    let instances = harness.add_instances(spec).expect("the names are free");
    let dependent = dependent(&harness);
    sleep(seconds(2)).await;
    assert!(harness.outcome(&instances[1]).await.is_failed());
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dependent_fails_with_the_last_of_all() {
    let harness = harness();
    let spec = ending(&harness, 3, |_| Some(Err(TaskError::fatal("no disk"))));
    harness.add_instances(spec).expect("the names are free");
    let dependent = dependent(&harness);
    let outcome = harness.outcome(&dependent).await;
    let failure = outcome.failure().expect("it fails as with a single task");
    assert_eq!(failure.kind(), FailureKind::Dependency);
    assert!(failure.to_string().contains("`consume`"), "{failure}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dependent_is_canceled_with_all() {
    let harness = harness();
    let pool = Pool::add(&harness, 2);
    let dependent = dependent(&harness);
    settle().await;
    for task in &pool.instances {
        assert!(waits(&dependent));
        harness.cancel(task);
        harness.outcome(task).await;
        settle().await;
    }
    let outcome = harness.outcome(&dependent).await;
    assert_eq!(outcome, Outcome::canceled(StopCause::Dependency));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn instances_that_all_complete_are_ready() {
    let harness = harness();
    let spec = ending(&harness, 2, |_| Some(Ok(())));
    let instances = harness.add_instances(spec).expect("the names are free");
    let dependent = dependent(&harness);
    settle().await;
    assert!(waits(&dependent));
    for task in &instances {
        harness.outcome(task).await;
    }
    settle().await;
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dependent_waits_for_instances_that_are_added_again() {
    let harness = harness();
    let spec = || ending(&harness, 2, |_| Some(Ok(())));
    for task in harness.add_instances(spec()).expect("the names are free") {
        harness.outcome(&task).await;
    }
    let dependent = dependent(&harness);
    settle().await;
    assert!(dependent.status().phase.is_running());
    let again = ending(&harness, 2, |_| None);
    harness.add_instances(again).expect("the names are free again");
    assert!(!runs_again(&harness, &dependent).await);
    assert!(waits(&dependent));
    sleep(seconds(2)).await;
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn after_waits_once_for_all() {
    let harness = harness();
    let pool = Pool::add(&harness, 2);
    let dependent = add_dependent(&harness, |spec| spec.with_after([CONSUME]));
    pool.set(0b01).await;
    assert!(waits(&dependent));
    pool.set(0b11).await;
    assert!(dependent.status().phase.is_running());
    pool.set(0b00).await;
    assert!(runs_again(&harness, &dependent).await, "it waits once");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn instances_can_depend_on_another_task() {
    let harness = harness();
    let db = TaskFn::arc("db", |ctx: TaskContext, ready: Ready| async move {
        sleep(seconds(5)).await;
        ready.notify();
        ctx.cancelled().await;
        Ok(())
    });
    harness.add(Rules::never().start_timeout(seconds(1000)), db);
    let spec = crate::instance_support::consume(&harness, 2).with_needs(["db"]);
    harness.add_instances(spec).expect("the names are free");
    assert_eq!(harness.scale(CONSUME, 3), Ok(2));
    settle().await;
    assert!(harness.instances(CONSUME).iter().all(|task| task.status().phase.is_waiting()));
    sleep(seconds(6)).await;
    assert_eq!(crate::instance_support::running_now(&harness), 3);
    assert_eq!(names(&harness), numbered(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_cycle_through_instances_is_refused() {
    let supervisor = Supervisor::default();
    let ready = |name: &'static str| -> TaskRef {
        TaskFn::shared(name, |ctx: TaskContext, ready: Ready| async move {
            ready.notify();
            ctx.cancelled().await;
            Ok(())
        })
    };
    let spec = |name, needs: &'static str| TaskSpec::once(ready(name)).with_needs([needs]);
    let itself = supervisor.add_instances(spec(CONSUME, CONSUME).with_instances(2)).expect_err("a cycle");
    assert!(itself.to_string().contains("would wait for itself"), "{itself}");
    // The task that is linked last closes the cycle.
    for is_last in [false, true] {
        let mut all = vec![spec(CONSUME, "db").with_instances(2), spec("db", CONSUME)];
        if is_last {
            all.reverse();
        }
        let cycle = supervisor.run_until(all, async {}).await.expect_err("a cycle").to_string();
        assert!(cycle.contains("form a cycle") && cycle.contains("`consume`"), "{cycle}");
    }
    let number = supervisor.add_instances(TaskSpec::once(ready(CONSUME)).with_instances(2));
    number.expect("nothing was left of them");
    let unknown = supervisor.add_task(spec("db", "consum")).expect_err("there is no such task");
    assert!(matches!(unknown.reason(), RuntimeError::InvalidDependencies { .. }), "{unknown}");
}

/// Appends its name to the list when it receives its stop request.
fn recorded(name: &'static str, order: &Arc<Mutex<Vec<String>>>) -> TaskRef {
    let order = Arc::clone(order);
    TaskFn::shared(name, move |ctx: TaskContext, ready: Ready| {
        let order = Arc::clone(&order);
        async move {
            ready.notify();
            ctx.cancelled().await;
            order.lock().expect("a lock").push(ctx.name().to_owned());
            sleep(seconds(1)).await;
            Ok(())
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_stops_instances_in_waves() {
    let supervisor = Supervisor::default();
    let order = Arc::default();
    let add = |name, instances: Option<usize>, needs: Option<&'static str>| {
        let spec = TaskSpec::once(recorded(name, &order)).with_instances(instances);
        supervisor.add_instances(needs.into_iter().fold(spec, |spec, name| spec.with_needs([name])))
    };
    add("db", Some(2), None).expect("it is free");
    add(CONSUME, Some(2), Some("db")).expect("it is free");
    add("report", None, Some(CONSUME)).expect("it is free");
    sleep(seconds(1)).await;
    supervisor.shutdown().await.expect("all stop");
    let order: Vec<String> = order.lock().expect("a lock").clone();
    assert_eq!(order, ["report", "consume/1", "consume/0", "db/1", "db/0"]);
}

#[tokio::test(start_paused = true)]
async fn a_dependent_can_need_one_of_the_instances() {
    let harness = harness();
    let pool = Pool::add(&harness, 2);
    let spec = harness.spec(Rules::never(), Script::task("one", [Step::Succeed])).with_needs(["consume/1"]);
    let one = harness.add_task(spec).expect("an instance is a task");
    harness.watch(&one);
    pool.set(0b01).await;
    assert!(one.status().phase.is_waiting());
    pool.set(0b11).await;
    assert!(harness.outcome(&one).await.is_completed());
    harness.finish().await;
}
