//! Declared tasks as plain data.

use super::{ErasedBody, Location, Needs};
use crate::policy::{DeclaredSchedule, RareSettings, Settings};

/// A task as `#[task]` declares it: plain data, built by the compiler.
#[derive(Debug)]
pub struct TaskDescriptor {
    /// Its name.
    pub name: &'static str,
    /// The source line of its declaration.
    pub location: Location,
    /// The options of the attribute.
    pub settings: Settings,
    /// Those that most attributes leave out.
    pub rare: RareSettings,
    /// The options about when it runs.
    pub schedule: DeclaredSchedule,
    /// The tasks that it depends on.
    pub dependencies: DeclaredDependencies,
    /// Whether its function returns `!`, so that no attempt ever succeeds.
    pub never_returns: bool,
    /// Creates its body.
    pub body: fn() -> ErasedBody,
    /// Declares the states it needs.
    pub needs: fn(&mut Needs<'_>),
}

/// The type of a `#[task]`, which the options `after` and `needs` of others name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a task, so no other can depend on it",
    label = "not a `#[task]`",
    note = "`after` and `needs` are lists of functions with `#[task]`, as in `needs = [connect]`",
    note = "for the value of a job, submit it in the function, and await its handle; for a shared value, write a parameter, as in \
            `db: State<Db>`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-a-task`"
)]
pub trait DeclaredTask {
    /// Returns its declaration.
    fn descriptor() -> &'static TaskDescriptor;
}

/// The type of a `#[task]`, which the option `task` of a subscriber names.
// A trait of its own for its words: `DeclaredTask` speaks of dependencies.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a task, so a subscriber cannot select its events",
    label = "not a `#[task]`",
    note = "`task` is a list of functions with `#[task]`, as in `task = [connect]`",
    note = "for the events of a job, leave `task` out, and compare `event.task()` with its name in the function",
    note = "see `taskvisor::when_it_does_not_compile`, rule `unselectable-task`"
)]
pub trait SelectedTask {
    /// Returns its declaration.
    fn descriptor() -> &'static TaskDescriptor;
}

#[diagnostic::do_not_recommend]
impl<T: DeclaredTask> SelectedTask for T {
    fn descriptor() -> &'static TaskDescriptor {
        <T as DeclaredTask>::descriptor()
    }
}

/// The tasks that a declaration depends on.
// Functions and not references: in a constant, two tasks that need each other would be a cycle of the compiler.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredDependencies {
    /// The option `after`.
    pub after: &'static [fn() -> &'static TaskDescriptor],
    /// The option `needs`.
    pub needs: &'static [fn() -> &'static TaskDescriptor],
}

impl DeclaredDependencies {
    /// No dependencies.
    pub const NONE: Self = Self { after: &[], needs: &[] };
}
