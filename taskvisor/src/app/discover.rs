//! Finds the declarations of the application's package and of the crates it names.

use std::collections::BTreeMap;
use std::fmt;
use std::ptr;

use super::declarations::LinkCheck;
use super::options::{MainOptions, crates_option};
use super::problem::{Problem, SourceLocation};
use super::{App, ListedTask, SubscriberDescriptor, TaskDescriptor};
use crate::runtime::body::{Location, TaskSpec};
use crate::runtime::subscriber::Subscriber;

/// The result of the discovery, beside the work that runs.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    /// The declarations that run: those of the application's package and of the crates it names.
    pub(super) declared: Vec<Declaration>,
    /// The declarations of crates that are linked but not named, by crate.
    pub(super) unnamed: BTreeMap<&'static str, Vec<Declaration>>,
    /// The named crates without declarations.
    pub(super) without_declarations: Vec<&'static str>,
    /// Whether the platform supports the discovery of declarations.
    pub(super) is_supported: bool,
}

/// The declaration of one attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Declaration {
    pub(super) location: &'static Location,
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
}

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)
    }
}

impl Declaration {
    /// Formats it with its source location.
    pub(super) fn with_location(&self) -> String {
        format!("{self} ({})", self.location)
    }
}

impl App {
    /// Adds the declarations, ordered by file, line and name, before the work that the setup lists.
    pub(super) fn discover(&mut self, options: &MainOptions) -> Discovered {
        let mut found = Discovered {
            is_supported: inventory::iter::<LinkCheck>.into_iter().next().is_some(),
            without_declarations: options.crates.to_vec(),
            ..Discovered::default()
        };
        let mut tasks: Vec<&'static TaskDescriptor> =
            inventory::iter::<&TaskDescriptor>.into_iter().copied().collect();
        tasks.retain(|TaskDescriptor { location, name, .. }| {
            self.admits(Declaration { location, kind: "task", name }, options, &mut found)
        });
        tasks.sort_by_key(|task| (task.location, task.name));
        let listed = std::mem::take(&mut self.tasks);
        self.tasks = tasks.into_iter().map(declared).chain(listed).collect();

        let mut subscribers: Vec<&'static SubscriberDescriptor> =
            inventory::iter::<&SubscriberDescriptor>.into_iter().copied().collect();
        subscribers.retain(|SubscriberDescriptor { location, name, .. }| {
            self.admits(Declaration { location, kind: "subscriber", name }, options, &mut found)
        });
        subscribers.sort_by_key(|subscriber| (subscriber.location, subscriber.name));
        let listed = std::mem::take(&mut self.subscribers);
        self.subscribers = subscribers.into_iter().map(Subscriber::declared).chain(listed).collect();
        #[cfg(feature = "controller")]
        self.discover_jobs(options, &mut found);
        found.declared.sort_unstable();
        found.unnamed.values_mut().for_each(|declarations| declarations.sort_unstable());
        found
    }

    fn admits(&self, declaration: Declaration, options: &MainOptions, found: &mut Discovered) -> bool {
        let krate = declaration.location.krate();
        found.without_declarations.retain(|named| *named != krate);
        let admitted = options.owns(declaration.location) || options.crates.contains(&krate);
        if admitted {
            found.declared.push(declaration);
        } else if !self.is_listed(declaration.location) {
            found.unnamed.entry(krate).or_default().push(declaration);
        }
        admitted
    }

    /// Whether the setup has listed the declaration itself. It then runs although its crate is not named.
    fn is_listed(&self, location: &'static Location) -> bool {
        let is_same = |own: Option<&'static Location>| own.is_some_and(|own| ptr::eq(own, location));
        self.tasks.iter().any(|task| task.is_declared_at(location))
            || self.subscribers.iter().any(|subscriber| is_same(subscriber.location))
    }
}

#[cfg(feature = "controller")]
impl App {
    fn discover_jobs(&mut self, options: &MainOptions, found: &mut Discovered) {
        use crate::job::JobDescriptor;

        let mut jobs: Vec<&'static JobDescriptor> =
            inventory::iter::<&JobDescriptor>.into_iter().copied().collect();
        jobs.retain(|JobDescriptor { location, name, .. }| {
            self.admits(Declaration { location, kind: "job", name }, options, found)
        });
        jobs.sort_by_key(|job| (job.location, job.name));
        self.jobs = jobs;
    }
}

impl Discovered {
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
    let (jobs, others): (Vec<_>, Vec<_>) = declarations.iter().partition(|one| one.kind == "job");
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

fn declared(descriptor: &'static TaskDescriptor) -> ListedTask {
    let location = SourceLocation::from(&descriptor.location);
    ListedTask { spec: TaskSpec::declared(descriptor), location, by_hand: false }
}
