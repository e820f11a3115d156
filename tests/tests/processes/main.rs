//! What only a process of its own can show: signals, exit codes, what is on stdout and stderr. The programs are the
//! examples of the workspace, and the fixtures beside this file.

#![cfg(feature = "macros")]

mod program;
mod process;

mod endings;
mod examples;
#[cfg(unix)]
mod faults;
mod ingest;
#[cfg(feature = "controller")]
mod jobs;
mod start;
mod uptime;
