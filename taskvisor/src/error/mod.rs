//! Errors of tasks: what a body returns, how it marks one, and the failure that is kept.

pub(crate) mod causes;
mod failure;
mod task_error;

pub use failure::{Failure, FailureKind};
pub use task_error::{BoxError, Cause, Markable, MarkedError, ResultExt, TaskError};

pub(crate) use failure::{ErrorSlot, LastFailure};
#[cfg(feature = "macros")]
pub(crate) use task_error::describe;
