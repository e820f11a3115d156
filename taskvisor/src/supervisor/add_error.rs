//! A refused task, with the reason.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::runtime::body::TaskSpec;
use crate::task::RuntimeError;

/// A refused task: why, and the spec, to be tried again.
#[derive(Debug)]
pub struct AddError(Box<Refused>);

#[derive(Debug)]
struct Refused {
    reason: RuntimeError,
    // A spec can be sent but not shared; behind a lock the error is both, as `?` into other errors wants it.
    spec: Mutex<TaskSpec>,
}

impl AddError {
    pub(crate) fn new(reason: RuntimeError, spec: TaskSpec) -> Self {
        Self(Box::new(Refused { reason, spec: Mutex::new(spec) }))
    }

    /// Why it was refused.
    #[must_use]
    pub fn reason(&self) -> &RuntimeError {
        &self.0.reason
    }

    /// The spec that was refused.
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
