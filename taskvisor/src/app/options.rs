//! What `#[taskvisor::main]` was told.

use std::time::Duration;

use crate::runtime::body::Location;

/// The options of `#[taskvisor::main]`.
#[derive(Clone, Copy, Debug)]
pub struct MainOptions {
    /// Which runtime.
    pub flavor: Flavor,
    /// How many worker threads; one for each core unless said.
    pub worker_threads: Option<usize>,
    /// The grace of the shutdown.
    pub grace: Option<Duration>,
    /// How long subscribers have at the end.
    pub drain: Option<Duration>,
    /// How many attempts may run at once.
    pub max_concurrent: Option<usize>,
    /// Whether the function is named `main`.
    pub is_main: bool,
    /// Where the attribute stands.
    pub location: Location,
    /// The crates whose declarations run too.
    pub crates: &'static [&'static str],
}

impl MainOptions {
    /// Whether the process ends when the function returns: it is `main`, at the root of the program.
    pub(super) fn ends_process(&self) -> bool {
        self.is_main && !self.location.module.contains("::")
    }

    /// Whether it is the application's own package that declares something there.
    pub(super) fn owns(&self, location: &Location) -> bool {
        match (location.package, self.location.package) {
            (Some(package), Some(application)) => package == application,
            _ => location.krate() == self.location.krate(),
        }
    }
}

/// How these crates are named.
pub(super) fn naming<'a>(crates: impl IntoIterator<Item = &'a str>) -> String {
    let crates: Vec<_> = crates.into_iter().collect();
    format!("`#[taskvisor::main(crates = [{}])]`", crates.join(", "))
}

/// Which Tokio runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// One thread.
    CurrentThread,
    /// Several threads.
    MultiThread,
}
