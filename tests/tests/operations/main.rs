//! Operating a service: what operators see and do.

#[cfg(all(feature = "metrics", feature = "controller"))]
mod measured;
#[cfg(all(feature = "metrics", feature = "controller"))]
mod metrics;
#[cfg(all(feature = "metrics", feature = "controller"))]
mod metrics_ends;
#[cfg(all(feature = "metrics", feature = "controller"))]
mod metrics_gauges;
#[cfg(all(feature = "metrics", feature = "controller"))]
mod metrics_jobs;
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
mod history;
mod history_errors;
#[cfg(feature = "controller")]
mod recent_jobs;
mod controls;
#[cfg(feature = "controller")]
mod controls_table;
mod operated;
mod start;
mod trigger;
mod health;
mod health_reasons;
mod shutdown_delay;
