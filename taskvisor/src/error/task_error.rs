//! The error type of attempts: any error, with the decision whether to retry.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::sync::panics::contain;

/// Any error that can be sent and shared between threads.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The error of an attempt, which decides whether the attempt is retried.
///
/// `?` converts any error into [`Fail`](TaskError::Fail): std errors, boxed errors, strings, `anyhow` and `eyre`
/// errors. This conversion requires that `TaskError` does not implement [`Error`]. So `?` cannot convert a `TaskError`
/// into `anyhow::Error`; call [`into_boxed`](TaskError::into_boxed) there.
///
/// ```
/// use taskvisor::prelude::*;
///
/// async fn poll(address: &str) -> Result<(), TaskError> {
///     let port: u16 = address.parse()?; // an error is retried with backoff
///     let _: u16 = "no number".parse().fatal()?; // an error is never retried
///     if port == 0 {
///         return Err(TaskError::fail("port 0 is not served"));
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TaskError {
    /// The attempt stopped because of a stop request. Without a stop request it counts as a failure.
    Canceled,
    /// A failure that is retried according to the restart policy and the backoff.
    Fail(BoxError),
    /// A failure that is never retried.
    Fatal(BoxError),
    /// A failure that is retried after `delay` instead of the backoff. It counts as a consecutive failure.
    RetryAfter {
        /// The error.
        error: BoxError,
        /// The exact delay before the next attempt.
        delay: Duration,
    },
}

impl TaskError {
    /// Creates a retryable failure, as `?` does.
    pub fn fail(error: impl Into<BoxError>) -> Self {
        classify(error.into())
    }

    /// Creates a failure that is never retried.
    pub fn fatal(error: impl Into<BoxError>) -> Self {
        Self::Fatal(error.into())
    }

    /// Creates a failure that is retried after `delay`, such as an HTTP response with `Retry-After`.
    ///
    /// It counts towards `max_retries` and `max_failures`, but does not lengthen the next backoff delay.
    pub fn retry_after(error: impl Into<BoxError>, delay: Duration) -> Self {
        Self::RetryAfter { error: error.into(), delay }
    }

    /// Converts this error into a boxed error that carries the decision. `?` converts it back into the same variant.
    #[must_use]
    pub fn into_boxed(self) -> BoxError {
        match self {
            Self::Canceled => MarkedError::boxed(Verdict::Canceled, "canceled".into()),
            Self::Fail(error) => error,
            Self::Fatal(error) => MarkedError::boxed(Verdict::Fatal, error),
            Self::RetryAfter { error, delay } => MarkedError::boxed(Verdict::RetryAfter(delay), error),
        }
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Canceled => f.write_str("canceled"),
            Self::Fail(error) | Self::Fatal(error) | Self::RetryAfter { error, .. } => error.fmt(f),
        }
    }
}

