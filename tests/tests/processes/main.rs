//! Tests that need a separate process: signals, exit codes, stdout and stderr. The programs are the examples of the
//! workspace and the fixtures beside this file.

#![cfg(feature = "macros")]

mod program;
mod process;

#[cfg(unix)]
mod blocked_output;
#[cfg(unix)]
mod budget;
#[cfg(feature = "controller")]
mod critical;
mod dependencies;
#[cfg(feature = "controller")]
mod describe;
mod endings;
mod examples;
#[cfg(all(feature = "metrics", feature = "controller"))]
mod http;
#[cfg(all(feature = "metrics", feature = "controller", feature = "config", feature = "tracing"))]
mod service;
#[cfg(unix)]
mod exits;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod health;
mod ingest;
#[cfg(feature = "controller")]
mod jobs;
#[cfg(feature = "controller")]
mod misconfigured;
#[cfg(all(feature = "metrics", feature = "controller"))]
mod metrics;
mod missing_states;
#[cfg(feature = "controller")]
mod never_started;
mod nightly;
#[cfg(feature = "controller")]
mod workers;
#[cfg(feature = "controller")]
mod lines;
#[cfg(feature = "controller")]
mod payments;
#[cfg(feature = "controller")]
mod pipeline;
#[cfg(feature = "controller")]
mod selected_tasks;
#[cfg(all(feature = "config", feature = "controller"))]
mod option_file;
#[cfg(all(feature = "config", feature = "controller"))]
mod kept_description;
#[cfg(all(feature = "config", feature = "controller"))]
mod overrides;
#[cfg(all(feature = "config", feature = "controller"))]
mod overrides_refused;
#[cfg(all(feature = "config", feature = "controller", unix))]
mod reload;
#[cfg(unix)]
mod set_up_signals;
mod start;
#[cfg(unix)]
mod still_waiting;
#[cfg(unix)]
mod states;
#[cfg(all(feature = "config", feature = "systemd", target_os = "linux"))]
mod systemd;
#[cfg(target_os = "linux")]
mod threads;
#[cfg(feature = "tracing")]
mod traced;
#[cfg(feature = "controller")]
mod tuning;
mod uptime;
#[cfg(feature = "controller")]
mod wrong_dependencies;
