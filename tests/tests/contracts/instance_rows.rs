//! Contract 14: a listing has one row for all instances of a task.

use taskvisor::{
    BackoffPolicy, Instance, Phase, Ready, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec, TaskStatus,
};
use tests::{Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::instance_support::{CONSUME, numbered, running, until_stopped};
use crate::support::seconds;

fn row(supervisor: &Supervisor) -> TaskStatus {
    let rows = supervisor.tasks();
    rows.into_iter().find(|row| row.name == *CONSUME).expect("it has a row")
}

#[tokio::test(start_paused = true)]
async fn all_instances_are_in_one_row_that_opens() {
    let (harness, instances) = running(3).await;
    let single = harness.add(Rules::never(), Script::task("single", [Step::UntilStopped]));
    harness.settle().await;
    let rows = harness.tasks();
    let listed: Vec<_> = rows.iter().map(|row| (&*row.name, row.instances().len())).collect();
    assert_eq!(listed, [("consume", 3), ("single", 0)]);
    let opened: Vec<_> = rows[0].instances().iter().map(|status| status.name.to_string()).collect();
    assert_eq!(opened, numbered(3));
    assert!(rows[0].instances().iter().all(|status| status.instances().is_empty()));
    assert!(matches!(rows[0].phase, Phase::Running { .. }));
    assert!(instances[0].status().instances().is_empty(), "a handle shows one task");
    harness.cancel(&single);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_row_sums_and_chooses_what_a_reader_needs() {
    let supervisor = Supervisor::default();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext, ready: Ready, number: Instance| async move {
        sleep(seconds(1 + number.0 as u64)).await;
        if number.0 > 0 && ctx.attempt() <= number.0 as u64 {
            return Err(TaskError::fail("connection refused"));
        }
        ready.notify();
        ctx.cancelled().await;
        Ok(())
    });
    let spec = TaskSpec::on_failure(body).with_backoff(BackoffPolicy::constant(seconds(100)));
    let began = Instant::now();
    let instances = supervisor.add_instances(spec.with_instances(3)).expect("the names are free");
    sleep(seconds(4)).await;
    // The first one runs, the second one backs off since 2 s, the third one since 3 s.
    let now = row(&supervisor);
    assert_eq!((now.attempt, now.restarts, now.total_failures, now.failures), (3, 0, 2, 1));
    assert_eq!(now.ready_since, Some(began + seconds(1)));
    assert_eq!(now.next_attempt, Some(began + seconds(102)));
    assert!(matches!(now.phase, Phase::Sleeping { attempt: 1, .. }), "{}", now.phase);
    assert_eq!((now.id, now.since), (instances[1].id(), instances[1].status().since));
    assert!(now.last_error.is_some() && !now.stopping);
    sleep(seconds(110)).await;
    // The second one is ready, and the third one has failed twice.
    let now = row(&supervisor);
    assert_eq!((now.attempt, now.restarts, now.total_failures, now.failures), (5, 2, 3, 2));
    assert_eq!(now.id, instances[2].id());
    assert_eq!(now.ready_since, Some(began + seconds(1)));
}

#[tokio::test(start_paused = true)]
async fn a_row_has_the_phase_that_needs_attention_most() {
    let (harness, instances) = running(4).await;
    assert!(row(&harness).phase.is_running());
    harness.pause(&instances[2]).expect("it is live");
    harness.settle().await;
    assert!(matches!(row(&harness).phase, Phase::Paused { gave_up: false, .. }));
    assert_eq!(row(&harness).id, instances[2].id());
    instances[2].resume().expect("it is live");
    harness.settle().await;
    assert!(row(&harness).phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_row_stops_when_all_of_it_stop() {
    let supervisor = Supervisor::default();
    let body = TaskFn::shared(CONSUME, |ctx: TaskContext| async move {
        ctx.cancelled().await;
        sleep(seconds(1)).await;
        Ok(())
    });
    supervisor.add_instances(TaskSpec::once(body).with_instances(2)).expect("the names are free");
    sleep(seconds(1)).await;
    supervisor.scale(CONSUME, 1).expect("it has instances");
    assert!(!row(&supervisor).stopping);
    assert_eq!(row(&supervisor).instances().len(), 2, "one that is leaving is listed until it has ended");
    supervisor.scale(CONSUME, 0).expect("it has instances");
    assert!(row(&supervisor).stopping);
    sleep(seconds(2)).await;
    assert!(supervisor.tasks().is_empty(), "no instance, no row");
}

#[tokio::test(start_paused = true)]
async fn a_row_is_at_the_place_of_its_oldest_instance() {
    let supervisor = Supervisor::default();
    let single = |name| TaskSpec::once(Script::task(name, [Step::UntilStopped]));
    supervisor.add_task(single("first")).expect("it is free");
    supervisor.add_instances(TaskSpec::once(until_stopped()).with_instances(2)).expect("they are free");
    supervisor.add_task(single("last")).expect("it is free");
    supervisor.scale(CONSUME, 4).expect("it has instances");
    let listed: Vec<_> = supervisor.tasks().iter().map(|row| row.name.to_string()).collect();
    assert_eq!(listed, ["first", "consume", "last"]);
}
