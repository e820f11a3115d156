//! The parameters whose types are written as `State<T>`.

use crate::runtime::body::{AppContext, FromApp, FromContext, Needs, TaskContext};

/// A parameter that is written as `State<T>`: it can be injected if threads can share the `T`.
///
/// Generated code uses it instead of [`FromContext`] and [`FromApp`], whose errors advise to write `State<T>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be injected: its value is not `Send + Sync + 'static`",
    label = "not shared between threads",
    note = "all threads share the value: use `Arc` instead of `Rc`, an atomic or a `Mutex` instead of `Cell` and `RefCell`, \
            `dyn Trait + Send + Sync` instead of `dyn Trait`, owned instead of borrowed",
    note = "see `taskvisor::when_it_does_not_compile`, rule `state-not-shareable`"
)]
pub trait SharedState<Source = TaskContext>: Sized {
    /// Creates the parameter.
    fn extract(source: &Source) -> Self;

    /// Declares the states that it needs.
    fn declare_needs(needs: &mut Needs<'_>);
}

#[diagnostic::do_not_recommend]
impl<T: FromContext> SharedState<TaskContext> for T {
    fn extract(source: &TaskContext) -> Self {
        T::from_context(source)
    }

    fn declare_needs(needs: &mut Needs<'_>) {
        T::needs(needs);
    }
}

#[diagnostic::do_not_recommend]
impl<T: FromApp> SharedState<AppContext> for T {
    fn extract(source: &AppContext) -> Self {
        T::from_app(source)
    }

    fn declare_needs(needs: &mut Needs<'_>) {
        <T as FromApp>::needs(needs);
    }
}
