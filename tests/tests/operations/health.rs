//! When a supervisor is ready and started. See contract 16.

use std::future::pending;
use std::time::Duration;

use taskvisor::{
    Config, Health, HealthReasonKind, OnGiveUp, Readiness, Ready, RestartPolicy, StopCause, Supervisor,
    SupervisorHandle, TaskContext, TaskError, TaskFn, TaskRef, TaskSpec,
};
use tokio::time::{Instant, advance, sleep};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

pub(crate) fn waits(name: &'static str) -> TaskRef {
    TaskFn::shared(name, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    })
}

/// Is ready after a second, and runs until its stop.
pub(crate) fn connects(name: &'static str) -> TaskRef {
    TaskFn::shared(name, |ctx: TaskContext, ready: Ready| async move {
        sleep(SECOND).await;
        ready.notify();
        ctx.cancelled().await;
        Ok(())
    })
}

/// Is ready at once, fails after a second, and retries after another one.
fn flaps(name: &'static str) -> TaskSpec {
    let task = TaskFn::shared(name, |ready: Ready| async move {
        ready.notify();
        sleep(SECOND).await;
        Err(TaskError::fail("lost"))
    });
    TaskSpec::inherit(task).with_backoff(taskvisor::BackoffPolicy::constant(SECOND))
}

pub(crate) fn fails(name: &'static str, error: &'static str) -> TaskSpec {
    TaskSpec::once(TaskFn::shared(name, move || async move { Err(TaskError::fail(error)) }))
}

/// Polls all tasks that can make progress.
pub(crate) async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

pub(crate) fn words(health: &Health) -> String {
    health.to_string()
}

fn is_ready(supervisor: &SupervisorHandle) -> bool {
    let health = supervisor.health();
    assert!(health.live, "without a watchdog it is live");
    assert_eq!(health.ready, !health.reasons.iter().any(|reason| reason.blocks_ready) && health.started);
    health.ready
}

