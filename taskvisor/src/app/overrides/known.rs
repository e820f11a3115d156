//! The names that a file and variables may use.

use std::sync::LazyLock;

use super::applied::ENABLED;
use super::names::DeclaredNames;
use super::section::Section;
use crate::app::App;
use crate::app::declared::DeclarationKind;
use crate::app::discover::Discovered;
#[cfg(feature = "controller")]
use crate::app::option_table::JOB;
use crate::app::option_table::{DEFAULTS, MAIN, OptionRow, SUBSCRIBER, TASK};

/// The options of a section.
pub(in crate::app) fn known_options(section: Section) -> &'static [&'static str] {
    static DEFAULT_NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| names_of(DEFAULTS).collect());
    static TASK_NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| switched(names_of(TASK)));
    #[cfg(feature = "controller")]
    static JOB_NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| switched(names_of(JOB)));
    static SUBSCRIBER_NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| switched(names_of(SUBSCRIBER)));
    static MAIN_NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| names_of(MAIN).collect());
    match section {
        Section::Defaults => &DEFAULT_NAMES,
        Section::Task => &TASK_NAMES,
        #[cfg(feature = "controller")]
        Section::Job => &JOB_NAMES,
        #[cfg(not(feature = "controller"))]
        Section::Job => &[],
        Section::Subscriber => &SUBSCRIBER_NAMES,
        Section::Main => &MAIN_NAMES,
    }
}

fn names_of<S>(rows: &'static [OptionRow<S>]) -> impl Iterator<Item = &'static str> {
    rows.iter().map(|row| row.name)
}

/// The options of declarations that can be disabled.
fn switched(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    names.chain([ENABLED]).collect()
}

impl App {
    /// The names that the application declares or adds, those that the setup disables included.
    pub(in crate::app) fn declared_names(&self, found: &Discovered) -> DeclaredNames {
        let declared = |kind| found.declared.iter().filter(move |one| one.kind == kind);
        let mut names = DeclaredNames::default();
        names.tasks.extend(declared(DeclarationKind::Task).map(|one| one.name.to_owned()));
        names.tasks.extend(self.tasks.iter().map(|task| task.spec.name().to_owned()));
        names.jobs.extend(declared(DeclarationKind::Job).map(|one| one.name.to_owned()));
        names.subscribers.extend(declared(DeclarationKind::Subscriber).map(|one| one.name.to_owned()));
        names.subscribers.extend(self.subscribers.iter().map(|listed| listed.subscriber.name.to_string()));
        for names in [&mut names.tasks, &mut names.jobs, &mut names.subscribers] {
            names.sort_unstable();
            names.dedup();
        }
        names
    }
}
