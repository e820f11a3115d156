//! The server over HTTP.

mod answers;
mod phases;
mod serving;
mod support;
