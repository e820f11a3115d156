//! The values of a configuration: how they are set, changed and read.

use std::time::Duration;

use taskvisor::{BackoffPolicy, Config, RestartPolicy};
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
