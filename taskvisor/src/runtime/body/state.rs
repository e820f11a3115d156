//! The states of an application, by type.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::sync::Mutex;
use crate::sync::panics::Contained;

/// A value shared by the tasks and subscribers of an application, injected by its type.
///
/// Given once with [`App::state`](crate::App::state) or [`SupervisorBuilder::state`](crate::SupervisorBuilder::state).
/// A task that asks for a state that nobody gave is refused before it starts. It dereferences to `T`; the pattern
/// `State(db): State<Db>` takes the `Arc<Db>` out. `.0` is that `Arc`: a field `.0` of `T` itself is `.0.0`, so give the
/// fields of a state names.
///
/// ```
/// use taskvisor::prelude::*;
///
/// struct Db;
///
/// async fn ping(db: State<Db>) -> Result<(), TaskError> {
///     let _: &Db = &db;
///     Ok(())
/// }
/// ```
pub struct State<T: ?Sized>(pub Arc<T>);

impl<T: ?Sized> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("State").field(&&*self.0).finish()
    }
}

/// The states that were given, each type once.
#[derive(Default)]
pub(crate) struct States {
    values: HashMap<TypeId, Given>,
    dropping: Arc<Dropping>,
}

/// The name of the state whose destructor runs, so that the watchdog can name what blocks.
#[derive(Debug, Default)]
pub(crate) struct Dropping(Mutex<Option<&'static str>>);

impl Dropping {
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn current(&self) -> Option<&'static str> {
        *self.0.lock()
    }
}

/// A state that was given, with the name of its type.
struct Given {
    type_name: &'static str,
    value: Contained<Arc<dyn Any + Send + Sync>>,
}

impl Drop for States {
    fn drop(&mut self) {
        for (_, given) in self.values.drain() {
            *self.dropping.0.lock() = Some(given.type_name);
            drop(given);
            *self.dropping.0.lock() = None;
        }
    }
}

impl States {
    /// No states, whose destructors are seen in `dropping`.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn observed(dropping: &Arc<Dropping>) -> Self {
        Self { values: HashMap::new(), dropping: Arc::clone(dropping) }
    }

    /// The names of the types that were given.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn type_names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.values.values().map(|given| given.type_name).collect();
        names.sort_unstable();
        names
    }

    /// Keeps the first value of a type; says whether this was it.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> bool {
        let absent = !self.has(TypeId::of::<T>());
        if absent {
            let given = Given { type_name: type_name::<T>(), value: Contained::new(Arc::new(value)) };
            self.values.insert(TypeId::of::<T>(), given);
        }
        absent
    }

    pub(crate) fn has(&self, type_id: TypeId) -> bool {
        self.values.contains_key(&type_id)
    }

    pub(crate) fn get(&self, type_id: TypeId) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.values.get(&type_id).and_then(|given| given.value.get())
    }

    /// The name of a given type that somebody who asks for `missing` may have meant.
    pub(crate) fn near_miss(&self, missing: &str) -> Option<&'static str> {
        let mut near: Vec<_> = self
            .values
            .values()
            .map(|given| given.type_name)
            .filter(|given| resembles(given, missing))
            .collect();
        near.sort_unstable();
        near.first().copied()
    }
}

/// Whether one is the other in a wrapper (`Arc<T>`, `Option<T>`), or has the same last name.
fn resembles(given: &str, missing: &str) -> bool {
    fn inner(name: &str) -> &str {
        match name.split_once('<') {
            Some((_, rest)) => rest.strip_suffix('>').unwrap_or(rest),
            None => name,
        }
    }
    fn last(name: &str) -> &str {
        name.rsplit("::").next().unwrap_or(name)
    }
    inner(given) == missing || inner(missing) == given || last(given) == last(missing)
}
