//! What the file and the environment set, and what is wrong with it.

use std::collections::BTreeMap;

use super::origin::OverrideOrigin;
use super::problem::OverrideProblem;
use super::section::Section;
use crate::policy::options::OptionValue;

/// The value of one option, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::app) struct Override {
    pub(in crate::app) value: OptionValue,
    pub(in crate::app) origin: OverrideOrigin,
}

/// Options by name, in the order of their names.
pub(in crate::app) type OptionMap = BTreeMap<&'static str, Override>;

/// All overrides of an application. Nothing is applied if there is a problem.
#[derive(Clone, Debug, Default)]
pub(in crate::app) struct Overrides {
    /// By section and declared name. The name of a section without names is empty.
    options: BTreeMap<Section, BTreeMap<String, OptionMap>>,
    problems: Vec<OverrideProblem>,
    notes: Vec<OverrideProblem>,
}

impl Overrides {
    /// The options of `[defaults]` and `[main]`, with `None`, or of a declared name. `None` if nothing is overridden.
    pub(in crate::app) fn options(&self, section: Section, name: Option<&str>) -> Option<&OptionMap> {
        self.options.get(&section)?.get(name.unwrap_or_default())
    }

    /// All options, ordered by section, name and option. The name of a section without names is `None`.
    pub(in crate::app) fn iter(
        &self,
    ) -> impl Iterator<Item = (Section, Option<&str>, &'static str, &Override)> {
        let sections = self.options.iter();
        let names =
            sections.flat_map(|(section, names)| names.iter().map(move |(name, map)| (*section, name, map)));
        names.flat_map(|(section, name, options)| {
            let name = section.is_named().then_some(name.as_str());
            options.iter().map(move |(option, value)| (section, name, *option, value))
        })
    }

    /// The problems, ordered by file, line and variable.
    pub(in crate::app) fn problems(&self) -> Vec<&OverrideProblem> {
        sorted(&self.problems)
    }

    /// What prevents nothing, but may be a mistake. Ordered like the problems.
    pub(in crate::app) fn notes(&self) -> Vec<&OverrideProblem> {
        sorted(&self.notes)
    }

    /// Sets an option, over a value that was set before.
    pub(super) fn insert(
        &mut self,
        section: Section,
        name: Option<&str>,
        option: &'static str,
        value: Override,
    ) {
        let names = self.options.entry(section).or_default();
        names.entry(name.unwrap_or_default().to_owned()).or_default().insert(option, value);
    }

    /// Adds a problem, such as that of a value that its option cannot parse.
    pub(in crate::app) fn report(&mut self, origin: OverrideOrigin, reason: impl Into<String>) {
        self.problems.push(OverrideProblem::new(origin, reason));
    }

    pub(in crate::app) fn note(&mut self, origin: OverrideOrigin, reason: impl Into<String>) {
        self.notes.push(OverrideProblem::new(origin, reason));
    }
}

fn sorted(problems: &[OverrideProblem]) -> Vec<&OverrideProblem> {
    let mut problems: Vec<_> = problems.iter().collect();
    problems.sort();
    problems
}
