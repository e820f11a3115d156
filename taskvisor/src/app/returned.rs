//! What an annotated function may return.

use std::error::Error;

use crate::error::TaskError;

/// What a function under `#[task]` may return: nothing, or a `Result<(), E>` of any error.
#[diagnostic::on_unimplemented(
    message = "a task cannot return `{Self}`",
    label = "not a task's return type",
    note = "a task returns `()`, `!` or `Result<(), E>`, where `E` is any error: std, `anyhow`, `eyre`, boxed, or \
            `TaskError`; a value is returned by a `#[job]`, which is submitted",
    note = "the rules: `taskvisor::when_it_does_not_compile` in the documentation"
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

/// How the set-up went.
pub type SetupResult = Result<(), Box<dyn Error>>;

/// What a function under `#[taskvisor::main]` may return: nothing, or a `Result<(), E>` of any error.
#[diagnostic::on_unimplemented(
    message = "the set-up cannot return `{Self}`",
    label = "not a return type of the set-up",
    note = "the function under `#[taskvisor::main]` returns `()` or `Result<(), E>`, where `E` is any error",
    note = "the rules: `taskvisor::when_it_does_not_compile` in the documentation"
)]
pub trait IntoSetupResult<const IS_BOXED: bool> {
    /// The result of the set-up.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_setup_result(self) -> SetupResult;
}

impl IntoSetupResult<false> for () {
    fn into_setup_result(self) -> SetupResult {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<TaskError>> IntoSetupResult<false> for Result<(), E> {
    fn into_setup_result(self) -> SetupResult {
        self.map_err(|error| -> Box<dyn Error> { error.into().into_boxed() })
    }
}

/// What a `main` usually returns. It need not be `Send`, and so is not what a task could fail with.
#[diagnostic::do_not_recommend]
impl IntoSetupResult<true> for Result<(), Box<dyn Error>> {
    fn into_setup_result(self) -> SetupResult {
        self
    }
}
