//! `rate_limit` of submissions: how often attempts of one name begin, whatever their slots. See contract 13.

use std::time::Duration;

use taskvisor::{Config, EventName, Phase, RateLimit, StopCause, TaskHandle, WaitingOn};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::expires::is_expired;
use crate::own_permits::{all_complete, lasts, starts, waits_for_own, work};
use crate::support::*;

/// One attempt in each ten seconds.
const RATE: RateLimit = RateLimit::new(6, Duration::from_secs(60));

fn rated() -> Rules {
    Rules::never().rate_limit(RATE)
}

/// The time at which the rate lets the submission begin.
fn until(task: &TaskHandle) -> Option<Instant> {
    match task.status().phase {
        Phase::Waiting { on: WaitingOn::Rate { until, .. }, .. } => Some(until),
        _ => None,
    }
}

/// Submissions that begin at 0 s, 10 s, 20 s, and so on.
async fn waiters<const N: usize>(harness: &Harness) -> [TaskHandle; N] {
    let mut slot = 0;
    let tasks = [(); N].map(|()| {
        slot += 1;
        work(harness, &format!("slot {slot}"), rated(), [Step::Succeed])
    });
    harness.settle().await;
    assert!(tasks[1..].iter().all(|task| until(task).is_some()));
    tasks
}

#[tokio::test(start_paused = true)]
async fn submissions_of_one_name_share_a_rate_in_order() {
    let harness = Harness::new();
    let began = Instant::now();
    let tasks = waiters::<5>(&harness).await;
    let expected = [1, 2, 3, 4].map(|number| Some(began + seconds(10 * number)));
    assert_eq!([1, 2, 3, 4].map(|number| until(&tasks[number])), expected);
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10, 20, 30, 40]);
}

#[tokio::test(start_paused = true)]
async fn a_burst_serves_the_first_waiters_at_once() {
    let harness = Harness::new();
    let rules = Rules::never().rate_limit(RATE.with_burst(3));
    let tasks = ["a", "b", "c", "d", "e"].map(|slot| work(&harness, slot, rules, [Step::Succeed]));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 0, 0, 10, 20]);
}

#[tokio::test(start_paused = true)]
async fn a_canceled_waiter_leaves_its_turn_to_the_next() {
    for canceled in [1, 2] {
        let harness = Harness::new();
        let tasks = waiters::<4>(&harness).await;
        sleep(seconds(5)).await;
        harness.cancel(&tasks[canceled]);
        assert!(is_canceled(&outcome_of(&tasks[canceled]).await, StopCause::Cancel));
        assert!(outcome_of(&tasks[3]).await.is_completed());
        let event_log = harness.finish().await;
        assert_eq!(event_log.times_of(&tasks[canceled], EventName::Ended), [seconds(5)]);
        assert_eq!(starts(&event_log, &tasks), [0, 10, 20]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_paused_waiter_leaves_its_turn_to_the_next() {
    let harness = Harness::new();
    let tasks = waiters::<4>(&harness).await;
    assert_eq!(harness.pause(&tasks[1]), Ok(true));
    sleep(seconds(15)).await;
    assert_eq!(tasks[1].resume(), Ok(true));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 30, 10, 20], "after its resume it is the last one");
}

#[tokio::test(start_paused = true)]
async fn a_restarted_waiter_keeps_its_turn() {
    let harness = Harness::new();
    let tasks = waiters::<3>(&harness).await;
    harness.restart(&tasks[1]).expect("it owns its slot");
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10, 20]);
}

