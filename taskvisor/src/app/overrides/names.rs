//! The names that the application declares, and the nearest of them to a wrong name.

use std::collections::BTreeSet;

use super::listed::listed;
use super::section::Section;
use crate::sync::nearest::nearest;

/// The names of the declarations that overrides may change. Of a task with instances, the base name.
#[derive(Clone, Debug, Default)]
pub(in crate::app) struct DeclaredNames {
    pub(in crate::app) tasks: Vec<String>,
    pub(in crate::app) jobs: Vec<String>,
    pub(in crate::app) subscribers: Vec<String>,
}

impl DeclaredNames {
    /// The names of a section. None for a section without names.
    pub(super) fn of(&self, section: Section) -> &[String] {
        match section {
            Section::Task => &self.tasks,
            Section::Job => &self.jobs,
            Section::Subscriber => &self.subscribers,
            Section::Defaults | Section::Main => &[],
        }
    }

    pub(super) fn contains(&self, section: Section, name: &str) -> bool {
        self.of(section).iter().any(|declared| declared == name)
    }

    /// The reason for a name that no declaration of the section has, with what to write.
    pub(super) fn describe_unknown(&self, section: Section, name: &str) -> String {
        let unknown = format!("unknown {section} `{name}`");
        let declared = || self.of(section).iter().map(String::as_str);
        if let Some(other) = Section::ALL.into_iter().find(|other| self.contains(*other, name)) {
            return format!("{unknown}; it is a {other}: write {}", other.header(Some(name)));
        }
        if let Some(base) = base_of_instance(name).filter(|base| self.contains(section, base)) {
            return format!(
                "{unknown}; options apply to all instances of a task: write {}",
                section.header(Some(base))
            );
        }
        match nearest(name, declared()) {
            Some(near) => format!("{unknown}; did you mean `{near}`?"),
            None if declared().next().is_none() => format!("{unknown}; the application has no {section}"),
            None => {
                // Several subscribers may have one name.
                let distinct: BTreeSet<_> = declared().collect();
                format!("{unknown}; the application has {}", listed(distinct))
            }
        }
    }
}

/// `consume` of `consume/1`.
fn base_of_instance(name: &str) -> Option<&str> {
    let (base, number) = name.rsplit_once('/')?;
    number.parse::<u32>().is_ok().then_some(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(name: &str) -> String {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let declared = DeclaredNames {
            tasks: names(&["poll/feed", "consume"]),
            jobs: names(&["sync_tenant"]),
            subscribers: Vec::new(),
        };
        declared.describe_unknown(Section::Task, name)
    }

    #[test]
    fn an_unknown_name_says_what_to_write() {
        for (name, expected) in [
            ("pol/feed", "did you mean `poll/feed`?"),
            ("POLL_FEED", "did you mean `poll/feed`?"),
            ("sync_tenant", "it is a job: write [job.sync_tenant]"),
            ("consume/3", "options apply to all instances of a task: write [task.consume]"),
            ("banana", "the application has `consume` and `poll/feed`"),
        ] {
            assert_eq!(describe(name), format!("unknown task `{name}`; {expected}"));
        }
    }

    #[test]
    fn an_application_without_declarations_is_said_so() {
        let reason = DeclaredNames::default().describe_unknown(Section::Subscriber, "audit");
        assert_eq!(reason, "unknown subscriber `audit`; the application has no subscriber");
    }
}
