//! Extractors: parameters of a task's function that are created from its context.

use std::any::{TypeId, type_name};

use tokio_util::sync::CancellationToken;

use super::{AppContext, State, States, TaskContext};

/// A parameter of a task, created anew for every attempt.
///
/// Implemented by [`TaskContext`], by [`CancellationToken`] (the token of the attempt), and by every type that is
/// [`FromApp`]. Implement it for your own parameter types:
///
/// ```
/// use taskvisor::prelude::*;
/// use taskvisor::{FromContext, TaskContext};
///
/// struct Attempt(u64);
///
/// impl FromContext for Attempt {
///     fn from_context(context: &TaskContext) -> Self {
///         Attempt(context.attempt())
///     }
/// }
///
/// async fn poll(Attempt(number): Attempt) -> Result<(), TaskError> {
///     println!("attempt {number}");
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be injected",
    label = "not an extractor",
    note = "a value that tasks share is a state: write `State<{Self}>`, and register the value in the setup: `app.state(value)`",
    note = "a value that differs from run to run is an argument of a `#[job]`; a `#[task]` has none",
    note = "other types that can be injected: `TaskContext`, `CancellationToken`, `Ready`, `Instance`, `SupervisorHandle`, `Option<State<T>>`, \
            and any type that implements `FromContext`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-injectable`"
)]
pub trait FromContext: Sized {
    /// Creates the parameter.
    fn from_context(context: &TaskContext) -> Self;

    /// Declares the states that the parameter needs, and whether it notifies. They are checked before the task starts.
    fn needs(_needs: &mut Needs<'_>) {}
}

/// A parameter of a task or a subscriber, created from the application alone.
///
/// Implemented by `State<T>`, `Option<State<T>>` and [`SupervisorHandle`](crate::SupervisorHandle).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be injected into a subscriber",
    label = "not an extractor of the application",
    note = "a value that the application shares is a state: write `State<{Self}>`, and register the value in the setup: \
            `app.state(value)`",
    note = "other types that can be injected: `SupervisorHandle`, `Option<State<T>>`, and any type that implements `FromApp`; \
            nothing that belongs to an attempt, because a subscriber makes none",
    note = "see `taskvisor::when_it_does_not_compile`, rules `not-injectable` and `context-of-a-subscriber`"
)]
pub trait FromApp: Sized {
    /// Creates the parameter.
    fn from_app(app: &AppContext) -> Self;

    /// Declares the states that the parameter needs. They are checked before any task or subscriber starts.
    fn needs(_needs: &mut Needs<'_>) {}
}

#[diagnostic::do_not_recommend]
impl<T: FromApp> FromContext for T {
    fn from_context(context: &TaskContext) -> Self {
        T::from_app(context.app())
    }

    fn needs(needs: &mut Needs<'_>) {
        <T as FromApp>::needs(needs);
    }
}

impl FromContext for TaskContext {
    fn from_context(context: &TaskContext) -> Self {
        context.clone()
    }
}

impl FromContext for CancellationToken {
    fn from_context(context: &TaskContext) -> Self {
        context.token()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> FromApp for State<T> {
    /// # Panics
    ///
    /// If no state of type `T` was registered. Tasks and subscribers that declare their needs never start in this case.
    fn from_app(app: &AppContext) -> Self {
        match app.state() {
            Some(state) => Self(state),
            None => panic!("no state of type `{}` was registered: call `.state(…)`", type_name::<T>()),
        }
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.state::<T>();
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> FromApp for Option<State<T>> {
    fn from_app(app: &AppContext) -> Self {
        app.state().map(State)
    }
}

/// Collects what parameters declare: the states that they need and that were not registered, and whether one of them notifies.
pub struct Needs<'a> {
    states: &'a States,
    missing: Vec<&'static str>,
    notifies: bool,
    needs_instance: bool,
}

impl<'a> Needs<'a> {
    pub(crate) fn new(states: &'a States) -> Self {
        Self { states, missing: Vec::new(), notifies: false, needs_instance: false }
    }

    /// Declares a need for a state of type `T`.
    pub fn state<T: Send + Sync + 'static>(&mut self) {
        if !self.states.has(TypeId::of::<T>()) && !self.missing.contains(&type_name::<T>()) {
            self.missing.push(type_name::<T>());
        }
    }

    /// Declares that the task is ready when the parameter says so, as a parameter [`Ready`](crate::Ready) does. A parameter that
    /// contains one calls this, or `<Ready as FromContext>::needs(needs)`.
    pub fn readiness(&mut self) {
        self.notifies = true;
    }

    /// Declares that the task must have [`instances`](crate::TaskSpec::with_instances), as a parameter [`Instance`](crate::Instance)
    /// does. An extractor that contains an `Instance` calls this, or `<Instance as FromContext>::needs(needs)`.
    pub fn instance(&mut self) {
        self.needs_instance = true;
    }

    /// Whether the task must have instances.
    pub(crate) fn needs_instance(&self) -> bool {
        self.needs_instance
    }

    pub(crate) fn notifies(&self) -> bool {
        self.notifies
    }

    pub(crate) fn missing(self) -> Vec<&'static str> {
        self.missing
    }
}

impl std::fmt::Debug for Needs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Needs").field("missing", &self.missing).finish_non_exhaustive()
    }
}
