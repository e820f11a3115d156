//! Tests of the recorder: it must reject a broken invariant, or no test that uses it could fail.

use std::time::Duration;

use taskvisor::{
    Config, Event, EventKind, EventName, Failure, FailureKind, NotReadyReason, Outcome, Readiness,
};
use tokio::time::sleep;

use crate::grammar::Reader;
use crate::{Harness, Rules, Script, Step};

const SECOND: Duration = Duration::from_secs(1);

/// Checks synthetic events of one task.
fn check(rules: Option<Rules>, kinds: impl IntoIterator<Item = EventKind>) -> Result<(), String> {
    let mut reader = Reader::new(rules, Vec::new());
    let mut event = Event::new(EventKind::Added).with_task("work");
    for kind in kinds {
        event.seq += 1;
        event.kind = kind;
        reader.read(&event)?;
    }
    Ok(())
}

fn started(attempt: u64) -> EventKind {
    EventKind::started(attempt)
}

fn succeeded(attempt: u64) -> EventKind {
    EventKind::succeeded(attempt, Duration::ZERO)
}

fn timed_out(attempt: u64) -> EventKind {
    EventKind::timed_out(attempt, SECOND)
}

/// A backoff after the first attempt.
fn backoff(failures: u32, delay: Duration) -> EventKind {
    EventKind::backoff(1, delay, failures, Failure::new(FailureKind::Timeout, 1, "too slow"))
}

fn completed() -> EventKind {
    EventKind::ended(Outcome::Completed)
}

fn assert_violation(result: Result<(), String>, part: &str) {
    let violation = result.expect_err("the events break an invariant");
    assert!(violation.contains(part), "{violation}");
}

#[tokio::test(start_paused = true)]
async fn accepts_a_task_that_fails_and_succeeds() {
    let rules = Rules::on_failure().constant_backoff(Duration::ZERO).max_retries(1);
    let kinds = [
        EventKind::Added,
        started(1),
        timed_out(1),
        backoff(1, Duration::ZERO),
        started(2),
        succeeded(2),
        completed(),
        EventKind::Removed,
    ];
    assert_eq!(check(Some(rules), kinds), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn refuses_attempts_that_overlap_or_skip_a_number() {
    assert_violation(check(None, [EventKind::Added, started(1), started(2)]), "Running");
    assert_violation(check(None, [EventKind::Added, started(2)]), "attempt 2 after 0");
    assert_violation(
        check(None, [EventKind::Added, started(1), succeeded(1), started(3)]),
        "attempt 3 after 1",
    );
    assert_violation(check(None, [EventKind::Added, started(1), succeeded(2)]), "the end of attempt 2");
}

#[tokio::test(start_paused = true)]
async fn refuses_events_outside_the_grammar() {
    assert_violation(check(None, [started(1)]), "Unknown");
    assert_violation(check(None, [EventKind::Added, EventKind::Added]), "Added");
    assert_violation(check(None, [EventKind::Added, EventKind::Removed]), "Added");
    assert_violation(check(None, [EventKind::Added, succeeded(1)]), "Added");
    assert_violation(check(None, [EventKind::Added, completed()]), "Added");
    assert_violation(check(None, [EventKind::Added, started(1), completed()]), "Running");
    assert_violation(
        check(None, [EventKind::Added, started(1), succeeded(1), completed(), completed()]),
        "Ended",
    );
    let after_removed =
        [EventKind::Added, started(1), succeeded(1), completed(), EventKind::Removed, started(2)];
    assert_violation(check(None, after_removed), "Removed");
    assert_violation(check(None, [EventKind::Added, started(1), timed_out(1), started(2)]), "Failed");
    assert_violation(check(None, [EventKind::Added, EventKind::Stopped]), "no event of a task");
}

#[tokio::test(start_paused = true)]
async fn refuses_events_that_the_rules_do_not_allow() {
    let failed = [EventKind::Added, started(1), timed_out(1), backoff(1, SECOND)];
    assert_violation(check(None, failed.clone()), "must know the rules");
    assert_violation(check(Some(Rules::never().constant_backoff(SECOND)), failed.clone()), "never restarted");
    assert_violation(
        check(Some(Rules::on_failure().constant_backoff(SECOND).max_retries(0)), failed.clone()),
        "at most",
    );
    assert_violation(check(Some(Rules::on_failure().constant_backoff(SECOND / 2)), failed), "is not within");
    let repeated = [EventKind::Added, started(1), succeeded(1), started(2)];
    assert_violation(check(Some(Rules::on_failure()), repeated), "not always restarted");
    let over = [EventKind::Added, started(1), succeeded(1), completed()];
    assert_violation(check(Some(Rules::always()), over), "always restarts");
}

#[tokio::test(start_paused = true)]
async fn refuses_a_wrong_count_of_failures() {
    let rules = Rules::on_failure().constant_backoff(SECOND);
    let miscounted = [EventKind::Added, started(1), timed_out(1), backoff(2, SECOND)];
    assert_violation(check(Some(rules), miscounted), "counts 2 failures, not 1");
}

#[tokio::test(start_paused = true)]
async fn refuses_a_retry_after_a_fatal_error() {
    let failed = EventKind::failed(Duration::ZERO, Failure::new(FailureKind::Fatal, 1, "broken"));
    let kinds = [EventKind::Added, started(1), failed, backoff(1, SECOND)];
    assert_violation(check(Some(Rules::on_failure().constant_backoff(SECOND)), kinds), "FailedForGood");
}

#[tokio::test(start_paused = true)]
async fn refuses_an_attempt_before_its_delay_is_over() {
    let rules = Rules::on_failure().constant_backoff(SECOND);
    let early = [EventKind::Added, started(1), timed_out(1), backoff(1, SECOND), started(2)];
    assert_violation(check(Some(rules), early), "before its delay");
}

#[tokio::test(start_paused = true)]
async fn refuses_numbers_and_times_that_run_backwards() {
    let mut late = Event::new(EventKind::Added).with_task("work");
    late.seq = 2;
    let mut early = late.clone();
    let mut reader = Reader::new(None, Vec::new());
    reader.read(&late).expect("the first event is valid");
    early.kind = started(1);
    assert_violation(reader.read(&early), "seq 2 after 2");
    early.seq = 3;
    late.at += SECOND;
    late.seq = 3;
    late.kind = started(1);
    reader.read(&late).expect("the second event is valid");
    early.seq = 4;
    early.kind = succeeded(1);
    assert_violation(reader.read(&early), "time runs backwards");
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "started after a stop request")]
async fn refuses_an_attempt_after_a_stop_request() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::Succeed]));
    harness.settle().await;
    harness.trace().stop_requested(&task);
    sleep(SECOND * 5).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is not the handle's")]
