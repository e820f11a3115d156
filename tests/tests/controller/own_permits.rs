//! `max_concurrent` of submissions: how many attempts of one name run at once, whatever their slots. See contract 13.

use std::time::Duration;

use taskvisor::{Config, LimitScope, Phase, TaskHandle, WaitingOn};
use tests::{EventLog, Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::*;

/// One attempt at a time.
pub(crate) fn alone() -> Rules {
    Rules::never().max_concurrent(1)
}

/// Submits a task named `work` to a slot of its own.
pub(crate) fn work(harness: &Harness, slot: &str, rules: Rules, steps: impl Into<Vec<Step>>) -> TaskHandle {
    harness.submit_to(slot, Queue, rules, Script::task("work", steps))
}

/// Works for this many seconds.
pub(crate) fn lasts(time: u64) -> [Step; 1] {
    [Step::SucceedAfter(seconds(time))]
}

pub(crate) fn waits_for_own(task: &TaskHandle) -> bool {
    let on_task = |of: &LimitScope| matches!(of, LimitScope::Task { name, .. } if name == "work");
    matches!(&task.status().phase, Phase::Waiting { on: WaitingOn::Permit { of, .. }, .. } if on_task(of))
}

pub(crate) fn waits_for_supervisor(task: &TaskHandle) -> bool {
    let on = |of: &LimitScope| *of == LimitScope::Supervisor;
    matches!(&task.status().phase, Phase::Waiting { on: WaitingOn::Permit { of, .. }, .. } if on(of))
}

/// When the attempts of these tasks begin, in seconds.
pub(crate) fn starts(event_log: &EventLog, tasks: &[TaskHandle]) -> Vec<u64> {
    let times = tasks.iter().flat_map(|task| event_log.starts_of(task));
    times.inspect(|time| assert_eq!(time.subsec_nanos(), 0)).map(|time| time.as_secs()).collect()
}

pub(crate) async fn all_complete(tasks: &[TaskHandle]) {
    for task in tasks {
        let outcome = outcome_of(task).await;
        assert!(outcome.is_completed(), "{outcome}");
    }
}

#[tokio::test(start_paused = true)]
async fn submissions_of_one_name_share_permits_over_slots() {
    let harness = Harness::new();
    let rules = Rules::never().max_concurrent(2);
    let tasks = ["a", "b", "c", "d", "e"].map(|slot| work(&harness, slot, rules, lasts(10)));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 0, 10, 10, 20]);
}

#[tokio::test(start_paused = true)]
async fn a_status_names_the_limit_that_a_submission_waits_for() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let owner = harness.submit_to("other", Queue, Rules::never(), Script::task("owner", lasts(10)));
    harness.reach(&owner, 1).await;
    let [first, second] = ["a", "b"].map(|slot| work(&harness, slot, alone(), lasts(1)));
    harness.settle().await;
    assert!(waits_for_supervisor(&first) && waits_for_own(&second), "{:?}", second.status());
    assert_eq!(second.status().phase.to_string(), "waiting for a permit of `work`");
    all_complete(&[owner, first, second]).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_permit_of_a_job_is_held_in_the_wait_for_the_supervisor() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let owner = harness.submit_to("other", Queue, Rules::never(), Script::task("owner", lasts(10)));
    harness.reach(&owner, 1).await;
    let [first, second] = ["a", "b"].map(|slot| work(&harness, slot, alone(), lasts(1)));
    let later = harness.submit_to("later", Queue, Rules::never(), Script::task("later", lasts(1)));
    harness.settle().await;
    assert!(waits_for_own(&second), "the first one has the permit");
    harness.cancel(&first);
    harness.settle().await;
    assert!(waits_for_supervisor(&second), "the permit was passed on");
    all_complete(&[owner, second.clone(), later.clone()]).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[later, second]), [10, 11], "the later one was first at the supervisor");
}

