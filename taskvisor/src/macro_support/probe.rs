//! Compile-time checks of types in generated code.

use std::error::Error;
use std::marker::PhantomData;

use crate::error::TaskError;
use crate::runtime::body::FromContext;

/// Tests a property of a type at compile time, also through type aliases.
///
/// The types with the property have an inherent constant, which takes precedence over the trait constant that all types
/// have.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<T>);

impl<T, E> Probe<Result<T, E>> {
    /// True: the type is a `Result`.
    pub const IS_RESULT: bool = true;
}

/// The answer for a type that is not a `Result`.
pub trait NotAResult {
    /// False: the type is not a `Result`.
    const IS_RESULT: bool = false;
}

impl<T> NotAResult for Probe<T> {}

impl Probe<Result<(), Box<dyn Error>>> {
    /// True: the error type is a box of any error.
    pub const IS_BOXED: bool = true;
}

/// The answer for a type whose error is not a box of any error.
pub trait NotBoxed {
    /// False: the error type is not a box of any error.
    const IS_BOXED: bool = false;
}

impl<T> NotBoxed for Probe<T> {}

impl<T: FromContext> Probe<T> {
    /// True: the type is an extractor.
    pub const IS_EXTRACTOR: bool = true;
}

/// The answer for a type that is not an extractor.
pub trait NotAnExtractor {
    /// False: the type is not an extractor.
    const IS_EXTRACTOR: bool = false;
}

impl<T> NotAnExtractor for Probe<T> {}

/// A type that a `#[job]` function can return: any `Send + 'static` type, or a `Result` of it with any error.
#[diagnostic::on_unimplemented(
    message = "a job cannot return `{Self}`",
    label = "not a job's return type",
    note = "a job returns anything that is `Send + 'static`, or a `Result` of it with any error: std, `anyhow`, `eyre`, boxed, \
            or `TaskError`",
    note = "see `taskvisor::when_it_does_not_compile`, rules `value-not-send` and `not-an-error`"
)]
pub trait IntoJobResult<const IS_RESULT: bool> {
    /// The type of the delivered value.
    type Value: Send + 'static;

    /// Compiles only if a job can return the type.
    fn check() {}

    /// Converts the returned value into the result of the attempt.
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

/// A bound that generated code places on a job's return type, as `JobArgument` on an argument.
#[diagnostic::on_unimplemented(message = "a job cannot return `{Self}`", label = "not a job's return type")]
pub trait JobOutput<'a, const IS_RESULT: bool>: IntoJobResult<IS_RESULT> {}

#[diagnostic::do_not_recommend]
impl<T: IntoJobResult<IS_RESULT>, const IS_RESULT: bool> JobOutput<'_, IS_RESULT> for T {}
