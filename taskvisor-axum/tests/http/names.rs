//! Names that are easily confused with others.

use taskvisor::{TaskContext, TaskError, TaskFn, TaskSpec};
use taskvisor_axum::Dashboard;
use taskvisor_axum::answer::{GraphAnswer, TaskDetailAnswer, TaskListAnswer};

use crate::support::{Server, eventually};

fn endless(name: &'static str) -> TaskSpec {
    TaskSpec::on_failure(TaskFn::shared(name, async |context: TaskContext| {
        context.cancelled().await;
        Ok::<(), TaskError>(())
    }))
}

#[tokio::test]
async fn a_task_named_as_an_instance_is_a_task_of_its_own() {
    let server = Server::start(Dashboard::new()).await;
    let failing = TaskFn::shared("shard/7", async || Err::<(), TaskError>(TaskError::fail("no such shard")));
    let failing = server.handle().add_task(TaskSpec::on_failure(failing)).expect("a valid task");
    for task in [
        endless("feed"),
        endless("shard").with_needs(["feed"]),
        endless("import/1").with_needs(["shard/7"]),
        endless("workers").with_needs(["feed"]).with_instances(2),
    ] {
        server.handle().add_instances(task).expect("a valid task");
    }
    eventually(|| failing.status().failures >= 3).await;
    let needs = async |path: &str| server.json::<TaskDetailAnswer>(path).await.needs;
    assert_eq!(needs("/tasks/shard%2F7").await, [""; 0], "those of `shard` are not its own");
    assert_eq!(needs("/tasks/import%2F1").await, ["shard/7"]);
    assert_eq!(needs("/tasks/workers%2F1").await, ["feed"], "an instance has those of its task");

    let graph: GraphAnswer = server.json("/graph").await;
    let node = graph.nodes.iter().find(|node| node.name == "shard/7").expect("a task needs it");
    assert!(node.needs_attention, "it fails again and again: {node:?}");
}

#[tokio::test]
async fn a_name_with_a_replacement_character_can_be_selected() {
    let server = Server::start(Dashboard::new()).await;
    for name in ["file \u{fffd}", "other"] {
        server.handle().add_task(endless(name)).expect("a valid task");
    }
    let first: TaskListAnswer = server.json("/tasks?name=file%20%EF%BF%BD&name=other&limit=1").await;
    assert_eq!((first.tasks[0].name.as_str(), first.total), ("file \u{fffd}", 2));
    assert_eq!(first.next_cursor.as_deref(), Some("after:file \u{fffd}"));
    let next: TaskListAnswer = server.json("/tasks?cursor=after:file%20%EF%BF%BD").await;
    assert_eq!(next.tasks[0].name, "other");
    for bytes in ["%FF", "%EF%BF", "%EF&limit=1"] {
        assert_eq!(server.get(&format!("/tasks?name={bytes}")).await.status, 400, "{bytes}");
    }
}
