//! The promises of an update of all instances of a task, on Tokio's paused clock.

use std::time::Duration;

use super::tests::{Setup, endless, hangs};
use crate::runtime::body::TaskSpec;
use crate::task::RuntimeError;

const SECOND: Duration = Duration::from_secs(1);

fn instances(number: usize) -> TaskSpec {
    endless(hangs()).with_instances(number)
}

fn attempts(setup: &Setup) -> Vec<u64> {
    setup.supervisor.instances("task").iter().map(|task| task.status().attempt).collect()
}

#[tokio::test(start_paused = true)]
async fn live_and_later_instances_get_the_new_options() {
    let setup = Setup::new();
    setup.supervisor.add_instances(instances(2)).expect("its options are right");
    setup.at(5.0).await;
    let faster = instances(2).with_timeout(2 * SECOND);
    setup.shared.update_tasks("task", faster.options()).expect("its options are right");
    assert_eq!(setup.supervisor.scale("task", 3), Ok(2));
    setup.at(7.5).await;
    let running: Vec<_> =
        setup.supervisor.instances("task").iter().map(|one| one.status().phase.is_running()).collect();
    assert_eq!(running, [true, true, false], "only the new one has the new timeout");
    // The second attempts of the first two run from 11 s to 13 s.
    setup.at(13.5).await;
    assert_eq!(attempts(&setup)[..2], [2, 2]);
    assert!(setup.supervisor.instances("task").iter().all(|one| !one.status().phase.is_running()));
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_started_again_has_the_new_options() {
    let setup = Setup::new();
    let tasks = setup.supervisor.add_instances(instances(1)).expect("its options are right");
    setup.at(1.0).await;
    setup
        .shared
        .update_tasks("task", instances(1).with_timeout(2 * SECOND).options())
        .expect("they are right");
    tasks[0].cancel();
    tasks[0].outcome().await;
    assert_eq!(setup.supervisor.scale("task", 1), Ok(1));
    let since = tokio::time::Instant::now();
    let task = setup.supervisor.task("task/0").expect("it was started again");
    while task.status().failures == 0 {
        tokio::time::sleep(SECOND / 10).await;
    }
    assert!(since.elapsed() < 3 * SECOND, "its first attempt has the new timeout");
}

#[tokio::test(start_paused = true)]
async fn wrong_options_change_no_instance_and_no_template() {
    let setup = Setup::new();
    setup.supervisor.add_instances(instances(1)).expect("its options are right");
    let wrong = instances(1).with_timeout(Duration::ZERO);
    let refused = setup.shared.update_tasks("task", wrong.options());
    assert!(matches!(refused, Err(RuntimeError::InvalidSpec { .. })), "{refused:?}");
    assert_eq!(setup.supervisor.scale("task", 2), Ok(1));
    setup.at(9.5).await;
    assert_eq!(attempts(&setup), [1, 1]);
    setup.at(11.5).await;
    assert_eq!(attempts(&setup), [2, 2]);
}
