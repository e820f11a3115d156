//! Contract 24: the dependencies between tasks, as a tool lists them.

use taskvisor::{DependencyEdge, DependencyKind, Readiness, Supervisor, SupervisorHandle, TaskFn, TaskSpec};

use crate::instance_support::{CONSUME, until_canceled};
use crate::support::seconds;

/// A task that is ready as soon as it starts, and runs until its stop request.
fn lasting(name: &'static str) -> TaskSpec {
    TaskSpec::once(TaskFn::shared(name, until_canceled)).with_ready(Readiness::Start)
}

fn add(supervisor: &Supervisor, spec: TaskSpec) {
    supervisor.add_task(spec).expect("the name is free");
}

fn listed(supervisor: &SupervisorHandle) -> Vec<String> {
    supervisor.dependencies().iter().map(ToString::to_string).collect()
}

/// A supervisor with `db` and `cache`, on which nothing depends.
fn with_two_tasks() -> Supervisor {
    let supervisor = Supervisor::default();
    for name in ["db", "cache"] {
        add(&supervisor, lasting(name));
    }
    supervisor
}

#[tokio::test(start_paused = true)]
async fn dependencies_of_the_oldest_task_come_first() {
    let supervisor = with_two_tasks();
    assert!(supervisor.dependencies().is_empty(), "no task depends on another one");
    add(&supervisor, lasting("zeta").with_needs(["cache"]).with_after(["db"]));
    add(&supervisor, lasting("alpha").with_needs(["zeta", "db"]));
    let expected =
        ["`zeta` runs after `db`", "`zeta` needs `cache`", "`alpha` needs `zeta`", "`alpha` needs `db`"];
    assert_eq!(listed(&supervisor.handle()), expected);
    let DependencyEdge { task, on, kind, .. } = &supervisor.dependencies()[0];
    assert_eq!((&**task, &**on, *kind), ("zeta", "db", DependencyKind::After));
    assert_eq!((kind.label(), format!("{:>6}", DependencyKind::Needs)), ("after", " needs".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn instances_count_as_one_task_on_either_side() {
    let supervisor = with_two_tasks();
    let spec = lasting(CONSUME).with_needs(["db"]).with_instances(3);
    let instances = supervisor.add_instances(spec).expect("the names are free");
    add(&supervisor, lasting("report").with_needs([CONSUME]));
    add(&supervisor, lasting("watch").with_after(["consume/1"]));
    let all = ["`consume` needs `db`", "`report` needs `consume`", "`watch` runs after `consume/1`"];
    assert_eq!(listed(&supervisor.handle()), all);
    // The other instances still represent the task.
    supervisor.cancel("consume/0").await.expect("it is live");
    assert_eq!(listed(&supervisor.handle()), all);
    tokio::time::sleep(seconds(1)).await;
    supervisor.scale(CONSUME, 0).expect("it has instances");
    for instance in &instances {
        instance.outcome().await;
    }
    assert_eq!(listed(&supervisor.handle()), all[1..], "the dependents are live");
}

#[tokio::test(start_paused = true)]
async fn an_ended_task_is_listed_only_as_a_dependency() {
    let supervisor = with_two_tasks();
    add(&supervisor, lasting("feed").with_after(["db"]));
    add(&supervisor, lasting("report").with_after(["feed"]));
    tokio::time::sleep(seconds(1)).await;
    supervisor.cancel("feed").await.expect("it is live");
    assert_eq!(listed(&supervisor.handle()), ["`report` runs after `feed`"]);
    add(&supervisor, lasting("feed").with_needs(["cache"]));
    // It is the newest task now.
    assert_eq!(listed(&supervisor.handle()), ["`report` runs after `feed`", "`feed` needs `cache`"]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_supervisor_has_no_dependencies() {
    let supervisor = with_two_tasks();
    add(&supervisor, lasting("feed").with_needs(["db"]));
    let handle = supervisor.handle();
    assert_eq!(listed(&handle), ["`feed` needs `db`"]);
    drop(supervisor);
    tokio::time::sleep(seconds(1)).await;
    assert!(handle.dependencies().is_empty());
}
