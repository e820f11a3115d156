//! Contract 14: tasks with instances.

use std::time::Duration;

use taskvisor::{
    Config, Instance, Phase, Readiness, RuntimeError, StopCause, Supervisor, TaskContext, TaskFn, TaskRef,
    TaskSpec,
};

fn waiting(name: &'static str) -> TaskRef {
    TaskFn::shared(name, |ctx: TaskContext, Instance(number): Instance| async move {
        assert_eq!(ctx.name(), format!("consume/{number}"));
        Ok(ctx.cancelled().await)
    })
}

async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn names(supervisor: &Supervisor) -> Vec<String> {
    supervisor.instances("consume").iter().map(|task| task.name().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn instances_are_tasks_in_one_row() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let spec = TaskSpec::once(waiting("consume")).with_instances(3);
    let handles = supervisor.add_instances(spec).expect("the name is free");
    settle().await;
    assert_eq!(handles.len(), 3);
    assert_eq!(names(&supervisor), ["consume/0", "consume/1", "consume/2"]);
    let rows = supervisor.tasks();
    assert_eq!(rows.len(), 1);
    assert_eq!(&*rows[0].name, "consume");
    assert!(matches!(rows[0].phase, Phase::Running { .. }));
    assert_eq!(rows[0].instances().len(), 3);
    assert!(supervisor.is_alive("consume") && supervisor.task("consume").is_none());
    assert_eq!(supervisor.cancel("consume").await, Ok(true));
    assert!(names(&supervisor).is_empty());
}

#[tokio::test(start_paused = true)]
async fn scale_starts_and_stops_instances() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    supervisor.add_instances(TaskSpec::once(waiting("consume")).with_instances(2)).expect("the name is free");
    assert_eq!(supervisor.scale("consume", 4), Ok(2));
    settle().await;
    assert_eq!(names(&supervisor).len(), 4);
    let last = supervisor.instances("consume").pop().expect("it has instances");
    assert_eq!(supervisor.scale("consume", 1), Ok(4));
    // Wanted again while they stop.
    assert_eq!(supervisor.scale("consume", 3), Ok(1));
    assert_eq!(last.outcome().await, taskvisor::Outcome::canceled(StopCause::Scale));
    settle().await;
    assert_eq!(names(&supervisor), ["consume/0", "consume/1", "consume/2"]);
    assert_eq!(supervisor.scale("consume", 0), Ok(3));
    settle().await;
    assert_eq!(supervisor.scale("consume", 2), Ok(0));
    settle().await;
    assert_eq!(names(&supervisor), ["consume/0", "consume/1"]);
    assert!(matches!(supervisor.scale("consume", 10_001), Err(RuntimeError::TooManyInstances { .. })));
    assert!(matches!(supervisor.scale("consume/0", 2), Err(RuntimeError::NotScalable { .. })));
    supervisor.shutdown().await.expect("all stop");
    assert_eq!(supervisor.scale("consume", 2), Err(RuntimeError::ShuttingDown));
}

#[tokio::test(start_paused = true)]
async fn a_dependent_needs_all_and_then_one() {
    let supervisor = Supervisor::new(Config::default().with_recovery_spread(Duration::ZERO), Vec::new());
    let slow = TaskFn::shared("consume", |ctx: TaskContext, Instance(number): Instance| async move {
        tokio::time::sleep(Duration::from_secs(number as u64)).await;
        ctx.ready();
        Ok(ctx.cancelled().await)
    });
    let slow = TaskSpec::on_failure(slow).with_ready(Readiness::Notify).with_instances(3);
    let slow = supervisor.add_instances(slow).expect("the name is free");
    let dependent = TaskFn::arc("dependent", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    let dependent =
        supervisor.add_task(TaskSpec::once(dependent).with_needs(["consume"])).expect("the task is known");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(dependent.status().phase.is_waiting());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(dependent.status().phase.is_running());
    slow[0].pause().expect("it is live");
    slow[1].pause().expect("it is live");
    settle().await;
    dependent.restart().expect("it is live");
    settle().await;
    assert_eq!((dependent.status().phase.is_running(), dependent.status().attempt), (true, 2));
    slow[2].pause().expect("it is live");
    settle().await;
    dependent.restart().expect("it is live");
    settle().await;
    assert!(dependent.status().phase.is_waiting());
}
