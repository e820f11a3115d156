//! Operating a service: what operators see and do.

mod history;
mod history_errors;
#[cfg(feature = "controller")]
mod recent_jobs;
