//! `?` turns any error into a retryable failure.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use taskvisor::{AddError, BoxError, FailureKind, RuntimeError, TaskError, TaskFn};
use tests::Rules;

use crate::support::end;

/// Runs a failing body, expects a retry, and returns the message of the failure.
async fn retried<F>(body: fn() -> F) -> String
where
    F: Future<Output = Result<(), TaskError>> + Send + 'static,
{
    let rules = Rules::on_failure().without_backoff().max_retries(1);
    let finished = end(rules, TaskFn::arc("work", body)).await;
    assert_eq!(finished.failure().kind(), FailureKind::Error);
    assert_eq!(finished.failure().attempt(), 2, "the first failure was retried");
    finished.failure().to_string()
}

#[tokio::test(start_paused = true)]
async fn an_error_of_std() {
    let message = retried(|| async {
        "x".parse::<u16>()?;
        Ok(())
    });
    assert_eq!(message.await, "invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn a_boxed_error() {
    let message = retried(|| async {
        let boxed: Box<dyn Error + Send + Sync> = "boxed".into();
        Err(boxed)?;
        Ok(())
    });
    assert_eq!(message.await, "boxed");
}

#[tokio::test(start_paused = true)]
async fn a_string_and_a_literal() {
    let owned = retried(|| async {
        Err(String::from("owned"))?;
        Ok(())
    });
    assert_eq!(owned.await, "owned");
    let literal = retried(|| async {
        Err("literal")?;
        Ok(())
    });
    assert_eq!(literal.await, "literal");
}

#[tokio::test(start_paused = true)]
async fn an_anyhow_error_with_the_messages_of_its_chain() {
    let message = retried(|| async {
        use anyhow::Context as _;
        "x".parse::<u16>().context("reading the port")?;
        Ok(())
    });
    assert_eq!(message.await, "reading the port: invalid digit found in string");
}

#[tokio::test(start_paused = true)]
async fn an_anyhow_result_as_a_whole() {
    async fn inner() -> anyhow::Result<()> {
        anyhow::bail!("not today")
    }
    let message = retried(|| async { Ok(inner().await?) });
    assert_eq!(message.await, "not today");
}

/// Like `eyre::Report`: not an `Error`, but convertible into a boxed error.
struct Report(fmt::Error);

impl From<Report> for Box<dyn Error + Send + Sync> {
    fn from(report: Report) -> Self {
        Box::new(report.0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_no_error_itself() {
    let message = retried(|| async {
        Err(Report(fmt::Error))?;
        Ok(())
    });
    assert_eq!(message.await, fmt::Error.to_string());
}

#[tokio::test(start_paused = true)]
async fn a_task_error_of_a_helper() {
    async fn helper() -> Result<(), TaskError> {
        Err(TaskError::fail("from a helper"))
    }
    let message = retried(|| async {
        helper().await?;
        Ok(())
    });
    assert_eq!(message.await, "from a helper");
}

/// Whether `?` accepts a type. An inherent constant, if the type has one, takes precedence over the trait's.
struct Takes<T>(PhantomData<T>);

trait TakesNot {
    const ANY: bool = false;
}

impl<T> TakesNot for Takes<T> {}

impl<T: Into<BoxError>> Takes<T> {
    const ANY: bool = true;
}

#[test]
fn the_errors_of_the_supervisor_itself() {
    let takes = [Takes::<RuntimeError>::ANY, Takes::<AddError>::ANY, Takes::<fmt::Alignment>::ANY];
    assert_eq!(takes, [true, true, false]);
}
