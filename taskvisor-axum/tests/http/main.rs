//! The server over HTTP.

mod answers;
mod events;
mod phases;
mod serving;
mod support;
