//! Where an override is written.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::sync::escape::escape_line;
use crate::task::OptionOrigin;

/// The line of a file, or the environment variable, that sets an option.
///
/// Ordered by file and line, then by variable. A clone is cheap.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::app) enum OverrideOrigin {
    /// A file, or a place in it. Lines and columns count from 1; a column counts characters.
    File { path: Arc<str>, line: Option<u32>, column: Option<u32> },
    /// The name of a variable.
    Variable(Arc<str>),
}

impl OverrideOrigin {
    pub(super) fn file(path: &Path) -> Self {
        Self::File { path: path.display().to_string().into(), line: None, column: None }
    }

    pub(super) fn variable(name: &str) -> Self {
        Self::Variable(name.into())
    }

    /// The line of this file. A variable has no lines.
    pub(super) fn at_line(&self, line: u32) -> Self {
        match self {
            Self::File { path, .. } => Self::File { path: Arc::clone(path), line: Some(line), column: None },
            Self::Variable(_) => self.clone(),
        }
    }

    pub(super) fn at_column(&self, line: u32, column: u32) -> Self {
        match self {
            Self::File { path, .. } => {
                Self::File { path: Arc::clone(path), line: Some(line), column: Some(column) }
            }
            Self::Variable(_) => self.clone(),
        }
    }
}

impl From<&OverrideOrigin> for OptionOrigin {
    fn from(origin: &OverrideOrigin) -> Self {
        match origin {
            // An option always has a line.
            OverrideOrigin::File { path, line, .. } => {
                Self::File { path: Arc::clone(path), line: line.unwrap_or_default() }
            }
            OverrideOrigin::Variable(variable) => Self::Environment { variable: Arc::clone(variable) },
        }
    }
}

impl fmt::Display for OverrideOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(&escape_line(name)),
            Self::File { path, line, column } => {
                f.write_str(&escape_line(path))?;
                for number in [line, column].into_iter().flatten() {
                    write!(f, ":{number}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_displayed_as_compilers_do() {
        let file = OverrideOrigin::file(Path::new("etc/taskvisor.toml"));
        assert_eq!(file.to_string(), "etc/taskvisor.toml");
        assert_eq!(file.at_line(4).to_string(), "etc/taskvisor.toml:4");
        assert_eq!(file.at_column(4, 11).to_string(), "etc/taskvisor.toml:4:11");
        let variable = OverrideOrigin::variable("TASKVISOR_TASK__POLL_FEED__TIMEOUT");
        assert_eq!(variable.to_string(), "TASKVISOR_TASK__POLL_FEED__TIMEOUT");
    }

    #[test]
    fn origins_are_ordered_by_line_then_variable() {
        let file = OverrideOrigin::file(Path::new("a.toml"));
        let sorted = [
            file.clone(),
            file.at_line(2),
            file.at_column(2, 1),
            file.at_line(10),
            OverrideOrigin::variable("A"),
        ];
        assert!(sorted.is_sorted());
    }

    #[test]
    fn control_characters_of_a_path_are_escaped() {
        assert_eq!(OverrideOrigin::file(Path::new("a\nb")).to_string(), "a\\nb");
        assert_eq!(OverrideOrigin::variable("A\u{1b}").to_string(), "A\\u{1b}");
    }
}
