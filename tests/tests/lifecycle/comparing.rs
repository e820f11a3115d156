//! Comparisons of events, outcomes, phases and errors, which ignore measured times.

use std::time::Duration;

use taskvisor::{
    Config, EventKind, EventName, Failure, FailureKind, Outcome, Phase, Report, RuntimeError, StopCause,
    TaskFn,
};
use tests::{Harness, Rules, Script, Step};

const SECOND: Duration = Duration::from_secs(1);

fn failure(attempt: u64, message: &str) -> Failure {
    Failure::new(FailureKind::Error, attempt, message)
}

#[test]
fn failures_are_compared_by_kind_and_message() {
    assert_eq!(failure(1, "down"), failure(2, "down"));
    assert_ne!(failure(1, "down"), failure(1, "up"));
    assert_ne!(failure(1, "down"), Failure::new(FailureKind::Fatal, 1, "down"));
}

#[test]
fn events_are_compared_without_measured_times() {
    let (short, long) = (Duration::ZERO, SECOND);
    assert_eq!(EventKind::succeeded(1, short), EventKind::succeeded(1, long));
    assert_eq!(EventKind::failed(short, failure(1, "down")), EventKind::failed(long, failure(1, "down")));
    assert_eq!(EventKind::Added, EventKind::Added);
    let different = [
        EventKind::Added,
        EventKind::Removed,
        EventKind::started(1),
        EventKind::started(2),
        EventKind::succeeded(1, short),
        EventKind::failed(short, failure(1, "down")),
        EventKind::failed(short, failure(2, "down")),
        EventKind::failed(short, failure(1, "up")),
        EventKind::timed_out(1, short),
        EventKind::timed_out(1, long),
        EventKind::backoff(1, short, 1, failure(1, "down")),
        EventKind::backoff(1, long, 1, failure(1, "down")),
        EventKind::backoff(1, long, 1, failure(1, "up")),
        EventKind::ended(Outcome::Completed),
        EventKind::ended(Outcome::canceled(StopCause::Cancel)),
        EventKind::ended(Outcome::canceled(StopCause::Shutdown)),
        EventKind::ended(Outcome::Failed(failure(1, "down"))),
    ];
    for (index, one) in different.iter().enumerate() {
        for (position, other) in different.iter().enumerate() {
            assert_eq!(one == other, index == position, "{one}, {other}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn delays_are_compared_without_their_start() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    harness.add(Rules::always(), Script::task("owner", [Step::UntilStopped]));
    harness.add(Rules::always(), Script::task("one", [Step::UntilStopped]));
    tokio::time::sleep(SECOND).await;
    harness.add(Rules::always(), Script::task("other", [Step::UntilStopped]));
    tokio::time::sleep(SECOND * 12).await;
    let event_log = harness.finish().await;
    let delayed = event_log.events().iter().filter(|event| event.kind.name() == EventName::Delayed);
    let kinds: Vec<_> = delayed.map(|event| event.kind.clone()).collect();
    assert_eq!(kinds.len(), 2);
    assert_eq!(kinds[0], kinds[1]);
}

#[tokio::test(start_paused = true)]
async fn phases_are_compared_without_the_end_of_a_sleep() {
    let harness = Harness::new();
    let rules = Rules::always().delay(SECOND * 60);
    let one = harness.add(rules, Script::task("one", [Step::Succeed]));
    let other = harness.add(rules, Script::task("other", [Step::SucceedAfter(SECOND)]));
    let before = other.status().phase;
    tokio::time::sleep(SECOND * 2).await;
    let (slept, sleeps) = (one.status().phase, other.status().phase);
    assert_eq!(slept, sleeps);
    assert!(before.is_waiting() && sleeps.is_sleeping() && !sleeps.is_running());
    assert_ne!(before, sleeps);
    tokio::time::sleep(SECOND * 70).await;
    assert_ne!(other.status().phase, sleeps, "another attempt");
    harness.finish().await;
    assert_eq!(one.status().phase, Phase::Ended(Outcome::canceled(StopCause::Shutdown)));
    assert!(one.status().phase.is_ended());
}

#[tokio::test(start_paused = true)]
async fn errors_and_reports_are_compared() {
    let harness = Harness::new();
    harness.add(Rules::always(), Script::task("db", [Step::UntilStopped]));
    let again = || {
        let spec = Rules::never().spec(TaskFn::arc("db", || async { Ok(()) }));
        RuntimeError::from(harness.add_task(spec).expect_err("the name is taken"))
    };
    let (one, other) = (again(), again());
    assert_eq!(one, other);
    assert_ne!(one, RuntimeError::ShuttingDown);
    assert!(RuntimeError::ShuttingDown.is_shutting_down() && !one.is_shutting_down() && !one.is_busy());
    let report = harness.shutdown().await.expect("it stops in time");
    assert_eq!(harness.shutdown().await, Ok(report.clone()));
    assert_ne!(report, Report::default());
    harness.finish().await;
}
