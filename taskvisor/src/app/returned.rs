//! The return types of annotated functions.

use std::error::Error;

use crate::error::TaskError;

/// The return type of a function under `#[task]`: nothing, or a `Result<(), E>` of any error.
#[diagnostic::on_unimplemented(
    message = "a task cannot return `{Self}`",
    label = "not a task's return type",
    note = "a task returns `()`, `!` or `Result<(), E>`, where `E` is any error: std, `anyhow`, `eyre`, a string, or `TaskError`; \
            a value is returned by a `#[job]`, which is submitted",
    note = "a boxed error is sent to another thread: write `Box<dyn std::error::Error + Send + Sync>`, or `taskvisor::BoxError`",
    note = "see `taskvisor::when_it_does_not_compile`, rules `value-of-a-task` and `not-an-error`"
)]
pub trait TaskReturn {
    /// Converts it into the result of the attempt.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_task_result(self) -> Result<(), TaskError>;
}

impl TaskReturn for () {
    fn into_task_result(self) -> Result<(), TaskError> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<TaskError>> TaskReturn for Result<(), E> {
    fn into_task_result(self) -> Result<(), TaskError> {
        self.map_err(Into::into)
    }
}

/// The result of the setup.
pub type SetupResult = Result<(), Box<dyn Error>>;

/// The return type of a function under `#[taskvisor::main]`: nothing, or a `Result<(), E>` of any error.
#[diagnostic::on_unimplemented(
    message = "the setup cannot return `{Self}`",
    label = "not a return type of the setup",
    note = "the function under `#[taskvisor::main]` returns `()` or `Result<(), E>`, where `E` is any error",
    note = "see `taskvisor::when_it_does_not_compile`, rules `wrong-main-return-type` and `not-an-error`"
)]
pub trait SetupReturn<const IS_BOXED: bool = false> {
    /// Converts it into the result of the setup.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_setup_result(self) -> SetupResult;
}

impl SetupReturn<false> for () {
    fn into_setup_result(self) -> SetupResult {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<TaskError>> SetupReturn<false> for Result<(), E> {
    fn into_setup_result(self) -> SetupResult {
        self.map_err(|error| -> Box<dyn Error> { error.into().into_boxed() })
    }
}

/// The usual return type of `main`. It need not be `Send`, so it does not convert into a `TaskError`.
#[diagnostic::do_not_recommend]
impl SetupReturn<true> for Result<(), Box<dyn Error>> {
    fn into_setup_result(self) -> SetupResult {
        self
    }
}
