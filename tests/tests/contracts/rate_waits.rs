//! What ends a wait for a rate, and what a task does not hold meanwhile. See contract 13.

use taskvisor::{Config, Event, EventKind, EventName, Phase, Readiness, TaskHandle, WaitingOn};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::connection::{Connection, Order};
use crate::rate_limit::{ONE_A_MINUTE, TEN_A_MINUTE, in_seconds};
use crate::support::*;

/// The time at which the rate lets the task begin.
fn until(task: &TaskHandle) -> Option<Instant> {
    match task.status().phase {
        Phase::Waiting { on: WaitingOn::Rate { until, .. }, .. } => Some(until),
        _ => None,
    }
}

/// Adds a task that succeeds at once, again and again, with one attempt in a minute. It waits for its second attempt.
async fn waiting(harness: &Harness) -> TaskHandle {
    let rules = Rules::always().delay(std::time::Duration::ZERO).rate_limit(ONE_A_MINUTE);
    let task = harness.add(rules, Script::task("work", [Step::Succeed]));
    sleep(SECOND).await;
    assert!(until(&task).is_some(), "{:?}", task.status());
    task
}

#[tokio::test(start_paused = true)]
async fn a_status_shows_until_when_the_task_waits() {
    let harness = Harness::new();
    let began = Instant::now();
    let task = waiting(&harness).await;
    let status = task.status();
    assert_eq!(until(&task), Some(began + seconds(60)));
    assert_eq!((status.since, status.attempt), (began, 1));
    assert_eq!(status.phase.to_string(), "waiting for its rate limit");
    sleep(seconds(60)).await;
    assert_eq!(until(&task), Some(began + seconds(120)));
    assert_eq!(task.status().since, began + seconds(60));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_its_rate_holds_no_permit() {
    let harness = one_at_a_time();
    let task = waiting(&harness).await;
    let other = harness.add(Rules::never(), Script::task("other", [Step::SucceedAfter(seconds(10))]));
    assert!(harness.outcome(&other).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&other), [seconds(1)]);
    assert_eq!(event_log.starts_of(&task), [seconds(0)]);
}

