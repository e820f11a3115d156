//! What an attempt may end with: any error, and what is to be done about it.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::sync::panics::contain;

/// Any error that may cross threads.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why an attempt did not succeed, and what should follow.
///
/// `?` turns any error into a [`Fail`](TaskError::Fail): std errors, boxes, strings, `anyhow` and `eyre`. For that to
/// be possible this type is itself no [`Error`], so a `TaskError` cannot be `?`-ed into `anyhow::Error`; use
/// [`into_boxed`](TaskError::into_boxed) there.
///
/// ```
/// use taskvisor::prelude::*;
///
/// async fn poll(address: &str) -> Result<(), TaskError> {
///     let port: u16 = address.parse()?; // retried with backoff
///     let _: u16 = "no number".parse().fatal()?; // never retried
///     if port == 0 {
///         return Err(TaskError::fail("port 0 is not served"));
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TaskError {
    /// The attempt stopped because it was asked to. If nobody asked, it counts as a failure.
    Canceled,
    /// Retried as the policies say.
    Fail(BoxError),
    /// Not retried, whatever the policies say.
    Fatal(BoxError),
    /// Retried after `delay` instead of the backoff; counts as a failure of the streak.
    RetryAfter {
        /// What happened.
        error: BoxError,
        /// How long to wait before the next attempt, exactly.
        delay: Duration,
    },
}

impl TaskError {
    /// A retryable failure, as `?` makes it.
    pub fn fail(error: impl Into<BoxError>) -> Self {
        classify(error.into())
    }

    /// A failure that no further attempt could mend.
    pub fn fatal(error: impl Into<BoxError>) -> Self {
        Self::Fatal(error.into())
    }

    /// A failure that says itself when to try again, as an HTTP `Retry-After` does. It counts for `max_retries`, but does
    /// not lengthen the next backoff delay.
    pub fn retry_after(error: impl Into<BoxError>, delay: Duration) -> Self {
        Self::RetryAfter { error: error.into(), delay }
    }

    /// As an error that keeps the verdict: turned back by `?`, it is fatal, delayed or canceled as before.
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

/// What can be the cause of a [`TaskError`]: whatever converts into a boxed error. Not meant to be implemented.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that a task can fail with",
    label = "not an error",
    note = "a task may fail with any `std::error::Error + Send + Sync + 'static`, with `anyhow::Error`, `eyre::Report`, \
            a boxed error, a string, or `TaskError`"
)]
pub trait Cause {
    #[doc(hidden)]
    fn into_box(self) -> BoxError;
}

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

/// Says on the spot that an error is fatal, or when to try again.
///
/// The verdict travels in the source chain and is found there when the attempt ends, under any context added on the way.
/// The error type of the function decides whether it can travel:
///
/// | `.fatal()?` in a function that returns | carries the mark |
/// |---|---|
/// | `Result<_, TaskError>` | yes |
/// | `anyhow::Result<_>`, `eyre::Result<_>`, `Result<_, BoxError>`, `Result<_, Box<dyn Error>>` | yes |
/// | `std::io::Result<_>` | yes; the error keeps its `kind` |
/// | `Result<_, E>` of another type | if `E` is made from a [`MarkedError`], and returns it as its source |
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
pub trait ResultExt<T> {
    /// Marks the error: no further attempt.
    #[allow(clippy::missing_errors_doc, reason = "it only changes the error there already is")]
    fn fatal(self) -> Result<T, MarkedError>;

    /// Marks the error: the next attempt starts after `delay`, whatever the backoff says. It counts for `max_retries`, but
    /// does not lengthen the next backoff delay.
    #[allow(clippy::missing_errors_doc, reason = "it only changes the error there already is")]
    fn retry_after(self, delay: Duration) -> Result<T, MarkedError>;
}

impl<T, E: Markable> ResultExt<T> for Result<T, E> {
    fn fatal(self) -> Result<T, MarkedError> {
        self.map_err(|error| MarkedError::new(Verdict::Fatal, error.into_box()))
    }

    fn retry_after(self, delay: Duration) -> Result<T, MarkedError> {
        self.map_err(|error| MarkedError::new(Verdict::RetryAfter(delay), error.into_box()))
    }
}

/// Any error, and `TaskError` too. One trait for both, so that `"7".parse().fatal()?` infers what it parses.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that a task can fail with",
    label = "not an error"
)]
pub trait Markable {
    #[doc(hidden)]
    fn into_box(self) -> BoxError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> Markable for E {
    fn into_box(self) -> BoxError {
        self.into()
    }
}

impl Markable for TaskError {
    fn into_box(self) -> BoxError {
        self.into_boxed()
    }
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    Canceled,
    Fatal,
    RetryAfter(Duration),
}

/// An error with a verdict on it, made by [`ResultExt`]; it reads like the error inside.
///
/// An error type of your own carries the verdict if it is made from a `MarkedError` and returns it as its source:
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
/// With `thiserror` that is a variant `Marked(#[from] MarkedError)`.
// anyhow hides the type of the outermost error when it is boxed, but not that error's source: so the mark is the source.
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

/// The mark is inside, and so the source; the kind is that of an I/O error, or [`Other`](io::ErrorKind::Other).
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

/// The chain of an error, outermost first. Bounded, because `source` is written by users.
pub(crate) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| contain(|| error.source()).ok().flatten()).take(64)
}

/// The message of an error and of its sources, each once: `read app.conf: permission denied`.
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
