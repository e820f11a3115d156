//! Contract 14: an outage of a task with instances begins when none of them is ready.

use std::time::Duration;

use taskvisor::{BackoffPolicy, Config, Supervisor, TaskContext, TaskError, TaskFn, TaskHandle, TaskSpec};
use tests::{Harness, Rules};
use tokio::time::sleep;

use crate::instance_dependencies::Pool;
use crate::instance_support::{CONSUME, until_canceled};
use crate::support::seconds;

fn harness() -> Harness {
    Harness::with_config(Config::default().with_recovery_spread(Duration::ZERO))
}

/// A dependent whose attempt is interrupted five seconds after the loss of the pool.
fn interrupted(harness: &Harness) -> TaskHandle {
    let body = TaskFn::arc("dependent", until_canceled);
    let spec = harness.spec(Rules::on_failure().without_backoff(), body).with_needs([CONSUME]);
    let task = harness.add_task(spec.with_interrupt_on_loss(seconds(5))).expect("the task is known");
    harness.watch(&task);
    task
}

#[tokio::test(start_paused = true)]
async fn the_loss_of_all_interrupts_a_dependent() {
    let harness = harness();
    let pool = Pool::add(&harness, 2);
    let dependent = interrupted(&harness);
    pool.set(0b11).await;
    assert!(dependent.status().phase.is_running());
    pool.set(0b01).await;
    sleep(seconds(60)).await;
    assert!(dependent.status().phase.is_running(), "one is ready");
    pool.set(0b00).await;
    sleep(seconds(4)).await;
    assert!(dependent.status().phase.is_running());
    sleep(seconds(2)).await;
    assert!(dependent.status().phase.is_waiting(), "{:?}", dependent.status());
    pool.set(0b10).await;
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn another_instance_in_time_prevents_the_interrupt() {
    let harness = harness();
    let pool = Pool::add(&harness, 2);
    let dependent = interrupted(&harness);
    pool.set(0b11).await;
    pool.set(0b00).await;
    sleep(seconds(4)).await;
    pool.set(0b10).await;
    sleep(seconds(4)).await;
    assert_eq!(dependent.status().attempt, 1);
    // The one that is ready changes: the loss begins anew.
    pool.set(0b01).await;
    sleep(seconds(60)).await;
    assert_eq!(dependent.status().attempt, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_scale_to_zero_is_a_loss() {
    let harness = harness();
    let pool = Pool::add(&harness, 2);
    let dependent = interrupted(&harness);
    pool.set(0b11).await;
    assert_eq!(harness.scale(CONSUME, 0), Ok(2));
    sleep(seconds(6)).await;
    assert!(dependent.status().phase.is_waiting());
    assert_eq!(harness.scale(CONSUME, 1), Ok(0));
    sleep(seconds(1)).await;
    assert!(dependent.status().phase.is_running());
    harness.finish().await;
}

/// A dependent that fails every second, and gives up after three consecutive failures.
fn failing(harness: &Harness) -> TaskHandle {
    let body = TaskFn::arc("dependent", || async {
        sleep(seconds(1)).await;
        Err(TaskError::fail("connection reset"))
    });
    let rules = Rules::on_failure().without_backoff().max_retries(2);
    let task = harness.add_task(harness.spec(rules, body).with_needs([CONSUME])).expect("the task is known");
    harness.watch(&task);
    task
}

#[tokio::test(start_paused = true)]
async fn failures_while_one_is_ready_are_counted() {
    let harness = harness();
    let pool = Pool::add(&harness, 2);
    let dependent = failing(&harness);
    pool.set(0b11).await;
    // One is down for a moment in each attempt, the other never.
    for _ in 0..3 {
        pool.set(0b01).await;
        sleep(seconds(1)).await;
        pool.set(0b11).await;
    }
    assert!(harness.outcome(&dependent).await.is_failed());
    assert_eq!(dependent.status().total_failures, 3);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn failures_while_none_is_ready_are_excused() {
    // Without a recorder, which counts every failure.
    let supervisor = Supervisor::new(Config::default().with_recovery_spread(Duration::ZERO), Vec::new());
    let pool = Pool::unrecorded(&supervisor, 2);
    let body = TaskFn::arc("dependent", |ctx: TaskContext| async move {
        if ctx.attempt() > 5 {
            return Ok(());
        }
        sleep(seconds(1)).await;
        Err(TaskError::fail("connection reset"))
    });
    let spec = TaskSpec::on_failure(body).with_backoff(BackoffPolicy::none()).with_max_retries(1);
    let dependent = supervisor.add_task(spec.with_needs([CONSUME])).expect("the task is known");
    for _ in 0..5 {
        pool.set(0b11).await;
        assert!(dependent.status().phase.is_running(), "{:?}", dependent.status());
        pool.set(0b00).await;
        sleep(seconds(1)).await;
    }
    pool.set(0b11).await;
    assert!(dependent.outcome().await.is_completed());
    assert_eq!(dependent.status().total_failures, 5);
}
