//! Finds duplicates: a crate that is linked twice, a file that is compiled twice, a name that is used twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::App;
use super::declared::Declaration;
use super::discover::Discovered;
use super::listed::{ListedSubscriber, ListedTask};
use super::options::MainOptions;
use super::problem::Problem;
use crate::runtime::body::Location;
use crate::task::is_blank;

impl App {
    /// Reports and removes declarations that are linked twice.
    ///
    /// All copies are removed, because it is unknown which one the user will keep. Further problems of a copy may vanish with
    /// it, so they are not reported.
    pub(super) fn remove_linked_duplicates(
        &mut self,
        found: &Discovered,
        options: &MainOptions,
        problems: &mut Vec<Problem>,
    ) {
        let mut duplicates = BTreeSet::new();
        for declarations in groups(&found.declared, |one| (one.location.krate(), one.location.package)) {
            let copies = copies(&declarations, options);
            if copies.len() > 1 {
                problems.push(duplicate_crate(&copies));
                duplicates.extend(declarations.iter().map(|one| *one.location));
            }
        }
        let rest: Vec<_> =
            found.declared.iter().copied().filter(|one| !duplicates.contains(one.location)).collect();
        for declarations in groups(&rest, |one| normalize(one.location.file)) {
            let pairs = groups(&declarations, in_its_file).into_iter().filter(|same| same.len() > 1);
            let pairs: Vec<_> = pairs.flatten().collect();
            if !pairs.is_empty() {
                problems.push(duplicate_file(&pairs));
                duplicates.extend(pairs.iter().map(|one| *one.location));
            }
        }
        let is_duplicate =
            |location: Option<&Location>| location.is_some_and(|location| duplicates.contains(location));
        self.tasks.retain(|task| !is_duplicate(task.spec.location()));
        self.subscribers.retain(|listed| !is_duplicate(listed.subscriber.location));
        #[cfg(feature = "controller")]
        self.jobs.retain(|job| !is_duplicate(Some(&job.spec.descriptor.location)));
    }

    /// Reports and removes listed tasks and subscribers that are declared or listed already.
    pub(super) fn remove_relisted(&mut self, problems: &mut Vec<Problem>) {
        self.remove_relisted_subscribers(problems);
        let mut unique: Vec<ListedTask> = Vec::with_capacity(self.tasks.len());
        for task in self.tasks.drain(..) {
            let listed = task.spec.location().filter(|_| task.is_by_hand());
            match listed.and_then(|location| unique.iter().find(|other| other.is_declared_at(location))) {
                Some(other) => problems.push(relisted(&task, other)),
                None => unique.push(task),
            }
        }
        self.tasks = unique;
    }

    /// Unlike a task, a subscriber of an unnamed crate may be listed under several names.
    fn remove_relisted_subscribers(&mut self, problems: &mut Vec<Problem>) {
        let mut unique: Vec<ListedSubscriber> = Vec::with_capacity(self.subscribers.len());
        for listed in self.subscribers.drain(..) {
            let location = listed.subscriber.location.filter(|_| listed.is_by_hand());
            let is_same = |other: &&ListedSubscriber| {
                let has_its_name = other.subscriber.name == listed.subscriber.name;
                location.is_some_and(|location| other.is_declared_at(location))
                    && (has_its_name || !other.is_by_hand())
            };
            match unique.iter().find(is_same) {
                Some(other) => problems.push(relisted_subscriber(&listed, other)),
                None => unique.push(listed),
            }
        }
        self.subscribers = unique;
    }

    /// Reports tasks that share a name.
    pub(super) fn check_names(&self, problems: &mut Vec<Problem>) {
        let mut named: BTreeMap<&str, Vec<&ListedTask>> = BTreeMap::new();
        // An empty name is a problem of its own.
        for task in self.tasks.iter().filter(|task| !is_blank(task.spec.name())) {
            named.entry(task.spec.name()).or_default().push(task);
        }
        problems
            .extend(named.into_values().filter(|tasks| tasks.len() > 1).map(|tasks| name_conflict(&tasks)));
    }
}

/// Groups declarations by a key. Each group keeps the order of its elements.
fn groups<K: Ord>(declarations: &[Declaration], key: impl Fn(&Declaration) -> K) -> Vec<Vec<Declaration>> {
    let mut groups: BTreeMap<K, Vec<Declaration>> = BTreeMap::new();
    for declaration in declarations {
        groups.entry(key(declaration)).or_default().push(*declaration);
    }
    groups.into_values().collect()
}

