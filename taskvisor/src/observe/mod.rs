//! Ready-made subscribers.

mod log;

pub use log::LogWriter;
