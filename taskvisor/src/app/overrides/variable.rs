//! The names of environment variables that set options.

use super::section::Section;

/// What a variable names: `TASKVISOR_TASK__POLL_FEED__TIMEOUT`. Names and options are in upper case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct VariableName<'a> {
    pub(super) section: Section,
    /// `None` for the sections without a name.
    pub(super) name: Option<&'a str>,
    pub(super) option: &'a str,
}

impl<'a> VariableName<'a> {
    /// Parses the name of a variable.
    ///
    /// `None` for a variable that sets no option, such as `TASKVISOR_TASK_PORT`, which an orchestrator injects. An error for
    /// one that has the beginning of such a name, and cannot be read.
    pub(super) fn parse(variable: &'a str) -> Option<Result<Self, String>> {
        let rest = variable.strip_prefix("TASKVISOR_")?;
        let parts = |section: &Section| rest.strip_prefix(&*upper(section.word()))?.strip_prefix("__");
        let (section, parts) = Section::ALL.iter().find_map(|section| Some((*section, parts(section)?)))?;
        Some(Self::from_parts(section, parts))
    }

    fn from_parts(section: Section, parts: &'a str) -> Result<Self, String> {
        if parts != upper(parts) {
            return Err(format!("write the name in upper case: `{}{}`", prefix(section), upper(parts)));
        }
        // The last `__`, because options contain none. A name that ends with `_` keeps it.
        let (name, option) = match parts.rsplit_once("__") {
            _ if !section.is_named() => (None, parts),
            Some((name, option)) => (Some(name), option),
            None => (Some(""), parts),
        };
        if option.is_empty() || name == Some("") {
            let name = if section.is_named() { "NAME__" } else { "" };
            return Err(format!("names no option of a section; write `{}{name}OPTION`", prefix(section)));
        }
        Ok(Self { section, name, option })
    }
}

/// A declared name as variables write it: in upper case, with `_` for `-`, `.` and `/`.
pub(super) fn name_in_variables(declared: &str) -> String {
    upper(&declared.replace(['-', '.', '/'], "_"))
}

/// What the name of a variable of this section begins with.
pub(super) fn prefix(section: Section) -> String {
    format!("TASKVISOR_{}__", upper(section.word()))
}

pub(super) fn upper(text: &str) -> String {
    text.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(variable: &str) -> Option<(Section, Option<&str>, &str)> {
        let name = VariableName::parse(variable)?.expect("the name is well-formed");
        Some((name.section, name.name, name.option))
    }

    #[test]
    fn each_section_has_its_variables() {
        for (variable, section, name, expected) in [
            ("TASKVISOR_DEFAULTS__TIMEOUT", Section::Defaults, None, "TIMEOUT"),
            ("TASKVISOR_TASK__POLL_FEED__TIMEOUT", Section::Task, Some("POLL_FEED"), "TIMEOUT"),
            ("TASKVISOR_JOB__SYNC__MAX_CONCURRENT", Section::Job, Some("SYNC"), "MAX_CONCURRENT"),
            ("TASKVISOR_SUBSCRIBER__AUDIT__CAPACITY", Section::Subscriber, Some("AUDIT"), "CAPACITY"),
            ("TASKVISOR_MAIN__GRACE", Section::Main, None, "GRACE"),
            ("TASKVISOR_TASK____INIT____TIMEOUT", Section::Task, Some("__INIT__"), "TIMEOUT"),
            ("TASKVISOR_TASK___A___TIMEOUT", Section::Task, Some("_A_"), "TIMEOUT"),
        ] {
            assert_eq!(option(variable), Some((section, name, expected)), "{variable}");
        }
    }

    #[test]
    fn variables_that_orchestrators_inject_are_left_alone() {
        for variable in [
            "",
            "TASKVISOR",
            "TASKVISOR_",
            "TASKVISOR_TASK",
            "TASKVISOR_TASK_PORT",
            "TASKVISOR_SERVICE_HOST",
            "TASKVISOR_PORT_8080_TCP__X",
            "TASKVISOR_MAINS__GRACE",
            "taskvisor_main__grace",
            "MY_TASKVISOR_MAIN__GRACE",
        ] {
            assert_eq!(VariableName::parse(variable), None, "{variable}");
        }
    }

    #[test]
    fn incomplete_variables_are_errors() {
        for (variable, expected) in [
            ("TASKVISOR_TASK__TIMEOUT", "names no option of a section; write `TASKVISOR_TASK__NAME__OPTION`"),
            ("TASKVISOR_TASK__", "names no option of a section; write `TASKVISOR_TASK__NAME__OPTION`"),
            (
                "TASKVISOR_TASK____TIMEOUT",
                "names no option of a section; write `TASKVISOR_TASK__NAME__OPTION`",
            ),
            ("TASKVISOR_TASK__PING__", "names no option of a section; write `TASKVISOR_TASK__NAME__OPTION`"),
            ("TASKVISOR_MAIN__", "names no option of a section; write `TASKVISOR_MAIN__OPTION`"),
            ("TASKVISOR_MAIN__grace", "write the name in upper case: `TASKVISOR_MAIN__GRACE`"),
        ] {
            assert_eq!(VariableName::parse(variable), Some(Err(expected.to_owned())), "{variable}");
        }
    }

    #[test]
    fn a_declared_name_is_found_by_its_variable() {
        for name in ["ping", "poll_feed", "poll-feed", "poll/feed.v2", "_a", "a_", "größe", "a b", "x1"] {
            let variable = format!("TASKVISOR_TASK__{}__TIMEOUT", name_in_variables(name));
            let expected = name_in_variables(name);
            assert_eq!(option(&variable), Some((Section::Task, Some(&*expected), "TIMEOUT")), "{name}");
        }
    }
}
