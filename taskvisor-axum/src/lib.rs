//! The HTTP face of [`taskvisor`].
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![allow(dead_code)] // Until the routes use them.

pub mod answer;
mod clock;
mod controls;
mod failure;
mod nearest;
mod refusal;
mod routes;

pub use controls::ControlRequest;
