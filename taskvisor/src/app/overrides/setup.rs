//! The call of the setup that names the file, and what follows it at the start.

use std::env;
use std::path::{Path, PathBuf};

use tokio::runtime::Handle;

use super::known::known_options;
use super::resolve::resolve;
use crate::app::App;
use crate::app::discover::Discovered;
use crate::app::options::MainOptions;
use crate::app::problem::{Place, Problem, SourceLocation};
use crate::supervisor::hangups::Hangups;

/// The file of an application.
#[derive(Clone, Debug)]
pub(in crate::app) struct OverridesFile {
    pub(in crate::app) path: PathBuf,
    pub(in crate::app) location: SourceLocation,
    /// A second call, which is a mistake.
    repeated: Option<SourceLocation>,
}

/// What was wrong with the file and the variables, and what is worth a note.
#[derive(Debug, Default)]
pub(in crate::app) struct OverrideReport {
    pub(in crate::app) problems: Vec<Problem>,
    pub(in crate::app) notes: Vec<Problem>,
}

impl App {
    /// Reads options from a TOML file, on top of those of the attributes, of [`config`](Self::config) and of [`tune`](Self::tune).
    /// Variables of the environment override the file; they are read also without this call.
    ///
    /// ```toml
    /// [defaults]
    /// timeout = "10s"
    /// [task.poll_feed]
    /// timeout = "2s"
    /// backoff = { kind = "exp", first = "250ms", max = "1m" }
    /// [task.clean_up]
    /// enabled = false
    /// [main]
    /// grace = "40s"
    /// ```
    ///
    /// The file is read after the setup, before anything starts. All its problems prevent the start, and are reported at once with their
    /// lines: a file that cannot be read, unknown sections, names and options, values that do not parse, and options that contradict each
    /// other or those of the code. A second call of `overrides` is a problem too. A relative path starts at the working directory of the
    /// process.
    ///
    /// With this call, SIGHUP and [`SupervisorHandle::reload`](crate::SupervisorHandle::reload) read the file again. A SIGHUP that arrives
    /// during the rest of the setup does so once the tasks were started; one before the call ends the process.
    ///
    /// ```no_run
    /// use taskvisor::prelude::*;
    ///
    /// #[task(every = "30s", timeout = "5s")]
    /// async fn poll_feed() {}
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) {
    ///     app.overrides("/etc/feeds/taskvisor.toml");
    /// }
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "config")))]
    #[track_caller]
    pub fn overrides(&mut self, path: impl AsRef<Path>) -> &mut Self {
        let location = SourceLocation::caller();
        match &mut self.overrides_file {
            Some(file) => file.repeated = Some(location),
            None => {
                let path = path.as_ref().to_owned();
                // Here, because a signal that arrives during the rest of the setup must not end the process. Always on a runtime, but for
                // unit tests.
                self.hangups = Handle::try_current().is_ok().then(Hangups::listen);
                self.overrides_file = Some(OverridesFile { path, location, repeated: None });
            }
        }
        self
    }

    /// Reads the file and the environment, and applies them.
    pub(in crate::app) fn read_overrides(
        &mut self,
        found: &Discovered,
        options: &MainOptions,
    ) -> OverrideReport {
        if self.overrides_file.is_some() {
            self.base = Some(self.base(found, options));
        }
        let path = self.overrides_file.as_ref().map(|file| file.path.clone());
        let mut report = self.override_from(path.as_deref(), found);
        if let Some(OverridesFile { location, repeated: Some(again), .. }) = &self.overrides_file {
            let reason = format!(
                "`app.overrides` was called already ({location}), and an application reads one file: remove one of the two calls"
            );
            report.problems.push(Problem::new(*again, reason));
        }
        report
    }

    /// Applies a file and the environment.
    pub(in crate::app) fn override_from(
        &mut self,
        file: Option<&Path>,
        found: &Discovered,
    ) -> OverrideReport {
        let overrides = resolve(file, env::vars_os(), &self.declared_names(found), known_options);
        let problem = |one: &super::problem::OverrideProblem| {
            Problem::new(Place::File(one.origin.clone()), one.reason.clone())
        };
        let mut report = OverrideReport {
            problems: overrides.problems().into_iter().map(problem).collect(),
            notes: overrides.notes().into_iter().map(problem).collect(),
        };
        report.problems.extend(self.apply_overrides(&overrides, found));
        report
    }
}
