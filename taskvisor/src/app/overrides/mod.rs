//! Overrides: options from a file and from the environment, on top of what the program sets.
//!
//! Everything but `read` is a pure function of texts and declared names. The result is complete before anything is applied,
//! so that a reload with a problem changes nothing.
//!
//! ```text
//! path ──► read ──► file ──┐
//!                          ├──► resolve ──► Overrides: options, problems, notes
//! variables ► environment ─┘                    │
//!                            difference ◄───────┘ at a reload
//! ```

mod origin;
mod problem;
mod section;
mod nearest;
mod names;
mod options;
mod toml_value;
mod lines;
mod read;
mod file;
mod variable;
mod merged;
mod environment;
mod resolve;
mod difference;

pub(super) use self::difference::{OverrideChange, difference};
pub(super) use self::merged::{OptionMap, Override, Overrides};
pub(super) use self::names::DeclaredNames;
pub(super) use self::options::KnownOptions;
pub(super) use self::origin::OverrideOrigin;
pub(super) use self::problem::OverrideProblem;
pub(super) use self::resolve::resolve;
pub(super) use self::section::Section;
