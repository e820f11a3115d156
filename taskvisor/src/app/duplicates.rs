//! What is there twice: a crate, a file, a name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::discover::{Declaration, Discovered};
use super::options::MainOptions;
use super::problem::Problem;
use super::{App, ListedTask};
use crate::runtime::body::Location;

impl App {
    /// Tells what is linked twice, and takes it out: nobody knows which of the two will stay, so there is nothing else
    /// to say of it.
    pub(super) fn take_out_twins(
        &mut self,
        found: &Discovered,
        options: &MainOptions,
        problems: &mut Vec<Problem>,
    ) {
        let mut twins = BTreeSet::new();
        for declarations in groups(&found.declared, |one| (one.location.krate(), one.location.package)) {
            let copies = copies(&declarations, options);
            if copies.len() > 1 {
                problems.push(linked_twice(&copies));
                twins.extend(declarations.iter().map(|one| *one.location));
            }
        }
        let rest: Vec<_> =
            found.declared.iter().copied().filter(|one| !twins.contains(one.location)).collect();
        for declarations in groups(&rest, |one| plain(one.location.file)) {
            let pairs = groups(&declarations, in_its_file).into_iter().filter(|same| same.len() > 1);
            let pairs: Vec<_> = pairs.flatten().collect();
            if !pairs.is_empty() {
                problems.push(compiled_twice(&pairs));
                twins.extend(pairs.iter().map(|one| *one.location));
            }
        }
        let is_twin = |location: Option<&Location>| location.is_some_and(|location| twins.contains(location));
        self.tasks.retain(|task| !is_twin(task.spec.location));
        self.subscribers.retain(|subscriber| !is_twin(subscriber.location));
        #[cfg(feature = "controller")]
        self.jobs.retain(|job| !is_twin(Some(&job.location)));
    }

    /// Tells which tasks are given although they are there, and takes them out.
    pub(super) fn take_out_repeated(&mut self, problems: &mut Vec<Problem>) {
        let mut once: Vec<ListedTask> = Vec::with_capacity(self.tasks.len());
        for task in self.tasks.drain(..) {
            let given = task.spec.location.filter(|_| task.by_hand);
            match given.and_then(|location| once.iter().find(|other| other.is_declared_at(location))) {
                Some(other) => problems.push(there_already(&task, other)),
                None => once.push(task),
            }
        }
        self.tasks = once;
    }

    /// Tells which tasks have the name of another.
    pub(super) fn check_names(&self, problems: &mut Vec<Problem>) {
        let mut named: BTreeMap<&str, Vec<&ListedTask>> = BTreeMap::new();
        for task in &self.tasks {
            named.entry(task.spec.name()).or_default().push(task);
        }
        problems.extend(named.into_values().filter(|tasks| tasks.len() > 1).map(|tasks| same_name(&tasks)));
    }
}

/// Those with the same key together, each group in the order of places.
fn groups<K: Ord>(declarations: &[Declaration], key: impl Fn(&Declaration) -> K) -> Vec<Vec<Declaration>> {
    let mut groups: BTreeMap<K, Vec<Declaration>> = BTreeMap::new();
    for declaration in declarations {
        groups.entry(key(declaration)).or_default().push(*declaration);
    }
    groups.into_values().collect()
}

/// The first declaration of each copy of a crate.
///
/// Copies differ in their version, or come from several sources: then one module is in two files. In the application's
/// own package it may be, because its library and its program may have the same name.
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

fn linked_twice(copies: &[Declaration]) -> Problem {
    let first = copies[0].location;
    let in_versions = copies.iter().any(|one| one.location.version != first.version);
    let which = copies.iter().map(|one| match one.location.version {
        Some(version) => format!("{version} ({})", one.location),
        None => one.location.to_string(),
    });
    let reason = format!(
        "the crate `{}` is linked {}: {}; make all that depend on it agree on one, `cargo tree -d` shows which they \
         are",
        first.krate(),
        if in_versions { "in several versions" } else { "from several sources" },
        which.collect::<Vec<_>>().join(", "),
    );
    Problem::new(first, reason)
}

/// What a declaration has in common with itself when its file is compiled into two crates.
fn in_its_file(one: &Declaration) -> impl Ord + use<> {
    let Location { line, column, module, .. } = *one.location;
    let in_its_crate = module.split_once("::").map(|(_, rest)| rest);
    (line, column, in_its_crate, one.kind, one.name)
}

/// One file has one path, however it was step: `src/bin/../tasks.rs` is `src/tasks.rs`.
fn plain(file: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for component in Path::new(file).components() {
        match component {
            Component::ParentDir if path.file_name().is_some() => drop(path.pop()),
            component => path.push(component),
        }
    }
    path
}

fn compiled_twice(pairs: &[Declaration]) -> Problem {
    let what: BTreeSet<_> = pairs.iter().map(ToString::to_string).collect();
    let reason = format!(
        "the file is compiled into two crates of the package, so that what it declares is there twice: {}; keep its \
         `mod` in `lib.rs` alone, and `use` it from there",
        what.into_iter().collect::<Vec<_>>().join(", "),
    );
    Problem::new(pairs[0].location, reason)
}

fn there_already(task: &ListedTask, other: &ListedTask) -> Problem {
    let name = task.spec.name();
    let reason = if other.by_hand {
        format!("the task `{name}` is listed already ({}); leave out one of the two", other.place)
    } else {
        format!(
            "the task `{name}` is declared ({}) and starts by itself; leave out this `app.task(…)`, and set what differs \
             in its `#[task(…)]`, which takes constants; if a value is known only at run time, remove the `#[task(…)]`, \
             and list the function here, as in `app.task(TaskSpec::inherit(TaskFn::arc(\"{name}\", …)).with_timeout(…))`",
            other.place,
        )
    };
    Problem::new(task.place, reason)
}

fn same_name(tasks: &[&ListedTask]) -> Problem {
    let name = tasks[0].spec.name();
    let places: Vec<_> = tasks.iter().map(|task| task.place.to_string()).collect();
    let declared = tasks.iter().any(|task| !task.by_hand);
    let example = if declared { format!(", as in `#[task(name = \"{name}-2\")]`") } else { String::new() };
    let reason = format!(
        "more than one task is named `{name}` ({}); give one of them another name{example}",
        places.join(", "),
    );
    Problem::new(tasks[0].place, reason)
}
