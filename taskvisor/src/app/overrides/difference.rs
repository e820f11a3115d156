//! What a reload changes.

use super::merged::{Override, Overrides};
use super::section::Section;

/// An option whose value differs between two reads.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::app) struct OverrideChange<'a> {
    pub(in crate::app) section: Section,
    /// `None` for the sections without a name.
    pub(in crate::app) name: Option<&'a str>,
    pub(in crate::app) option: &'static str,
    /// The value before. `None` if the option was not overridden.
    pub(in crate::app) before: Option<&'a Override>,
    /// The value now. `None` if the option is not overridden any more, so that the value of the program applies.
    pub(in crate::app) after: Option<&'a Override>,
}

/// The options that differ, ordered by section, name and option. An option that only moved to another line is the same.
pub(in crate::app) fn difference<'a>(before: &'a Overrides, after: &'a Overrides) -> Vec<OverrideChange<'a>> {
    let gone =
        before.iter().filter(|(section, name, option, _)| lookup(after, *section, *name, option).is_none());
    let gone = gone.map(|(section, name, option, value)| OverrideChange {
        section,
        name,
        option,
        before: Some(value),
        after: None,
    });
    let now = after.iter().map(|(section, name, option, value)| OverrideChange {
        section,
        name,
        option,
        before: lookup(before, section, name, option),
        after: Some(value),
    });
    let differs = |change: &OverrideChange<'_>| {
        change.before.map(|before| &before.value) != change.after.map(|after| &after.value)
    };
    let mut changes: Vec<_> = gone.chain(now.filter(differs)).collect();
    changes.sort_by_key(|change| (change.section, change.name, change.option));
    changes
}

fn lookup<'a>(
    overrides: &'a Overrides,
    section: Section,
    name: Option<&str>,
    option: &str,
) -> Option<&'a Override> {
    overrides.options(section, name)?.get(option)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::origin::OverrideOrigin;
    use super::*;
    use crate::policy::options::OptionValue;

    fn overrides(options: &[(Section, Option<&str>, &'static str, i64)], line: u32) -> Overrides {
        let origin = OverrideOrigin::file(Path::new("t.toml")).at_line(line);
        let mut overrides = Overrides::default();
        for (section, name, option, value) in options {
            let value = Override { value: OptionValue::Integer(*value), origin: origin.clone() };
            overrides.insert(*section, *name, option, value);
        }
        overrides
    }

    #[test]
    fn added_changed_and_removed_options_differ() {
        let before =
            overrides(&[(Section::Main, None, "grace", 1), (Section::Task, Some("a"), "timeout", 1)], 1);
        let after =
            overrides(&[(Section::Main, None, "grace", 2), (Section::Task, Some("b"), "timeout", 1)], 1);
        let value = |one: Option<&Override>| one.map(|one| one.value.to_string()).unwrap_or_default();
        let line = |change: OverrideChange<'_>| {
            let header = change.section.header(change.name);
            format!("{header} {}: {} -> {}", change.option, value(change.before), value(change.after))
        };
        let lines: Vec<_> = difference(&before, &after).into_iter().map(line).collect();
        assert_eq!(lines, ["[task.a] timeout: 1 -> ", "[task.b] timeout:  -> 1", "[main] grace: 1 -> 2"]);
    }

    #[test]
    fn an_option_on_another_line_is_the_same() {
        let options = [(Section::Task, Some("a"), "timeout", 1)];
        assert_eq!(difference(&overrides(&options, 1), &overrides(&options, 9)), []);
    }
}
