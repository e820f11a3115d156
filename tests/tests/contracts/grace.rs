//! At the end of the grace, the supervisor drops the attempt. The outcome is `Aborted`.

use taskvisor::{Config, EventName, RuntimeError, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::{millis, seconds, stop};

#[tokio::test(start_paused = true)]
async fn a_body_that_ignores_the_stop_is_aborted_after_the_grace() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(7)));
    let task = harness.add(Rules::always(), Script::task("work", [Step::Hang]));
    harness.reach(&task, 1).await;
    assert!(harness.cancel(&task));
    assert!(harness.outcome(&task).await.is_aborted());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&task), ["added", "started 1", "aborted 1", "ended aborted", "removed"]);
    let waited = event_log.times_of(&task, EventName::Aborted)[0] - event_log.starts_of(&task)[0];
    // `reach` polls once per millisecond.
    assert!((seconds(7)..seconds(7) + millis(2)).contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn the_default_grace_is_twenty_seconds() {
    let finished = stop(Rules::always(), Script::task("work", [Step::Hang])).await;
    assert!(finished.outcome.is_aborted());
    let waited = finished.event_log.times_of(&finished.task, EventName::Aborted)[0];
    assert!((seconds(20)..seconds(20) + millis(2)).contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_zero_grace_still_polls_the_body_once() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::UntilStopped]));
    harness.reach(&task, 1).await;
    assert!(task.cancel_with_grace(seconds(0)));
    harness.trace().stop_requested(&task);
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(harness.finish().await.of(&task)[2], "canceled 1");
}

#[tokio::test(start_paused = true)]
async fn an_aborted_attempt_carries_no_error() {
    let harness = Harness::with_config(Config::default().with_grace(seconds(1)));
    let rules = Rules::on_failure().without_backoff();
    let task = harness.add(rules, Script::task("work", [Step::Fail("earlier"), Step::Hang]));
    harness.reach(&task, 2).await;
    assert!(harness.cancel(&task));
    assert!(harness.outcome(&task).await.failure().is_none());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_within_the_grace_is_canceled() {
    let task = TaskFn::arc("work", |context: TaskContext| async move {
        context.cancelled().await;
        sleep(seconds(19)).await;
        Err(TaskError::Canceled)
    });
    let finished = stop(Rules::always(), task).await;
    assert!(finished.outcome.is_canceled());
    assert_eq!(finished.trace()[2], "canceled 1");
}

#[tokio::test(start_paused = true)]
async fn a_second_request_only_brings_the_deadline_forward() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::Hang]));
    harness.reach(&task, 1).await;
    let requested = Instant::now();
    assert!(harness.cancel(&task));
    assert!(!task.cancel_with_grace(seconds(3)));
    assert!(harness.outcome(&task).await.is_aborted());
    assert_eq!(requested.elapsed(), seconds(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_second_request_cannot_postpone_the_deadline() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::Hang]));
    harness.reach(&task, 1).await;
    let requested = Instant::now();
    assert!(task.cancel_with_grace(seconds(3)));
    assert!(!task.cancel_with_grace(seconds(600)));
    assert!(harness.outcome(&task).await.is_aborted());
    assert_eq!(requested.elapsed(), seconds(3));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_grace_is_known_from_the_first_request_on() {
    let config = Config::default().with_grace(seconds(20)).with_shutdown_delay(seconds(5));
    let supervisor = Supervisor::new(config, Vec::new());
    let hangs = TaskFn::arc("hangs", std::future::pending::<Result<(), TaskError>>);
    supervisor.add_task(TaskSpec::once(hangs)).expect("a valid task");
    assert_eq!(supervisor.grace_deadline(), None);
    supervisor.stop();
    let deadline = Instant::now() + seconds(20);
    assert_eq!(supervisor.grace_deadline(), Some(deadline), "the delay is a part of the grace");
    sleep(seconds(3)).await;
    supervisor.stop();
    assert_eq!(supervisor.grace_deadline(), Some(deadline), "a repeated request moves nothing");
    let ended = supervisor.shutdown().await;
    assert!(matches!(ended, Err(RuntimeError::GraceExceeded { .. })), "{ended:?}");
    assert!(Instant::now() >= deadline);
    assert_eq!(supervisor.grace_deadline(), Some(deadline));
    let handle = supervisor.handle();
    drop(supervisor);
    assert_eq!(handle.grace_deadline(), None);
}
