//! The crate's own errors, for failures that carry no user error.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::task_error::BoxError;

/// A placeholder for an error that was moved out. It is never shown: an error is moved out only to be dropped or
/// shared.
#[derive(Debug)]
pub(crate) struct TakenError;

impl fmt::Display for TakenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the error was moved out")
    }
}

impl Error for TakenError {}

/// Defines the error of an exceeded limit. Its source is the error that the attempt returned after its token was canceled, if any.
macro_rules! exceeded {
    ($($(#[$doc:meta])* $name:ident $text:literal)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name {
            pub(crate) limit: Duration,
            pub(crate) returned: Option<BoxError>,
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $text, humantime::format_duration(self.limit))
            }
        }

        impl Error for $name {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                self.returned.as_deref().map(|error| error as _)
            }
        }
    )+};
}

exceeded! {
    /// The attempt exceeded its timeout.
    TimedOut "timed out after {}"
    /// The attempt did not notify within its `start_timeout`.
    NotReadyInTime "not ready after {}"
    /// The attempt sent no heartbeat for this time.
    MissedHeartbeat "no heartbeat for {}"
}

/// The attempt panicked; holds the panic message.
#[derive(Debug)]
pub(crate) struct Panicked(pub(crate) String);

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Panicked {}

/// The attempt returned [`TaskError::Canceled`](crate::TaskError::Canceled), but no stop was requested.
#[derive(Debug)]
pub(crate) struct CanceledWithoutRequest;

impl fmt::Display for CanceledWithoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("returned `Canceled` without a stop request")
    }
}

impl Error for CanceledWithoutRequest {}

/// A task that the failed one depends on has failed or was aborted.
///
/// In a chain each task names the root: texts that contain those of the tasks before them would grow with the chain.
#[derive(Debug)]
pub(crate) struct DependencyEnded {
    pub(crate) name: String,
    pub(crate) root: Arc<EndedRoot>,
}

/// The task that ended first, for which all tasks after it in a chain have failed.
#[derive(Debug)]
pub(crate) struct EndedRoot {
    pub(crate) name: String,
    /// Its outcome, as text.
    pub(crate) outcome: String,
}

impl fmt::Display for DependencyEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, root } = self;
        if *name == root.name {
            write!(f, "the task `{name}`, on which it depends, ended: {}", root.outcome)
        } else {
            write!(
                f,
                "the task `{}`, on which it depends through `{name}`, ended: {}",
                root.name, root.outcome
            )
        }
    }
}

impl Error for DependencyEnded {}
