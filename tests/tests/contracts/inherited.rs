//! Which options a spec sets, which it inherits, and which contradict each other.

use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, Event, RestartPolicy, RuntimeError, Subscribe, Subscriber, Supervisor, TaskFn,
    TaskHandle, TaskRef, TaskSpec,
};
use tests::{Backoff, Harness, Rules, Script, Step};

use crate::support::{SECOND, seconds};

fn config() -> Config {
    Config::default()
        .with_restart(RestartPolicy::Always)
        .with_backoff(BackoffPolicy::constant(seconds(3)))
        .with_timeout(seconds(2))
        .with_max_retries(1)
}

/// The rules that the recorder checks for a task that inherits all of `config`.
fn expected() -> Rules {
    Rules::always().constant_backoff(seconds(3)).timeout(seconds(2)).max_retries(1)
}

fn add(harness: &Harness, expected: Rules, spec: TaskSpec) -> TaskHandle {
    harness.trace().set_rules(spec.name(), expected);
    let task = harness.add_task(spec).expect("the spec is accepted");
    harness.watch(&task);
    task
}

fn hanging() -> TaskRef {
    Script::task("work", [Step::Succeed, Step::Hang])
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let config = Config::default();
    assert_eq!((config.grace(), config.drain_timeout()), (seconds(20), seconds(5)));
    assert_eq!((config.max_concurrent(), config.timeout(), config.max_retries()), (None, None, None));
    assert_eq!(config.restart(), RestartPolicy::OnFailure);
    assert_eq!(config.backoff(), BackoffPolicy::default());
    assert_eq!(RestartPolicy::default(), RestartPolicy::OnFailure);
}

#[tokio::test(start_paused = true)]
async fn with_defaults_uses_the_given_configuration() {
    let harness = Harness::with_config(config());
    let task = add(&harness, expected(), TaskSpec::with_defaults(hanging(), &config()));
    assert!(harness.outcome(&task).await.is_failed());
    let event_log = harness.finish().await;
    assert_eq!(
        event_log.of(&task),
        [
            "added",
            "started 1",
            "succeeded 1",
            "started 2",
            "timed_out 2",
            "backoff 1: 3s",
            "started 3",
            "timed_out 3",
            "gave_up after 2",
            "ended failed: timed out after 2s",
            "removed"
        ]
    );
    assert_eq!(event_log.starts_of(&task), [seconds(0), SECOND, seconds(6)]);
}

#[tokio::test(start_paused = true)]
async fn inherit_uses_the_configuration_of_the_supervisor() {
    let harness = Harness::with_config(config());
    let task = add(&harness, expected(), TaskSpec::inherit(hanging()));
    assert!(harness.outcome(&task).await.is_failed());
    assert_eq!(harness.finish().await.starts_of(&task), [seconds(0), SECOND, seconds(6)]);
}

#[tokio::test(start_paused = true)]
async fn with_defaults_keeps_its_configuration_on_any_supervisor() {
    let harness = Harness::new();
    let task = add(&harness, expected(), TaskSpec::with_defaults(hanging(), &config()));
    assert!(harness.outcome(&task).await.is_failed());
    assert_eq!(harness.finish().await.starts_of(&task), [seconds(0), SECOND, seconds(6)]);
}

#[tokio::test(start_paused = true)]
async fn a_new_spec_inherits_nothing() {
    let harness = Harness::with_config(config());
    let rules = Rules::on_failure().without_backoff();
    let steps = [Step::Fail("a"), Step::Fail("b"), Step::Fail("c"), Step::SucceedAfter(seconds(600))];
    let task = harness.add(rules, Script::task("work", steps));
    assert!(harness.outcome(&task).await.is_completed());
    assert_eq!(harness.finish().await.starts_of(&task), [seconds(0); 4]);
}

#[tokio::test(start_paused = true)]
async fn options_of_the_spec_override_inherited_ones() {
    let harness = Harness::with_config(config());
    let spec =
        TaskSpec::with_defaults(Script::task("work", [Step::FailAfter(seconds(3), "down")]), &config())
            .with_restart(RestartPolicy::OnFailure)
            .with_backoff(BackoffPolicy::constant(SECOND))
            .with_timeout(seconds(4))
            .with_max_retries(2);
    let rules = Rules::on_failure().backoff(Backoff::constant(SECOND)).timeout(seconds(4)).max_retries(2);
    let task = add(&harness, rules, spec);
    assert_eq!(harness.outcome(&task).await.to_string(), "failed: down");
    assert_eq!(harness.finish().await.starts_of(&task), [seconds(0), seconds(4), seconds(8)]);
}

#[tokio::test(start_paused = true)]
async fn an_inherited_limit_contradicts_nothing() {
    let never = config().with_restart(RestartPolicy::Never);
    let harness = Harness::with_config(never.clone());
    let task = add(
        &harness,
        Rules::never(),
        TaskSpec::with_defaults(Script::task("work", [Step::Fail("down")]), &never),
    );
    assert!(harness.outcome(&task).await.is_failed());
    assert_eq!(harness.finish().await.starts_of(&task).len(), 1);
}

