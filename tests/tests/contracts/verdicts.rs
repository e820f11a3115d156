//! `.fatal()?` and `.retry_after(d)?` add a verdict to `?`, in a body of any error type.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::time::Duration;

use anyhow::Context as _;
use taskvisor::{
    BoxError, Event, EventKind, FailureKind, MarkedError, ResultExt, TaskContext, TaskError, TaskFn,
};
use tests::{EventLog, Rules};

use crate::support::{SECOND, end, seconds, stop};

type TaskResult = Result<(), TaskError>;

const LATER: Duration = Duration::from_secs(77);

async fn port(text: &str) -> Result<u16, std::num::ParseIntError> {
    text.parse()
}

/// Expects that the failing body is not retried, and returns the message of the failure.
async fn fatal<F>(body: fn() -> F) -> String
where
    F: Future<Output = TaskResult> + Send + 'static,
{
    let finished = end(Rules::always().constant_backoff(SECOND), TaskFn::arc("work", body)).await;
    assert_eq!(finished.failure().kind(), FailureKind::Fatal);
    assert_eq!(finished.starts().len(), 1);
    finished.failure().to_string()
}

/// Expects that the failing body is retried after exactly `LATER`, and returns the message of the failure.
async fn later<F>(body: fn() -> F) -> String
where
    F: Future<Output = TaskResult> + Send + 'static,
{
    let rules = Rules::always().constant_backoff(SECOND).max_retries(1).uses_retry_after();
    let finished = end(rules, TaskFn::arc("work", body)).await;
    assert_eq!(finished.failure().kind(), FailureKind::Error);
    assert_eq!(delays(&finished.event_log), [LATER]);
    assert_eq!(finished.starts(), [seconds(0), LATER]);
    finished.failure().to_string()
}

fn delays(event_log: &EventLog) -> Vec<Duration> {
    let delay = |event: &Event| match event.kind {
        EventKind::Backoff { delay, .. } => Some(delay),
        _ => None,
    };
    event_log.events().iter().filter_map(delay).collect()
}

