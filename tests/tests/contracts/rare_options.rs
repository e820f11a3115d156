//! The options of giving up, heartbeats and the shutdown: what is refused, with its message, and the getters.

use std::error::Error;
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, MaxFailures, OnGiveUp, OnShutdown, RuntimeError, Setting, Supervisor, TaskFn,
    TaskSpec,
};

use crate::support::*;

const MINUTE: Duration = Duration::from_secs(60);

fn spec() -> TaskSpec {
    TaskSpec::on_failure(TaskFn::arc("work", || async { Ok(()) }))
        .with_backoff(BackoffPolicy::constant(SECOND))
        .with_timeout(None)
}

fn once() -> TaskSpec {
    TaskSpec::once(TaskFn::arc("work", || async { Ok(()) }))
}

/// The problems of a spec, which is refused.
fn problems(spec: TaskSpec) -> Vec<String> {
    problems_with(Config::default(), spec)
}

fn problems_with(config: Config, spec: TaskSpec) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    let error = Supervisor::new(config, Vec::new()).add_task(spec).map(drop).expect_err("it is refused");
    match error.reason() {
        RuntimeError::InvalidSpec { name, reasons, .. } => {
            assert_eq!(name, "work");
            reasons.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other}"),
    }
}

fn limit(failures: u32, within: Duration) -> MaxFailures {
    MaxFailures::new(failures, within)
}

fn always(_: &(dyn Error + 'static)) -> bool {
    true
}

#[test]
fn a_limit_of_zero_failures_is_refused() {
    assert_eq!(
        problems(spec().with_max_failures(limit(0, MINUTE))),
        [
            "`max_failures` is 0, so the first failure would end the task: for no retry at all, use `RestartPolicy::Never`"
        ]
    );
}

#[test]
fn a_limit_above_one_thousand_failures_is_refused() {
    assert_eq!(
        problems(spec().with_max_failures(limit(1_001, 100 * MINUTE))),
        [
            "`max_failures` is above 1,000, and each failure is remembered: allow fewer failures in a shorter time"
        ]
    );
}

#[test]
fn a_limit_in_no_time_is_refused() {
    assert_eq!(
        problems(spec().with_max_failures(limit(5, Duration::ZERO))),
        [
            "the time of `max_failures` is zero, so no two failures would be in it: set the time in which failures are \
          counted, such as 10 minutes"
        ]
    );
}

#[test]
fn limits_of_a_task_without_retries_are_refused() {
    assert_eq!(
        problems(once().with_max_failures(limit(5, MINUTE))),
        ["`max_failures` has no effect with `RestartPolicy::Never`: remove one of them"]
    );
    assert_eq!(
        problems(once().with_fatal_if(always)),
        ["`fatal_if` has no effect with `RestartPolicy::Never`, which retries no error: remove one of them"]
    );
}

#[test]
fn on_give_up_of_a_task_that_never_gives_up_is_refused() {
    let text = "`on_give_up` has no effect on a task that never gives up: limit its failures with `max_failures` or \
                `max_retries`, or remove it";
    for action in [OnGiveUp::Pause, OnGiveUp::Fail] {
        assert_eq!(problems(spec().with_on_give_up(action)), [text]);
        assert_eq!(problems(once().with_on_give_up(action)), [text]);
    }
}

#[test]
fn on_give_up_of_a_critical_task_is_refused() {
    let spec = spec().with_max_retries(3).with_critical(true).with_on_give_up(OnGiveUp::Pause);
    assert_eq!(
        problems(spec),
        [
            "`on_give_up` has no effect on a critical task, which shuts the application down when it gives up: remove one \
          of them"
        ]
    );
}

#[test]
fn a_heartbeat_of_zero_is_refused() {
    assert_eq!(
        problems(spec().with_heartbeat(Duration::ZERO)),
        [
            "`heartbeat` is zero, so every attempt would miss it: set the longest time between two calls of `heartbeat`, \
          such as 30 s"
        ]
    );
}

#[test]
fn a_heartbeat_longer_than_the_timeout_is_refused() {
    let text = "`heartbeat` is longer than the `timeout`, which ends every attempt first: make it shorter, or remove it";
    assert_eq!(problems(spec().with_heartbeat(2 * SECOND).with_timeout(SECOND)), [text]);
    // Inherited timeouts too.
    let inherits = TaskSpec::inherit(TaskFn::arc("work", || async { Ok(()) })).with_heartbeat(2 * SECOND);
    assert_eq!(problems_with(Config::default().with_timeout(SECOND), inherits), [text]);
}

#[test]
fn a_window_that_the_backoff_makes_unreachable_is_refused() {
    let constant = spec().with_backoff(BackoffPolicy::constant(seconds(180)));
    assert_eq!(
        problems(constant.with_max_failures(limit(5, 10 * MINUTE))),
        [
            "`max_failures` of 5 in 10m can never be exceeded: the backoff puts 5 delays of at least 3m, 3m, …, 3m between \
          6 failures, together at least 15m; allow fewer failures, set a longer time, or make the backoff shorter"
        ]
    );
}

#[test]
fn a_window_that_the_backoff_just_reaches_is_accepted() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    let supervisor = Supervisor::default();
    let constant = |time| spec().with_backoff(BackoffPolicy::constant(time));
    // Five delays between six failures: together exactly ten minutes, which is still within the window.
    let reached = constant(seconds(120)).with_max_failures(limit(5, 10 * MINUTE));
    assert!(supervisor.add_task(reached).is_ok());
    assert_eq!(problems(constant(seconds(121)).with_max_failures(limit(5, 10 * MINUTE))).len(), 1);
    // Full jitter may draw no delay at all.
    let full = BackoffPolicy::constant(seconds(600)).with_jitter(taskvisor::JitterPolicy::Full);
    let reached = TaskSpec::on_failure(TaskFn::arc("full", || async { Ok(()) })).with_backoff(full);
    assert!(supervisor.add_task(reached.with_max_failures(limit(1_000, SECOND))).is_ok());
}

