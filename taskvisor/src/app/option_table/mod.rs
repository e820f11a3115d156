//! The table of all options: how each is shown, how a file or a variable sets it, and when a change applies.
//!
//! The attributes, the builders, the files and the documentation name the same options; a test of `tests/structure` compares them
//! with these tables. An option that is not in a table here, or in `CODE_ONLY`, fails it.

mod application;
#[cfg(feature = "controller")]
mod job;
#[cfg(feature = "config")]
mod read;
#[cfg(all(test, feature = "config", not(taskvisor_loom)))]
mod read_tests;
mod show;
mod subscriber;
mod task;

pub(super) use self::application::{DEFAULTS, MAIN};
#[cfg(feature = "controller")]
pub(super) use self::job::JOB;
pub(super) use self::show::{Shown, ShownAs};
pub(super) use self::subscriber::SUBSCRIBER;
pub(super) use self::task::TASK;

use crate::policy::Config;
#[cfg(feature = "config")]
use crate::policy::options::OptionValue;

/// An option of a declaration or of the application. `S` is the value whose builder sets it.
pub(super) struct OptionRow<S: 'static> {
    /// The name in attributes, builders, files and variables.
    pub(super) name: &'static str,
    /// When a change of a file applies while the application runs.
    #[cfg_attr(not(feature = "config"), allow(dead_code))]
    pub(super) applies: Applies,
    /// The value that applies.
    pub(super) show: fn(&S, &Config) -> Shown,
    /// Reads a value. Nothing is changed until the result is called.
    #[cfg(feature = "config")]
    pub(super) set: fn(&S, &OptionValue) -> Result<Change<S>, String>,
}

/// Sets one option.
#[cfg(feature = "config")]
pub(super) type Change<S> = Box<dyn FnOnce(S) -> S>;

/// When a change of an option applies to a running application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applies {
    /// At the next attempt of the task.
    NextAttempt,
    /// To submissions that are made later.
    #[cfg_attr(not(feature = "controller"), allow(dead_code))]
    NextSubmission,
    /// After a restart of the application.
    Restart,
}

/// The options that only code sets, with the reason.
#[cfg(feature = "config")]
pub(super) const CODE_ONLY: &[(&str, &str)] = &[
    ("name", "other declarations, events and files refer to it"),
    ("crate", "it is a path in the source"),
    ("crates", "the compiler links them"),
    ("fatal_if", "it is a function"),
    ("slot", "it is a format over the arguments"),
    ("on", "the function of the subscriber matches on these events"),
    ("task", "it is a list of functions"),
    ("flavor", "the runtime is built before the file is read"),
    ("worker_threads", "the runtime is built before the file is read"),
];

/// Defines one row. Without the feature `config`, the setter is not compiled.
macro_rules! row {
    ($name:literal, $applies:ident, $show:expr, $set:expr) => {
        OptionRow {
            name: $name,
            applies: Applies::$applies,
            show: $show,
            #[cfg(feature = "config")]
            set: $set,
        }
    };
}
use row;

#[cfg(feature = "config")]
fn change<S: 'static, V: 'static>(value: V, apply: fn(S, V) -> S) -> Result<Change<S>, String> {
    Ok(Box::new(move |spec| apply(spec, value)))
}
