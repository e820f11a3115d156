//! When a task runs again: pure values that know no clock and no runtime.

mod backoff;
mod jitter;
mod restart;

pub use backoff::{BackoffBuilder, BackoffKind, BackoffPolicy, InvalidBackoff};
pub use jitter::JitterPolicy;
pub use restart::RestartPolicy;

pub(crate) use backoff::nanoseconds;
