//! Tasks whose attempts end as listed.

use std::time::Duration;

use taskvisor::{TaskContext, TaskError, TaskFn, TaskRef};
use tokio::time::sleep;

/// How one attempt goes.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Returns `Ok`.
    Succeed,
    /// Returns a retryable error.
    Fail(&'static str),
    /// Returns a fatal error.
    Fatal(&'static str),
    /// Returns an error that says when to try again.
    RetryAfter(&'static str, Duration),
    /// Returns `Canceled`, with or without a stop request.
    Cancel,
    /// Panics.
    Panic(&'static str),
    /// Never ends and looks at no token.
    Hang,
    /// Waits for the stop, then returns `Canceled`.
    UntilStopped,
    /// Waits for the stop, then returns a retryable error.
    FailWhenStopped(&'static str),
    /// Waits for the stop, then returns `Ok`.
    SucceedWhenStopped,
    /// Runs for this long, then returns `Ok`.
    SucceedAfter(Duration),
    /// Runs for this long, then returns a retryable error.
    FailAfter(Duration, &'static str),
}

/// No test wants so many attempts of one task. After them it waits, for a test to see that it is stuck.
const RUNAWAY: usize = 100_000;

/// A task made of [`Step`]s.
#[derive(Debug)]
pub struct Script;

impl Script {
    /// A task whose attempt number `n` goes as step `n`; after the last step, that one again.
    ///
    /// # Panics
    ///
    /// If there is no step.
    pub fn task(name: &'static str, steps: impl Into<Vec<Step>>) -> TaskRef {
        let steps = steps.into();
        assert!(!steps.is_empty(), "a script needs a step");
        TaskFn::arc(name, move |context: TaskContext| {
            let index = usize::try_from(context.attempt() - 1).unwrap_or(usize::MAX);
            let step = match index {
                RUNAWAY.. => Step::Hang,
                _ => steps[index.min(steps.len() - 1)],
            };
            async move { step.play(&context).await }
        })
    }
}

impl Step {
    async fn play(self, context: &TaskContext) -> Result<(), TaskError> {
        match self {
            Self::Succeed => Ok(()),
            Self::Fail(message) => Err(TaskError::fail(message)),
            Self::Fatal(message) => Err(TaskError::fatal(message)),
            Self::RetryAfter(message, delay) => Err(TaskError::retry_after(message, delay)),
            Self::Cancel => Err(TaskError::Canceled),
            Self::Panic(message) => panic!("{message}"),
            Self::Hang => std::future::pending().await,
            Self::UntilStopped => {
                context.cancelled().await;
                Err(TaskError::Canceled)
            }
            Self::FailWhenStopped(message) => {
                context.cancelled().await;
                Err(TaskError::fail(message))
            }
            Self::SucceedWhenStopped => {
                context.cancelled().await;
                Ok(())
            }
            Self::SucceedAfter(time) => {
                sleep(time).await;
                Ok(())
            }
            Self::FailAfter(time, message) => {
                sleep(time).await;
                Err(TaskError::fail(message))
            }
        }
    }
}
