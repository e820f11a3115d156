//! The HTTP face of [`taskvisor`].
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![allow(dead_code)] // Until the routes use them.

pub mod answer;
mod clock;
mod events;
mod failure;
mod refusal;
mod routes;
