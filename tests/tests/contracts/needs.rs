//! `needs` and `after`: a task waits for the tasks that it depends on, without an attempt and without a failure.

use std::time::Duration;

use taskvisor::{
    FailureKind, Outcome, Phase, RuntimeError, StopCause, Supervisor, TaskContext, TaskError, TaskFn,
    TaskHandle, TaskSpec, WaitingOn,
};
use tokio::time::sleep;

use crate::connection::{Connection, Order};

fn waits_for(task: &TaskHandle, name: &str) -> bool {
    matches!(task.status().phase, Phase::Waiting { on: WaitingOn::Dependency { name: found, .. }, .. } if found == name)
}

async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_waits_for_what_it_needs_without_an_attempt() {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    let consume = TaskFn::arc("consume", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let spec = TaskSpec::on_failure(consume).with_timeout(Duration::from_secs(1)).with_needs(["db"]);
    let consume = supervisor.add_task(spec).unwrap();
    sleep(Duration::from_secs(20)).await;
    assert!(waits_for(&consume, "db"), "{:?}", consume.status());
    assert_eq!((consume.status().attempt, consume.status().failures), (0, 0));
    db.order(Order::Ready);
    settle().await;
    assert!(consume.status().phase.is_running(), "{:?}", consume.status());
}

#[tokio::test(start_paused = true)]
async fn each_attempt_waits_and_a_running_one_goes_on() {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    let poll = TaskFn::arc("poll", || async {
        sleep(Duration::from_secs(5)).await;
        Ok(())
    });
    let poll = supervisor.add_task(TaskSpec::always(poll, Duration::ZERO).with_needs(["db"])).unwrap();
    db.order(Order::Ready);
    settle().await;
    assert_eq!(poll.status().attempt, 1);
    db.order(Order::Fail);
    sleep(Duration::from_secs(1)).await;
    assert!(poll.status().phase.is_running());
    sleep(Duration::from_secs(10)).await;
    assert!(waits_for(&poll, "db"), "{:?}", poll.status());
    assert_eq!(poll.status().attempt, 1);
    db.order(Order::Ready);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(poll.status().attempt, 2);
}

#[tokio::test(start_paused = true)]
async fn after_waits_once() {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    let poll = TaskFn::arc("poll", || async { Ok(()) });
    let poll =
        supervisor.add_task(TaskSpec::always(poll, Duration::from_secs(1)).with_after(["db"])).unwrap();
    settle().await;
    assert!(waits_for(&poll, "db"));
    db.order(Order::Ready);
    db.order(Order::Fail);
    sleep(Duration::from_millis(5_500)).await;
    assert_eq!(poll.status().attempt, 6);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_needed_task_ends_its_dependents() {
    let supervisor = Supervisor::default();
    let bad = TaskFn::arc("bad", || async { Err(TaskError::fatal("no such host")) });
    let bad = supervisor.add_task(TaskSpec::once(bad)).unwrap();
    let spec = |name| TaskSpec::once(TaskFn::arc(name, || async { Ok(()) }));
    let first = supervisor.add_task(spec("first").with_needs(["bad"])).unwrap();
    let second = supervisor.add_task(spec("second").with_needs(["first"])).unwrap();
    let Outcome::Failed(failure) = first.outcome().await else { panic!("it did not fail") };
    assert_eq!((failure.kind(), failure.attempt()), (FailureKind::Dependency, 0));
    assert_eq!(
        failure.to_string(),
        "the task `bad`, on which it depends, ended: failed: fatal: no such host"
    );
    let Outcome::Failed(failure) = second.outcome().await else { panic!("it did not fail") };
    assert_eq!(
        failure.to_string(),
        "the task `bad`, on which it depends through `first`, ended: failed: fatal: no such host"
    );
    assert!(bad.is_finished());

    let db = Connection::add(&supervisor, "db");
    let third = supervisor.add_task(spec("third").with_needs(["db"])).unwrap();
    settle().await;
    db.task.cancel();
    let outcome = third.outcome().await;
    assert_eq!(outcome, Outcome::canceled(StopCause::Dependency));
    assert_eq!(outcome.to_string(), "canceled because a task that it depends on was canceled");
    let ready = supervisor.add_task(spec("done")).unwrap();
    let fourth = supervisor.add_task(spec("fourth").with_needs(["done"])).unwrap();
    ready.outcome().await;
    assert!(fourth.outcome().await.is_completed());
}

#[tokio::test(start_paused = true)]
async fn wrong_dependencies_are_refused_together() {
    let supervisor = Supervisor::default();
    let spec = |name| TaskSpec::once(TaskFn::arc(name, || async { Ok(()) }));
    let endless = TaskFn::arc("endless", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let endless = TaskSpec::inherit(endless).with_restart(taskvisor::RestartPolicy::Always);
    supervisor.add_task(endless).unwrap();
    let error = supervisor
        .add_task(spec("one").with_needs(["one", "unknown", "endless"]).with_after(["unknown"]))
        .expect_err("it is wrong");
    assert_eq!(
        error.to_string(),
        "`one`: `after` names `unknown`, and no task of this name was added: add it first; it is in its own `needs`, and would \
         wait for itself: remove it there; `needs` \
         names `endless`, which repeats without end and never says that it is ready: give `endless` a parameter `Ready`, or set \
         its `ready = \"start\"` or `ready = \"success\"`; it depends on `unknown` twice: name it once, in `needs` or in `after`"
    );
    let spec_back = error.into_spec();
    assert_eq!(spec_back.name(), "one");
    assert_eq!(spec_back.needs().collect::<Vec<_>>(), ["one", "unknown", "endless"]);
    let cycle = supervisor
        .run(vec![spec("a").with_needs(["b"]), spec("b").with_needs(["c"]), spec("c").with_needs(["a"])])
        .await
        .expect_err("it is a cycle");
    assert!(matches!(&cycle, RuntimeError::InvalidDependencies { name, .. } if name == "c"), "{cycle:?}");
    assert_eq!(
        cycle.to_string(),
        "`c`: the dependencies form a cycle, and none of its tasks could ever start: `c` → `a` → `b` → `c`; remove one of \
         these dependencies"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_run_leaves_nothing_to_wait_for() {
    let supervisor = Supervisor::default();
    let spec = |name| TaskSpec::once(TaskFn::arc(name, || async { Ok(()) }));
    let specs = vec![spec("one").with_needs(["two"]), spec("two"), spec("three").with_needs(["unknown"])];
    supervisor.run(specs).await.expect_err("`unknown` was not added");
    supervisor.add_task(spec("four")).unwrap();
    assert_eq!(supervisor.ready().await, Ok(()));
}

#[cfg(feature = "controller")]
#[tokio::test(start_paused = true)]
async fn a_submission_that_can_lose_nothing_is_refused() {
    let supervisor = Supervisor::default();
    let spec = TaskSpec::once(TaskFn::arc("sync", || async { Ok(()) }));
    let spec = taskvisor::ControllerSpec::queue(spec.with_interrupt_on_loss(Duration::from_secs(1)));
    let error = supervisor.submit(spec).expect_err("it needs no task");
    assert!(matches!(error.reason(), RuntimeError::InvalidSpec { name, .. } if name == "sync"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn dependents_start_again_at_random_times() {
    let config = taskvisor::Config::default().with_recovery_spread(Duration::from_secs(1));
    let supervisor = Supervisor::new(config, Vec::new());
    let db = Connection::add(&supervisor, "db");
    let spec = |index: usize| {
        let task = TaskFn::arc(format!("task-{index}"), || async {
            sleep(Duration::from_secs(1)).await;
            Ok(())
        });
        TaskSpec::always(task, Duration::ZERO).with_needs(["db"])
    };
    let tasks: Vec<_> = (0..100).map(|index| supervisor.add_task(spec(index)).unwrap()).collect();
    db.order(Order::Ready);
    settle().await;
    let running = || tasks.iter().filter(|task| task.status().phase.is_running()).count();
    assert_eq!(running(), 100, "the first start is not spread");
    db.order(Order::Fail);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(running(), 0);
    db.order(Order::Ready);
    settle().await;
    assert_eq!(running(), 0);
    sleep(Duration::from_millis(500)).await;
    assert!((20..80).contains(&running()), "{}", running());
    sleep(Duration::from_millis(510)).await;
    assert!(tasks.iter().all(|task| task.status().attempt >= 2));
}

#[tokio::test(start_paused = true)]
async fn a_loss_interrupts_after_its_limit_and_not_before() {
    let supervisor = Supervisor::default();
    let db = Connection::add(&supervisor, "db");
    let consume = TaskFn::arc("consume", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let spec =
        TaskSpec::on_failure(consume).with_needs(["db"]).with_interrupt_on_loss(Duration::from_secs(5));
    let consume = supervisor.add_task(spec).unwrap();
    db.order(Order::Ready);
    settle().await;
    for _ in 0..3 {
        db.order(Order::Fail);
        sleep(Duration::from_secs(4)).await;
        db.order(Order::Ready);
        sleep(Duration::from_secs(4)).await;
    }
    assert_eq!(consume.status().attempt, 1);
    assert!(consume.status().phase.is_running(), "{:?}", consume.status());
    db.order(Order::Fail);
    sleep(Duration::from_millis(4_900)).await;
    assert!(consume.status().phase.is_running(), "{:?}", consume.status());
    sleep(Duration::from_millis(200)).await;
    assert!(waits_for(&consume, "db"), "{:?}", consume.status());
    assert_eq!(consume.status().failures, 0);
    db.order(Order::Ready);
    sleep(Duration::from_millis(1_100)).await;
    assert_eq!(consume.status().attempt, 2);
}
