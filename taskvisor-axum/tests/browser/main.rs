//! The page, in a real browser. See `session/driver.rs` for the programs that must be installed.
#![cfg(unix)]

mod fixture;
mod session;
mod shared;

mod accessibility;
mod changes;
mod controls;
mod details;
mod ending;
mod events;
mod graph;
mod hostile;
mod keyboard;
mod loading;
mod stopping;
mod thousand;
