//! Why a command failed.

use std::fmt;
use std::io;

use crate::display::escape;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// The request failed.
    Request(RequestError),
    /// Standard output cannot be written.
    Output(io::Error),
}

/// A request that failed, or an answer that cannot be read.
#[derive(Debug)]
pub(crate) struct RequestError {
    kind: RequestErrorKind,
    message: String,
    hint: Option<String>,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestErrorKind {
    /// The service cannot be reached, or did not answer in time.
    NotReached,
    /// The service refused it, with this status.
    Refused(u16),
    /// The answer cannot be read.
    BadAnswer,
}

impl RequestError {
    pub(crate) fn new(kind: RequestErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// Adds what to do.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds where the problem occurred.
    pub(crate) fn within(mut self, context: &str) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }

    pub(crate) fn kind(&self) -> RequestErrorKind {
        self.kind
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

/// Parts of the message come from the service, so it is escaped.
impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => {
                write!(f, "error: {}", escape(&error.message))?;
                match &error.hint {
                    Some(hint) => write!(f, "\n  {}", escape(hint)),
                    None => Ok(()),
                }
            }
            Self::Output(error) => write!(f, "error: cannot write to standard output: {error}"),
        }
    }
}

impl From<RequestError> for CommandError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
