//! What ends a wait for a permit of a declaration, and which permits are given back then. See contract 13.

use taskvisor::{Config, EventName, Phase, StopCause, TaskContext, TaskFn, TaskHandle, WaitingOn};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::expires::is_expired;
use crate::own_permits::*;
use crate::support::*;

/// A running submission, and two that wait for its permit.
async fn two_waiters(harness: &Harness) -> [TaskHandle; 3] {
    let tasks = ["a", "b", "c"].map(|slot| work(harness, slot, alone(), lasts(10)));
    harness.settle().await;
    assert!(waits_for_own(&tasks[1]) && waits_for_own(&tasks[2]));
    tasks
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_the_wait_for_a_permit() {
    let harness = Harness::new();
    let tasks = two_waiters(&harness).await;
    sleep(SECOND).await;
    harness.cancel(&tasks[1]);
    assert!(is_canceled(&outcome_of(&tasks[1]).await, StopCause::Cancel));
    all_complete(&[tasks[0].clone(), tasks[2].clone()]).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&tasks[1], EventName::Ended), [SECOND]);
    assert_eq!(starts(&event_log, &tasks), [0, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_paused_waiter_passes_its_permit_on() {
    let harness = Harness::new();
    let tasks = two_waiters(&harness).await;
    assert_eq!(harness.pause(&tasks[1]), Ok(true));
    sleep(seconds(30)).await;
    assert!(tasks[1].status().phase.is_paused());
    assert_eq!(tasks[1].resume(), Ok(true));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 30, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_resumed_waiter_is_the_last_one() {
    let harness = Harness::new();
    let tasks = two_waiters(&harness).await;
    assert_eq!(harness.pause(&tasks[1]), Ok(true));
    sleep(SECOND).await;
    assert_eq!(tasks[1].resume(), Ok(true));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 20, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_a_waiter_keeps_its_place() {
    let harness = Harness::new();
    let tasks = two_waiters(&harness).await;
    harness.restart(&tasks[1]).expect("it owns its slot");
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10, 20]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_wait_for_a_permit() {
    let harness = Harness::new();
    let [running, waits, _] = two_waiters(&harness).await;
    sleep(SECOND).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&waits, EventName::Ended), [SECOND]);
    assert_eq!(starts(&event_log, &[running, waits]), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_submission_expires_in_the_wait_for_a_permit_of_its_own() {
    let harness = Harness::new();
    let running = work(&harness, "a", alone(), lasts(10));
    let submission = harness.submission("b", Queue, alone(), Script::task("work", lasts(1)));
    let waits = harness.submit(submission.with_expires(seconds(4))).expect("it is accepted");
    harness.watch_in("b", &waits);
    let last = work(&harness, "c", alone(), lasts(1));
    assert!(is_expired(&outcome_of(&waits).await));
    all_complete(&[running, last.clone()]).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&waits, EventName::Ended), [seconds(4)]);
    assert_eq!(starts(&event_log, &[last]), [10]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_gives_both_permits_back() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let first = work(&harness, "a", alone(), [Step::UntilStopped]);
    harness.reach(&first, 1).await;
    let second = work(&harness, "b", alone(), lasts(1));
    let other = harness.submit_to("other", Queue, Rules::never(), Script::task("other", lasts(1)));
    assert_eq!(harness.pause(&first), Ok(true));
    all_complete(&[second, other]).await;
    assert!(first.status().phase.is_paused());
    harness.finish().await;
}

/// A task that is ready from its start, until it is paused.
fn ready(harness: &Harness) -> TaskHandle {
    let rules = Rules::never().ready(taskvisor::Readiness::Start);
    let db = TaskFn::arc("db", |context: TaskContext| async move {
        context.cancelled().await;
        Ok(())
    });
    harness.add(rules, db)
}

#[tokio::test(start_paused = true)]
async fn a_closed_dependency_gives_all_permits_back() {
    let config = Config::default().with_max_concurrent(2).with_recovery_spread(seconds(0));
    let harness = Harness::with_config(config);
    let db = ready(&harness);
    harness.reach(&db, 1).await;
    // The supervisor has one permit left, which the owner holds: the dependent holds its own and waits for the other one.
    let owner = harness.submit_to("other", Queue, Rules::never(), Script::task("owner", lasts(10)));
    harness.reach(&owner, 1).await;
    let needing = taskvisor::ControllerSpec::queue(
        harness.spec(alone(), Script::task("work", lasts(1))).with_needs(["db"]),
    );
    let dependent = harness.submit(needing.with_slot("a")).expect("it is accepted");
    harness.watch_in("a", &dependent);
    harness.trace().depends(&dependent, &["db"], &[]);
    harness.settle().await;
    assert!(waits_for_supervisor(&dependent), "{:?}", dependent.status());
    assert_eq!(harness.pause(&db), Ok(true));
    sleep(seconds(1)).await;
    // The loss was seen once the permit came, or before: either way another submission of the name begins.
    let next = work(&harness, "b", alone(), lasts(1));
    all_complete(&[next, owner]).await;
    let phase = dependent.status().phase;
    assert!(matches!(phase, Phase::Waiting { on: WaitingOn::Dependency { .. }, .. }), "{phase}");
    assert_eq!(db.resume(), Ok(true));
    assert!(outcome_of(&dependent).await.is_completed());
    harness.finish().await;
}
