//! The options of `#[taskvisor::main]`.

use std::time::Duration;

use crate::policy::Config;
use crate::runtime::body::Location;

/// The options of `#[taskvisor::main]`.
#[derive(Clone, Copy, Debug)]
pub struct MainOptions {
    /// The flavor of the Tokio runtime.
    pub flavor: Flavor,
    /// The number of worker threads. The default is one for each core.
    pub worker_threads: Option<usize>,
    /// The grace of the shutdown.
    pub grace: Option<Duration>,
    /// How long subscribers may drain after the last task.
    pub drain_timeout: Option<Duration>,
    /// The delay of the stop requests at a shutdown.
    pub shutdown_delay: Option<Duration>,
    /// How many attempts may run at once.
    pub max_concurrent: Option<usize>,
    /// Whether all declared tasks are critical, except those with `critical = false`.
    pub critical: bool,
    /// Whether the function is named `main`.
    pub is_main: bool,
    /// The source line of the attribute.
    pub location: Location,
    /// The crates whose declarations run too.
    pub crates: &'static [&'static str],
}

impl MainOptions {
    /// Whether the process ends when the function returns: it is `main`, at the root of the program.
    pub(super) fn ends_process(&self) -> bool {
        self.is_main && !self.location.module.contains("::")
    }

    /// The configuration before the setup.
    pub(super) fn config(&self) -> Config {
        let defaults = Config::default();
        Config {
            grace: self.grace.unwrap_or(defaults.grace),
            drain_timeout: self.drain_timeout.unwrap_or(defaults.drain_timeout),
            shutdown_delay: self.shutdown_delay.unwrap_or(defaults.shutdown_delay),
            max_concurrent: self.max_concurrent,
            ..defaults
        }
    }

    /// Whether the location is in the application's own package.
    pub(super) fn owns(&self, location: &Location) -> bool {
        match (location.package, self.location.package) {
            (Some(package), Some(application)) => package == application,
            _ => location.krate() == self.location.krate(),
        }
    }
}

/// Formats the attribute that names these crates.
pub(super) fn crates_option<'a>(crates: impl IntoIterator<Item = &'a str>) -> String {
    let crates: Vec<_> = crates.into_iter().collect();
    format!("`#[taskvisor::main(crates = [{}])]`", crates.join(", "))
}

/// The flavor of the Tokio runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// One thread.
    CurrentThread,
    /// Several threads.
    MultiThread,
}
