//! The HTTP face of [`taskvisor`].
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod answer;
mod clock;
mod controls;
mod dashboard;
mod events;
mod failure;
mod nearest;
#[cfg(feature = "openapi")]
mod openapi;
mod refusal;
mod routes;
mod serve;
mod snapshot;

pub use controls::ControlRequest;
pub use dashboard::Dashboard;
#[cfg(feature = "openapi")]
#[doc(hidden)]
pub use openapi::openapi;
pub use serve::serve;

/// Router.
pub fn router(supervisor: taskvisor::SupervisorHandle) -> axum::Router {
    routes::router_of(supervisor)
}
