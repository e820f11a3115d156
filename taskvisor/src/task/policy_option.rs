//! The options that apply to a task or to a job, each with its origin.

use std::fmt;
use std::sync::Arc;

/// An option of a task or of a job, with the value that applies to it.
///
/// `Display` writes one line: `timeout = 2s (taskvisor.toml:4)`. See [`TaskHandle::policy`](crate::TaskHandle::policy).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyOption {
    /// Its name in attributes, builders, files and variables.
    pub name: &'static str,
    /// The value as an attribute writes it, without quotes. `none` if there is no limit.
    pub value: String,
    /// Where the value was set.
    pub origin: OptionOrigin,
}

impl PolicyOption {
    pub(crate) fn new(name: &'static str, value: String, origin: OptionOrigin) -> Self {
        Self { name, value, origin }
    }
}

impl fmt::Display for PolicyOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, origin } = self;
        write!(f, "{name} = {value} ({origin})")
    }
}

/// Where the value of an option was set. A later one in this list overrides the earlier ones.
///
/// `Display` writes it in one of these forms: `default`, `attribute src/feed.rs:12`, `app.task src/main.rs:20`,
/// `app.config src/main.rs:21`, `app.tune src/main.rs:22`, `taskvisor.toml:4`, `TASKVISOR_TASK__POLL_FEED__TIMEOUT`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OptionOrigin {
    /// Nowhere: it is the default of this crate.
    Default,
    /// By an attribute, at this line of the source.
    #[non_exhaustive]
    Attribute {
        /// The file, as `file!()` returns it.
        file: &'static str,
        /// The line of the attribute.
        line: u32,
    },
    /// By the spec that the setup adds with `app.task`, at this line of the source.
    #[non_exhaustive]
    Added {
        /// The file, as `file!()` returns it.
        file: &'static str,
        /// The line of the call.
        line: u32,
    },
    /// By the closure of `app.config`, at this line of the source.
    #[non_exhaustive]
    Config {
        /// The file, as `file!()` returns it.
        file: &'static str,
        /// The line of the last call.
        line: u32,
    },
    /// By the closure of `app.tune`, at this line of the source.
    #[non_exhaustive]
    Tune {
        /// The file, as `file!()` returns it.
        file: &'static str,
        /// The line of the call.
        line: u32,
    },
    /// By a file.
    #[non_exhaustive]
    File {
        /// The path, as the setup gave it.
        path: Arc<str>,
        /// The line of the value.
        line: u32,
    },
    /// By a variable of the environment.
    #[non_exhaustive]
    Environment {
        /// The name of the variable.
        variable: Arc<str>,
    },
}

impl fmt::Display for OptionOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Attribute { file, line } => write!(f, "attribute {file}:{line}"),
            Self::Added { file, line } => write!(f, "app.task {file}:{line}"),
            Self::Config { file, line } => write!(f, "app.config {file}:{line}"),
            Self::Tune { file, line } => write!(f, "app.tune {file}:{line}"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Environment { variable } => f.write_str(variable),
        }
    }
}
