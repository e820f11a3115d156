//! What is wrong with an override, and where.

use std::fmt;

use super::origin::OverrideOrigin;
use crate::sync::escape::escape_line;

/// A problem that keeps the overrides from being applied, or a note. Ordered by origin, as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::app) struct OverrideProblem {
    pub(in crate::app) origin: OverrideOrigin,
    pub(in crate::app) reason: String,
}

impl OverrideProblem {
    pub(in crate::app) fn new(origin: OverrideOrigin, reason: impl Into<String>) -> Self {
        Self { origin, reason: reason.into() }
    }
}

/// One line: whatever the reason quotes cannot start a second one.
impl fmt::Display for OverrideProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, escape_line(&self.reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line() {
        let problem = OverrideProblem::new(OverrideOrigin::variable("A"), "found `a\nerror: b`");
        assert_eq!(problem.to_string(), "A: found `a\\nerror: b`");
    }
}