#[tokio::test(start_paused = true)]
async fn permits_are_first_come_first_served() {
    let harness = Harness::new();
    let slots = ["a", "b", "c", "d", "e", "f"];
    let tasks = slots.map(|slot| work(&harness, slot, alone(), lasts(1)));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_queues_for_a_permit_behind_those_that_wait() {
    let harness = Harness::new();
    let rules = Rules::on_failure().without_backoff().max_concurrent(1);
    let retried = work(&harness, "a", rules, [Step::FailAfter(SECOND, "down"), Step::Succeed]);
    let next = work(&harness, "b", rules, lasts(5));
    all_complete(&[retried.clone(), next.clone()]).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[retried, next]), [0, 6, 1]);
}

#[tokio::test(start_paused = true)]
async fn no_permit_is_held_between_two_attempts() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(seconds(10)).max_concurrent(1);
    let retried = work(&harness, "a", rules, [Step::FailAfter(SECOND, "down"), Step::Succeed]);
    let next = work(&harness, "b", rules, lasts(5));
    all_complete(&[retried.clone(), next.clone()]).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &[retried, next]), [0, 11, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_waits_for_its_slot_holds_no_permit() {
    let harness = Harness::new();
    let rules = Rules::never().max_concurrent(2);
    let tasks = ["a", "a", "b"].map(|slot| work(&harness, slot, rules, lasts(10)));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_permit_is_outside_of_the_timeout() {
    let harness = Harness::new();
    let rules = alone().timeout(seconds(15));
    let tasks = ["a", "b", "c"].map(|slot| work(&harness, slot, rules, lasts(10)));
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10, 20]);
}

#[tokio::test(start_paused = true)]
async fn names_and_limits_that_differ_share_no_permit() {
    let harness = Harness::new();
    let two = Rules::never().max_concurrent(2);
    let first = work(&harness, "a", alone(), lasts(10));
    harness.trace().set_task_rules(&first, alone());
    let differs = [work(&harness, "b", two, lasts(10)), work(&harness, "c", two, lasts(10))];
    for task in &differs {
        harness.trace().set_task_rules(task, two);
    }
    let free = work(&harness, "d", Rules::never(), lasts(10));
    harness.trace().set_task_rules(&free, Rules::never());
    let other = harness.submit_to("e", Queue, alone(), Script::task("other", lasts(10)));
    let equal = work(&harness, "f", alone(), lasts(10));
    let tasks = [&[first], &differs[..], &[free, other, equal]].concat();
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 0, 0, 0, 0, 10]);
}

#[tokio::test(start_paused = true)]
async fn an_equal_permit_with_another_rate_is_a_limit_of_its_own() {
    let harness = Harness::new();
    let rated = alone().rate_limit(taskvisor::RateLimit::new(10, Duration::from_secs(60)));
    let first = work(&harness, "a", alone(), lasts(10));
    harness.trace().set_task_rules(&first, alone());
    let second = work(&harness, "b", rated, lasts(10));
    harness.trace().set_task_rules(&second, rated);
    let tasks = [first, second];
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_later_submission_finds_the_permit_taken() {
    let harness = Harness::new();
    let first = work(&harness, "a", alone(), lasts(10));
    sleep(seconds(4)).await;
    let second = work(&harness, "b", alone(), lasts(1));
    let tasks = [first, second];
    all_complete(&tasks).await;
    let event_log = harness.finish().await;
    assert_eq!(starts(&event_log, &tasks), [0, 10]);
}

#[tokio::test(start_paused = true)]
async fn bad_limits_of_a_submission_are_refused_all_at_once() {
    let harness = Harness::new();
    let limit = taskvisor::RateLimit::new(0, Duration::ZERO).with_burst(0);
    let spec = Rules::never().max_concurrent(0).rate_limit(limit).spec(one_attempt("work"));
    let error = harness.submit(taskvisor::ControllerSpec::queue(spec)).expect_err("it is refused");
    let taskvisor::RuntimeError::InvalidSpec { reasons, .. } = error.reason() else { panic!("{error}") };
    assert_eq!(reasons.len(), 4, "{reasons:#?}");
    assert_eq!(
        reasons[0],
        "`max_concurrent` is 0, so no attempt could ever begin: leave it out for no limit"
    );
    harness.finish().await;
}
