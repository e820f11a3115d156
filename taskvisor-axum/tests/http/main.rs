//! The server over HTTP.

mod answers;
mod openapi;
mod phases;
mod support;