#[test]
fn all_problems_of_a_spec_are_reported_at_once() {
    let wrong = once()
        .with_max_failures(limit(0, Duration::ZERO))
        .with_fatal_if(always)
        .with_on_give_up(OnGiveUp::Pause)
        .with_critical(true)
        .with_heartbeat(Duration::ZERO);
    let problems = problems(wrong);
    for part in [
        "`max_failures` is 0",
        "`max_failures` has no effect",
        "`fatal_if`",
        "critical task",
        "never gives up",
        "`heartbeat` is zero",
    ] {
        assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:#?}");
    }
}

#[test]
fn problems_of_all_groups_of_options_are_reported_at_once() {
    let wrong =
        spec().with_timeout(Duration::ZERO).with_stop_timeout(Duration::ZERO).with_heartbeat(Duration::ZERO);
    let problems = problems(wrong);
    for part in ["`timeout` is zero", "`stop_timeout` is zero", "`heartbeat` is zero"] {
        assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:#?}");
    }
}

#[test]
fn a_refused_spec_can_be_corrected_and_added() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    let supervisor = Supervisor::default();
    let refused = supervisor.add_task(spec().with_heartbeat(Duration::ZERO)).expect_err("zero");
    assert!(supervisor.add_task(refused.into_spec().with_heartbeat(SECOND)).is_ok());
}

#[test]
fn the_getters_return_what_was_set() {
    let unset = spec();
    assert_eq!(
        (unset.max_failures(), unset.on_give_up(), unset.critical()),
        (Setting::Inherit, Setting::Inherit, Setting::Inherit)
    );
    assert_eq!((unset.heartbeat(), unset.on_shutdown()), (Setting::Inherit, Setting::Inherit));
    assert!(unset.fatal_if().is_none());
    let set = unset
        .with_max_failures(limit(5, MINUTE))
        .with_on_give_up(OnGiveUp::Pause)
        .with_critical(false)
        .with_heartbeat(MINUTE)
        .with_on_shutdown(OnShutdown::Finish)
        .with_fatal_if(always);
    assert_eq!(set.max_failures(), Setting::Set(Some(limit(5, MINUTE))));
    assert_eq!((set.on_give_up(), set.critical()), (Setting::Set(OnGiveUp::Pause), Setting::Set(false)));
    assert_eq!(
        (set.heartbeat(), set.on_shutdown()),
        (Setting::Set(MINUTE), Setting::Set(OnShutdown::Finish))
    );
    assert!(set.fatal_if().is_some());
    let removed = set.with_max_failures(None).with_on_give_up(None).with_critical(None);
    let removed = removed.with_heartbeat(None).with_on_shutdown(None);
    assert_eq!(removed.max_failures(), Setting::Set(None), "no limit, whatever the configuration says");
    assert_eq!((removed.on_give_up(), removed.critical()), (Setting::Inherit, Setting::Inherit));
    assert_eq!((removed.heartbeat(), removed.on_shutdown()), (Setting::Inherit, Setting::Inherit));
}

#[test]
fn actions_are_written_as_in_attributes() {
    assert_eq!(
        (OnGiveUp::Fail.to_string(), OnGiveUp::Pause.to_string()),
        ("fail".to_owned(), "pause".to_owned())
    );
    let texts = (OnShutdown::Cancel.to_string(), OnShutdown::Finish.to_string());
    assert_eq!(texts, ("cancel".to_owned(), "finish".to_owned()));
}