/// Returns the first declaration of each copy of a crate.
///
/// Copies differ in their version or in their source. With several sources, one module has two files. The application's own
/// package is exempt, because its library and its program may have the same name.
fn copies(declarations: &[Declaration], options: &MainOptions) -> Vec<Declaration> {
    let versions = groups(declarations, |one| one.location.version);
    let modules = groups(declarations, |one| one.location.module);
    let mut sources = modules.iter().map(|module| groups(module, |one| one.location.file));
    let copies = match sources.find(|files| files.len() > 1) {
        Some(files) if versions.len() == 1 && !options.owns(files[0][0].location) => files,
        _ => versions,
    };
    copies.into_iter().map(|copy| copy[0]).collect()
}

fn duplicate_crate(copies: &[Declaration]) -> Problem {
    let first = copies[0].location;
    let in_versions = copies.iter().any(|one| one.location.version != first.version);
    let which = copies.iter().map(|one| match one.location.version {
        Some(version) => format!("{version} ({})", one.location),
        None => one.location.to_string(),
    });
    let reason = format!(
        "the crate `{}` is linked {}: {}; make all dependents agree on one, `cargo tree -d` lists them",
        first.krate(),
        if in_versions { "in several versions" } else { "from several sources" },
        which.collect::<Vec<_>>().join(", "),
    );
    Problem::new(first, reason)
}

/// The key that is equal for the two copies of a declaration whose file is compiled into two crates.
fn in_its_file(one: &Declaration) -> impl Ord + use<> {
    let Location { line, column, module, .. } = *one.location;
    let in_its_crate = module.split_once("::").map(|(_, rest)| rest);
    (line, column, in_its_crate, one.kind, one.name)
}

/// Normalizes a path: `src/bin/../tasks.rs` becomes `src/tasks.rs`.
fn normalize(file: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for component in Path::new(file).components() {
        match component {
            Component::ParentDir if path.file_name().is_some() => drop(path.pop()),
            component => path.push(component),
        }
    }
    path
}

fn duplicate_file(pairs: &[Declaration]) -> Problem {
    let what: BTreeSet<_> = pairs.iter().map(ToString::to_string).collect();
    let reason = format!(
        "the file is compiled into two crates of the package, so its declarations are registered twice: {}; keep its `mod` only \
         in `lib.rs`, and `use` it from there",
        what.into_iter().collect::<Vec<_>>().join(", "),
    );
    Problem::new(pairs[0].location, reason)
}

fn relisted(task: &ListedTask, other: &ListedTask) -> Problem {
    let name = task.spec.name();
    let reason = if other.is_by_hand() {
        format!("the task `{name}` is listed already ({}); remove one of the two", other.location)
    } else {
        format!(
            "the task `{name}` is declared ({}) and starts by itself; remove this `app.task(…)`, and set its options in \
             `#[task(…)]`, or here with `app.tune::<…>(|spec| spec.with_timeout(…))` if a value is known only at run time",
            other.location,
        )
    };
    Problem::new(task.location, reason)
}

fn relisted_subscriber(listed: &ListedSubscriber, other: &ListedSubscriber) -> Problem {
    let reason = if other.is_by_hand() {
        let name = &other.subscriber.name;
        format!("the subscriber `{name}` is listed already ({}); remove one of the two", other.location)
    } else {
        let name = other.descriptor.map_or(&*other.subscriber.name, |descriptor| descriptor.name);
        format!(
            "the subscriber `{name}` is declared ({}) and starts by itself; remove this `app.subscriber(…)`, and set its \
             options in `#[subscriber(…)]`, or here with `app.tune::<…>(|subscriber| subscriber.with_events(…))` if a \
             value is known only at run time",
            other.location,
        )
    };
    Problem::new(listed.location, reason)
}

fn name_conflict(tasks: &[&ListedTask]) -> Problem {
    let name = tasks[0].spec.name();
    let places: Vec<_> = tasks.iter().map(|task| task.location.to_string()).collect();
    let declared = tasks.iter().any(|task| !task.is_by_hand());
    let example = if declared { format!(", as in `#[task(name = \"{name}-2\")]`") } else { String::new() };
    let reason = format!(
        "more than one task is named `{name}` ({}); give one of them another name{example}",
        places.join(", "),
    );
    Problem::new(tasks[0].location, reason)
}
