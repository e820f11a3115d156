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

/// How many characters of a reason are kept. A reason may quote a value as large as the file.
const MAX_KEPT: usize = 2000;

impl OverrideProblem {
    pub(in crate::app) fn new(origin: OverrideOrigin, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        if let Some((end, _)) = reason.char_indices().nth(MAX_KEPT) {
            reason.truncate(end);
            reason.push('…');
        }
        Self { origin, reason }
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

    #[test]
    fn a_long_reason_is_cut_off() {
        let displayed =
            |count: usize| OverrideProblem::new(OverrideOrigin::variable("A"), "é".repeat(count)).to_string();
        assert_eq!(displayed(2000), format!("A: {}", "é".repeat(2000)));
        assert_eq!(displayed(2001), format!("A: {}…", "é".repeat(2000)));
    }
}
