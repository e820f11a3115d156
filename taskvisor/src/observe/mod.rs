//! Ready-made observers: subscribers, and the reports to systemd.

#[cfg(feature = "tracing")]
mod fields;
#[cfg(feature = "logging")]
mod log;
#[cfg(feature = "tracing")]
mod repeats;
#[cfg(feature = "systemd")]
pub(crate) mod systemd;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "logging")]
pub use self::log::LogWriter;
#[cfg(feature = "tracing")]
pub use self::tracing::TracingSubscriber;
