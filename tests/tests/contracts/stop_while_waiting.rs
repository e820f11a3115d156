//! A task that is stopped while it waits (slot, permit, backoff, interval) is `Canceled` at once, without an attempt.

use taskvisor::{EventName, Outcome};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::{SECOND, millis, one_at_a_time, seconds};

#[tokio::test(start_paused = true)]
async fn for_its_first_poll() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::Succeed]));
    assert!(harness.cancel(&task));
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(task.status().attempt, 0);
    assert_eq!(harness.finish().await.of(&task), ["added", "ended canceled by a cancel", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn for_its_first_poll_by_a_shutdown() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::Succeed]));
    harness.stop();
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(harness.finish().await.of(&task), ["added", "ended canceled by shutdown", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn for_a_permit() {
    let harness = one_at_a_time();
    let holder = harness.add(Rules::always(), Script::task("holder", [Step::UntilStopped]));
    harness.reach(&holder, 1).await;
    let waiter = harness.add(Rules::always(), Script::task("waiter", [Step::Succeed]));
    sleep(SECOND).await;
    let before = Instant::now();
    assert!(harness.cancel(&waiter));
    assert!(harness.outcome(&waiter).await.is_canceled());
    assert_eq!(Instant::now(), before);
    assert_eq!(holder.status().attempt, 1);
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&waiter), ["added", "ended canceled by a cancel", "removed"]);
    assert_eq!(event_log.of(&holder)[2], "canceled 1");
}

#[tokio::test(start_paused = true)]
async fn for_a_permit_after_a_failure_and_carries_that_error() {
    let harness = one_at_a_time();
    let rules = Rules::on_failure().constant_backoff(SECOND);
    let waiter = harness.add(rules, Script::task("waiter", [Step::Fail("refused"), Step::Succeed]));
    harness.settle().await;
    let holder = harness.add(Rules::always(), Script::task("holder", [Step::UntilStopped]));
    harness.reach(&holder, 1).await;
    sleep(seconds(5)).await;
    assert!(harness.cancel(&waiter));
    harness.outcome(&waiter).await;
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.of(&waiter),
        [
            "added",
            "started 1",
            "failed 1: refused",
            "backoff 1: 1s",
            "ended canceled by a cancel; its last attempt failed: refused",
            "removed"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn for_the_end_of_a_backoff_and_carries_the_error_before_it() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(seconds(3_600));
    let task = harness.add(rules, Script::task("work", [Step::Fail("refused"), Step::Succeed]));
    sleep(seconds(60)).await;
    assert!(harness.cancel(&task));
    let outcome = harness.outcome(&task).await;
    assert_eq!(outcome.failure().map(ToString::to_string).as_deref(), Some("refused"));
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.of(&task),
        [
            "added",
            "started 1",
            "failed 1: refused",
            "backoff 1: 3600s",
            "ended canceled by a cancel; its last attempt failed: refused",
            "removed"
        ]
    );
    assert_eq!(event_log.times_of(&task, EventName::Ended), [seconds(60)]);
}

#[tokio::test(start_paused = true)]
async fn for_the_end_of_an_interval_and_carries_no_error() {
    let harness = Harness::new();
    let rules = Rules::always().delay(seconds(3_600)).without_backoff();
    let task = harness.add(rules, Script::task("work", [Step::Fail("earlier"), Step::Succeed]));
    sleep(seconds(60)).await;
    assert!(harness.cancel(&task));
    let outcome = harness.outcome(&task).await;
    assert!(matches!(outcome, Outcome::Canceled { last_error: None, .. }), "{outcome}");
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Ended), [seconds(60)]);
    assert_eq!(event_log.starts_of(&task).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn for_the_end_of_a_retry_after() {
    let harness = Harness::new();
    let step = Step::RetryAfter("busy", seconds(3_600));
    let task = harness.add(Rules::on_failure().uses_retry_after(), Script::task("work", [step]));
    sleep(millis(500)).await;
    assert!(harness.cancel(&task));
    harness.outcome(&task).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Ended), [millis(500)]);
    assert_eq!(event_log.starts_of(&task).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn between_two_attempts_without_delay() {
    let harness = Harness::new();
    let task = harness.add(Rules::on_failure().without_backoff(), Script::task("work", [Step::Fail("no")]));
    harness.settle().await;
    let attempts = task.status().attempt;
    assert!(attempts > 1, "the task restarts repeatedly");
    assert!(harness.cancel(&task));
    let outcome = harness.outcome(&task).await;
    assert!(matches!(outcome, Outcome::Canceled { last_error: Some(_), .. }), "{outcome}");
    assert_eq!(harness.finish().await.count(EventName::Started) as u64, attempts);
}
