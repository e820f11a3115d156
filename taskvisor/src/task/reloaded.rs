//! What reading the file of an application again has changed.

use std::error::Error;
use std::fmt;

use super::OptionOrigin;

/// The result of [`SupervisorHandle::reload`](crate::SupervisorHandle::reload).
///
/// `Display` writes one line for each option, or `nothing has changed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reloaded {
    /// The options that apply from now on: to a task at its next attempt, to a job at its next submission.
    pub changed: Vec<ChangedOption>,
    /// The options whose values in the file differ from those that apply, and that need a restart of the application. Each reload lists
    /// them again.
    pub needs_restart: Vec<ChangedOption>,
    /// What has no effect, such as a variable that names an unknown task.
    pub notes: Vec<String>,
}

/// An option whose value in the file differs from the one before.
///
/// `Display` writes one line: ``task `poll_feed`: timeout = 2s (taskvisor.toml:4), was 5s``.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedOption {
    /// The declaration, such as ``task `poll_feed` ``, or `defaults` or `main`.
    pub of: String,
    /// The name of the option.
    pub option: &'static str,
    /// The value before.
    pub from: String,
    /// The value in the file, or that of the code if the file does not set the option any more.
    pub to: String,
    /// Where the new value is set.
    pub origin: OptionOrigin,
}

/// Why a file was not read again. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReloadError {
    /// The application has no file: its setup does not call `app.overrides`, or it is not an application of `#[taskvisor::main]`.
    NoFile,
    /// Another reload has not returned yet.
    InProgress,
    /// The supervisor is shutting down, or was dropped.
    ShuttingDown,
    /// The file, a variable, or the options that result have problems.
    #[non_exhaustive]
    Invalid {
        /// All problems, each with its file and line, its variable, or its source line.
        problems: Vec<String>,
    },
}

impl fmt::Display for ChangedOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, option, from, to, origin } = self;
        write!(f, "{of}: {option} = {to} ({origin}), was {from}")
    }
}

impl fmt::Display for Reloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changed.is_empty() && self.needs_restart.is_empty() {
            return f.write_str("nothing has changed");
        }
        let changed = self.changed.iter().map(ToString::to_string);
        let waiting = self.needs_restart.iter().map(|option| format!("{option}; needs a restart"));
        f.write_str(&changed.chain(waiting).collect::<Vec<_>>().join("\n"))
    }
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile => f.write_str(
                "there is no file to read again: call `app.overrides(…)` in the setup of `#[taskvisor::main]`",
            ),
            Self::InProgress => f.write_str("another reload is in progress: call again once it has returned"),
            Self::ShuttingDown => f.write_str("the supervisor is shutting down, so its options cannot change"),
            Self::Invalid { problems } => {
                write!(f, "the options are wrong, and nothing was changed: {}", problems.join("; "))
            }
        }
    }
}

impl Error for ReloadError {}
