//! Finds the declarations of the application's package and of the crates it names.

use std::collections::BTreeMap;

use super::declarations::LinkCheck;
use super::declared::{Declaration, DeclarationKind};
use super::listed::{ListedSubscriber, ListedTask};
use super::options::{MainOptions, crates_option};
use super::problem::Problem;
use super::{App, SubscriberDescriptor};
use crate::runtime::body::TaskDescriptor;

/// The result of the discovery, beside the work that runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Discovered {
    /// The declarations that run: those of the application's package and of the crates it names.
    pub(super) declared: Vec<Declaration>,
    /// The declarations of crates that are linked but not named, by crate.
    pub(super) unnamed: BTreeMap<&'static str, Vec<Declaration>>,
    /// Declarations of unnamed crates that the setup has added by hand or disabled.
    pub(super) intended: Vec<Declaration>,
    /// The named crates without declarations.
    pub(super) without_declarations: Vec<&'static str>,
    /// Whether the platform supports the discovery of declarations.
    pub(super) is_supported: bool,
}

impl App {
    /// Lists the declarations, ordered by file, line and name.
    pub(super) fn discover(&mut self, options: &MainOptions) {
        let mut found = Discovered {
            is_supported: inventory::iter::<LinkCheck>.into_iter().next().is_some(),
            without_declarations: options.crates.to_vec(),
            ..Discovered::default()
        };
        let mut tasks: Vec<&'static TaskDescriptor> =
            inventory::iter::<&TaskDescriptor>.into_iter().copied().collect();
        tasks.retain(|TaskDescriptor { location, name, .. }| {
            found.admit(Declaration { location, kind: DeclarationKind::Task, name }, options)
        });
        tasks.sort_by_key(|task| (task.location, task.name));
        self.tasks = tasks.into_iter().map(ListedTask::declared).collect();

        let mut subscribers: Vec<&'static SubscriberDescriptor> =
            inventory::iter::<&SubscriberDescriptor>.into_iter().copied().collect();
        subscribers.retain(|SubscriberDescriptor { location, name, .. }| {
            found.admit(Declaration { location, kind: DeclarationKind::Subscriber, name }, options)
        });
        subscribers.sort_by_key(|subscriber| (subscriber.location, subscriber.name));
        self.subscribers = subscribers.into_iter().map(ListedSubscriber::declared).collect();
        #[cfg(feature = "controller")]
        self.discover_jobs(options, &mut found);
        found.declared.sort_unstable();
        found.unnamed.values_mut().for_each(|declarations| declarations.sort_unstable());
        self.found = found;
    }

    /// Returns the result of the discovery, after the setup. Declarations that the setup has added by hand or disabled no longer
    /// count as forgotten.
    pub(super) fn take_found(&mut self) -> Discovered {
        let mut found = std::mem::take(&mut self.found);
        let is_intended = |one: &Declaration| self.is_added_by_hand(one) || self.is_disabled(one.location);
        for declarations in found.unnamed.values_mut() {
            let (intended, forgotten) = declarations.iter().partition(|one| is_intended(one));
            *declarations = forgotten;
            let intended: Vec<Declaration> = intended;
            found.intended.extend(intended);
        }
        found.unnamed.retain(|_, declarations| !declarations.is_empty());
        found
    }

    /// Whether the setup has added the declaration by hand. It then runs although its crate is not named.
    fn is_added_by_hand(&self, one: &Declaration) -> bool {
        self.tasks.iter().any(|task| task.is_declared_at(one.location))
            || self.subscribers.iter().any(|listed| listed.is_declared_at(one.location))
    }
}

#[cfg(feature = "controller")]
impl App {
    fn discover_jobs(&mut self, options: &MainOptions, found: &mut Discovered) {
        use super::listed::ListedJob;
        use crate::job::JobDescriptor;

        let mut jobs: Vec<&'static JobDescriptor> =
            inventory::iter::<&JobDescriptor>.into_iter().copied().collect();
        jobs.retain(|JobDescriptor { location, name, .. }| {
            found.admit(Declaration { location, kind: DeclarationKind::Job, name }, options)
        });
        jobs.sort_by_key(|job| (job.location, job.name));
        self.jobs = jobs.into_iter().map(ListedJob::declared).collect();
    }
}

impl Discovered {
    /// Records a declaration. Returns whether it runs.
    fn admit(&mut self, declaration: Declaration, options: &MainOptions) -> bool {
        let krate = declaration.location.krate();
        self.without_declarations.retain(|named| *named != krate);
        let admitted = options.owns(declaration.location) || options.crates.contains(&krate);
        if admitted {
            self.declared.push(declaration);
        } else {
            self.unnamed.entry(krate).or_default().push(declaration);
        }
        admitted
    }

    /// All declarations that are linked.
    pub(super) fn all(&self) -> impl Iterator<Item = &Declaration> {
        self.declared.iter().chain(self.unnamed.values().flatten()).chain(&self.intended)
    }

    /// Returns a note for each crate that is linked but does not run.
    pub(super) fn notes(&self, options: &MainOptions) -> Vec<Problem> {
        // A named crate without declarations is a problem, whose text already suggests these crates.
        if !self.without_declarations.is_empty() {
            return Vec::new();
        }
        let note = |(krate, declarations): (&&'static str, &Vec<Declaration>)| {
            let reason = format!(
                "the crate `{krate}` is linked but not named in `crates`: {}; to include its declarations, write {}; if this is \
                 intended, ignore this note",
                consequences(declarations),
                crates_option(options.crates.iter().chain([krate]).copied()),
            );
            Problem::new(declarations[0].location, reason)
        };
        self.unnamed.iter().map(note).collect()
    }
}

/// Describes the effect on each kind of declaration. A job runs nevertheless, because it is not started but submitted.
fn consequences(declarations: &[Declaration]) -> String {
    let (jobs, others): (Vec<_>, Vec<_>) =
        declarations.iter().partition(|one| one.kind == DeclarationKind::Job);
    let list =
        |of: Vec<&Declaration>| of.into_iter().map(Declaration::with_location).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if !others.is_empty() {
        let verb = if others.len() == 1 { "does not start" } else { "do not start" };
        parts.push(format!("{} {verb}", list(others)));
    }
    if !jobs.is_empty() {
        let rest = if jobs.len() == 1 {
            "runs when it is submitted, but is not listed and its states are not checked"
        } else {
            "run when they are submitted, but are not listed and their states are not checked"
        };
        parts.push(format!("{} {rest}", list(jobs)));
    }
    parts.join("; ")
}
