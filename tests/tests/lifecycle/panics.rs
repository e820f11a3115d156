//! A panic in user code is contained: it fails that attempt and affects nothing else.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use taskvisor::{
    FailureKind, FromContext, Outcome, Task, TaskContext, TaskError, TaskFn, TaskHandle, TaskRef,
};
use tests::{EventLog, Harness, Rules, Script, Step};

use crate::drops::Bomb;

/// Runs `task` for two failing attempts beside another task, which must be unaffected.
async fn beside_another(task: TaskRef) -> (Outcome, TaskHandle, EventLog) {
    let harness = Harness::new();
    let other =
        harness.add(Rules::never(), Script::task("other", [Step::SucceedAfter(Duration::from_secs(60))]));
    let rules = Rules::on_failure().without_backoff().max_retries(1);
    let task = harness.add(rules, task);
    let outcome = task.outcome().await;
    assert!(other.outcome().await.is_completed());
    let event_log = harness.finish().await;
    (outcome, task, event_log)
}

fn assert_panicked_twice(outcome: &Outcome, task: &TaskHandle, event_log: &EventLog, message: &str) {
    let failure = outcome.failure().expect("a failure");
    assert_eq!((failure.kind(), failure.attempt()), (FailureKind::Panic, 2));
    assert_eq!(failure.to_string(), format!("panicked: {message}"));
    let expected = [
        "added".to_owned(),
        "started 1".to_owned(),
        format!("panicked 1: panicked: {message}"),
        "backoff 1: 0ns".to_owned(),
        "started 2".to_owned(),
        format!("panicked 2: panicked: {message}"),
        "gave_up after 2".to_owned(),
        format!("ended failed: panicked: {message}"),
        "removed".to_owned(),
    ];
    assert_eq!(event_log.of(task), expected);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_body_fails_the_attempt() {
    let (outcome, task, event_log) =
        beside_another(Script::task("body", [Step::Panic("at the disco")])).await;
    assert_panicked_twice(&outcome, &task, &event_log, "at the disco");
}

struct Unbuildable;

impl Task for Unbuildable {
    fn run(self: Arc<Self>, context: TaskContext) -> impl Future<Output = Result<(), TaskError>> + Send {
        assert!(context.attempt() > 9, "no future");
        async { Ok(()) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_before_the_future_exists_fails_the_attempt() {
    let (outcome, task, event_log) = beside_another(TaskRef::new("unbuildable", Unbuildable)).await;
    assert_panicked_twice(&outcome, &task, &event_log, "no future");
}

struct Unextractable;

impl FromContext for Unextractable {
    fn from_context(context: &TaskContext) -> Self {
        assert!(context.attempt() > 9, "no parameter");
        Self
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_extractor_fails_the_attempt() {
    let body = TaskFn::arc("unextractable", |_: Unextractable| async { Ok(()) });
    let (outcome, task, event_log) = beside_another(body).await;
    assert_panicked_twice(&outcome, &task, &event_log, "no parameter");
}

#[tokio::test(start_paused = true)]
async fn a_panic_payload_that_panics_in_drop_fails_the_attempt() {
    let body = TaskFn::arc("payload", || async { std::panic::panic_any(Bomb::new().0) });
    let (outcome, task, event_log) = beside_another(body).await;
    assert_panicked_twice(&outcome, &task, &event_log, "a panic without a message");
}

/// An error whose `Display` panics.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("speechless");
    }
}

impl Error for Unspeakable {}

#[tokio::test(start_paused = true)]
async fn an_error_whose_display_panics_is_published() {
    let body = TaskFn::arc("unspeakable", || async { Err(Unspeakable.into()) });
    let (outcome, _, event_log) = beside_another(body).await;
    assert!(outcome.failure().is_some_and(|failure| failure.downcast_ref::<Unspeakable>().is_some()));
    let lines: Vec<_> = event_log.events().iter().map(ToString::to_string).collect();
    assert!(lines.iter().any(|line| line.contains("failed attempt=1")), "{lines:?}");
    assert_eq!(outcome.to_string(), "failed: <its Display panicked>");
    assert!(format!("{outcome:?}").contains("<its Display panicked>"));
}

/// An error whose `source` panics.
#[derive(Debug)]
struct Rootless;

impl fmt::Display for Rootless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rootless")
    }
}

impl Error for Rootless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        panic!("no source");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_whose_source_panics_is_published() {
    let body = TaskFn::arc("rootless", || async { Err(TaskError::fatal(Rootless)) });
    let (outcome, _, event_log) = beside_another(body).await;
    let lines: Vec<_> = event_log.events().iter().map(ToString::to_string).collect();
    assert!(lines.iter().any(|line| line.contains("rootless")), "{lines:?}");
    assert_eq!(outcome.to_string(), "failed: fatal: rootless");
}