#[tokio::test(start_paused = true)]
async fn a_task_whose_rate_allows_it_waits_for_its_permit() {
    let harness = one_at_a_time();
    let task = waiting(&harness).await;
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::SucceedAfter(seconds(100))]));
    sleep(seconds(60)).await;
    let on = task.status().phase.to_string();
    assert!(matches!(task.status().phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }), "{on}");
    assert!(harness.outcome(&owner).await.is_completed());
    sleep(seconds(5)).await;
    let event_log = harness.finish().await;
    assert_eq!(in_seconds(&event_log.starts_of(&task)), [0, 101]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_the_wait_for_a_rate() {
    let harness = Harness::new();
    let task = waiting(&harness).await;
    assert!(harness.cancel(&task));
    assert!(harness.outcome(&task).await.is_canceled());
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Ended), [seconds(1)]);
    assert_eq!(event_log.starts_of(&task).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_wait_for_a_rate() {
    let harness = Harness::new();
    let task = waiting(&harness).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Ended), [seconds(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_ends_the_wait_for_a_rate() {
    let harness = Harness::new();
    let task = waiting(&harness).await;
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(seconds(100)).await;
    assert!(task.status().phase.is_paused());
    assert_eq!(task.resume(), Ok(true));
    sleep(SECOND).await;
    let event_log = harness.finish().await;
    assert_eq!(in_seconds(&event_log.starts_of(&task)), [0, 101], "the token was there at the resume");
}

#[tokio::test(start_paused = true)]
async fn a_resumed_task_waits_for_its_rate() {
    let harness = Harness::new();
    let task = waiting(&harness).await;
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(seconds(10)).await;
    assert_eq!(task.resume(), Ok(true));
    sleep(seconds(60)).await;
    let event_log = harness.finish().await;
    assert_eq!(in_seconds(&event_log.starts_of(&task)), [0, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_shorten_the_wait_for_a_rate() {
    let harness = Harness::new();
    let task = waiting(&harness).await;
    for _ in 0..3 {
        harness.restart(&task).expect("it waits");
        sleep(seconds(10)).await;
    }
    let event_log = {
        sleep(seconds(100)).await;
        harness.finish().await
    };
    assert_eq!(in_seconds(&event_log.starts_of(&task)), [0, 60, 120]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_rate_is_reported_ever_more_rarely() {
    let harness = Harness::new();
    let task = waiting(&harness).await;
    sleep(seconds(60)).await;
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.times_of(&task, EventName::Delayed),
        [seconds(10), seconds(20), seconds(40)],
        "the second wait began at 60 s"
    );
    let reported = |event: &Event| match &event.kind {
        EventKind::Delayed { on, since, held_by, .. } => {
            let line = event.to_string();
            assert_eq!(line, format!("work#{} delayed on=rate waited=10s", task.id()));
            assert!(held_by.is_empty());
            assert!(matches!(on, WaitingOn::Rate { until, .. } if *until == *since + seconds(60)), "{on:?}");
            true
        }
        _ => false,
    };
    assert!(event_log.events_of(&task).any(reported));
}

#[tokio::test(start_paused = true)]
async fn a_report_at_the_end_of_the_wait_delays_nothing() {
    for (interval, reports) in [(10, 0), (11, 1), (20, 1), (21, 2)] {
        let harness = Harness::new();
        let limit = taskvisor::RateLimit::new(1, seconds(interval));
        let rules = Rules::on_failure().without_backoff().rate_limit(limit);
        let task = harness.add(rules, Script::task("work", [Step::Fail("down"), Step::Succeed]));
        assert!(harness.outcome(&task).await.is_completed());
        let event_log = harness.finish().await;
        assert_eq!(in_seconds(&event_log.starts_of(&task)), [0, interval]);
        assert_eq!(event_log.times_of(&task, EventName::Delayed), [seconds(10), seconds(20)][..reports]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_dependency_ends_the_wait_for_a_rate() {
    let harness = Harness::with_config(Config::default().with_recovery_spread(seconds(0)));
    harness.trace().set_rules("db", Rules::on_failure().without_backoff());
    let db = Connection::add(&harness, "db");
    db.order(Order::Ready);
    harness.settle().await;
    let rules = Rules::always().delay(seconds(0)).rate_limit(ONE_A_MINUTE);
    let spec = harness.spec(rules, Script::task("work", [Step::Succeed])).with_needs(["db"]);
    let task = harness.add_task(spec).expect("it is accepted");
    sleep(SECOND).await;
    assert!(until(&task).is_some());
    db.order(Order::Fail);
    sleep(seconds(100)).await;
    let status = task.status();
    assert!(
        matches!(status.phase, Phase::Waiting { on: WaitingOn::Dependency { .. }, .. }),
        "it does not wait for its rate any more: {status:?}"
    );
    db.order(Order::Ready);
    sleep(SECOND).await;
    let event_log = harness.finish().await;
    assert_eq!(in_seconds(&event_log.starts_of(&task)), [0, 101]);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_waits_for_its_rate_is_not_ready() {
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff().rate_limit(ONE_A_MINUTE).ready(Readiness::Start);
    let steps = [Step::FailAfter(SECOND, "down"), Step::UntilStopped];
    let task = harness.add(rules, Script::task("work", steps));
    sleep(seconds(10)).await;
    assert!(until(&task).is_some() && task.status().ready_since.is_none(), "{:?}", task.status());
    sleep(seconds(60)).await;
    assert!(task.status().ready_since.is_some());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_within_the_rate_waits_for_nothing() {
    let harness = Harness::new();
    let task =
        harness.add(Rules::never().rate_limit(TEN_A_MINUTE), Script::task("work", [Step::UntilStopped]));
    task.started().await.expect("it begins");
    assert!(task.status().phase.is_running());
    assert_eq!(harness.finish().await.starts_of(&task), [seconds(0)]);
}
