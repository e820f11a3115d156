//! The options of permits and rates: what is refused, with its message, and the getters.

use std::time::Duration;

use taskvisor::{InvalidRateLimit, RateLimit, RuntimeError, Setting, Supervisor, TaskFn, TaskSpec};

use crate::support::*;

const MINUTE: Duration = Duration::from_secs(60);
const NO_EFFECT: &str = "`max_concurrent` has no effect on a task without `instances`, which runs one attempt at a time: \
                         remove it, or set `instances`";

fn spec() -> TaskSpec {
    TaskSpec::once(TaskFn::arc("work", || async { Ok(()) }))
}

/// The problems of a spec, which is refused.
fn problems(spec: TaskSpec) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    let error = Supervisor::default().add_task(spec).map(drop).expect_err("it is refused");
    match error.reason() {
        RuntimeError::InvalidSpec { name, reasons, .. } => {
            assert_eq!(name, "work");
            reasons.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_rate_of_no_attempt_is_refused() {
    assert_eq!(
        problems(spec().with_rate_limit(RateLimit::new(0, MINUTE))),
        [
            "`rate_limit` lets no attempt begin: set how many may begin in a period, as in `10/m`, or remove it"
        ]
    );
}

#[test]
fn a_rate_in_no_time_is_refused() {
    assert_eq!(
        problems(spec().with_rate_limit(RateLimit::new(10, Duration::ZERO))),
        [
            "the period of `rate_limit` is zero: set the time in which so many attempts may begin, such as 1 minute"
        ]
    );
}

#[test]
fn a_rate_in_more_than_a_year_is_refused() {
    for period in [RateLimit::MAX_PERIOD + Duration::from_nanos(1), Duration::MAX] {
        assert_eq!(
            problems(spec().with_rate_limit(RateLimit::new(10, period))),
            ["the period of `rate_limit` is longer than a year: set a shorter one"]
        );
    }
}

#[test]
fn a_burst_of_zero_is_refused() {
    assert_eq!(
        problems(spec().with_rate_limit(RateLimit::new(10, MINUTE).with_burst(0))),
        ["the `burst` of `rate_limit` is 0, so no attempt could ever begin: leave it out for 1"]
    );
}

#[test]
fn permits_of_a_task_without_instances_are_refused() {
    assert_eq!(problems(spec().with_max_concurrent(2)), [NO_EFFECT]);
    assert_eq!(problems(spec().with_max_concurrent(1)), [NO_EFFECT]);
    // The limit of a single instance has no effect yet, but the task may be scaled up.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _entered = runtime.enter();
    let spec = TaskSpec::once(TaskFn::shared("work", || async { Ok(()) })).with_instances(1);
    Supervisor::default().add_instances(spec.with_max_concurrent(4)).expect("it is accepted");
}

#[test]
fn every_problem_of_the_limits_is_reported_at_once() {
    let spec = spec().with_max_concurrent(0).with_rate_limit(RateLimit::new(0, Duration::ZERO).with_burst(0));
    let found = problems(spec.with_timeout(Duration::ZERO));
    let parts = [
        "`max_concurrent` has no effect on a task without `instances`",
        "`max_concurrent` is 0, so no attempt could ever begin: leave it out for no limit",
        "`rate_limit` lets no attempt begin",
        "the period of `rate_limit` is zero",
        "the `burst` of `rate_limit` is 0",
        "timeout",
    ];
    for part in parts {
        assert!(found.iter().any(|problem| problem.contains(part)), "`{part}` is not in {found:#?}");
    }
    assert_eq!(found.len(), parts.len(), "{found:#?}");
}

#[tokio::test(start_paused = true)]
async fn the_extreme_limits_are_accepted() {
    let supervisor = Supervisor::default();
    for limit in [
        RateLimit::new(u32::MAX, Duration::from_nanos(1)).with_burst(u32::MAX),
        RateLimit::new(u32::MAX, RateLimit::MAX_PERIOD),
        RateLimit::new(1, RateLimit::MAX_PERIOD).with_burst(u32::MAX),
        RateLimit::new(1, Duration::from_nanos(1)),
    ] {
        let task = supervisor.add_task(spec().with_rate_limit(limit)).expect("it is accepted");
        assert!(task.outcome().await.is_completed(), "{limit}");
    }
}

#[test]
fn the_getters_return_what_was_set() {
    let limit = RateLimit::new(10, MINUTE).with_burst(3);
    let limited = spec().with_max_concurrent(4).with_rate_limit(limit);
    assert_eq!((limited.max_concurrent(), limited.rate_limit()), (Setting::Set(4), Setting::Set(limit)));
    let removed = limited.with_max_concurrent(None).with_rate_limit(None);
    assert_eq!((removed.max_concurrent(), removed.rate_limit()), (Setting::Inherit, Setting::Inherit));
    assert_eq!((limit.attempts(), limit.period(), limit.burst()), (10, MINUTE, 3));
    assert_eq!(limit.to_string(), "10/m, burst 3");
}

#[test]
fn a_malformed_rate_says_how_to_write_it() {
    let error: InvalidRateLimit = "ten a minute".parse::<RateLimit>().expect_err("it is malformed");
    assert_eq!(
        error.to_string(),
        "not a number of attempts in a period: write a whole number, a slash, and `s`, `m`, `h`, `d` or a duration, as in \
         `10/m` or `100/30s`"
    );
}

#[test]
fn a_limit_that_was_removed_is_not_checked() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let spec = spec().with_max_concurrent(0).with_rate_limit(RateLimit::new(0, SECOND));
    let spec = spec.with_max_concurrent(None).with_rate_limit(None);
    let _entered = runtime.enter();
    Supervisor::default().add_task(spec).expect("it is accepted");
}
