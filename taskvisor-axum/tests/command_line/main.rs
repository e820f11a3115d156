//! The program `taskvisor`, as a process.

mod errors;
mod events;
mod fake_server;
mod help;
mod json;
mod program;
#[cfg(unix)]
mod terminal;
mod usage;
