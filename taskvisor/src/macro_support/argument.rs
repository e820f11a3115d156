//! The requirements for an argument of a job.

/// A bound that generated code places on an argument, so that a wrong type is reported only once, at the type itself.
///
/// The lifetime defers the check: the compiler checks a bound under `for<'a>` only where it is used.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job",
    label = "not an argument"
)]
pub trait JobArgument<'a, const INDEX: usize>: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static, const INDEX: usize> JobArgument<'_, INDEX> for T {}

/// A type that is not an extractor.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is an extractor",
    label = "created for each attempt, not submitted",
    note = "write `#[inject]` before the parameter",
    note = "see `taskvisor::when_it_does_not_compile`, rule `unmarked-extractor`"
)]
pub trait NoExtractor<const IS_EXTRACTOR: bool> {
    /// Compiles only if the bound holds.
    fn check() {}
}

#[diagnostic::do_not_recommend]
impl<T> NoExtractor<false> for T {}

/// A type that can be cloned for each attempt. Every extractor satisfies it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is not `Clone`",
    label = "not `Clone`",
    note = "an argument is stored, and each attempt gets a clone: derive `Clone`, or share it in an `Arc`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `argument-not-clone`"
)]
pub trait CloneArgument<const IS_EXTRACTOR: bool> {
    /// Compiles only if the bound holds.
    fn check() {}
}

#[diagnostic::do_not_recommend]
impl<T: Clone> CloneArgument<false> for T {}

#[diagnostic::do_not_recommend]
impl<T> CloneArgument<true> for T {}

/// A type that can be sent to and shared with other threads. Every extractor satisfies it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is not `Send + Sync + 'static`",
    label = "not `Send + Sync + 'static`",
    note = "an argument is passed to a task on another thread: use `Arc` instead of `Rc`, an atomic or a `Mutex` instead of \
            `Cell` and `RefCell`, owned instead of borrowed",
    note = "see `taskvisor::when_it_does_not_compile`, rule `argument-not-send`"
)]
pub trait SendArgument<const IS_EXTRACTOR: bool> {
    /// Compiles only if the bound holds.
    fn check() {}
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> SendArgument<false> for T {}

#[diagnostic::do_not_recommend]
impl<T> SendArgument<true> for T {}
