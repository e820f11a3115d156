//! The tasks that a spec depends on.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{DeclaredDependencies, Location, TaskDescriptor};
use crate::task::DependencyKind;

/// The tasks that a task depends on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dependencies {
    /// The first attempt starts once each of them was ready once.
    pub(crate) after: Vec<Dependency>,
    /// Every attempt starts only while all of them are ready.
    pub(crate) needs: Vec<Dependency>,
}

/// A task that another one depends on.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: Cow<'static, str>,
    /// Its declaration. `None` if the spec names it.
    pub(crate) declared: Option<&'static TaskDescriptor>,
}

impl Dependencies {
    /// Returns the dependencies of a declaration, or `None` if it has none.
    // Boxed, because few tasks have any, and every spec pays for the space.
    pub(crate) fn declared(declared: &DeclaredDependencies) -> Option<Box<Self>> {
        let DeclaredDependencies { after, needs } = declared;
        if after.is_empty() && needs.is_empty() {
            return None;
        }
        let read = |tasks: &[fn() -> &'static TaskDescriptor]| {
            tasks.iter().map(|descriptor| Dependency::declared(descriptor())).collect()
        };
        Some(Box::new(Self { after: read(after), needs: read(needs) }))
    }
}

impl Dependencies {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Dependency, DependencyKind)> {
        let after = self.after.iter().map(|one| (one, DependencyKind::After));
        after.chain(self.needs.iter().map(|one| (one, DependencyKind::Needs)))
    }

    /// As `iter`, each name once.
    pub(crate) fn unique(&self) -> impl Iterator<Item = (&Dependency, DependencyKind)> {
        let mut seen = HashSet::new();
        self.iter().filter(move |(one, _)| seen.insert(&*one.name))
    }

    /// The names that are listed more than once, each once.
    pub(crate) fn repeated(&self) -> impl Iterator<Item = &str> {
        let mut counts = HashMap::new();
        self.iter().map(|(one, _)| &*one.name).filter(move |name| {
            let count = counts.entry(*name).or_insert(0);
            *count += 1;
            *count == 2
        })
    }
}

impl Dependency {
    fn declared(descriptor: &'static TaskDescriptor) -> Self {
        Self { name: descriptor.name.into(), declared: Some(descriptor) }
    }

    pub(crate) fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), declared: None }
    }

    /// The source line of its declaration.
    pub(crate) fn location(&self) -> Option<&'static Location> {
        self.declared.map(|descriptor| &descriptor.location)
    }
}
