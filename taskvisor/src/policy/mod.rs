//! When a task runs again: pure values, without a clock or a runtime.

mod backoff;
mod config;
mod jitter;
mod readiness;
mod settings;
mod settings_readiness;
mod restart;
mod stop_order;

pub use backoff::{BackoffBuilder, BackoffKind, BackoffPolicy, InvalidBackoff};
pub use config::Config;
#[cfg(feature = "controller")]
pub use config::ControllerConfig;
pub use jitter::JitterPolicy;
pub use readiness::Readiness;
pub use restart::RestartPolicy;
pub use settings::{Setting, Settings};
pub use stop_order::StopOrder;

pub(crate) use backoff::nanoseconds;
#[cfg(not(feature = "controller"))]
pub(crate) use config::ControllerConfig;
pub(crate) use settings::{Milliseconds, Policy};
