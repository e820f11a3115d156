//! Overrides: options from a file and from the environment, on top of what the program sets.
//!
//! Everything up to `resolve`, except for `read`, is a pure function of texts and declared names. The result is complete before
//! anything is applied, so that a reload with a problem changes nothing.
//!
//! ```text
//! path ──► read ──► file ────┐
//!                            ├──► resolve ──► apply, at the start and, with `difference`, at a reload
//! variables ──► environment ─┘
//! ```

mod origin;
mod problem;
mod section;
mod listed;
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
mod applied;
mod apply;
mod known;
mod base;
mod setup;
mod difference;
mod update;
mod reload;
mod hangup;
#[cfg(all(test, feature = "controller", feature = "schedule", not(taskvisor_loom)))]
mod row_tests;

pub(super) use self::base::Base;
pub(super) use self::difference::SwitchOrigins;
pub(super) use self::hangup::reload_at_hangups;
pub(super) use self::origin::OverrideOrigin;
pub(super) use self::reload::Reloader;
pub(super) use self::setup::OverridesFile;
