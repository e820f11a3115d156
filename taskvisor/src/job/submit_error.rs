//! The error of a refused submission.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::task::RuntimeError;

/// The error of a refused submission. It carries the reason and the submission, so that the caller can try again.
///
/// ```
/// use taskvisor::{Config, ControllerSpec, RuntimeError, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let sync = || {
///     let task = TaskFn::arc("sync", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
///     ControllerSpec::drop_if_running(TaskSpec::once(task))
/// };
/// let running = supervisor.submit(sync())?;
/// let refused = supervisor.submit(sync()).expect_err("the slot has an owner");
/// assert!(matches!(refused.reason(), RuntimeError::Busy { .. }));
///
/// running.cancel();
/// running.outcome().await;
/// supervisor.submit(refused.into_submission())?;
/// # Ok(())
/// # }
/// ```
pub struct SubmitError<S>(Box<RefusedSubmission<S>>);

struct RefusedSubmission<S> {
    reason: RuntimeError,
    // As in `AddError`: the lock makes the error `Sync` although the submission may not be.
    submission: Mutex<S>,
}

impl<S> SubmitError<S> {
    pub(crate) fn new(reason: RuntimeError, submission: S) -> Self {
        Self(Box::new(RefusedSubmission { reason, submission: Mutex::new(submission) }))
    }

    /// Returns why the submission was refused.
    #[must_use]
    pub fn reason(&self) -> &RuntimeError {
        &self.0.reason
    }

    /// Returns the refused submission.
    #[must_use]
    pub fn into_submission(self) -> S {
        self.0.submission.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> From<SubmitError<S>> for RuntimeError {
    fn from(error: SubmitError<S>) -> Self {
        error.0.reason
    }
}

impl<S> fmt::Display for SubmitError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason().fmt(f)
    }
}

impl<S> fmt::Debug for SubmitError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitError").field("reason", self.reason()).finish_non_exhaustive()
    }
}

impl<S> Error for SubmitError<S> {}
