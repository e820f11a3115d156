//! The requirements for an argument of a job.
//!
//! Each is checked where generated code uses the argument, so that a wrong type is one error, at the type itself. No function takes
//! a receiver: with `use taskvisor::*`, it would be called in place of a method of the user.

/// A type that is not an extractor.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is an extractor",
    label = "created for each attempt, not submitted",
    note = "write `#[inject]` before the parameter",
    note = "see `taskvisor::when_it_does_not_compile`, rule `unmarked-extractor`"
)]
pub trait NoExtractor<const IS_EXTRACTOR: bool = true>: Sized {
    /// Returns the argument.
    fn checked(argument: Self) -> Self {
        argument
    }
}

#[diagnostic::do_not_recommend]
impl<T> NoExtractor<false> for T {}

/// A type that can be sent to and shared with other threads. Every extractor satisfies it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is not `Send + Sync + 'static`",
    label = "not `Send + Sync + 'static`",
    note = "an argument is cloned, and sent to a task on another thread: use `Arc` instead of `Rc`, an atomic or a `Mutex` instead \
            of `Cell` and `RefCell`, `dyn Trait + Send + Sync` instead of `dyn Trait`, owned instead of borrowed",
    note = "see `taskvisor::when_it_does_not_compile`, rule `argument-not-send`"
)]
pub trait JobArgument<const IS_EXTRACTOR: bool = false>: Sized {
    /// Returns the argument.
    fn sent(argument: Self) -> Self {
        argument
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> JobArgument<false> for T {}

#[diagnostic::do_not_recommend]
impl<T> JobArgument<true> for T {}

/// A type that can be cloned for each attempt. With `IS_REPORTED`, any type satisfies it: another error has been reported.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is not `Clone`",
    label = "not `Clone`",
    note = "an argument is stored, and each attempt gets a clone: derive `Clone`, or share it as `Arc<{Self}>`",
    note = "a value that all jobs share is injected, and need not be `Clone`: write `State<{Self}>`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `argument-not-clone`"
)]
pub trait ClonedArgument<const IS_REPORTED: bool = false>: Sized {
    /// Clones the argument.
    fn cloned(argument: &Self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> ClonedArgument<false> for T {
    fn cloned(argument: &Self) -> Self {
        argument.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<T> ClonedArgument<true> for T {
    fn cloned(_argument: &Self) -> Self {
        unreachable!("the argument is a compile error")
    }
}
