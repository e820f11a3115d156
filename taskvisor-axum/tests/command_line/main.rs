//! The program `taskvisor`, as a process.

mod controls;
mod errors;
mod events;
mod fake_server;
mod follow;
mod help;
mod json;
mod program;
mod service;
mod status;
mod tasks;
#[cfg(unix)]
mod terminal;
mod usage;
mod views;
