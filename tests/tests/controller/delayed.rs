//! `Delayed`: a long wait for a slot or a permit is reported after 10 s, 20 s, 40 s and so on.

use taskvisor::{Config, Event, EventKind, EventName, TaskHandle};
use tests::{EventLog, Harness, Rules, Script, Step};

use crate::support::*;

fn sleeping(name: &'static str, time: u64) -> taskvisor::TaskRef {
    Script::task(name, [Step::SucceedAfter(seconds(time))])
}

/// The reported waits: for what, and for how many seconds.
fn delays(event_log: &EventLog, task: &TaskHandle) -> Vec<(String, u64)> {
    let delay = |event: &Event| match &event.kind {
        EventKind::Delayed { on, since, .. } => {
            Some((on.to_string(), event.at.duration_since(*since).as_secs()))
        }
        _ => None,
    };
    event_log.events_of(task).filter_map(delay).collect()
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_permit_is_reported_ever_more_rarely() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let owner = harness.add(Rules::never(), sleeping("owner", 50));
    harness.reach(&owner, 1).await;
    let waits = harness.add(Rules::never(), one_attempt("waits"));
    assert!(outcome_of(&waits).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(delays(&event_log, &waits), [10, 20, 40].map(|waited| ("permit".to_owned(), waited)));
    let line = event_log
        .events_of(&waits)
        .find(|event| event.kind.name() == EventName::Delayed)
        .map(ToString::to_string);
    assert_eq!(
        line,
        Some(format!("waits#{} delayed on=permit held_by=\"owner#{}\" waited=10s", waits.id(), owner.id()))
    );
}

#[tokio::test(start_paused = true)]
async fn each_wait_for_a_permit_is_counted_anew() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let owner = harness.add(Rules::never(), sleeping("owner", 15));
    harness.reach(&owner, 1).await;
    let steps = [Step::Fail("again"), Step::Succeed];
    let waits = harness.add(Rules::on_failure().without_backoff(), Script::task("waits", steps));
    let next = harness.add(Rules::never(), sleeping("next", 12));
    assert!(outcome_of(&waits).await.is_completed());
    assert!(outcome_of(&next).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(delays(&event_log, &waits), [10, 10].map(|waited| ("permit".to_owned(), waited)));
}

#[tokio::test(start_paused = true)]
async fn each_submission_that_waits_for_a_slot_reports_its_own_wait() {
    let (harness, owner) = owned_slot(sleeping("owner", 45)).await;
    let first = submit(&harness, Queue, one_attempt("first"));
    tokio::time::sleep(seconds(3)).await;
    let second = submit(&harness, Queue, one_attempt("second"));
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(delays(&event_log, &first), [10, 20, 40].map(|waited| ("slot".to_owned(), waited)));
    assert_eq!(delays(&event_log, &second), [10, 20, 40].map(|waited| ("slot".to_owned(), waited)));
    assert_eq!(delays(&event_log, &owner), []);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_was_idle_meanwhile_reports_each_wait_once() {
    let (harness, _) = owned_slot(sleeping("owner", 5)).await;
    let first = submit(&harness, Queue, one_attempt("first"));
    assert!(outcome_of(&first).await.is_completed());
    // The timer of the first wait still runs when the second wait begins.
    owns(&harness, sleeping("owner", 25)).await;
    let second = submit(&harness, Queue, one_attempt("second"));
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(delays(&event_log, &first), []);
    assert_eq!(delays(&event_log, &second), [("slot".to_owned(), 10), ("slot".to_owned(), 20)]);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_left_the_queue_reports_nothing() {
    let (harness, _) = owned_slot(sleeping("owner", 25)).await;
    let first = submit(&harness, Queue, one_attempt("first"));
    let second = submit(&harness, Queue, one_attempt("second"));
    tokio::time::sleep(seconds(11)).await;
    first.cancel();
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(delays(&event_log, &first), [("slot".to_owned(), 10)]);
    assert_eq!(delays(&event_log, &second), [("slot".to_owned(), 10), ("slot".to_owned(), 20)]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_timers_of_the_slots() {
    let (harness, _) = owned_slot(cooperative("owner")).await;
    submit(&harness, Queue, one_attempt("waits"));
    let before = tokio::time::Instant::now();
    harness.finish().await;
    tokio::task::yield_now().await;
    assert_eq!(before.elapsed(), seconds(0));
    // Only the watch of the test harness may be left.
    let alive = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert!(alive <= 1, "{alive} tasks are left");
}

#[tokio::test(start_paused = true)]
async fn a_late_waiter_is_reported_in_time_beside_an_old_one() {
    let (harness, _) = owned_slot(sleeping("owner", 60)).await;
    let first = submit(&harness, Queue, one_attempt("first"));
    // The next report of the first one is at 40 s: the timer sleeps until then.
    tokio::time::sleep(seconds(21)).await;
    let second = submit(&harness, Queue, one_attempt("second"));
    assert!(outcome_of(&second).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(delays(&event_log, &first), [10, 20, 40].map(|waited| ("slot".to_owned(), waited)));
    assert_eq!(delays(&event_log, &second), [10, 20].map(|waited| ("slot".to_owned(), waited)));
}
