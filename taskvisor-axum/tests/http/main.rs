//! The server over HTTP.

mod answers;
mod bad_input;
mod controls;
mod description;
mod events;
mod failures;
mod names;
mod openapi;
mod phases;
mod recorded;
mod serving;
mod support;
