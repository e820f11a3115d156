//! What an argument of a job has to be.

/// Assumed of an argument in generated code, so that what it is not is said once, where its type is written.
///
/// The lifetime is for the compiler alone: of a bound under `for<'a>` it does not ask, before anybody uses it, whether it
/// holds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job",
    label = "not an argument"
)]
pub trait JobArgument<'a, const INDEX: usize>: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static, const INDEX: usize> JobArgument<'_, INDEX> for T {}

/// What is no extractor.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is an extractor",
    label = "made for each attempt, not submitted",
    note = "write `#[inject]` before the parameter",
    note = "the rules: `taskvisor::when_it_does_not_compile` in the documentation"
)]
pub trait NoExtractor<const IS_EXTRACTOR: bool> {
    /// Fails to compile where it is not so.
    fn check() {}
}

#[diagnostic::do_not_recommend]
impl<T> NoExtractor<false> for T {}

/// What can be kept until its turn and given to each attempt; of an extractor nothing is asked.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is not `Clone`",
    label = "not `Clone`",
    note = "an argument is kept until its turn, and each attempt gets a clone: derive `Clone`, or share it in an `Arc`",
    note = "the rules: `taskvisor::when_it_does_not_compile` in the documentation"
)]
pub trait CloneArgument<const IS_EXTRACTOR: bool> {
    /// Fails to compile where it is not so.
    fn check() {}
}

#[diagnostic::do_not_recommend]
impl<T: Clone> CloneArgument<false> for T {}

#[diagnostic::do_not_recommend]
impl<T> CloneArgument<true> for T {}

/// What threads can hand to each other; of an extractor nothing is asked.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a job: it is not `Send + Sync + 'static`",
    label = "not `Send + Sync + 'static`",
    note = "an argument is kept for a task on another thread: `Arc` instead of `Rc`, an atomic or a `Mutex` instead of \
            `Cell` and `RefCell`, owned instead of borrowed",
    note = "the rules: `taskvisor::when_it_does_not_compile` in the documentation"
)]
pub trait SendArgument<const IS_EXTRACTOR: bool> {
    /// Fails to compile where it is not so.
    fn check() {}
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> SendArgument<false> for T {}

#[diagnostic::do_not_recommend]
impl<T> SendArgument<true> for T {}
