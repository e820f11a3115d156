//! Operating a service: what operators see and do.

mod controls;
#[cfg(feature = "controller")]
mod controls_table;
mod operated;
mod start;
mod trigger;