#[tokio::test(start_paused = true)]
async fn fatal_in_a_body_of_task_error() {
    let message = fatal(|| async {
        port("x").await.fatal()?;
        Ok(())
    });
    assert_eq!(message.await, "fatal: invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn retry_after_in_a_body_of_task_error() {
    let message = later(|| async {
        port("x").await.retry_after(LATER)?;
        Ok(())
    });
    assert_eq!(message.await, "invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn fatal_in_a_body_of_anyhow() {
    async fn inner() -> anyhow::Result<()> {
        port("x").await.fatal()?;
        Ok(())
    }
    assert_eq!(fatal(|| async { Ok(inner().await?) }).await, "fatal: invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn retry_after_in_a_body_of_anyhow() {
    async fn inner() -> anyhow::Result<()> {
        port("x").await.retry_after(LATER)?;
        Ok(())
    }
    assert_eq!(later(|| async { Ok(inner().await?) }).await, "invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn fatal_in_a_body_of_an_io_error() {
    async fn inner() -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::NotFound, "no such file")).fatal()?;
        Ok(())
    }
    assert_eq!(inner().await.map_err(|error| error.kind()), Err(io::ErrorKind::NotFound));
    assert_eq!(fatal(|| async { Ok(inner().await?) }).await, "fatal: no such file");
}

#[tokio::test(start_paused = true)]
async fn retry_after_in_a_body_of_an_io_error() {
    async fn inner() -> io::Result<()> {
        port("x").await.retry_after(LATER)?;
        Ok(())
    }
    assert_eq!(inner().await.map_err(|error| error.kind()), Err(io::ErrorKind::Other));
    assert_eq!(later(|| async { Ok(inner().await?) }).await, "invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn a_mark_is_carried_by_every_boxed_error() {
    async fn to_be_sent() -> Result<(), BoxError> {
        port("x").await.fatal()?;
        Ok(())
    }
    fn boxed() -> Result<(), Box<dyn Error>> {
        "x".parse::<u16>().fatal()?;
        Ok(())
    }
    assert_eq!(fatal(|| async { Ok(to_be_sent().await?) }).await, "fatal: invalid digit found in string");
    assert!(boxed().is_err_and(|error| error.is::<MarkedError>()));
}

#[tokio::test(start_paused = true)]
async fn a_mark_is_carried_by_a_type_that_has_it_as_its_source() {
    #[derive(Debug)]
    struct Own(MarkedError);

    impl From<MarkedError> for Own {
        fn from(marked: MarkedError) -> Self {
            Self(marked)
        }
    }

    impl fmt::Display for Own {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("own")
        }
    }

    impl Error for Own {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    async fn inner() -> Result<(), Own> {
        port("x").await.fatal()?;
        Ok(())
    }
    assert_eq!(fatal(|| async { Ok(inner().await?) }).await, "fatal: own: invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn fatal_under_contexts_of_anyhow() {
    async fn inner() -> anyhow::Result<()> {
        port("x").await.fatal().context("reading the port")?;
        Ok(())
    }
    let message = fatal(|| async { Ok(inner().await.context("starting")?) });
    assert_eq!(message.await, "fatal: starting: reading the port: invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn retry_after_under_contexts_of_anyhow() {
    async fn inner() -> anyhow::Result<()> {
        port("x").await.retry_after(LATER).context("reading the port")?;
        Ok(())
    }
    let message = later(|| async { Ok(inner().await.context("starting")?) });
    assert_eq!(message.await, "starting: reading the port: invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn fatal_of_an_anyhow_error() {
    async fn inner() -> anyhow::Result<()> {
        anyhow::bail!("not today")
    }
    assert_eq!(fatal(|| async { Ok(inner().await.fatal()?) }).await, "fatal: not today");
}

#[tokio::test(start_paused = true)]
async fn fatal_of_a_string() {
    assert_eq!(fatal(|| async { Ok(Err("no such file").fatal()?) }).await, "fatal: no such file");
}

#[tokio::test(start_paused = true)]
async fn the_verdict_of_a_task_error_survives_anyhow() {
    async fn inner() -> anyhow::Result<()> {
        let boxed = TaskError::fatal("broken").into_boxed();
        Err(anyhow::Error::from_boxed(boxed)).context("starting")
    }
    assert_eq!(fatal(|| async { Ok(inner().await?) }).await, "fatal: starting: broken");
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_came_through_anyhow_is_still_a_stop() {
    async fn inner(context: TaskContext) -> anyhow::Result<()> {
        context.cancelled().await;
        let boxed = TaskError::Canceled.into_boxed();
        Err(anyhow::Error::from_boxed(boxed)).context("listening")
    }
    let task = TaskFn::arc("work", |context: TaskContext| async { Ok(inner(context).await?) });
    let finished = stop(Rules::always(), task).await;
    assert_eq!(finished.trace()[2], "canceled 1");
    assert!(finished.outcome.failure().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_outermost_verdict_counts() {
    let message = fatal(|| async {
        port("x").await.retry_after(SECOND).fatal()?;
        Ok(())
    });
    assert_eq!(message.await, "fatal: invalid digit found in string");
    let message = later(|| async {
        port("x").await.fatal().retry_after(LATER)?;
        Ok(())
    });
    assert_eq!(message.await, "invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn a_verdict_can_be_changed_on_a_task_error_too() {
    async fn helper() -> TaskResult {
        Err(TaskError::fail("down"))
    }
    assert_eq!(fatal(|| async { Ok(helper().await.fatal()?) }).await, "fatal: down");
    assert_eq!(later(|| async { Ok(helper().await.retry_after(LATER)?) }).await, "down");
}

#[tokio::test(start_paused = true)]
async fn an_ok_passes_through() {
    let finished = end(
        Rules::never(),
        TaskFn::arc("work", || async {
            assert_eq!(port("80").await.fatal()?, 80);
            assert_eq!(port("81").await.retry_after(LATER)?, 81);
            Ok(())
        }),
    )
    .await;
    assert!(finished.outcome.is_completed());
}