#[tokio::test(start_paused = true)]
async fn a_submission_expires_in_the_wait_for_its_rate() {
    let harness = Harness::new();
    let first = work(&harness, "a", rated(), [Step::Succeed]);
    harness.settle().await;
    let submission = harness.submission("b", Queue, rated(), one_attempt("work"));
    let waits = harness.submit(submission.with_expires(seconds(4))).expect("it is accepted");
    harness.watch_in("b", &waits);
    let last = work(&harness, "c", rated(), [Step::Succeed]);
    assert!(is_expired(&outcome_of(&waits).await));
    all_complete(&[first.clone(), last.clone()]).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&waits, EventName::Ended), [seconds(4)]);
    assert_eq!(starts(&event_log, &[first, last]), [0, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_submission_whose_rate_comes_at_its_expiry_never_starts() {
    for (expires, begins) in [(9_999, false), (10_000, false), (10_001, true)] {
        let harness = Harness::new();
        let first = work(&harness, "a", rated(), [Step::Succeed]);
        harness.settle().await;
        let submission = harness.submission("b", Queue, rated(), one_attempt("work"));
        let waits = harness.submit(submission.with_expires(millis(expires))).expect("it is accepted");
        harness.watch_in("b", &waits);
        let last = work(&harness, "c", rated(), [Step::Succeed]);
        assert_eq!(is_expired(&outcome_of(&waits).await), !begins);
        all_complete(&[first, last.clone()]).await;
        let event_log = harness.finish().await;
        assert_eq!(starts(&event_log, &[last]), [if begins { 20 } else { 10 }], "it has left its token");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_outlives_its_submissions() {
    let harness = Harness::new();
    let first = work(&harness, "a", rated(), [Step::Succeed]);
    all_complete(std::slice::from_ref(&first)).await;
    sleep(seconds(3)).await;
    let second = work(&harness, "a", rated(), [Step::Succeed]);
    let tasks = [first, second];
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_task_and_a_submission_of_one_name_share_no_rate() {
    let harness = Harness::new();
    let added = harness.add(rated(), one_attempt("work"));
    let submitted = work(&harness, "a", rated(), [Step::Succeed]);
    let tasks = [added, submitted];
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn retries_and_other_submissions_take_turns() {
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff().rate_limit(RATE);
    let retried = work(&harness, "a", rules, [Step::Fail("down"), Step::Fail("down"), Step::Succeed]);
    let others = ["b", "c"].map(|slot| work(&harness, slot, rules, [Step::Succeed]));
    all_complete(std::slice::from_ref(&retried)).await;
    all_complete(&others).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[retried]), [0, 30, 40]);
    assert_eq!(starts(&event_log, &others), [10, 20]);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_for_the_rate_holds_neither_permit() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let rules = Rules::never().max_concurrent(1).rate_limit(RateLimit::new(1, seconds(60)));
    let tasks = ["a", "b", "c"].map(|slot| work(&harness, slot, rules, lasts(10)));
    harness.settle().await;
    assert!(waits_for_own(&tasks[1]) && waits_for_own(&tasks[2]));
    sleep(seconds(11)).await;
    // The rate limit is the last gate: without a token, the task gives both permits back.
    assert!(until(&tasks[1]).is_some() && until(&tasks[2]).is_some(), "{:?}", tasks[2].status());
    let other = harness.submit_to("other", Queue, Rules::never(), Script::task("other", lasts(10)));
    all_complete(std::slice::from_ref(&other)).await;
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[other]), [11]);
    assert_eq!(starts(&event_log, &tasks), [0, 60, 120]);
}

#[tokio::test(start_paused = true)]
async fn a_turn_at_the_rate_survives_a_wait_for_a_permit() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let tasks = waiters::<3>(&harness).await;
    // It takes the only permit before the rate lets the second one begin.
    let owner = harness.submit_to("other", Queue, Rules::never(), Script::task("owner", lasts(35)));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[owner]), [0]);
    assert_eq!(starts(&event_log, &tasks), [0, 35, 45]);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_queues_for_no_permit_before_its_token_is_due() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let tasks = waiters::<3>(&harness).await;
    let owner = harness.submit_to("other", Queue, Rules::never(), Script::task("owner", lasts(35)));
    harness.reach(&owner, 1).await;
    // The last one becomes the first, and is polled.
    harness.cancel(&tasks[1]);
    harness.settle().await;
    assert!(until(&tasks[2]).is_some(), "{:?}", tasks[2].status());
    let earlier = harness.submit_to("third", Queue, Rules::never(), Script::task("earlier", lasts(1)));
    all_complete(&[owner, earlier.clone(), tasks[2].clone()]).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[earlier, tasks[2].clone()]), [35, 36], "its token was due at 10 s");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_all_waits_for_the_rate() {
    let harness = Harness::new();
    let tasks = waiters::<4>(&harness).await;
    sleep(seconds(15)).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10]);
    for task in &tasks[2..] {
        assert_eq!(event_log.times_of(task, EventName::Ended), [seconds(15)]);
    }
}
