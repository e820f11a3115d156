//! The list of all tasks.

use taskvisor::{Phase, TaskStatus, WaitingOn};
use tests::{Harness, Rules, Script, Step};

use crate::support::{SECOND, one_at_a_time, seconds};

fn names(tasks: &[TaskStatus]) -> Vec<&str> {
    tasks.iter().map(|task| task.name.as_ref()).collect()
}

#[tokio::test(start_paused = true)]
async fn is_ordered_from_the_oldest_to_the_newest() {
    let harness = Harness::new();
    let order = ["zeta", "alpha", "mu", "beta", "omega"];
    let tasks = order.map(|name| harness.add(Rules::always(), Script::task(name, [Step::UntilStopped])));
    let listed = harness.tasks();
    assert_eq!(names(&listed), order);
    assert!(listed.iter().zip(&tasks).all(|(status, task)| status.id == task.id()));
    assert!(listed.windows(2).all(|pair| pair[0].id < pair[1].id));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn shows_what_each_task_does() {
    let harness = one_at_a_time();
    let fails = [Step::Fail("down")];
    harness.add(Rules::on_failure().constant_backoff(seconds(60)), Script::task("sleeps", fails));
    harness.add(Rules::always(), Script::task("runs", [Step::UntilStopped]));
    harness.add(Rules::always(), Script::task("waits", [Step::UntilStopped]));
    tokio::time::sleep(SECOND).await;
    let listed = harness.tasks();
    assert_eq!(names(&listed), ["sleeps", "runs", "waits"]);
    assert!(matches!(listed[0].phase, Phase::Sleeping { attempt: 1, .. }));
    assert_eq!((listed[0].failures, listed[0].next_attempt.is_some()), (1, true));
    assert!(matches!(listed[1].phase, Phase::Running { attempt: 1, .. }));
    assert!(matches!(listed[2].phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn leaves_out_ended_tasks() {
    let harness = Harness::new();
    let stays = harness.add(Rules::always(), Script::task("stays", [Step::UntilStopped]));
    let goes = harness.add(Rules::never(), Script::task("goes", [Step::Succeed]));
    assert_eq!(names(&harness.tasks()), ["stays", "goes"]);
    harness.outcome(&goes).await;
    assert_eq!(names(&harness.tasks()), ["stays"]);
    assert!(harness.cancel(&stays));
    harness.outcome(&stays).await;
    assert!(harness.tasks().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn is_a_snapshot_that_does_not_change() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::UntilStopped]));
    let before = harness.tasks();
    harness.reach(&task, 1).await;
    assert!(matches!(before[0].phase, Phase::Waiting { on: WaitingOn::Slot, .. }));
    assert!(matches!(harness.tasks()[0].phase, Phase::Running { .. }));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_sleeps_between_attempts_is_alive() {
    let harness = Harness::new();
    let task = harness.add(Rules::always().delay(seconds(60)), Script::task("work", [Step::Succeed]));
    tokio::time::sleep(SECOND).await;
    assert!(harness.is_alive("work"));
    assert!(harness.cancel(&task));
    harness.outcome(&task).await;
    assert!(!harness.is_alive("work"));
    harness.finish().await;
}
