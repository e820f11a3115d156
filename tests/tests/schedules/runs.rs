//! Runs that fail, are triggered, or wait, and what operators see of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{
    Config, EventName, MaxFailures, Missed, OnGiveUp, Outcome, Overlap, Phase, Readiness, RestartPolicy,
    RuntimeError, ScheduledTime, TaskContext, TaskError, TaskFn, TaskSpec,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::*;

const MINUTE: Duration = Duration::from_secs(60);

fn tick(time: Option<ScheduledTime>) -> Option<u64> {
    match time? {
        ScheduledTime::Tick { number, .. } => Some(number),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_tick_waits_at_the_gates_and_coalesces_with_the_next() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let other = harness.add(Rules::never(), Script::task("other", [Step::SucceedAfter(3 * MINUTE)]));
    harness.reach(&other, 1).await;
    let task =
        harness.add(Rules::every(MINUTE).start_delay(seconds(30)), Script::task("task", [Step::Succeed; 9]));
    sleep(MINUTE).await;
    let status = task.status();
    assert!(status.phase.is_waiting(), "{status:?}");
    assert_eq!((tick(status.next_run()), status.skipped_ticks()), (Some(0), 0));
    sleep(3 * MINUTE).await;
    let event_log = harness.finish().await;
    // For the permit at three minutes, and then on the grid.
    let starts = event_log.starts_of(&task);
    assert_eq!(starts.iter().map(Duration::as_secs).collect::<Vec<_>>(), [180, 210]);
    let trace = event_log.of(&task);
    let ticks: Vec<_> = trace.iter().filter(|event| event.contains("tick")).collect();
    assert_eq!(ticks, ["skipped tick 0: 2 coalesced", "scheduled tick 2", "scheduled tick 3"]);
}

#[tokio::test(start_paused = true)]
async fn missed_ticks_of_a_pause_run_once_or_not_at_all() {
    for (missed, expected) in [(Missed::Once, vec![0, 250, 300]), (Missed::Skip, vec![0, 300])] {
        let harness = Harness::new();
        let task = harness.add(Rules::every(MINUTE).missed(missed), Script::task("task", [Step::Succeed; 9]));
        sleep(seconds(50)).await;
        assert_eq!(harness.pause(&task), Ok(true));
        sleep(seconds(200)).await;
        assert_eq!(task.resume(), Ok(true));
        sleep(seconds(55)).await;
        let event_log = harness.finish().await;
        let expected: Vec<_> = expected.into_iter().map(seconds).collect();
        assert_eq!(event_log.starts_of(&task), expected, "{missed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_failures_count_and_a_resume_waits_for_the_next_tick() {
    let harness = Harness::new();
    let rules = Rules::every(MINUTE).max_retries(0).max_failures(2, 10 * MINUTE).pauses_when_it_gives_up();
    let steps =
        [Step::Fatal("wrong"), Step::Fail("down"), Step::Fatal("wrong"), Step::Succeed, Step::Succeed];
    let task = harness.add(rules, Script::task("task", steps));
    sleep(seconds(150)).await;
    assert!(matches!(task.status().phase, Phase::Paused { gave_up: true, .. }));
    assert_eq!(task.resume(), Ok(true));
    sleep(seconds(60)).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&task), [0, 60, 120, 180].map(seconds));
    assert_eq!(event_log.count(EventName::RunFailed), 3);
    assert_eq!(event_log.count(EventName::GaveUp), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_of_a_critical_task_shuts_nothing_down() {
    let harness = Harness::new();
    let critical =
        harness.spec(Rules::every(MINUTE), Script::task("task", [Step::Fatal("wrong"), Step::Succeed]));
    let task = harness.add_task(critical.with_critical(true)).expect("it is valid");
    sleep(seconds(90)).await;
    assert_eq!((task.status().attempt, task.is_finished()), (2, false));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_trigger_runs_now_and_moves_no_tick() {
    let harness = Harness::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let task = {
        let seen = Arc::clone(&seen);
        TaskFn::arc("task", move |context: TaskContext| {
            seen.lock().expect("no panic").push(tick(context.scheduled_at()));
            async { Ok(()) }
        })
    };
    let rules = Rules::every(MINUTE).ready(Readiness::Success);
    let task = harness.add(rules, task);
    sleep(seconds(30)).await;
    assert!(task.status().ready_since.is_some());
    assert_eq!(task.trigger(), Ok(true));
    sleep(seconds(1)).await;
    let status = task.status();
    assert!(status.ready_since.is_some(), "a trigger ends no readiness");
    assert_eq!((tick(status.last_run()), tick(status.next_run())), (Some(0), Some(1)));
    sleep(MINUTE).await;
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&task), [0, 30, 60].map(seconds));
    assert_eq!(*seen.lock().expect("no panic"), [Some(0), None, Some(1)]);
    assert_eq!(event_log.count(EventName::NotReady), 1, "at the end");
}

#[tokio::test(start_paused = true)]
async fn a_trigger_is_answered_in_each_phase() {
    let harness = Harness::new();
    let plain = harness.add(Rules::never(), Script::task("plain", [Step::UntilStopped]));
    harness.reach(&plain, 1).await;
    assert_eq!(plain.trigger(), Ok(false), "an attempt runs");
    let steps = [Step::SucceedAfter(seconds(10)), Step::Fail("down"), Step::Succeed, Step::UntilStopped];
    let task = harness.add(Rules::every(MINUTE).constant_backoff(seconds(20)), Script::task("task", steps));
    harness.reach(&task, 1).await;
    assert_eq!(task.trigger(), Ok(false), "an attempt runs");
    sleep(seconds(61)).await;
    harness.trace().triggered(&task);
    assert_eq!(task.trigger(), Ok(true), "in the backoff");
    sleep(seconds(1)).await;
    assert_eq!(task.status().attempt, 3);
    assert_eq!(harness.pause(&task), Ok(true));
    assert!(matches!(harness.trigger("task"), Err(RuntimeError::Paused { .. })));
    assert_eq!(task.resume(), Ok(true));
    sleep(MINUTE).await;
    assert!(harness.cancel(&task));
    assert!(task.trigger().is_err(), "it stops");
    harness.outcome(&task).await;
    assert!(matches!(task.trigger(), Err(RuntimeError::Ended { .. })));
    assert!(matches!(harness.trigger("task"), Err(RuntimeError::UnknownTask { .. })));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_retry_belongs_to_the_run_of_its_attempt() {
    let harness = Harness::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let task = {
        let seen = Arc::clone(&seen);
        TaskFn::arc("task", move |context: TaskContext| {
            seen.lock().expect("no panic").push(tick(context.scheduled_at()));
            async move { if context.attempt() < 3 { Err(TaskError::fail("down")) } else { Ok(()) } }
        })
    };
    let task = harness.add(Rules::every(MINUTE).constant_backoff(seconds(1)), task);
    sleep(seconds(70)).await;
    harness.finish().await;
    assert_eq!(*seen.lock().expect("no panic"), [Some(0), Some(0), Some(0), Some(1)]);
    assert!(task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_a_tick_at_once() {
    let harness = Harness::new();
    let task = harness.add(Rules::every(MINUTE), Script::task("task", [Step::Succeed]));
    sleep(seconds(30)).await;
    assert!(harness.cancel(&task));
    assert!(matches!(harness.outcome(&task).await, Outcome::Canceled { .. }));
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Ended), [seconds(30)]);
}

/// Every contradiction is reported, all at once.
#[tokio::test(start_paused = true)]
async fn contradictions_are_refused_in_words() {
    let harness = Harness::new();
    let spec = || TaskSpec::inherit(TaskFn::arc("task", || async { Ok(()) }));
    let problems = |spec: TaskSpec| match harness.add_task(spec).map_err(|error| error.reason().clone()) {
        Err(RuntimeError::InvalidSpec { reasons, .. }) => reasons.join("\n"),
        other => panic!("{other:?}"),
    };
    let cases = [
        (spec().with_every(Duration::ZERO), "`every` is zero"),
        (spec().with_start_delay(Duration::ZERO), "`start_delay` is zero"),
        (spec().with_every(MINUTE).with_delay(MINUTE), "both `every` and `delay`"),
        (spec().with_every(MINUTE).with_restart(RestartPolicy::Never), "`RestartPolicy::Never` excludes"),
        (
            spec().with_every(MINUTE).with_restart(RestartPolicy::OnFailure),
            "`RestartPolicy::OnFailure` excludes",
        ),
        (spec().with_delay(MINUTE).with_restart(RestartPolicy::Never), "`delay` repeats the task"),
        (spec().with_overlap(Overlap::Queue), "`overlap` has no effect without `every` or `cron`"),
        (spec().with_delay(MINUTE).with_missed(Missed::Skip), "`missed` has no effect with `delay`"),
        (
            spec().with_every(MINUTE).with_max_retries(1).with_on_give_up(OnGiveUp::Pause),
            "`on_give_up` has no effect on a task with `every` or `cron`",
        ),
    ];
    for (spec, expected) in cases {
        let problems = problems(spec);
        assert!(problems.contains(expected), "{expected}: {problems}");
    }
    let all = problems(spec().with_every(Duration::ZERO).with_start_delay(Duration::ZERO).with_delay(MINUTE));
    assert_eq!(all.lines().count(), 3, "{all}");
    // An arithmetic that does not apply, because a tick ends a backoff.
    let limit = MaxFailures::new(9, seconds(1));
    assert!(harness.add_task(spec().with_every(MINUTE).with_max_failures(limit)).is_ok());
    harness.finish().await;
}

#[cfg(feature = "controller")]
#[tokio::test(start_paused = true)]
async fn a_submission_has_no_schedule() {
    let harness = Harness::new();
    let spec = TaskSpec::inherit(TaskFn::arc("task", || async { Ok(()) })).with_every(MINUTE);
    let error = harness.submit(taskvisor::ControllerSpec::queue(spec)).expect_err("it has a schedule");
    assert!(error.to_string().contains("has no schedule: remove `every`"), "{error}");
    harness.finish().await;
}