#[tokio::test(start_paused = true)]
async fn it_is_ready_from_the_first_start_on() {
    let supervisor = Supervisor::default();
    let created = supervisor.health();
    assert!(!created.ready && !created.started && created.reasons.is_empty() && created.is_degraded());
    assert_eq!(words(&created), "not ready: no task was started yet");
    advance(SECOND).await;
    supervisor.add_task(TaskSpec::once(waits("plain"))).expect("it is added");
    let health = supervisor.health();
    assert!(health.ready && health.started && !health.is_degraded());
    assert_eq!(words(&health), "ready");
    assert_eq!(health.since.duration_since(created.since), SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_run_without_tasks_in_the_set_is_ready() {
    let supervisor = Supervisor::default();
    let handle = supervisor.handle();
    let seen = supervisor.run_until(vec![TaskSpec::once(waits("plain"))], async {
        assert!(is_ready(&handle));
        sleep(HOUR).await;
        assert!(is_ready(&handle));
    });
    seen.await.expect("it ends in order");
    assert_eq!(words(&supervisor.health()), "not ready: shutting down");
}

#[tokio::test(start_paused = true)]
async fn it_is_ready_once_the_whole_set_is() {
    let supervisor = Supervisor::default();
    let began = Instant::now();
    let handle = supervisor.handle();
    let needs = TaskSpec::once(waits("consume")).with_needs(["token"]);
    let token = TaskFn::shared("token", || async {
        sleep(2 * SECOND).await;
        Ok(())
    });
    let token = TaskSpec::always(token, HOUR);
    let critical = TaskSpec::once(waits("critical")).with_critical(true);
    let specs = vec![TaskSpec::once(connects("db")), needs, token, critical, TaskSpec::once(waits("plain"))];
    let seen = supervisor.run_until(specs, async {
        let health = handle.health();
        let names: Vec<_> = health.reasons.iter().filter_map(|reason| reason.task.clone()).collect();
        assert_eq!(names, ["db", "token", "critical"]);
        assert!(health.reasons.iter().all(|reason| reason.kind == HealthReasonKind::NotReady));
        settle().await;
        assert_eq!(words(&handle.health()), "not ready: `db` is not ready; `token` is not ready");
        sleep(SECOND).await;
        assert_eq!(words(&handle.health()), "not ready: `token` is not ready");
        assert!(!handle.health().started);
        sleep(SECOND).await;
        let health = handle.health();
        assert!(health.ready && health.started);
        assert_eq!(health.since.duration_since(began), 2 * SECOND);
    });
    seen.await.expect("it ends in order");
}

#[tokio::test(start_paused = true)]
async fn a_loss_makes_it_unready_and_it_stays_started() {
    let supervisor = Supervisor::default();
    supervisor.add_task(flaps("feed")).expect("it is added");
    settle().await;
    let ready = supervisor.health();
    assert!(ready.ready);
    for _ in 0..3 {
        sleep(SECOND).await;
        let health = supervisor.health();
        assert!(!health.ready && health.started);
        assert_eq!(words(&health), "not ready: `feed` is not ready: lost");
        assert_eq!(health.reasons[0].since, health.since);
        assert!(Instant::now() - health.since < SECOND);
        sleep(SECOND).await;
        assert!(is_ready(&supervisor));
        assert!(Instant::now() - supervisor.health().since < SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn every_loss_of_readiness_counts() {
    let supervisor = Supervisor::default();
    let task = supervisor.add_task(TaskSpec::once(connects("db"))).expect("it is added");
    let becomes_ready = || async {
        sleep(2 * SECOND).await;
        assert!(is_ready(&supervisor));
    };
    becomes_ready().await;
    task.restart().expect("it runs");
    assert!(!is_ready(&supervisor), "at once");
    becomes_ready().await;
    task.pause().expect("it runs");
    assert!(!is_ready(&supervisor), "at once");
    task.resume().expect("it is paused");
    becomes_ready().await;
    task.cancel();
    assert!(!is_ready(&supervisor), "at once");
    assert!(task.outcome().await.is_canceled());
    assert!(is_ready(&supervisor), "it has left the set");
}

#[tokio::test(start_paused = true)]
async fn a_completed_task_stays_ready() {
    let supervisor = Supervisor::default();
    let migrate = TaskFn::shared("migrate", || async {
        sleep(SECOND).await;
        Ok(())
    });
    let migrate = TaskSpec::once(migrate).with_ready(Readiness::Success);
    let task = supervisor.add_task(migrate).expect("it is added");
    assert!(!is_ready(&supervisor));
    assert!(task.outcome().await.is_completed());
    assert!(is_ready(&supervisor));
}

#[tokio::test(start_paused = true)]
async fn an_added_task_counts_until_it_is_ready() {
    let supervisor = Supervisor::default();
    supervisor.add_task(TaskSpec::once(waits("plain"))).expect("it is added");
    assert!(is_ready(&supervisor));
    supervisor.add_task(TaskSpec::once(connects("db"))).expect("it is added");
    assert!(!is_ready(&supervisor));
    sleep(2 * SECOND).await;
    assert!(is_ready(&supervisor));
    // A running task joins the set with its first dependent, and is not ready by then.
    supervisor.add_task(TaskSpec::once(waits("after")).with_after(["plain"])).expect("it is added");
    assert_eq!(words(&supervisor.health()), "not ready: `plain` is not ready");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_its_schedule_does_not_count() {
    let supervisor = Supervisor::default();
    let report = TaskSpec::once(waits("report")).with_ready(Readiness::Success).with_start_delay(HOUR);
    supervisor.add_task(report).expect("it is added");
    settle().await;
    assert!(is_ready(&supervisor));
}

#[tokio::test(start_paused = true)]
async fn a_critical_task_counts_from_its_first_attempt_on() {
    let supervisor = Supervisor::default();
    let attempts = TaskFn::shared("poll", |ctx: TaskContext| async move {
        sleep(SECOND).await;
        if ctx.attempt() < 3 {
            return Err(TaskError::fail("refused"));
        }
        ctx.cancelled().await;
        Ok(())
    });
    let poll = TaskSpec::inherit(attempts).with_critical(true);
    let task = supervisor.add_task(poll).expect("it is added");
    assert!(!is_ready(&supervisor), "it has not begun");
    settle().await;
    assert!(is_ready(&supervisor));
    sleep(10 * SECOND).await;
    assert!(is_ready(&supervisor), "a failed attempt is no loss");
    task.pause().expect("it runs");
    assert!(!is_ready(&supervisor), "paused");
    settle().await;
    assert_eq!(supervisor.health().reasons[0].kind, HealthReasonKind::Paused);
    task.resume().expect("it is paused");
    assert!(is_ready(&supervisor), "resumed");
    // Needed by another task, it counts as any needed task does.
    supervisor.add_task(TaskSpec::once(waits("after")).with_after(["poll"])).expect("it is added");
    assert!(!is_ready(&supervisor), "needed");
}

#[tokio::test(start_paused = true)]
async fn a_failed_task_counts_until_its_name_is_added_again() {
    let supervisor = Supervisor::default();
    supervisor.add_task(TaskSpec::once(waits("plain"))).expect("it is added");
    let failing = fails("db", "down").with_ready(Readiness::Success);
    assert!(supervisor.add_task(failing).expect("it is added").outcome().await.is_failed());
    sleep(HOUR).await;
    assert_eq!(words(&supervisor.health()), "not ready: `db` gave up (1 failure): down");
    // Also by one that is in no start-up set.
    supervisor.add_task(TaskSpec::once(waits("db"))).expect("the name is free");
    assert!(is_ready(&supervisor));
    assert!(!supervisor.health().is_degraded());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_aborted_counts_until_it_is_replaced() {
    let supervisor = Supervisor::default();
    let spec = || {
        let hangs = TaskFn::shared("db", |ready: Ready| async move {
            ready.notify();
            pending().await
        });
        TaskSpec::once(hangs)
    };
    let task = supervisor.add_task(spec()).expect("it is added");
    settle().await;
    assert!(is_ready(&supervisor));
    task.cancel_with_grace(SECOND);
    task.outcome().await;
    assert_eq!(words(&supervisor.health()), "not ready: `db` is not ready");
    supervisor.add_task(spec()).expect("the name is free");
    settle().await;
    assert!(is_ready(&supervisor));
}

#[tokio::test(start_paused = true)]
async fn of_instances_each_counts_and_a_stopped_one_does_not() {
    let supervisor = Supervisor::default();
    let spec = TaskSpec::once(connects("consume")).with_instances(3);
    supervisor.add_instances(spec).expect("they are added");
    assert_eq!(supervisor.health().reasons.len(), 3);
    supervisor.scale("consume", 1).expect("it has instances");
    settle().await;
    assert_eq!(words(&supervisor.health()), "not ready: `consume/0` is not ready");
    sleep(SECOND).await;
    assert!(is_ready(&supervisor));
    supervisor.scale("consume", 2).expect("it has instances");
    assert!(!is_ready(&supervisor));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_leaves_and_comes_back_is_counted_once() {
    let supervisor = Supervisor::default();
    for _ in 0..100 {
        let task = supervisor.add_task(TaskSpec::once(connects("db"))).expect("the name is free");
        assert_eq!(supervisor.health().reasons.len(), 1);
        sleep(2 * SECOND).await;
        assert!(is_ready(&supervisor));
        task.cancel();
        let outcome = task.outcome().await;
        assert!(
            matches!(outcome, taskvisor::Outcome::Canceled { cause: StopCause::Cancel, .. }),
            "{outcome}"
        );
    }
    assert!(is_ready(&supervisor));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_and_a_dropped_supervisor_are_not_ready() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let handle = supervisor.handle();
    supervisor.add_task(TaskSpec::once(waits("plain"))).expect("it is added");
    settle().await;
    let requested = Instant::now();
    supervisor.stop();
    let health = supervisor.health();
    assert!(health.live && health.started && !health.ready);
    assert_eq!((health.reasons.len(), health.since), (1, requested));
    let reason = &health.reasons[0];
    assert_eq!((reason.kind, reason.since), (HealthReasonKind::ShuttingDown, requested));
    assert!(reason.task.is_none() && reason.blocks_ready);
    supervisor.shutdown().await.expect("it ends in order");
    drop(supervisor);
    let health = handle.health();
    assert_eq!(words(&health), "not ready: shutting down");
    assert!(health.live && !health.ready);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_run_is_not_ready() {
    let supervisor = Supervisor::default();
    let once = TaskSpec::once(TaskFn::shared("once", || async { Ok(()) }));
    supervisor.run(vec![once]).await.expect("it ends in order");
    assert_eq!(words(&supervisor.health()), "not ready: shutting down");
}

#[tokio::test(start_paused = true)]
async fn a_give_up_outside_of_the_set_keeps_it_ready() {
    let supervisor = Supervisor::default();
    let spec = fails("feed", "refused").with_restart(RestartPolicy::OnFailure).with_max_retries(2);
    let task = supervisor.add_task(spec.with_on_give_up(OnGiveUp::Pause)).expect("it is added");
    sleep(HOUR).await;
    let health = supervisor.health();
    assert!(health.ready && health.is_degraded());
    assert_eq!(words(&health), "ready, but `feed` gave up (3 failures): refused");
    task.cancel();
    task.outcome().await;
    assert_eq!(words(&supervisor.health()), "ready");
}
