//! What an application finds: the declarations of its attributes, and the types that stand for them.

use std::fmt;

use super::tune::DeclaredSpec;
use crate::runtime::body::Location;

/// A type that `#[task]`, `#[job]` or `#[subscriber]` has generated. It stands for the declaration in
/// [`App::tune`](super::App::tune) and [`App::disable`](super::App::disable).
///
/// Only generated code implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declaration",
    label = "not declared by `#[task]`, `#[job]` or `#[subscriber]`",
    note = "name the function of a declaration, as in `app.tune::<ping>(…)` for `#[task] async fn ping()`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-a-declaration`"
)]
pub trait Declared {
    /// What [`App::tune`](super::App::tune) changes: [`TaskSpec`](crate::TaskSpec), `JobSpec`, or
    /// [`Subscriber`](crate::Subscriber).
    type Spec: DeclaredSpec;

    /// Returns the source line of the declaration, whose address identifies it.
    #[doc(hidden)]
    fn location() -> &'static Location;
}

/// A declaration that an application has found: see [`App::declared`](super::App::declared).
///
/// `Display` writes its kind and its name, such as ``task `ping` ``.
///
/// ```no_run
/// use taskvisor::prelude::*;
/// use taskvisor::DeclarationKind;
///
/// #[taskvisor::main]
/// async fn main(app: &mut App) {
///     let jobs = app.declared().iter().filter(|one| one.kind == DeclarationKind::Job).count();
///     println!("{jobs} jobs");
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Declaration {
    /// The source line of the attribute.
    pub location: &'static Location,
    /// The attribute.
    pub kind: DeclarationKind,
    /// The name of the task, the job or the subscriber.
    pub name: &'static str,
}

/// The attribute of a [`Declaration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DeclarationKind {
    /// `#[job]`.
    Job,
    /// `#[subscriber]`.
    Subscriber,
    /// `#[task]`.
    Task,
}

impl fmt::Display for DeclarationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Job => "job",
            Self::Subscriber => "subscriber",
            Self::Task => "task",
        })
    }
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
