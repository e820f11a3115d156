//! The options of readiness that contradict each other are refused.

use std::borrow::Cow;
use std::time::Duration;

use taskvisor::{
    Readiness, Ready, RuntimeError, Setting, Supervisor, TaskContext, TaskFn, TaskRef, TaskSpec, TestContext,
};

use crate::support::seconds;

fn work() -> TaskRef {
    TaskFn::arc("work", || async { Ok(()) })
}

fn notifies() -> TaskRef {
    TaskFn::arc("work", |ready: Ready| async move {
        ready.notify();
        Ok(())
    })
}

/// The problems of a spec, which is refused.
fn problems(spec: TaskSpec) -> Vec<Cow<'static, str>> {
    let error = Supervisor::default().add_task(spec).expect_err("the spec is refused");
    match error.reason() {
        RuntimeError::InvalidSpec { reasons, .. } => reasons.clone(),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_timeout_without_notify_is_refused() {
    let plain = TaskSpec::once(work()).with_start_timeout(seconds(1));
    assert!(problems(plain)[0].starts_with("`start_timeout` has no effect"));
    let start = TaskSpec::once(work()).with_ready(Readiness::Start).with_start_timeout(seconds(1));
    assert!(problems(start)[0].starts_with("`start_timeout` has no effect"));
}

#[tokio::test(start_paused = true)]
async fn a_start_timeout_of_zero_is_refused() {
    let spec = TaskSpec::once(notifies()).with_start_timeout(Duration::ZERO);
    assert!(problems(spec)[0].starts_with("`start_timeout` is zero"));
}

#[tokio::test(start_paused = true)]
async fn a_start_timeout_beyond_the_timeout_is_refused() {
    let spec = TaskSpec::once(notifies()).with_start_timeout(seconds(2)).with_timeout(seconds(1));
    assert!(problems(spec)[0].starts_with("`start_timeout` is longer"));
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_another_readiness_ignores_is_refused() {
    for ready in [Readiness::Start, Readiness::Success] {
        let spec = TaskSpec::once(notifies()).with_ready(ready);
        assert!(problems(spec)[0].starts_with("the parameter `Ready` has no effect"));
    }
}

#[tokio::test(start_paused = true)]
async fn all_problems_are_reported_at_once() {
    let spec = TaskSpec::once(notifies()).with_ready(Readiness::Start).with_start_timeout(Duration::ZERO);
    assert_eq!(problems(spec).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_spec_returns_what_it_sets() {
    let spec = TaskSpec::once(work());
    assert_eq!((spec.ready(), spec.start_timeout()), (Setting::Inherit, Setting::Inherit));
    let spec = spec.with_ready(Readiness::Notify).with_start_timeout(seconds(5));
    assert_eq!(spec.ready(), Setting::Set(Readiness::Notify));
    assert_eq!(spec.start_timeout(), Setting::Set(seconds(5)));
    let spec = spec.with_ready(None).with_start_timeout(None);
    assert_eq!((spec.ready(), spec.start_timeout()), (Setting::Inherit, Setting::Inherit));
}

#[tokio::test(start_paused = true)]
async fn a_test_context_observes_notifications() {
    let test = TestContext::new().with_attempt(3);
    assert!(!test.is_ready());
    assert!(test.ready().extend(seconds(1)));
    test.context().ready();
    assert!(test.is_ready());
    test.cancel();
    assert!(!test.is_ready());
    let other = TestContext::new();
    other.ready().notify();
    assert!(other.is_ready());
    TaskContext::for_test().ready();
}
