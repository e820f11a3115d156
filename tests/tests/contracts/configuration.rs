//! The values of a configuration: how they are set, changed and read.

use std::time::Duration;

use taskvisor::{BackoffPolicy, Config, RestartPolicy, Setting, TaskRef, TaskSpec};
use tests::{Harness, Rules, Script, Step};

use crate::support::{SECOND, seconds};

#[test]
fn each_method_of_a_configuration_sets_one_value() {
    let config = Config::default()
        .with_grace(seconds(1))
        .with_drain_timeout(seconds(2))
        .with_max_concurrent(3)
        .with_restart(RestartPolicy::Always)
        .with_backoff(BackoffPolicy::constant(seconds(4)))
        .with_timeout(seconds(5))
        .with_max_retries(6);
    assert_eq!((config.grace(), config.drain_timeout()), (seconds(1), seconds(2)));
    assert_eq!((config.max_concurrent(), config.max_retries()), (Some(3), Some(6)));
    assert_eq!((config.restart(), config.timeout()), (RestartPolicy::Always, Some(seconds(5))));
    assert_eq!(config.backoff(), BackoffPolicy::constant(seconds(4)));
}

#[test]
fn an_optional_value_is_set_with_or_without_some() {
    let (bare, wrapped) =
        (Config::default().with_timeout(SECOND), Config::default().with_timeout(Some(SECOND)));
    assert_eq!(bare, wrapped);
    let limited = Config::default().with_max_concurrent(1).with_timeout(SECOND).with_max_retries(1);
    let unlimited = limited.with_max_concurrent(None).with_timeout(None).with_max_retries(None);
    assert_eq!(unlimited, Config::default());
}

#[tokio::test(start_paused = true)]
async fn the_builder_changes_the_configuration_it_started_from() {
    let harness = Harness::build(Config::default().with_timeout(SECOND), |builder| {
        builder.config(|config| {
            assert_eq!(config.timeout(), Some(SECOND));
            config.with_grace(Duration::ZERO)
        })
    });
    let task = harness.add(Rules::never(), Script::task("work", [Step::Hang]));
    harness.settle().await;
    let report = harness.shutdown().await;
    assert!(report.is_err_and(|error| error.to_string().contains("`work`")));
    assert!(harness.outcome(&task).await.is_aborted());
    harness.finish().await;
}

fn task() -> TaskRef {
    Script::task("work", [Step::Succeed])
}

#[test]
fn a_getter_of_a_spec_returns_what_its_setter_set() {
    let spec = TaskSpec::inherit(task())
        .with_restart(RestartPolicy::Always)
        .with_backoff(BackoffPolicy::constant(seconds(1)))
        .with_timeout(seconds(20))
        .with_max_retries(3)
        .with_delay(seconds(4))
        .with_stable_after(seconds(5))
        .with_stop_timeout(seconds(6));
    assert_eq!(spec.restart(), Setting::Set(RestartPolicy::Always));
    assert_eq!(spec.backoff(), Setting::Set(BackoffPolicy::constant(seconds(1))));
    assert_eq!(
        (spec.timeout(), spec.max_retries()),
        (Setting::Set(Some(seconds(20))), Setting::Set(Some(3)))
    );
    assert_eq!((spec.delay(), spec.stable_after()), (Setting::Set(seconds(4)), Setting::Set(seconds(5))));
    assert_eq!(spec.stop_timeout(), Setting::Set(seconds(6)));
    let unlimited = spec.with_timeout(None).with_max_retries(None);
    assert_eq!((unlimited.timeout(), unlimited.max_retries()), (Setting::Set(None), Setting::Set(None)));
}

#[test]
fn an_inherited_option_is_not_set() {
    let spec = TaskSpec::inherit(task());
    assert_eq!((spec.restart(), spec.backoff()), (Setting::Inherit, Setting::Inherit));
    assert_eq!((spec.timeout(), spec.max_retries()), (Setting::Inherit, Setting::Inherit));
    assert_eq!((spec.delay(), spec.stable_after()), (Setting::Inherit, Setting::Inherit));
    assert_eq!(spec.stop_timeout(), Setting::Inherit);
    let defaults = TaskSpec::with_defaults(task(), &Config::default().with_timeout(SECOND));
    assert_eq!(defaults.timeout(), Setting::Default(Some(SECOND)));
    assert_eq!(defaults.timeout().or(None), Some(SECOND));
}

#[test]
fn a_short_constructor_inherits_all_but_the_restart() {
    let specs = [
        (TaskSpec::once(task()), RestartPolicy::Never),
        (TaskSpec::on_failure(task()), RestartPolicy::OnFailure),
        (TaskSpec::always(task(), SECOND), RestartPolicy::Always),
    ];
    for (spec, restart) in specs {
        assert_eq!(spec.restart(), Setting::Set(restart));
        assert_eq!((spec.timeout(), spec.max_retries()), (Setting::Inherit, Setting::Inherit));
        assert_eq!((spec.backoff(), spec.stop_timeout()), (Setting::Inherit, Setting::Inherit));
        let always = restart == RestartPolicy::Always;
        assert_eq!(spec.delay(), if always { Setting::Set(SECOND) } else { Setting::Inherit });
    }
}

#[tokio::test(start_paused = true)]
async fn a_spec_without_limits_overrides_those_of_the_supervisor() {
    let harness = Harness::with_config(Config::default().with_timeout(SECOND).with_max_retries(0));
    let steps = [Step::Fail("down"), Step::SucceedAfter(seconds(60))];
    let spec = TaskSpec::on_failure(Script::task("work", steps))
        .with_backoff(BackoffPolicy::constant(SECOND))
        .with_timeout(None)
        .with_max_retries(None);
    harness.trace().set_rules("work", Rules::on_failure().constant_backoff(SECOND));
    let task = harness.add_task(spec).expect("the spec is accepted");
    harness.watch(&task);
    assert!(harness.outcome(&task).await.is_completed());
    assert_eq!(harness.finish().await.starts_of(&task), [seconds(0), SECOND]);
}

#[test]
fn none_returns_an_option_without_a_limit_to_its_default() {
    let spec = TaskSpec::inherit(task());
    let spec = spec.with_delay(SECOND).with_stable_after(SECOND).with_stop_timeout(SECOND);
    let set = Setting::Set(SECOND);
    assert_eq!((spec.delay(), spec.stable_after(), spec.stop_timeout()), (set, set, set));
    let spec = spec.with_delay(None).with_stable_after(None).with_stop_timeout(None);
    let inherited = Setting::Inherit;
    assert_eq!((spec.delay(), spec.stable_after(), spec.stop_timeout()), (inherited, inherited, inherited));
}
