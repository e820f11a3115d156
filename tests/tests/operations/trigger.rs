//! `trigger` of tasks without a schedule: it cuts a backoff or a delay short. See contract 15.4.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(feature = "controller")]
use taskvisor::EventKind;
use taskvisor::{Config, Phase, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::controls::{HOUR, SECOND};

#[tokio::test(start_paused = true)]
async fn it_ends_each_wait_between_two_attempts() {
    for (rules, first) in [
        (Rules::on_failure().constant_backoff(HOUR), Step::Fail("down")),
        (Rules::always().delay(HOUR), Step::Succeed),
        (Rules::on_failure().uses_retry_after(), Step::RetryAfter("busy", HOUR)),
        (Rules::every(HOUR * 24).constant_backoff(HOUR), Step::Fail("down")),
    ] {
        let harness = Harness::new();
        let task = harness.add(rules, Script::task("work", [first, Step::UntilStopped]));
        harness.settle().await;
        assert!(task.status().phase.is_sleeping(), "{:?}", task.status());
        let before = Instant::now();
        assert_eq!(harness.trigger_task(&task), Ok(true));
        harness.settle().await;
        assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
        assert_eq!(Instant::now(), before);
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_ends_a_snooze() {
    let supervisor = Supervisor::default();
    let poll =
        TaskFn::arc("poll", |ctx: TaskContext| async move { ctx.snooze::<Result<(), TaskError>>(HOUR) });
    let poll = supervisor.add_task(TaskSpec::once(poll)).expect("the name is free");
    sleep(SECOND).await;
    assert_eq!(poll.trigger(), Ok(true));
    sleep(SECOND).await;
    assert_eq!(poll.status().attempt, 2);
    assert!(poll.status().phase.is_sleeping(), "one trigger ends one wait");
}

#[tokio::test(start_paused = true)]
async fn the_streak_goes_on() {
    let harness = Harness::new();
    let backoff = tests::Backoff::exponential(SECOND, HOUR, 2.0);
    let task = harness.add(Rules::on_failure().backoff(backoff), Script::task("work", [Step::Fail("down")]));
    harness.settle().await;
    for failures in 1..5 {
        assert_eq!(task.status().failures, failures);
        assert_eq!(harness.trigger_task(&task), Ok(true));
        harness.settle().await;
    }
    let event_log = harness.finish().await;
    assert_eq!(event_log.backoffs_of(&task), [1, 2, 4, 8, 16].map(|times| SECOND * times));
}

#[tokio::test(start_paused = true)]
async fn several_triggers_start_one_attempt() {
    let harness = Harness::new();
    let rules = Rules::always().delay(HOUR);
    let task = harness.add(rules, Script::task("work", [Step::Succeed]));
    harness.settle().await;
    assert_eq!(harness.trigger_task(&task), Ok(true));
    assert_eq!(harness.trigger_task(&task), Ok(true), "it has not begun");
    harness.settle().await;
    assert_eq!(task.status().attempt, 2);
    sleep(HOUR / 2).await;
    assert_eq!(task.status().attempt, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_bypasses_no_permit() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let task = harness.add(Rules::always().delay(HOUR), Script::task("work", [Step::Succeed]));
    harness.settle().await;
    harness.add(Rules::never(), Script::task("holder", [Step::SucceedAfter(SECOND * 30)]));
    harness.settle().await;
    assert_eq!(harness.trigger_task(&task), Ok(true));
    harness.settle().await;
    assert!(task.status().phase.is_waiting(), "{:?}", task.status());
    assert_eq!(harness.trigger_task(&task), Ok(false), "it waits at its gate");
    sleep(SECOND * 31).await;
    assert_eq!(task.status().attempt, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_delay_there_is_no_wait_to_end() {
    let supervisor = Supervisor::default();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let spin = TaskFn::arc("spin", move || {
        count.fetch_add(1, Ordering::Relaxed);
        async { Ok(()) }
    });
    let spin =
        supervisor.add_task(TaskSpec::always(spin, std::time::Duration::ZERO)).expect("the name is free");
    assert_eq!(spin.trigger(), Ok(false), "it waits for its first poll");
    for _ in 0..10 {
        tokio::task::yield_now().await;
        assert_eq!(spin.trigger(), Ok(false));
    }
    assert!(seen.load(Ordering::Relaxed) > 1);
}

#[cfg(feature = "controller")]
#[tokio::test(start_paused = true)]
async fn a_submission_in_a_backoff_is_triggered() {
    use taskvisor::Admission;
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(HOUR);
    let steps = [Step::Fail("down"), Step::Succeed];
    let owner = harness.submit_to("slot", Admission::Queue, rules, Script::task("work", steps));
    harness.settle().await;
    assert_eq!(harness.trigger_task(&owner), Ok(true));
    assert!(harness.outcome(&owner).await.is_completed());
    let event_log = harness.finish().await;
    let started = event_log.events_of(&owner).filter(|event| matches!(event.kind, EventKind::Started { .. }));
    assert_eq!(started.count(), 2);
}
