//! Which options a file or a variable has set.

use super::problem::Place;
use crate::task::OptionOrigin;

/// What a reason may name instead of an option.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("restart", "`RestartPolicy::Always` has no effect"),
    ("cron", "cron expression"),
    ("tz", "time zone `"),
];

/// The options of one declaration, or of the application, that were overridden, in the order in which they were applied.
#[derive(Clone, Debug, Default)]
pub(super) struct Overridden(Vec<(&'static str, OptionOrigin)>);

impl Overridden {
    /// The origin of an option, if it was overridden.
    pub(super) fn origin(&self, option: &str) -> Option<&OptionOrigin> {
        self.0.iter().rev().find(|(name, _)| *name == option).map(|(_, origin)| origin)
    }

    #[cfg(feature = "controller")]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(feature = "config")]
    pub(super) fn insert(&mut self, option: &'static str, origin: OptionOrigin) {
        self.0.push((option, origin));
    }

    /// The place of an overridden option that `reason` names. A reason names most options in backticks.
    pub(super) fn place_of(&self, reason: &str) -> Option<Place> {
        let is_other =
            |name: &str| OTHER_NAMES.iter().any(|(option, other)| *option == name && reason.contains(other));
        let is_named = |(name, _): &&(&'static str, OptionOrigin)| {
            reason.contains(&format!("`{name}`")) || is_other(name)
        };
        self.0.iter().rev().find(is_named).map(|(_, origin)| Place::Option(origin.clone()))
    }
}
