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