/// Returns whether the supervisor refuses a spec as invalid, returns the spec, and starts nothing.
async fn is_invalid(spec: TaskSpec) -> bool {
    let harness = Harness::new();
    let name = spec.name().to_owned();
    let refused = match harness.add_task(spec) {
        Ok(_) => false,
        Err(error) => {
            let invalid = matches!(error.reason(), RuntimeError::InvalidSpec { .. });
            invalid && error.into_spec().name() == name
        }
    };
    let events = harness.finish().await.lines();
    refused && events == ["shutdown_requested", "stopped"]
}

fn spec(restart: RestartPolicy) -> TaskSpec {
    let task = TaskFn::arc("work", || async { Ok(()) });
    TaskSpec::new(task, restart, BackoffPolicy::default(), None)
}

#[tokio::test(start_paused = true)]
async fn max_retries_of_a_never_restarted_task_is_refused() {
    assert!(is_invalid(spec(RestartPolicy::Never).with_max_retries(3)).await);
}

#[tokio::test(start_paused = true)]
async fn a_stable_after_above_the_timeout_is_refused() {
    let limited = |limit| spec(RestartPolicy::OnFailure).with_timeout(limit);
    assert!(is_invalid(limited(seconds(4)).with_stable_after(seconds(5))).await);
    // An attempt that times out at this limit has run for `stable_after`.
    assert!(!is_invalid(limited(seconds(5)).with_stable_after(seconds(5))).await);
    assert!(!is_invalid(limited(seconds(4))).await);
}

#[tokio::test(start_paused = true)]
async fn an_interval_without_restart_always_is_refused() {
    assert!(is_invalid(spec(RestartPolicy::Never).with_delay(SECOND)).await);
    assert!(is_invalid(spec(RestartPolicy::OnFailure).with_delay(SECOND)).await);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_zero_is_refused() {
    assert!(is_invalid(spec(RestartPolicy::Always).with_timeout(Duration::ZERO)).await);
}

#[tokio::test(start_paused = true)]
async fn a_stable_after_above_an_inherited_timeout_is_refused() {
    let harness = Harness::with_config(Config::default().with_timeout(seconds(4)));
    let task = || TaskFn::arc("work", || async { Ok(()) });
    let limited = Config::default().with_timeout(seconds(4));
    for spec in [TaskSpec::inherit(task()), TaskSpec::with_defaults(task(), &limited)] {
        let error = harness.add_task(spec.with_stable_after(seconds(5))).expect_err("it is never stable");
        assert_eq!(
            error.to_string(),
            "`work`: `stable_after` is longer than the `timeout` of the `Config`, and no attempt ever runs that long: make \
             it shorter, leave it out, or set a longer `timeout` of the task"
        );
    }
    for spec in [
        TaskSpec::inherit(task()).with_stable_after(seconds(4)),
        TaskSpec::inherit(task()).with_stable_after(seconds(5)).with_timeout(seconds(5)),
        TaskSpec::inherit(task()).with_stable_after(seconds(5)).with_timeout(None),
        // The default of `stable_after` is longer than the timeout, but nothing asks for it.
        TaskSpec::inherit(task()),
    ] {
        let spec = spec.with_restart(RestartPolicy::Never);
        harness.trace().set_rules("work", Rules::never());
        let task = harness.add_task(spec).expect("the spec is accepted");
        harness.watch(&task);
        assert!(harness.outcome(&task).await.is_completed());
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_empty_or_blank_name_is_refused() {
    for name in ["", "  ", "\t\n"] {
        let nameless = || TaskSpec::with_defaults(TaskFn::arc(name, || async { Ok(()) }), &Config::default());
        assert!(is_invalid(nameless()).await);
        let harness = Harness::new();
        let error = harness.add_task(nameless()).expect_err("it has no name");
        assert_eq!(error.to_string(), "a name cannot be empty: events and errors show it");
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_without_a_name_is_an_error_of_the_builder() {
    struct Ignores;

    impl Subscribe for Ignores {
        async fn on_event(&mut self, _: &Event) {}
    }
    for name in ["", " "] {
        let nameless = Subscriber::new(Ignores).with_name(name);
        let supervisor = Supervisor::new(Config::default(), vec![Ignores.into(), Ignores.into(), nameless]);
        let error = supervisor.run(Vec::new()).await.expect_err("it has no name");
        assert_eq!(error.to_string(), "a name cannot be empty: events and errors show it");
    }
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn a_declared_subscriber_is_passed_once_under_each_name() {
    #[taskvisor::subscriber]
    async fn alert(_event: &Event) {}

    let build = |subscribers| Supervisor::new(Config::default(), subscribers);
    let error = build(vec![alert::subscriber(), alert::subscriber()]).run(Vec::new()).await;
    assert_eq!(
        error.expect_err("it would handle each event twice").to_string(),
        "the subscriber `alert` was passed twice: remove one of the two, or give one of them another name"
    );
    let renamed = alert::subscriber().with_name("second").with_events([taskvisor::EventName::Failed]);
    build(vec![alert::subscriber(), renamed]).run(Vec::new()).await.expect("they are two subscribers");
}
