//! The server over HTTP.

mod answers;
mod phases;
mod support;