async fn refuses_an_outcome_that_differs_from_its_event() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), Script::task("work", [Step::Succeed]));
    task.outcome().await;
    harness.trace().ended(&task, Outcome::Aborted);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "never removed")]
async fn refuses_a_task_without_an_end() {
    let harness = Harness::new();
    harness.add(Rules::always(), Script::task("work", [Step::UntilStopped]));
    harness.settle().await;
    let event_log = harness.trace().so_far();
    assert!(!event_log.events().is_empty());
    // The check treats the events recorded so far as all events.
    let Harness { trace, .. } = harness;
    trace.check();
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "never checked")]
async fn refuses_to_be_dropped_unchecked() {
    drop(Harness::new());
}

fn ready() -> EventKind {
    EventKind::ready(Duration::ZERO)
}

#[tokio::test(start_paused = true)]
async fn accepts_a_task_that_is_ready_again_after_a_failure() {
    let rules = Rules::on_failure().constant_backoff(Duration::ZERO).ready(Readiness::Start);
    let lost = EventKind::not_ready(NotReadyReason::Failed);
    let backoff = backoff(1, Duration::ZERO);
    let kinds = [EventKind::Added, started(1), ready(), timed_out(1), lost, backoff, started(2), ready()];
    assert_eq!(check(Some(rules), kinds), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn rejects_readiness_that_does_not_alternate() {
    assert_violation(check(None, [EventKind::Added, started(1), ready(), ready()]), "ready twice");
    let lost = EventKind::not_ready(NotReadyReason::Stopping);
    assert_violation(check(None, [EventKind::Added, started(1), lost]), "not ready twice");
}

#[tokio::test(start_paused = true)]
async fn rejects_readiness_outside_of_its_rules() {
    assert_violation(check(None, [EventKind::Added, ready()]), "ready in Added");
    let success = Rules::never().ready(Readiness::Success);
    assert_violation(check(Some(success), [EventKind::Added, started(1), ready()]), "by these rules");
    let start = Rules::never().ready(Readiness::Start);
    let kinds = [EventKind::Added, started(1), succeeded(1), ready()];
    assert_violation(check(Some(start), kinds), "by these rules");
}

#[tokio::test(start_paused = true)]
async fn rejects_readiness_that_outlives_a_failure_or_the_task() {
    let rules = Rules::on_failure().constant_backoff(Duration::ZERO).ready(Readiness::Start);
    let failed = || [EventKind::Added, started(1), ready(), timed_out(1), backoff(1, Duration::ZERO)];
    assert_violation(check(Some(rules), failed().into_iter().chain([started(2)])), "still ready");
    let failure = Failure::new(FailureKind::Timeout, 1, "too slow");
    let end = EventKind::ended(Outcome::Failed(failure));
    let kinds = [EventKind::Added, started(1), ready(), timed_out(1), end];
    assert_violation(check(Some(rules), kinds), "ready: true");
    let kinds = [EventKind::Added, started(1), succeeded(1), completed()];
    assert_violation(check(Some(rules), kinds), "ready: false");
}

#[tokio::test(start_paused = true)]
async fn accepts_a_report_between_a_restart_and_its_attempt() {
    let harness = Harness::with_config(Config::default().with_max_concurrent(1));
    let steps = [Step::Fail("down"), Step::Fail("down"), Step::Succeed];
    let rules = Rules::on_failure().constant_backoff(1_000 * SECOND);
    let task = harness.add(rules, Script::task("work", steps));
    harness.settle().await;
    // The restart ends the backoff, and then the task waits for its permit.
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::SucceedAfter(30 * SECOND)]));
    harness.reach(&owner, 1).await;
    harness.restart(&task).expect("it backs off");
    assert!(harness.outcome(&task).await.is_completed());
    assert_eq!(harness.finish().await.times_of(&task, EventName::Delayed).len(), 2);
}
