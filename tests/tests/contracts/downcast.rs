//! A failure finds its error by type, anywhere in the chain.

use std::error::Error;
use std::fmt;

use anyhow::Context as _;
use taskvisor::{EventKind, Failure, ResultExt, TaskError, TaskFn};
use tests::Rules;

use crate::support::end;

#[derive(Debug, PartialEq)]
struct Refused {
    port: u16,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "port {} refused", self.port)
    }
}

impl Error for Refused {}

#[derive(Debug)]
struct Unreachable(Refused);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreachable")
    }
}

impl Error for Unreachable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

const REFUSED: Refused = Refused { port: 80 };

/// Finds the cause in the failure of the outcome and in the failure of the event.
async fn finds(body: fn() -> Result<(), TaskError>) -> Failure {
    let finished = end(Rules::never(), TaskFn::arc("work", move || async move { body() })).await;
    let published = finished.event_log.events().iter().find_map(|event| match &event.kind {
        EventKind::Failed { error, .. } => Some(error.clone()),
        _ => None,
    });
    assert_eq!(published.expect("a failure event was published").downcast_ref(), Some(&REFUSED));
    assert_eq!(finished.failure().downcast_ref(), Some(&REFUSED));
    finished.failure().clone()
}

#[tokio::test(start_paused = true)]
async fn the_error_itself() {
    let failure = finds(|| Err(REFUSED)?).await;
    assert_eq!(failure.to_string(), "port 80 refused");
    assert_eq!(failure.error().downcast_ref(), Some(&REFUSED));
}

#[tokio::test(start_paused = true)]
async fn the_source_of_the_error() {
    let failure = finds(|| Err(Unreachable(REFUSED))?).await;
    assert!(failure.downcast_ref::<Unreachable>().is_some());
    assert_eq!(failure.to_string(), "unreachable: port 80 refused");
}

#[tokio::test(start_paused = true)]
async fn under_a_context_of_anyhow() {
    finds(|| Ok(Err(REFUSED).context("connecting").context("starting")?)).await;
}

#[tokio::test(start_paused = true)]
async fn the_source_of_an_error_boxed_by_anyhow() {
    finds(|| Err(anyhow::Error::from(Unreachable(REFUSED)))?).await;
}

#[tokio::test(start_paused = true)]
async fn under_a_verdict() {
    finds(|| Ok(Err(REFUSED).fatal()?)).await;
    finds(|| Err(TaskError::fatal(REFUSED))).await;
    finds(|| Err(TaskError::retry_after(Unreachable(REFUSED), std::time::Duration::ZERO))).await;
}

#[tokio::test(start_paused = true)]
async fn under_a_verdict_within_anyhow() {
    fn inner() -> anyhow::Result<()> {
        Err(REFUSED).fatal().context("starting")
    }
    finds(|| Ok(inner()?)).await;
}

#[tokio::test(start_paused = true)]
async fn another_type_is_not_found() {
    let failure = finds(|| Err(REFUSED)?).await;
    assert!(failure.downcast_ref::<fmt::Error>().is_none());
}

#[tokio::test(start_paused = true)]
async fn in_the_last_error_that_the_next_attempt_sees() {
    let task = TaskFn::arc("work", |context: taskvisor::TaskContext| async move {
        match context.last_error() {
            None => Err(Unreachable(REFUSED))?,
            Some(failure) if failure.downcast_ref() == Some(&REFUSED) => Ok(()),
            Some(failure) => Err(TaskError::fail(format!("another: {failure}"))),
        }
    });
    let finished = end(Rules::on_failure().without_backoff().max_retries(1), task).await;
    assert!(finished.outcome.is_completed(), "{}", finished.outcome);
}
