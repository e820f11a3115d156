//! The error of a refused task.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::runtime::body::TaskSpec;
use crate::task::RuntimeError;

/// The error of a refused task. It carries the reason and the spec, so that the caller can try again.
///
/// ```
/// use taskvisor::{Config, RuntimeError, Supervisor, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let ping = || TaskSpec::once(TaskFn::arc("ping", || async { Ok(()) }));
/// let first = supervisor.add_task(ping())?;
/// let refused = supervisor.add_task(ping()).expect_err("the name is taken");
/// assert!(matches!(refused.reason(), RuntimeError::NameTaken { .. }));
///
/// first.outcome().await; // then the name is free
/// supervisor.add_task(refused.into_spec())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AddError(Box<RefusedSpec>);

#[derive(Debug)]
struct RefusedSpec {
    reason: RuntimeError,
    // A spec is `Send` but not `Sync`. The lock makes the error both, which conversions by `?` require.
    spec: Mutex<TaskSpec>,
}

impl AddError {
    pub(crate) fn new(reason: RuntimeError, spec: TaskSpec) -> Self {
        Self(Box::new(RefusedSpec { reason, spec: Mutex::new(spec) }))
    }

    /// Returns why the task was refused.
    #[must_use]
    pub fn reason(&self) -> &RuntimeError {
        &self.0.reason
    }

    /// Returns the refused spec.
    #[must_use]
    pub fn into_spec(self) -> TaskSpec {
        self.0.spec.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn into_reason(self) -> RuntimeError {
        self.0.reason
    }
}

impl From<AddError> for RuntimeError {
    fn from(error: AddError) -> Self {
        error.into_reason()
    }
}

impl fmt::Display for AddError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason().fmt(f)
    }
}

impl Error for AddError {}