/// A type that can be the cause of a [`TaskError`]: any type that converts into a boxed error.
///
/// Sealed: it is implemented for all such types, and no other type can implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that a task can fail with",
    label = "not an error",
    note = "a task may fail with any `std::error::Error + Send + Sync + 'static`, with `anyhow::Error`, `eyre::Report`, \
            a boxed error, a string, or `TaskError`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-an-error`"
)]
pub trait Cause: sealed::Cause {
    #[doc(hidden)]
    fn into_box(self) -> BoxError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> sealed::Cause for E {}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> Cause for E {
    fn into_box(self) -> BoxError {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Cause> From<E> for TaskError {
    fn from(error: E) -> Self {
        classify(error.into_box())
    }
}

/// Marks the error of a `Result` as fatal, or with a delay before the retry. Sealed: only `Result` implements it.
///
/// The mark is stored in the source chain. The runtime searches the chain when the attempt ends, so context that is
/// added to the error does not hide the mark. The error type of the function decides whether it can carry the mark:
///
/// | `.fatal()?` in a function that returns | carries the mark |
/// |---|---|
/// | `Result<_, TaskError>` | yes |
/// | `anyhow::Result<_>`, `eyre::Result<_>`, `Result<_, BoxError>`, `Result<_, Box<dyn Error>>` | yes |
/// | `std::io::Result<_>` | yes; the error keeps its `kind` |
/// | `Result<_, E>` of another type | if `E` implements `From<MarkedError>` and returns the [`MarkedError`] as its source |
/// | `Result<_, String>`, `Option<_>` | no |
///
/// ```
/// use std::time::Duration;
/// use taskvisor::prelude::*;
///
/// async fn read_config() -> anyhow::Result<()> {
///     let text = std::fs::read_to_string("app.conf").retry_after(Duration::from_secs(60))?;
///     let _limit: u32 = text.trim().parse().fatal()?;
///     Ok(())
/// }
/// ```
pub trait ResultExt<T>: sealed::ResultExt {
    /// Marks the error as fatal: no attempt follows.
    #[allow(clippy::missing_errors_doc, reason = "it only marks the existing error")]
    fn fatal(self) -> Result<T, MarkedError>;

    /// Marks the error with a delay: the next attempt starts after `delay` instead of the backoff.
    ///
    /// The failure counts towards `max_retries` and `max_failures`, but does not lengthen the next backoff delay.
    #[allow(clippy::missing_errors_doc, reason = "it only marks the existing error")]
    fn retry_after(self, delay: Duration) -> Result<T, MarkedError>;
}

impl<T, E: Markable> sealed::ResultExt for Result<T, E> {}

impl<T, E: Markable> ResultExt<T> for Result<T, E> {
    fn fatal(self) -> Result<T, MarkedError> {
        self.map_err(|error| MarkedError::new(Verdict::Fatal, error.into_box()))
    }

    fn retry_after(self, delay: Duration) -> Result<T, MarkedError> {
        self.map_err(|error| MarkedError::new(Verdict::RetryAfter(delay), error.into_box()))
    }
}

/// An error that [`ResultExt`] can mark: any error, or a [`TaskError`].
///
/// Sealed: no other type can implement it. One trait covers both, so that `"7".parse().fatal()?` infers the parsed type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that a task can fail with",
    label = "not an error",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-an-error`"
)]
pub trait Markable: sealed::Markable {
    #[doc(hidden)]
    fn into_box(self) -> BoxError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> sealed::Markable for E {}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> Markable for E {
    fn into_box(self) -> BoxError {
        self.into()
    }
}

impl sealed::Markable for TaskError {}

impl Markable for TaskError {
    fn into_box(self) -> BoxError {
        self.into_boxed()
    }
}

/// Other crates cannot name these traits, so they cannot implement the public ones.
mod sealed {
    pub trait Cause {}
    pub trait Markable {}
    pub trait ResultExt {}
}

/// The decision that a mark carries.
#[derive(Clone, Copy, Debug)]
enum Verdict {
    Canceled,
    Fatal,
    RetryAfter(Duration),
}

/// A marked error, created by [`ResultExt`]. It displays the error inside.
///
/// A custom error type carries the mark if it implements `From<MarkedError>` and returns the `MarkedError` as its
/// source:
///
/// ```
/// use std::error::Error;
/// use taskvisor::MarkedError;
///
/// #[derive(Debug)]
/// struct SyncError(MarkedError);
///
/// impl From<MarkedError> for SyncError {
///     fn from(marked: MarkedError) -> Self { Self(marked) }
/// }
///
/// impl Error for SyncError {
///     fn source(&self) -> Option<&(dyn Error + 'static)> { Some(&self.0) }
/// }
/// # impl std::fmt::Display for SyncError { fn fmt(&self, _: &mut std::fmt::Formatter) -> std::fmt::Result { Ok(()) } }
/// ```
///
/// With `thiserror`, this is a variant `Marked(#[from] MarkedError)`.
// When `anyhow` boxes an error, it hides the error's type, but not the error's source. So the mark is stored as the
// source.
#[derive(Debug)]
pub struct MarkedError(Mark);

impl MarkedError {
    fn new(verdict: Verdict, error: BoxError) -> Self {
        Self(Mark { verdict, error })
    }

    fn boxed(verdict: Verdict, error: BoxError) -> BoxError {
        Box::new(Self::new(verdict, error))
    }
}

impl fmt::Display for MarkedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.error.fmt(f)
    }
}

/// Wraps the marked error. The kind is that of the marked error if it is an I/O error, else
/// [`Other`](io::ErrorKind::Other).
impl From<MarkedError> for io::Error {
    fn from(marked: MarkedError) -> Self {
        let inner: Option<&Self> = marked.0.error.downcast_ref();
        Self::new(inner.map_or(io::ErrorKind::Other, Self::kind), marked)
    }
}

impl Error for MarkedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[derive(Debug)]
struct Mark {
    verdict: Verdict,
    error: BoxError,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Mark {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.error)
    }
}

/// Iterates over the source chain, starting with the error itself. Bounded, because `source` is user code and may be
/// cyclic.
pub(crate) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| contain(|| error.source()).ok().flatten()).take(64)
}

/// Returns the messages of an error and of its sources: `read app.conf: permission denied`. A message that only repeats
/// the end of the text is skipped.
pub(crate) fn describe(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for error in chain(error) {
        let message = contain(|| error.to_string()).unwrap_or_else(|_| "<its Display panicked>".to_owned());
        if text.ends_with(&message) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&message);
    }
    text
}

/// Converts an error into a [`TaskError`], according to the outermost mark in its source chain.
fn classify(error: BoxError) -> TaskError {
    let error = match error.downcast::<MarkedError>() {
        Ok(marked) => return apply(marked.0.verdict, marked.0.error),
        Err(error) => error,
    };
    let verdict = chain(&*error).find_map(|error| error.downcast_ref::<Mark>()).map(|mark| mark.verdict);
    match verdict {
        Some(verdict) => apply(verdict, error),
        None => TaskError::Fail(error),
    }
}

fn apply(verdict: Verdict, error: BoxError) -> TaskError {
    match verdict {
        Verdict::Canceled => TaskError::Canceled,
        Verdict::Fatal => TaskError::Fatal(error),
        Verdict::RetryAfter(delay) => TaskError::RetryAfter { error, delay },
    }
}
