//! What generated code asks about types.

use std::error::Error;
use std::marker::PhantomData;

use crate::error::TaskError;
use crate::runtime::body::FromContext;

/// Asks a type a question: an inherent constant, which only some types have, wins over that of a trait, which all have.
/// So aliases are answered too.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<T>);

impl<T, E> Probe<Result<T, E>> {
    /// It is a `Result`.
    pub const IS_RESULT: bool = true;
}

/// What is true of a type that is not a `Result`.
pub trait NotAResult {
    /// It is not a `Result`.
    const IS_RESULT: bool = false;
}

impl<T> NotAResult for Probe<T> {}

impl Probe<Result<(), Box<dyn Error>>> {
    /// Its error is a box of any.
    pub const IS_BOXED: bool = true;
}

/// What is true of a type whose error is no box of any.
pub trait NotBoxed {
    /// Its error is no box of any.
    const IS_BOXED: bool = false;
}

impl<T> NotBoxed for Probe<T> {}

impl<T: FromContext> Probe<T> {
    /// It is an extractor.
    pub const IS_EXTRACTOR: bool = true;
}

/// What is true of a type that is not an extractor.
pub trait NotAnExtractor {
    /// It is not an extractor.
    const IS_EXTRACTOR: bool = false;
}

impl<T> NotAnExtractor for Probe<T> {}

/// What a function under `#[job]` may return: anything that can be sent, or a `Result` of it with any error.
#[diagnostic::on_unimplemented(
    message = "a job cannot return `{Self}`",
    label = "not a job's return type",
    note = "a job returns anything that is `Send + 'static`, or a `Result` of it with any error: std, `anyhow`, `eyre`, boxed, \
            or `TaskError`",
    note = "the rules: `taskvisor::when_it_does_not_compile` in the documentation"
)]
pub trait IntoJobResult<const IS_RESULT: bool> {
    /// What is delivered.
    type Value: Send + 'static;

    /// Fails to compile where it may not be returned.
    fn check() {}

    /// The result of the attempt.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_job_result(self) -> Result<Self::Value, TaskError>;
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static, E: Into<TaskError>> IntoJobResult<true> for Result<T, E> {
    type Value = T;

    fn into_job_result(self) -> Result<T, TaskError> {
        self.map_err(Into::into)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> IntoJobResult<false> for T {
    type Value = T;

    fn into_job_result(self) -> Result<T, TaskError> {
        Ok(self)
    }
}

/// Assumed of a job's return type in generated code, as `JobArgument` is of an argument.
#[diagnostic::on_unimplemented(message = "a job cannot return `{Self}`", label = "not a job's return type")]
pub trait JobOutput<'a, const IS_RESULT: bool>: IntoJobResult<IS_RESULT> {}

#[diagnostic::do_not_recommend]
impl<T: IntoJobResult<IS_RESULT>, const IS_RESULT: bool> JobOutput<'_, IS_RESULT> for T {}
