//! Why a task that a dependency or a subscriber names is not among the tasks of the application.

use super::App;
use super::declared::{Declaration, DeclarationKind};
use super::discover::Discovered;
use super::options::{MainOptions, crates_option};
use crate::runtime::body::{Location, TaskDescriptor};
use crate::task::OptionOrigin;

/// Why a task does not run.
pub(super) enum Absence {
    /// Nothing has its name.
    Unknown,
    /// It is a job.
    Job(&'static Location),
    /// The setup has disabled it.
    Disabled(&'static Location),
    /// A file or a variable has disabled it.
    #[cfg_attr(not(feature = "config"), allow(dead_code))]
    Overridden(OptionOrigin),
    /// Its crate is linked, but the application does not name it in `crates`.
    InUnnamedCrate(&'static Location),
    /// Its declaration does not start by itself, and the setup does not add it.
    NotListed(&'static Location),
}

impl Absence {
    /// Whether the setup can add the task with its spec.
    pub(super) fn may_be_added(&self) -> bool {
        matches!(self, Self::InUnnamedCrate(_) | Self::NotListed(_))
    }
}

impl App {
    /// Returns why a task does not run, or `None` if it does. The task is found by its declaration, or without `declared` by its
    /// name.
    pub(super) fn absence(
        &self,
        name: &str,
        declared: Option<&'static TaskDescriptor>,
        found: &Discovered,
    ) -> Option<Absence> {
        let runs = self.tasks.iter().any(|task| match declared {
            Some(descriptor) => task.is_declared_at(&descriptor.location),
            None => task.spec.name() == name,
        });
        if runs {
            return None;
        }
        if let Some(origin) = self.disabled_by_override(name, declared.map(|descriptor| &descriptor.location))
        {
            return Some(Absence::Overridden(origin.clone()));
        }
        // A name may be that of a declaration, too.
        let has_name = |one: &&Declaration| one.kind != DeclarationKind::Subscriber && one.name == name;
        let location = match (declared, found.all().find(has_name)) {
            (Some(descriptor), _) => &descriptor.location,
            (None, Some(job)) if job.kind == DeclarationKind::Job => return Some(Absence::Job(job.location)),
            (None, Some(task)) => task.location,
            (None, None) => return Some(Absence::Unknown),
        };
        Some(if self.is_disabled(location) {
            Absence::Disabled(location)
        } else if found.unnamed.contains_key(location.krate()) {
            Absence::InUnnamedCrate(location)
        } else {
            Absence::NotListed(location)
        })
    }
}

/// The problem of an option that names a task which a file or a variable has disabled.
pub(super) fn overridden(option: &str, name: &str, origin: &OptionOrigin) -> String {
    format!("`{option}` names `{name}`, which `enabled = false` disables ({origin})")
}

/// The problem of an option that names a task of a crate that is linked but not named.
pub(super) fn in_unnamed_crate(
    option: &str,
    name: &str,
    location: &'static Location,
    options: &MainOptions,
) -> String {
    let krate = location.krate();
    let crates = crates_option(options.crates.iter().copied().chain([krate]));
    format!(
        "`{option}` names `{name}` ({location}), which does not start, because its crate `{krate}` is not named: write {crates}"
    )
}

/// The problem of an option that names a task which the setup has to add.
pub(super) fn not_listed(option: &str, name: &str, location: &Location) -> String {
    format!(
        "`{option}` names `{name}` ({location}), which does not start: list it with `app.task({name}::spec())`"
    )
}
