//! What an annotated function may return.

use crate::error::{BoxError, TaskError};

/// What a function under `#[task]` may return: nothing, or a `Result<(), E>` of any error.
#[diagnostic::on_unimplemented(
    message = "a task cannot return `{Self}`",
    label = "not a task's return type",
    note = "a task returns `()`, `!` or `Result<(), E>`, where `E` is any error: std, `anyhow`, `eyre`, boxed, or \
            `TaskError`; a value is returned by what is submitted, not by a task"
)]
pub trait IntoTaskResult {
    /// The result of the attempt.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_task_result(self) -> Result<(), TaskError>;
}

impl IntoTaskResult for () {
    fn into_task_result(self) -> Result<(), TaskError> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<TaskError>> IntoTaskResult for Result<(), E> {
    fn into_task_result(self) -> Result<(), TaskError> {
        self.map_err(Into::into)
    }
}

/// Tells by its type whether a function returns a `Result`, aliases included: the inherent constant of a `Result` wins
/// over that of the trait, which every type has.
#[cfg(feature = "controller")]
#[derive(Debug)]
pub struct Probe<T>(std::marker::PhantomData<T>);

#[cfg(feature = "controller")]
impl<T, E> Probe<Result<T, E>> {
    /// It is a `Result`.
    pub const IS_RESULT: bool = true;
}

/// What is true of a type that is not a `Result`.
#[cfg(feature = "controller")]
pub trait NotAResult {
    /// It is not a `Result`.
    const IS_RESULT: bool = false;
}

#[cfg(feature = "controller")]
impl<T> NotAResult for Probe<T> {}

/// What a function under `#[job]` may return: anything that can be sent, or a `Result` of it with any error.
#[cfg(feature = "controller")]
#[diagnostic::on_unimplemented(
    message = "a job cannot return `{Self}`",
    label = "not a job's return type",
    note = "a job returns anything that is `Send + 'static`, or a `Result` of it with any error: std, `anyhow`, `eyre`, boxed, \
            or `TaskError`"
)]
pub trait IntoJobResult<const IS_RESULT: bool> {
    /// What is delivered.
    type Value: Send + 'static;

    /// The result of the attempt.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_job_result(self) -> Result<Self::Value, TaskError>;
}

#[cfg(feature = "controller")]
#[diagnostic::do_not_recommend]
impl<T: Send + 'static, E: Into<TaskError>> IntoJobResult<true> for Result<T, E> {
    type Value = T;

    fn into_job_result(self) -> Result<T, TaskError> {
        self.map_err(Into::into)
    }
}

#[cfg(feature = "controller")]
#[diagnostic::do_not_recommend]
impl<T: Send + 'static> IntoJobResult<false> for T {
    type Value = T;

    fn into_job_result(self) -> Result<T, TaskError> {
        Ok(self)
    }
}

/// How the set-up went.
pub type SetupResult = Result<(), BoxError>;

/// What a function under `#[taskvisor::main]` may return: nothing, or a `Result<(), E>` of any error.
#[diagnostic::on_unimplemented(
    message = "the set-up cannot return `{Self}`",
    label = "not a return type of the set-up",
    note = "the function under `#[taskvisor::main]` returns `()` or `Result<(), E>`, where `E` is any error"
)]
pub trait IntoSetupResult {
    /// The result of the set-up.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_setup_result(self) -> SetupResult;
}

impl IntoSetupResult for () {
    fn into_setup_result(self) -> SetupResult {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<TaskError>> IntoSetupResult for Result<(), E> {
    fn into_setup_result(self) -> SetupResult {
        self.map_err(|error| error.into().into_boxed())
    }
}
