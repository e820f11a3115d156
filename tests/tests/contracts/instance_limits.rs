//! Instances share the permits and the rate of their declaration. See contract 13.

use std::time::Duration;

use taskvisor::{EventName, LimitScope, Phase, TaskHandle, WaitingOn};
use tests::{EventLog, Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::rate_limit::{ONE_A_MINUTE, in_seconds};
use crate::support::*;

/// Adds a task with instances, named `consume/0` and so on.
fn instances(harness: &Harness, count: usize, rules: Rules, steps: impl Into<Vec<Step>>) -> Vec<TaskHandle> {
    let spec = harness.spec(rules, Script::shared("consume", steps)).with_instances(count);
    let tasks = harness.add_instances(spec).expect("the name is free");
    tasks.iter().for_each(|task| harness.watch(task));
    tasks
}

/// When the attempts of each instance begin, in seconds.
fn starts(event_log: &EventLog, tasks: &[TaskHandle]) -> Vec<Vec<u64>> {
    tasks.iter().map(|task| in_seconds(&event_log.starts_of(task))).collect()
}

fn is_waiting(task: &TaskHandle) -> bool {
    let on = |of: &LimitScope| matches!(of, LimitScope::Task { name, .. } if name == "consume");
    matches!(&task.status().phase, Phase::Waiting { on: WaitingOn::Permit { of, .. }, .. } if on(of))
}

#[tokio::test(start_paused = true)]
async fn instances_share_permits_and_take_turns() {
    let harness = Harness::new();
    let rules = Rules::always().delay(Duration::ZERO).max_concurrent(2);
    let tasks = instances(&harness, 4, rules, [Step::SucceedAfter(seconds(10))]);
    sleep(seconds(35)).await;
    let event_log = harness.finish().await;
    let [even, odd] = [vec![0, 20], vec![10, 30]];
    assert_eq!(starts(&event_log, &tasks), [even.clone(), even, odd.clone(), odd]);
}

#[tokio::test(start_paused = true)]
async fn an_instance_waits_for_a_permit_of_its_task() {
    let harness = Harness::new();
    let rules = Rules::never().max_concurrent(1);
    let tasks = instances(&harness, 2, rules, [Step::SucceedAfter(seconds(15))]);
    harness.settle().await;
    assert!(is_waiting(&tasks[1]), "{:?}", tasks[1].status());
    assert_eq!(tasks[1].status().phase.to_string(), "waiting for a permit of `consume`");
    assert!(harness.outcome(&tasks[1]).await.is_completed());
    let event_log = harness.finish().await;
    let report = event_log.events_of(&tasks[1]).find(|event| event.kind.name() == EventName::Delayed);
    let line = format!(
        "consume/1#{} delayed on=permit of=consume held_by=\"consume/0#{}\" waited=10s",
        tasks[1].id(),
        tasks[0].id()
    );
    assert_eq!(report.map(ToString::to_string), Some(line));
}

#[tokio::test(start_paused = true)]
async fn instances_share_a_rate_in_order() {
    let harness = Harness::new();
    let tasks = instances(&harness, 3, Rules::never().rate_limit(ONE_A_MINUTE), [Step::Succeed]);
    for task in &tasks {
        assert!(harness.outcome(task).await.is_completed());
    }
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [[0], [60], [120]]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_instances_outlives_all_of_them() {
    let harness = Harness::new();
    let rules = Rules::always().delay(seconds(1)).rate_limit(ONE_A_MINUTE);
    let before = instances(&harness, 1, rules, [Step::Succeed]);
    sleep(seconds(5)).await;
    assert_eq!(harness.scale("consume", 0), Ok(1));
    sleep(seconds(5)).await;
    assert_eq!(harness.scale("consume", 2), Ok(0));
    let after = harness.instances("consume");
    sleep(seconds(120)).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &before), [[0]]);
    assert_eq!(starts(&event_log, &after), [[60], [120]]);
}

#[tokio::test(start_paused = true)]
async fn a_scaled_down_waiter_leaves_its_permit_to_others() {
    let harness = Harness::new();
    let rules = Rules::always().delay(Duration::ZERO).max_concurrent(1);
    let tasks = instances(&harness, 3, rules, [Step::SucceedAfter(seconds(10))]);
    sleep(seconds(5)).await;
    assert!(is_waiting(&tasks[2]));
    assert_eq!(harness.scale("consume", 2), Ok(3));
    sleep(seconds(20)).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [vec![0, 20], vec![10], vec![]]);
    assert_eq!(event_log.times_of(&tasks[2], EventName::Ended), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_added_shares_the_permits() {
    let harness = Harness::new();
    let rules = Rules::never().max_concurrent(1);
    let first = instances(&harness, 1, rules, [Step::SucceedAfter(seconds(10))]);
    sleep(seconds(1)).await;
    assert_eq!(harness.scale("consume", 2), Ok(1));
    let all = harness.instances("consume");
    harness.settle().await;
    assert!(is_waiting(&all[1]));
    assert!(harness.outcome(&all[1]).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[first, vec![all[1].clone()]].concat()), [[0], [10]]);
}
