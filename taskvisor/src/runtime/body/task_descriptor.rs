//! Declared tasks as plain data.

use super::{ErasedBody, Location, Needs};
use crate::policy::Settings;

/// A task as `#[task]` declares it: plain data, built by the compiler.
#[derive(Debug)]
pub struct TaskDescriptor {
    /// Its name.
    pub name: &'static str,
    /// The source line of its declaration.
    pub location: Location,
    /// The options of the attribute.
    pub settings: Settings,
    /// The tasks that it depends on.
    pub dependencies: DeclaredDependencies,
    /// Whether its function returns `!`, so that no attempt ever succeeds.
    pub never_returns: bool,
    /// Creates its body.
    pub body: fn() -> ErasedBody,
    /// Declares the states it needs.
    pub needs: fn(&mut Needs<'_>),
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
