//! The error of waiting until tasks are ready.

use std::error::Error;
use std::fmt;

use super::Outcome;
use crate::error::Failure;

/// Why a task, or a supervisor, will not be ready.
///
/// ```
/// use taskvisor::{Readiness, StartError, Supervisor, TaskError, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::default();
/// let migrate = TaskFn::arc("migrate", || async { Err(TaskError::fatal("no such table")) });
/// supervisor.add_task(TaskSpec::once(migrate).with_ready(Readiness::Success))?;
/// match supervisor.ready().await {
///     Err(StartError::Ended { name, .. }) => assert_eq!(name, "migrate"),
///     other => panic!("{other:?}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StartError {
    /// The task has ended without being ready.
    #[non_exhaustive]
    Ended {
        /// The name of the task.
        name: String,
        /// Its outcome.
        outcome: Outcome,
    },
    /// The task gave up and was paused, without being ready. [`resume`](crate::TaskHandle::resume) starts it again.
    #[non_exhaustive]
    GaveUp {
        /// The name of the task.
        name: String,
        /// Its last failure.
        last: Option<Failure>,
    },
    /// No task of this name exists.
    #[non_exhaustive]
    UnknownTask {
        /// The name.
        name: String,
    },
    /// The supervisor is shutting down, or has been dropped.
    ShuttingDown,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { name, outcome } => write!(f, "`{name}` has ended without being ready: {outcome}"),
            Self::GaveUp { name, last } => {
                write!(f, "`{name}` gave up without being ready, and is paused until `resume` is called")?;
                last.as_ref().map_or(Ok(()), |last| write!(f, ": {last}"))
            }
            Self::UnknownTask { name } => {
                write!(f, "there is no task `{name}`: it has ended, or was never added")
            }
            Self::ShuttingDown => f.write_str("the supervisor is shutting down, or has been dropped"),
        }
    }
}

impl Error for StartError {}
