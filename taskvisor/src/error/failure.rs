//! A failed attempt: the error it ended with, shared by all that look at it.

use std::error::Error;
use std::fmt;
use std::mem;
use std::sync::Arc;

use super::causes::TakenError;
use super::task_error::{BoxError, chain, describe};
use crate::sync::panics::Contained;

/// In which way an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// It returned a retryable error.
    Error,
    /// It returned an error marked fatal.
    Fatal,
    /// It did not finish within the timeout and was dropped.
    Timeout,
    /// It panicked while its future was built or polled. A panic while it is dropped is contained and changes nothing.
    Panic,
    /// It returned [`TaskError::Canceled`](crate::TaskError::Canceled) although nobody had asked it to stop.
    Canceled,
}

/// A failed attempt: which one, in which way, and the error itself, shared.
///
/// Its `Display` is the message of the error followed by those of its sources. A `Display` that panics is contained.
#[derive(Clone)]
pub struct Failure {
    kind: FailureKind,
    attempt: u64,
    error: Contained<Arc<dyn Error + Send + Sync>>,
}

impl Failure {
    /// In which way the attempt failed.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The number of the attempt that failed, from 1.
    #[must_use]
    pub fn attempt(&self) -> u64 {
        self.attempt
    }

    /// The error: the user's own, or ours that tells of a timeout or a panic.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        match self.error.get() {
            Some(error) => &**error,
            None => &TakenError,
        }
    }

    /// The message of the error and of its sources.
    pub(crate) fn message(&self) -> String {
        describe(self.error())
    }

    /// The first error of type `E` in the chain, from the error itself down its sources.
    ///
    /// An error that `anyhow` boxed directly, without a context, is hidden by `anyhow` and not found; its sources are.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        chain(self.error()).find_map(|error| error.downcast_ref())
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

/// The last failure of a task. It stays in the box it came in until somebody asks for it: most failures are never looked
/// at.
#[derive(Debug, Default)]
pub(crate) struct LastFailure {
    attempt: u64,
    error: ErrorSlot,
}

/// Its kind stands beside the tag, where it takes no room.
#[derive(Debug, Default)]
pub(crate) enum ErrorSlot {
    #[default]
    Nothing,
    Caught(FailureKind, Contained<BoxError>),
    Shared(FailureKind, Contained<Arc<dyn Error + Send + Sync>>),
}

impl LastFailure {
    /// Keeps a later one. The one before is for after the lock, because it is a user's.
    #[must_use = "drop it after the lock"]
    pub(crate) fn replace(&mut self, kind: FailureKind, attempt: u64, error: BoxError) -> ErrorSlot {
        self.attempt = attempt;
        mem::replace(&mut self.error, ErrorSlot::Caught(kind, Contained::new(error)))
    }

    /// The failure, made shareable when it is asked for first.
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
