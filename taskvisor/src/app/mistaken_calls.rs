//! Calls that cannot compile, so that the compiler's errors say what to write. The errors are the texts of `on_unimplemented`.

use super::App;

impl App {
    /// Does not compile: the setup submits no jobs.
    #[cfg(feature = "controller")]
    #[doc(hidden)]
    pub fn submit<J>(&mut self, _job: J)
    where
        J: SubmittedInTheSetup,
    {
    }
}

/// No type implements it.
#[cfg(feature = "controller")]
#[diagnostic::on_unimplemented(
    message = "the setup cannot submit `{Self}`, because no job runs before the setup has returned",
    label = "submitted in the setup",
    note = "submit it in a task, which takes `supervisor: SupervisorHandle`: `supervisor.submit(sync {{ tenant: 1 }})?`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `submitted-in-setup`"
)]
pub trait SubmittedInTheSetup {}

/// Makes `ping.spec()`, and `sync::spec()` of a job's type, resolve to an error that says what to write.
pub trait SpecOfADeclaration {
    /// Does not compile.
    fn spec(&self) {}
}

impl<T: HasSpec> SpecOfADeclaration for T {}

/// No type implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no spec",
    label = "only the type of a `#[task]` has a spec",
    note = "the spec of a task is a function of the type with its name: write `ping::spec()`, not `ping.spec()`",
    note = "a job has no spec: submit it, as in `supervisor.submit(sync {{ tenant: 1 }})`; a subscriber is `alert::subscriber()`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `no-spec`"
)]
pub trait HasSpec {}
