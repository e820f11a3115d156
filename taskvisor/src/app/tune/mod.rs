//! Changes of declarations by the setup: `tune` and `disable`.

mod mistakes;
mod spec;

pub(super) use spec::DeclaredSpec;

use std::any::type_name;
use std::ptr;

use super::App;
use super::declared::{Declaration, Declared};
use super::problem::SourceLocation;
#[cfg(feature = "controller")]
use crate::runtime::body::JobDescriptor;
use crate::runtime::body::{Location, TaskDescriptor};

/// One call of `tune` or `disable`.
#[derive(Clone, Debug)]
pub(super) struct Change {
    kind: ChangeKind,
    /// The declaration.
    of: &'static Location,
    /// The type that the call names, for a declaration that was not found.
    type_name: &'static str,
    at: SourceLocation,
    /// Whether the closure of `tune` returned the spec of another declaration.
    returned_another: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChangeKind {
    Tune,
    Disable,
}

impl App {
    /// Changes the options of a declared task, job or subscriber, before it starts.
    ///
    /// `change` takes the [`TaskSpec`](crate::TaskSpec), `JobSpec` or [`Subscriber`](crate::Subscriber) with the options of the
    /// attribute, and returns it changed. It is called during this call, unless the declaration is not part of the
    /// application. The options that it sets replace those of the attribute, and the checks at start apply to the result.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use taskvisor::prelude::*;
    ///
    /// #[task(restart = "always", timeout = "5s")]
    /// async fn poll_feed() {}
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    ///     if let Ok(seconds) = std::env::var("POLL_TIMEOUT") {
    ///         let timeout = Duration::from_secs(seconds.parse()?);
    ///         app.tune::<poll_feed>(|spec| spec.with_timeout(timeout));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// These mistakes prevent the start, and are reported with the place of the call: the declaration is not linked, or its crate is
    /// not named in `crates`; the setup changes a declaration twice, or changes one that it disables; the setup also adds the task
    /// or the subscriber by hand; `change` returns the value of another declaration.
    #[track_caller]
    pub fn tune<D: Declared>(&mut self, change: impl FnOnce(D::Spec) -> D::Spec) -> &mut Self {
        let (of, at) = (D::location(), SourceLocation::caller());
        let returned_another = D::Spec::tune(self, of, change);
        self.changes.push(Change {
            kind: ChangeKind::Tune,
            of,
            type_name: type_name::<D>(),
            at,
            returned_another,
        });
        self
    }

    /// Disables a declared task, job or subscriber: the task or the subscriber does not start, and a submission of the job or a
    /// [`start`](crate::SupervisorHandle::start) of the task is refused with
    /// [`RuntimeError::Disabled`](crate::RuntimeError::Disabled).
    ///
    /// A declaration of a crate that is linked but not named in `crates` may be disabled too, so that no note is written about
    /// it.
    ///
    /// ```no_run
    /// use taskvisor::prelude::*;
    ///
    /// #[task(every = "1h")]
    /// async fn clean_up() {}
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) {
    ///     if std::env::var_os("READ_ONLY").is_some() {
    ///         app.disable::<clean_up>();
    ///     }
    /// }
    /// ```
    ///
    /// The mistakes that [`tune`](Self::tune) lists prevent the start here too, except that the crate may be unnamed.
    #[track_caller]
    pub fn disable<D: Declared>(&mut self) -> &mut Self {
        let (of, at) = (D::location(), SourceLocation::caller());
        self.tasks.retain(|task| task.is_by_hand() || !task.is_declared_at(of));
        self.subscribers.retain(|listed| listed.is_by_hand() || !listed.is_declared_at(of));
        #[cfg(feature = "controller")]
        self.disable_job(of);
        self.changes.push(Change {
            kind: ChangeKind::Disable,
            of,
            type_name: type_name::<D>(),
            at,
            returned_another: false,
        });
        self
    }

    /// Returns the declarations of this application, ordered by file and line: those of its package and of the crates that `crates`
    /// names. Disabled ones are included.
    ///
    /// ```no_run
    /// use taskvisor::prelude::*;
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) {
    ///     for declaration in app.declared() {
    ///         println!("{declaration}, declared at {}", declaration.location);
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn declared(&self) -> &[Declaration] {
        &self.found.declared
    }

    // Jobs of unnamed crates too: they run when they are submitted.
    #[cfg(feature = "controller")]
    fn disable_job(&mut self, of: &'static Location) {
        let mut linked = inventory::iter::<&JobDescriptor>.into_iter();
        self.disabled_jobs.extend(linked.find(|job| ptr::eq(&raw const job.location, of)));
        self.jobs.retain(|job| !job.is_declared_at(of));
    }

    /// Takes back the calls of `disable`: a file or a variable enables the declaration.
    #[cfg(feature = "config")]
    pub(super) fn enable(&mut self, location: &'static Location) {
        self.changes.retain(|change| change.kind != ChangeKind::Disable || !ptr::eq(change.of, location));
    }

    /// The names of the declared tasks that do not start.
    pub(super) fn disabled_tasks(&self) -> impl Iterator<Item = Box<str>> {
        let declared = inventory::iter::<&TaskDescriptor>.into_iter();
        let by_setup = declared.filter(|task| self.is_disabled(&task.location)).map(|task| task.name.into());
        by_setup.chain(self.disabled.iter().map(|one| one.task.spec.name().into()))
    }

    pub(super) fn is_disabled(&self, location: &'static Location) -> bool {
        self.changes.iter().any(|change| change.kind == ChangeKind::Disable && ptr::eq(change.of, location))
    }
}
