//! What `#[taskvisor::main]` was told.

use std::time::Duration;

/// The options of `#[taskvisor::main]`.
#[derive(Clone, Copy, Debug)]
pub struct MainOptions {
    /// Which runtime.
    pub flavor: Flavor,
    /// How many worker threads; one for each core unless said.
    pub worker_threads: Option<usize>,
    /// The grace of the shutdown.
    pub grace: Option<Duration>,
    /// How many attempts may run at once.
    pub max_concurrent: Option<usize>,
    /// The package of the application.
    pub package: Option<&'static str>,
    /// The module the attribute stands in.
    pub module: &'static str,
    /// The crates whose declarations run too.
    pub crates: &'static [&'static str],
}

/// Which Tokio runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// One thread.
    CurrentThread,
    /// Several threads.
    MultiThread,
}
