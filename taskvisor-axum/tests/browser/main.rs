//! The page, in a real browser. See `session/driver.rs` for the programs that must be installed.
#![cfg(unix)]

mod session;
mod shared;

mod ending;
