//! The states of an application, by type.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::sync::Mutex;
use crate::sync::panics::Contained;
use crate::task::RuntimeError;

/// A value shared by the tasks and subscribers of an application, injected by its type.
///
/// Register it once with [`App::state`](crate::App::state) or
/// [`SupervisorBuilder::state`](crate::SupervisorBuilder::state). A task that needs an unregistered state is refused
/// before it starts.
///
/// It dereferences to `T`. The pattern `State(db): State<Db>` takes out the `Arc<Db>`, which is also field `.0`. The field
/// `.0` of a `T` would therefore be `.0.0`: prefer named fields in a state.
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

impl<T> State<T> {
    /// Wraps a value, for a unit test that calls the function of a task.
    ///
    /// ```
    /// use taskvisor::prelude::*;
    ///
    /// struct Greeting(&'static str);
    ///
    /// async fn greet(greeting: State<Greeting>) -> String {
    ///     format!("{}!", greeting.0.0)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_eq!(greet(State::new(Greeting("hello"))).await, "hello!");
    /// # }
    /// ```
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

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

/// The registered states, at most one of each type.
#[derive(Default)]
pub(crate) struct States {
    entries: HashMap<TypeId, StateEntry>,
    dropping: Arc<Dropping>,
}

/// The type name of the state whose destructor is running. The watchdog reports it if the destructor blocks.
#[derive(Debug, Default)]
pub(crate) struct Dropping(Mutex<Option<&'static str>>);

impl Dropping {
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn current(&self) -> Option<&'static str> {
        *self.0.lock()
    }
}

struct StateEntry {
    type_name: &'static str,
    value: Contained<Arc<dyn Any + Send + Sync>>,
}

impl Drop for States {
    fn drop(&mut self) {
        for (_, entry) in self.entries.drain() {
            // The lock is not held during the destructor: the watchdog must read the name while the destructor blocks.
            *self.dropping.0.lock() = Some(entry.type_name);
            drop(entry);
            *self.dropping.0.lock() = None;
        }
    }
}

impl States {
    /// Creates an empty collection that reports its running destructors to `dropping`.
    #[cfg_attr(not(feature = "macros"), allow(dead_code))]
    pub(crate) fn observed(dropping: &Arc<Dropping>) -> Self {
        Self { entries: HashMap::new(), dropping: Arc::clone(dropping) }
    }

    /// Returns the names of the registered types, sorted.
    pub(crate) fn type_names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.entries.values().map(|entry| entry.type_name).collect();
        names.sort_unstable();
        names
    }

    /// Inserts a state, unless one of its type exists. Returns whether it was inserted.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> bool {
        let absent = !self.has(TypeId::of::<T>());
        if absent {
            let entry = StateEntry { type_name: type_name::<T>(), value: Contained::new(Arc::new(value)) };
            self.entries.insert(TypeId::of::<T>(), entry);
        }
        absent
    }

    pub(crate) fn has(&self, type_id: TypeId) -> bool {
        self.entries.contains_key(&type_id)
    }

    pub(crate) fn get(&self, type_id: TypeId) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.entries.get(&type_id).and_then(|entry| entry.value.get())
    }

    /// The error of a task or a subscriber that needs states of these types.
    pub(crate) fn missing_error(&self, name: &str, types: Vec<&'static str>) -> RuntimeError {
        RuntimeError::MissingState { name: name.to_owned(), types, registered: self.type_names() }
    }
}
