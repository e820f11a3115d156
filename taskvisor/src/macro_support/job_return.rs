//! What a job returns, and how it is stored until it runs.

use std::future::Future;

use crate::error::TaskError;
use crate::runtime::body::{ErasedBody, TaskContext, erase_job};

/// The return type of a function under [`#[job]`](macro@crate::job): a value that is `Send + 'static`, or a `Result` of it with
/// any error.
///
/// An error is a `std::error::Error`, an `anyhow::Error`, an `eyre::Report`, a string, a boxed error that is `Send + Sync`, or a
/// [`TaskError`]. Generated code fills in `IS_RESULT`.
#[diagnostic::on_unimplemented(
    message = "a job cannot return `{Self}`",
    label = "its error is not an error that a job can fail with",
    note = "a job returns a value, or a `Result` of it with any error: std, `anyhow`, `eyre`, a string, or `TaskError`",
    note = "a boxed error is sent to another thread: write `Box<dyn std::error::Error + Send + Sync>`, or `taskvisor::BoxError`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-an-error`"
)]
pub trait JobReturn<const IS_RESULT: bool = true>: JobOutput<IS_RESULT> {
    /// Converts the returned value into the result of the attempt.
    #[allow(clippy::missing_errors_doc, reason = "the error is the function's own")]
    fn into_job_result(self) -> Result<Self::Value, TaskError>;
}

#[diagnostic::do_not_recommend]
impl<T: 'static, E: Into<TaskError>> JobReturn<true> for Result<T, E> {
    fn into_job_result(self) -> Result<T, TaskError> {
        self.map_err(Into::into)
    }
}

#[diagnostic::do_not_recommend]
impl<T: 'static> JobReturn<false> for T {
    fn into_job_result(self) -> Result<T, TaskError> {
        Ok(self)
    }
}

/// The type of a job's value. Every return type has one, so that a wrong type is reported only by `JobReturn` and `JobValue`.
pub trait JobOutput<const IS_RESULT: bool> {
    /// The type of the value.
    type Value: 'static;
}

#[diagnostic::do_not_recommend]
impl<T: 'static, E> JobOutput<true> for Result<T, E> {
    type Value = T;
}

#[diagnostic::do_not_recommend]
impl<T: 'static> JobOutput<false> for T {
    type Value = T;
}

/// The value of a job, which is sent to the caller.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a job: it is not `Send + 'static`",
    label = "not `Send + 'static`",
    note = "the value is sent from the thread of the job to the caller: use `Arc` instead of `Rc`, `dyn Trait + Send` instead of \
            `dyn Trait`, owned instead of borrowed",
    note = "see `taskvisor::when_it_does_not_compile`, rule `value-not-send`"
)]
pub trait JobValue {
    /// Compiles only if a job can return the value.
    fn check() {}
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> JobValue for T {}

/// Whether a job's arguments and its value can be sent to another thread. If not, that has been reported where they are
/// written.
#[derive(Debug)]
pub struct Sendable<const IS_SENDABLE: bool>;

/// Erases the body of a job with arguments of type `A` and a value of type `V`.
pub trait EraseJob<A, V> {
    /// Erases the arguments, and the function that makes an attempt of them.
    // The compiler quotes the line of the last bound in its error, so the comment at its end is part of the message.
    fn erase<M, F>(arguments: A, make: M) -> ErasedBody
    where
        M: Fn(A, TaskContext) -> F + Send + 'static,
        F: Future<Output = Result<V, TaskError>> + 'static,
        F: Send; // if a value is not `Send`, drop it before the `.await`, or use `Arc` and `Mutex` instead
}

impl<A: Clone + Send + 'static, V: Send + 'static> EraseJob<A, V> for Sendable<true> {
    fn erase<M, F>(arguments: A, make: M) -> ErasedBody
    where
        M: Fn(A, TaskContext) -> F + Send + 'static,
        F: Future<Output = Result<V, TaskError>> + Send + 'static,
    {
        erase_job(arguments, make)
    }
}

impl<A, V> EraseJob<A, V> for Sendable<false> {
    fn erase<M, F>(_arguments: A, _make: M) -> ErasedBody
    where
        M: Fn(A, TaskContext) -> F + Send + 'static,
        F: Future<Output = Result<V, TaskError>> + Send + 'static,
    {
        unreachable!("the job is a compile error")
    }
}
