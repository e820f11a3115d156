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
mod refusal;
mod routes;
mod serve;
mod snapshot;

pub use controls::ControlRequest;
pub use dashboard::Dashboard;
pub use serve::serve;

/// Router.
pub fn router(supervisor: taskvisor::SupervisorHandle) -> axum::Router {
    routes::router_of(supervisor)
}
