//! Which owners of a slot with two places end for a `Latest` that waits: one at a time, and none that runs its only attempt.

use taskvisor::{StopCause, TaskHandle, TaskRef};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::*;

/// Submits an owner that is retried an hour after its failure.
fn retried(harness: &Harness, task: TaskRef) -> TaskHandle {
    let rules = Rules::on_failure().constant_backoff(seconds(3_600));
    let submission = harness.submission(SLOT, Queue, rules, task).with_capacity(2);
    harness.try_submit(submission).expect("the submission is accepted")
}

fn failing_after(name: &'static str, seconds_until: u64) -> TaskRef {
    Script::task(name, [Step::FailAfter(seconds(seconds_until), "broken"), Step::Succeed])
}

async fn is_replaced(owner: &TaskHandle) -> bool {
    is_canceled(&outcome_of(owner).await, StopCause::Replace)
}

#[tokio::test(start_paused = true)]
async fn a_latest_stops_the_oldest_owner_between_two_attempts() {
    let harness = Harness::new();
    let running = share(&harness, 2, Queue, cooperative("running"));
    let sleeping = retried(&harness, failing_after("sleeping", 1));
    sleep(seconds(5)).await;
    let latest = share(&harness, 2, Latest, one_attempt("latest"));
    assert!(sleeping.status().stopping, "the stop is requested in the same step");
    assert!(outcome_of(&latest).await.is_completed());
    assert!(is_replaced(&sleeping).await);
    assert!(!running.status().stopping);
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&latest), [seconds(5)]);
}

#[tokio::test(start_paused = true)]
async fn a_latest_stops_one_of_two_owners_in_their_backoff() {
    let harness = Harness::new();
    let [first, second] = ["first", "second"].map(|name| retried(&harness, failing_after(name, 1)));
    sleep(seconds(5)).await;
    let latest = share(&harness, 2, Latest, one_attempt("latest"));
    assert!(first.status().stopping && !second.status().stopping);
    assert!(outcome_of(&latest).await.is_completed());
    assert!(is_replaced(&first).await);
    assert!(outcome_of(&second).await.is_completed(), "it is retried, because no `Latest` waits any more");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_newer_latest_stops_no_further_owner() {
    let harness = Harness::new();
    let [first, second] = ["first", "second"].map(|name| retried(&harness, failing_after(name, 1)));
    sleep(seconds(5)).await;
    let older = share(&harness, 2, Latest, one_attempt("older"));
    let newer = share(&harness, 2, Latest, one_attempt("newer"));
    assert!(first.status().stopping && !second.status().stopping, "one place is enough");
    assert!(outcome_of(&newer).await.is_completed());
    assert!(outcome_of(&older).await.is_rejected());
    assert!(outcome_of(&second).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn of_two_attempts_that_end_together_one_gives_way() {
    let harness = Harness::new();
    let [first, second] = ["first", "second"].map(|name| retried(&harness, failing_after(name, 1)));
    harness.reach(&second, 1).await;
    let latest = share(&harness, 2, Latest, one_attempt("latest"));
    assert!(!first.status().stopping && !second.status().stopping, "attempts that run go on");
    assert!(outcome_of(&latest).await.is_completed());
    let outcomes = [outcome_of(&first).await, outcome_of(&second).await];
    let replaced = outcomes.iter().filter(|outcome| is_canceled(outcome, StopCause::Replace));
    assert_eq!(replaced.count(), 1, "{outcomes:?}");
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&latest), [SECOND]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_retried_while_another_owner_gives_way() {
    let harness = Harness::new();
    let stubborn = Script::task("stubborn", [Step::Fail("broken"), Step::Succeed]);
    let sleeping = retried(&harness, stubborn);
    let running = retried(&harness, failing_after("running", 5));
    sleep(seconds(5) - millis(1)).await;
    // Both at the same time: the owner that sleeps is woken by the stop, and the attempt of the other one ends.
    tokio::time::advance(millis(1)).await;
    let latest = share(&harness, 2, Latest, one_attempt("latest"));
    assert!(sleeping.status().stopping);
    assert!(outcome_of(&latest).await.is_completed());
    assert!(is_replaced(&sleeping).await);
    assert!(outcome_of(&running).await.is_completed());
    assert_eq!(running.status().attempt, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn owners_give_way_in_turn_while_a_latest_waits() {
    let harness = Harness::new();
    let [first, second] =
        [("first", 1), ("second", 2)].map(|(name, after)| retried(&harness, failing_after(name, after)));
    harness.reach(&second, 1).await;
    let queued = share(&harness, 2, Queue, cooperative("queued"));
    let latest = share(&harness, 2, Latest, one_attempt("latest"));
    assert!(outcome_of(&latest).await.is_completed());
    assert!(is_replaced(&first).await, "the queued submission takes its place");
    assert!(is_replaced(&second).await, "the latest takes its place");
    assert!(!queued.status().stopping);
    let event_log = harness.finish().await;
    assert_eq!(
        (event_log.starts_of(&queued), event_log.starts_of(&latest)),
        (vec![SECOND], vec![seconds(2)])
    );
}
