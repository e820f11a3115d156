//! `start`: a task that has ended runs anew. See contract 15.5.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use taskvisor::{
    Phase, Readiness, RuntimeError, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskRef, TaskSpec,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::controls::{HOUR, SECOND};

/// Runs these tasks, and one that keeps the run from ending.
fn run(supervisor: &Supervisor, mut specs: Vec<TaskSpec>) {
    specs.push(TaskSpec::once(Script::task("keeper", [Step::SucceedWhenStopped])));
    let supervisor = supervisor.clone();
    tokio::spawn(async move { supervisor.run_until(specs, pending::<()>()).await });
}

fn shared(name: &'static str, steps: impl Into<Vec<Step>>) -> TaskRef {
    Script::shared(name, steps)
}

/// Waits for the end of the task of this name.
async fn ended(supervisor: &Supervisor, name: &str) -> TaskHandle {
    sleep(SECOND / 2).await;
    let task = supervisor.task(name).expect("it is live");
    task.outcome().await;
    task
}

#[tokio::test(start_paused = true)]
async fn a_task_that_ended_is_added_anew() {
    let harness = Harness::new();
    let spec = harness.spec(
        Rules::on_failure().constant_backoff(SECOND),
        shared("work", [Step::Fail("down"), Step::SucceedAfter(SECOND)]),
    );
    run(&harness, vec![spec]);
    let first = ended(&harness, "work").await;
    for _ in 0..2 {
        let started = harness.operator("ops").start("work").expect("it has ended");
        assert_eq!(started.len(), 1);
        assert_ne!(started[0].id(), first.id());
        assert!(started[0].outcome().await.is_completed());
        assert_eq!((started[0].status().attempt, started[0].status().total_failures), (2, 1));
        let event_log = harness.trace().so_far();
        let events = event_log.with_operations_of(&started[0]);
        assert_eq!(events[..3], ["added", "operated start by ops", "started 1"]);
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_has_the_options_with_which_it_was_started() {
    let harness = Harness::new();
    let seen = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&seen);
    let body = TaskFn::shared("work", move |ctx: TaskContext| {
        count.fetch_add(1, Ordering::Relaxed);
        async move {
            ctx.cancelled().await;
            Ok(())
        }
    });
    let spec = harness.spec(Rules::never().timeout(SECOND), body).with_start_delay(HOUR);
    run(&harness, vec![spec]);
    sleep(HOUR * 2).await;
    let again = harness.start("work").expect("it has ended").remove(0);
    sleep(HOUR - SECOND).await;
    assert!(again.status().phase.is_sleeping(), "{:?}", again.status());
    sleep(SECOND * 3).await;
    let failure = again.status().last_error.expect("it has timed out");
    assert_eq!(failure.kind(), taskvisor::FailureKind::Timeout);
    assert_eq!(seen.load(Ordering::Relaxed), 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_runs_through_its_gates() {
    let supervisor = Supervisor::default();
    let feed = TaskSpec::once(shared("feed", [Step::SucceedWhenStopped])).with_ready(Readiness::Start);
    let work = TaskSpec::once(shared("work", [Step::SucceedAfter(SECOND)])).with_needs(["feed"]);
    run(&supervisor, vec![feed, work]);
    ended(&supervisor, "work").await;
    supervisor.pause("feed").expect("it runs");
    sleep(SECOND).await;
    let again = supervisor.start("work").expect("it has ended").remove(0);
    sleep(SECOND).await;
    assert!(matches!(again.status().phase, Phase::Waiting { .. }), "{:?}", again.status());
    supervisor.resume("feed").expect("it is paused");
    assert!(again.outcome().await.is_completed());
}

#[tokio::test(start_paused = true)]
async fn one_that_has_not_ended_is_refused() {
    let supervisor = Supervisor::default();
    run(&supervisor, vec![TaskSpec::once(shared("work", [Step::Hang]))]);
    sleep(SECOND).await;
    let error = supervisor.start("work").expect_err("it runs");
    assert!(matches!(&error, RuntimeError::StillRunning { name, .. } if name == "work"));
    assert_eq!(
        error.to_string(),
        "`work` is still running: call `restart` to run it anew, or wait until it has ended"
    );
    let task = supervisor.task("work").expect("it runs");
    task.pause().expect("it runs");
    assert!(matches!(supervisor.start("work"), Err(RuntimeError::StillRunning { .. })));
    task.cancel();
    assert!(matches!(supervisor.start("work"), Err(RuntimeError::Stopping { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_name_gets_the_nearest_one() {
    let supervisor = Supervisor::default();
    run(&supervisor, vec![TaskSpec::once(shared("poll_feed", [Step::SucceedAfter(SECOND)]))]);
    ended(&supervisor, "poll_feed").await;
    for (name, expected) in [
        ("poll_fed", "no task named `poll_fed` can be started: did you mean `poll_feed`?"),
        ("poll-feed", "no task named `poll-feed` can be started: did you mean `poll_feed`?"),
        (
            "banana",
            "no task named `banana` can be started: name a task of the application, or one that was given to `run`; add any other \
             with `add_task`",
        ),
    ] {
        assert_eq!(supervisor.start(name).expect_err("no such task").to_string(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_was_added_by_hand_is_unknown() {
    let supervisor = Supervisor::default();
    run(&supervisor, Vec::new());
    let task = supervisor
        .add_task(TaskSpec::once(shared("work", [Step::SucceedAfter(SECOND)])))
        .expect("the name is free");
    task.outcome().await;
    assert!(matches!(supervisor.start("work"), Err(RuntimeError::NotDeclared { nearest: None, .. })));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_was_created_once_is_refused() {
    let supervisor = Supervisor::default();
    run(&supervisor, vec![TaskSpec::once(Script::task("work", [Step::SucceedAfter(SECOND)]))]);
    ended(&supervisor, "work").await;
    let error = supervisor.start("work").expect_err("its body is gone");
    assert!(matches!(&error, RuntimeError::SingleUse { name, .. } if name == "work"));
    assert_eq!(
        error.to_string(),
        "`work` cannot be started again, because its body could be created only once: create the task with `TaskFn::shared` instead \
         of `TaskFn::arc`"
    );
}

#[tokio::test(start_paused = true)]
async fn the_instances_that_ended_are_started() {
    let supervisor = Supervisor::default();
    let body = TaskFn::shared("consume", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    run(&supervisor, vec![TaskSpec::once(body).with_instances(3)]);
    sleep(SECOND).await;
    assert!(matches!(supervisor.start("consume"), Err(RuntimeError::StillRunning { .. })));
    supervisor.cancel("consume/1").await.expect("it runs");
    let started = supervisor.start("consume").expect("one has ended");
    assert_eq!(started.iter().map(TaskHandle::name).collect::<Vec<_>>(), ["consume/1"]);
    supervisor.cancel("consume/2").await.expect("it runs");
    assert_eq!(supervisor.start("consume/2").expect("it has ended").len(), 1);
    supervisor.cancel("consume").await.expect("they run");
    assert_eq!(supervisor.start("consume").expect("all have ended").len(), 3);
    supervisor.remove_task("consume").expect("they run");
    assert!(matches!(supervisor.start("consume"), Err(RuntimeError::Stopping { .. })));
    sleep(SECOND).await;
    supervisor.scale("consume", 0).expect("it is known");
    assert_eq!(supervisor.start("consume").map(|started| started.len()), Ok(0), "none is wanted");
    for unknown in ["consume/0", "consume/7", "consume/00", "consume/", "/1"] {
        assert!(matches!(supervisor.start(unknown), Err(RuntimeError::NotDeclared { .. })), "{unknown}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_last_task_it_shuts_down() {
    let supervisor = Supervisor::default();
    let spec = TaskSpec::once(shared("work", [Step::SucceedAfter(SECOND)]));
    let report = supervisor.run_until(vec![spec], pending::<()>()).await.expect("it completes");
    assert_eq!(report.completed, 1);
    assert_eq!(supervisor.start("work").map(|_| ()), Err(RuntimeError::ShuttingDown));
}

#[tokio::test(start_paused = true)]
async fn a_critical_task_is_critical_again() {
    let supervisor = Supervisor::default();
    let calls = AtomicU64::new(0);
    let body = TaskFn::shared("work", move || {
        let is_first = calls.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            sleep(SECOND).await;
            if is_first { Ok(()) } else { Err(TaskError::fatal("no licence")) }
        }
    });
    run(&supervisor, vec![TaskSpec::once(body).with_critical(true)]);
    ended(&supervisor, "work").await;
    assert!(!supervisor.start("work").expect("it has ended")[0].outcome().await.is_completed());
    let error = supervisor.shutdown().await.expect_err("its failure has shut the supervisor down");
    assert!(matches!(error, RuntimeError::CriticalTask { name, .. } if name == "work"));
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn a_declared_task_is_started_again() {
    #[taskvisor::task]
    async fn migrate() {
        sleep(SECOND).await;
    }

    let supervisor = Supervisor::default();
    run(&supervisor, vec![migrate::spec()]);
    ended(&supervisor, "migrate").await;
    let again = supervisor.start("migrate").expect("it has ended").remove(0);
    assert!(again.outcome().await.is_completed());
}
