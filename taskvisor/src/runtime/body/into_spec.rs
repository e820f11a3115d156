//! What can be added as a task.

use super::TaskSpec;

/// A value that can be added as a task: a [`TaskSpec`]. Sealed: no other type can implement it.
///
/// A bound instead of the type, so that the compiler's error says what to write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added as a task",
    label = "not a `TaskSpec`",
    note = "the spec of a declared task is `ping::spec()`, with the name of its function; an application starts its declared tasks \
            without it",
    note = "a job is submitted, not added: write `supervisor.submit(sync {{ tenant: 1 }})`",
    note = "a task without an attribute is added as `TaskSpec::inherit(TaskFn::arc(\"ping\", || async {{ Ok(()) }}))`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-a-task-spec`"
)]
pub trait IntoTaskSpec: sealed::IntoTaskSpec {
    /// Returns the spec.
    fn into_task_spec(self) -> TaskSpec;
}

impl IntoTaskSpec for TaskSpec {
    #[inline]
    fn into_task_spec(self) -> TaskSpec {
        self
    }
}

impl sealed::IntoTaskSpec for TaskSpec {}

/// Other crates cannot name this trait, so they cannot implement the public one.
mod sealed {
    pub trait IntoTaskSpec {}
}
