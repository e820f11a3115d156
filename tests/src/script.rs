//! Tasks whose attempts follow a list of steps.

use std::time::Duration;

use taskvisor::{TaskContext, TaskError, TaskFn, TaskRef};
use tokio::time::sleep;

/// The behavior of one attempt.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Returns `Ok`.
    Succeed,
    /// Returns a retryable error.
    Fail(&'static str),
    /// Returns a fatal error.
    Fatal(&'static str),
    /// Returns a retryable error with the delay before the next attempt.
    RetryAfter(&'static str, Duration),
    /// Returns `Canceled`, with or without a stop request.
    Cancel,
    /// Panics.
    Panic(&'static str),
    /// Never ends and ignores stop requests.
    Hang,
    /// Waits for a stop request, then returns `Canceled`.
    UntilStopped,
    /// Waits for a stop request, then returns a retryable error.
    FailWhenStopped(&'static str),
    /// Waits for a stop request, then panics.
    PanicWhenStopped(&'static str),
    /// Waits for a stop request, then returns `Ok`.
    SucceedWhenStopped,
    /// Runs for this long, then returns `Ok`.
    SucceedAfter(Duration),
    /// Runs for this long, then returns a retryable error.
    FailAfter(Duration, &'static str),
}

/// More attempts than any test needs of one task. After them the task hangs, so that the test fails as stuck.
const RUNAWAY: usize = 100_000;

/// Creates tasks from [`Step`]s.
#[derive(Debug)]
pub struct Script;

impl Script {
    /// A task whose attempt number `n` executes step `n`. Further attempts repeat the last step.
    ///
    /// # Panics
    ///
    /// If `steps` is empty.
    pub fn task(name: &'static str, steps: impl Into<Vec<Step>>) -> TaskRef {
        let steps = non_empty(steps.into());
        TaskFn::arc(name, move |context: TaskContext| {
            let step = step_of(&steps, &context);
            async move { step.execute(&context).await }
        })
    }

    /// Like [`task`](Self::task), for a task with instances: each of them executes all steps.
    ///
    /// # Panics
    ///
    /// If `steps` is empty.
    pub fn shared(name: &'static str, steps: impl Into<Vec<Step>>) -> TaskRef {
        let steps = non_empty(steps.into());
        TaskFn::shared(name, move |context: TaskContext| {
            let step = step_of(&steps, &context);
            async move { step.execute(&context).await }
        })
    }
}

fn non_empty(steps: Vec<Step>) -> Vec<Step> {
    assert!(!steps.is_empty(), "a script needs a step");
    steps
}

fn step_of(steps: &[Step], context: &TaskContext) -> Step {
    let index = usize::try_from(context.attempt() - 1).unwrap_or(usize::MAX);
    match index {
        RUNAWAY.. => Step::Hang,
        _ => steps[index.min(steps.len() - 1)],
    }
}

impl Step {
    async fn execute(self, context: &TaskContext) -> Result<(), TaskError> {
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
            Self::PanicWhenStopped(message) => {
                context.cancelled().await;
                panic!("{message}")
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
