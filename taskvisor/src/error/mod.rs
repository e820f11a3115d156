//! Errors of tasks: the error that a body returns, its marks, and the failure that the runtime stores.

mod bounded;
pub(crate) mod causes;
mod failure;
mod task_error;

pub use failure::{Failure, FailureKind};
pub use task_error::{BoxError, Cause, Markable, MarkedError, ResultExt, TaskError};

pub(crate) use failure::{ErrorSlot, StoredFailure};
#[cfg(feature = "macros")]
pub(crate) use task_error::describe;
