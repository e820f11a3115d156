//! The failure of an attempt, with its shared error.

use std::error::Error;
use std::fmt;
use std::mem;
use std::sync::Arc;

use super::bounded::describe_within;
use super::causes::TakenError;
use super::task_error::{BoxError, chain, describe};
use crate::sync::panics::Contained;

/// The way in which an attempt failed.
///
/// ```
/// use taskvisor::{Failure, FailureKind};
///
/// /// Only failures that another attempt cannot repair.
/// fn is_urgent(failure: &Failure) -> bool {
///     matches!(failure.kind(), FailureKind::Fatal | FailureKind::Panic)
/// }
///
/// assert!(is_urgent(&Failure::new(FailureKind::Panic, 1, "index out of bounds")));
/// assert!(!is_urgent(&Failure::new(FailureKind::Timeout, 1, "too slow")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The attempt returned a retryable error.
    Error,
    /// The attempt returned an error that is marked as fatal, or for which [`fatal_if`](crate::TaskSpec::with_fatal_if) returned
    /// `true`.
    Fatal,
    /// The attempt exceeded its `timeout`.
    Timeout,
    /// The attempt panicked while its future was built or polled. A panic in a destructor is contained and is not a
    /// failure.
    Panic,
    /// The attempt returned [`TaskError::Canceled`](crate::TaskError::Canceled) without a stop request.
    Canceled,
    /// The attempt was not ready within its `start_timeout`.
    NotReady,
    /// The attempt sent no heartbeat for the time of its [`heartbeat`](crate::TaskSpec::with_heartbeat).
    Stalled,
    /// A task that this one depends on has failed or was aborted, so that no further attempt can start. The failure has the number of
    /// the last attempt, or 0 if there was none.
    Dependency,
}

impl FailureKind {
    /// Returns the name of the kind, in lower case with underscores, such as `not_ready`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Fatal => "fatal",
            Self::Timeout => "timeout",
            Self::Panic => "panic",
            Self::Canceled => "canceled",
            Self::NotReady => "not_ready",
            Self::Stalled => "stalled",
            Self::Dependency => "dependency",
        }
    }
}

/// Writes the [`label`](FailureKind::label).
impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// A failed attempt: its number, the kind of failure, and the error. Clones share the error.
///
/// `Display` writes the message of the error, then the messages of its sources. If the `Display` of an error panics,
/// the panic is contained.
///
/// Two failures are equal if their kinds and messages are. The number of the attempt and the type of the error are ignored.
///
/// ```
/// use std::io;
/// use taskvisor::{Failure, FailureKind};
///
/// let error = io::Error::from(io::ErrorKind::ConnectionRefused);
/// let failure = Failure::new(FailureKind::Error, 3, error);
/// assert_eq!((failure.kind(), failure.attempt()), (FailureKind::Error, 3));
/// assert_eq!(failure.to_string(), "connection refused");
/// let cause = failure.downcast_ref::<io::Error>().map(io::Error::kind);
/// assert_eq!(cause, Some(io::ErrorKind::ConnectionRefused));
/// ```
#[derive(Clone)]
pub struct Failure {
    kind: FailureKind,
    attempt: u64,
    error: Contained<Arc<dyn Error + Send + Sync>>,
}

impl Failure {
    /// Creates a failure, for the test of a subscriber or of other code that receives one.
    ///
    /// ```
    /// use taskvisor::{Failure, FailureKind};
    ///
    /// let failure = Failure::new(FailureKind::Fatal, 1, "no such account");
    /// assert_eq!(failure.to_string(), "fatal: no such account");
    /// ```
    #[must_use]
    pub fn new(kind: FailureKind, attempt: u64, error: impl Into<BoxError>) -> Self {
        Self { kind, attempt, error: Contained::new(error.into().into()) }
    }

    /// Returns the kind of failure.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// Returns the number of the failed attempt. The first attempt of a task is 1.
    #[must_use]
    pub fn attempt(&self) -> u64 {
        self.attempt
    }

    /// Returns the error: the one that the body returned, or one of this crate for a timeout or a panic.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        match self.error.get() {
            Some(error) => &**error,
            None => &TakenError,
        }
    }

    /// Returns the messages of the error and of its sources.
    pub(crate) fn message(&self) -> String {
        describe(self.error())
    }

    /// As `message`, but of at most `limit` bytes. Returns whether the error was fatal, too.
    pub(crate) fn message_within(&self, limit: usize) -> String {
        let prefix = if self.kind == FailureKind::Fatal { "fatal: " } else { "" };
        format!("{prefix}{}", describe_within(self.error(), limit.saturating_sub(prefix.len())))
    }

    /// Returns the first error of type `E` in the source chain, starting with the error itself.
    ///
    /// An error that `anyhow` boxed without a context is not found, because `anyhow` hides its type. Its sources are
    /// found.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        chain(self.error()).find_map(|error| error.downcast_ref())
    }
}

/// Compares the kind and the message.
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.message() == other.message()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            FailureKind::Fatal => "fatal: ",
            FailureKind::Panic => "panicked: ",
            _ => "",
        })?;
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.kind)
            .field("attempt", &self.attempt)
            .field("error", &self.message())
            .finish()
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error().source()
    }
}

/// The failure of an attempt, or the number of an attempt that had no error. The error is moved into an `Arc` only when it is first
/// read, because most failures are never read.
#[derive(Debug, Default)]
pub(crate) struct StoredFailure {
    pub(crate) attempt: u64,
    pub(crate) error: ErrorSlot,
}

/// The error of a failure. The kind is stored in the variants, where it fits beside the tag and takes no memory.
#[derive(Debug, Default)]
pub(crate) enum ErrorSlot {
    #[default]
    Nothing,
    Caught(FailureKind, Contained<BoxError>),
    Shared(FailureKind, Contained<Arc<dyn Error + Send + Sync>>),
}

impl ErrorSlot {
    #[inline]
    pub(crate) fn of(caught: Option<(FailureKind, BoxError)>) -> Self {
        match caught {
            Some((kind, error)) => Self::Caught(kind, Contained::new(error)),
            None => Self::Nothing,
        }
    }

    #[inline]
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

impl From<Failure> for StoredFailure {
    fn from(Failure { kind, attempt, error }: Failure) -> Self {
        Self { attempt, error: ErrorSlot::Shared(kind, error) }
    }
}

impl StoredFailure {
    /// Stores a later failure and returns the previous one. Drop it after the lock is released: its destructor is user
    /// code.
    #[must_use = "drop it after the lock is released"]
    pub(crate) fn replace(&mut self, later: Self) -> ErrorSlot {
        mem::replace(self, later).error
    }

    /// Returns the kind of the last failure, if it is one of `attempt`.
    pub(crate) fn kind_of(&self, attempt: u64) -> Option<FailureKind> {
        match &self.error {
            ErrorSlot::Caught(kind, _) | ErrorSlot::Shared(kind, _) if self.attempt == attempt => Some(*kind),
            _ => None,
        }
    }

    /// Returns the failure. The first call moves the error into an `Arc`.
    pub(crate) fn share(&mut self) -> Option<Failure> {
        if let ErrorSlot::Caught(kind, error) = &mut self.error {
            let error = error.take().unwrap_or_else(|| Box::new(TakenError));
            self.error = ErrorSlot::Shared(*kind, Contained::new(error.into()));
        }
        match &self.error {
            ErrorSlot::Shared(kind, error) => {
                Some(Failure { kind: *kind, attempt: self.attempt, error: error.clone() })
            }
            ErrorSlot::Nothing | ErrorSlot::Caught(..) => None,
        }
    }
}
