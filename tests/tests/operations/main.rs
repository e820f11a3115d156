//! Operating a service: what operators see and do.

#[cfg(all(feature = "tracing", feature = "controller"))]
mod recording;
#[cfg(all(feature = "tracing", feature = "controller"))]
mod spans;
#[cfg(all(feature = "tracing", feature = "controller"))]
mod spans_closing;
#[cfg(all(feature = "tracing", feature = "controller"))]
mod spans_foreign;
#[cfg(all(feature = "tracing", feature = "controller"))]
mod spans_jobs;
#[cfg(all(feature = "tracing", feature = "controller"))]
mod tracing_events;
