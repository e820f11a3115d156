//! The application of overrides to one value after another, and the problems on the way.

use super::difference::SwitchOrigins;
use super::merged::{Override, Overrides};
use super::section::Section;
use crate::app::option_table::OptionRow;
use crate::app::overridden::Overridden;
use crate::app::problem::{Place, Problem};
use crate::task::OptionOrigin;

/// The option that disables a declaration. It is in no table, because no builder sets it.
pub(in crate::app) const ENABLED: &str = "enabled";

/// What is being applied, and the results so far.
pub(super) struct Applied<'a> {
    overrides: &'a Overrides,
    pub(super) problems: Vec<Problem>,
    pub(super) switches: SwitchOrigins,
}

impl<'a> Applied<'a> {
    pub(super) fn new(overrides: &'a Overrides) -> Self {
        Self { overrides, problems: Vec::new(), switches: SwitchOrigins::new() }
    }

    /// Applies the options of one section, in the order of `rows`.
    pub(super) fn apply<S>(
        &mut self,
        section: Section,
        name: Option<&str>,
        rows: &[OptionRow<S>],
        mut spec: S,
        overridden: &mut Overridden,
    ) -> S {
        let Some(options) = self.overrides.options(section, name) else { return spec };
        for row in rows {
            let Some(one) = options.get(row.name) else { continue };
            match (row.set)(&spec, &one.value) {
                Ok(change) => {
                    spec = change(spec);
                    overridden.insert(row.name, OptionOrigin::from(&one.origin));
                }
                Err(reason) => self.report(one, row.name, &section.header(name), &reason),
            }
        }
        spec
    }

    /// Reports the values of a declaration that the setup has disabled.
    pub(super) fn check<S>(&mut self, section: Section, name: &str, rows: &[OptionRow<S>], spec: S) {
        self.apply(section, Some(name), rows, spec, &mut Overridden::default());
    }

    /// Returns the origin, if a file or a variable disables the declaration.
    pub(super) fn disabled(&mut self, section: Section, name: &str) -> Option<OptionOrigin> {
        let (is_enabled, origin) = self.switch(section, name)?;
        (!is_enabled).then_some(origin)
    }

    /// Whether a file or a variable enables the declaration.
    pub(super) fn enabled(&mut self, section: Section, name: &str) -> bool {
        self.switch(section, name).is_some_and(|(is_enabled, _)| is_enabled)
    }

    fn switch(&mut self, section: Section, name: &str) -> Option<(bool, OptionOrigin)> {
        let one = self.overrides.options(section, Some(name))?.get(ENABLED)?;
        let origin = OptionOrigin::from(&one.origin);
        self.switches.insert((section.word(), name.to_owned()), origin.clone());
        match one.value.boolean() {
            Ok(is_enabled) => Some((is_enabled, origin)),
            Err(reason) => {
                self.report(one, ENABLED, &section.header(Some(name)), &reason);
                None
            }
        }
    }

    fn report(&mut self, one: &Override, option: &str, header: &str, reason: &str) {
        let reason = format!("`{option}` of {header}: {reason}");
        let problem = Problem::new(Place::File(one.origin.clone()), reason);
        // A section may be that of several declarations, such as subscribers of one name.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}
