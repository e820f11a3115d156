//! The type-erased body of a task: one allocation per task, in which every attempt is built in place.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::TaskContext;
use crate::error::TaskError;
use crate::sync::panics::{Contained, contain, discard};

/// Creates the context of an attempt. Called lazily: a context counts two references, which many bodies do not need.
pub(crate) type MakeContext<'a> = &'a dyn Fn() -> TaskContext;

/// The future of an attempt, built, polled and dropped in place.
pub(crate) trait AttemptCell: Send {
    fn start(self: Pin<&mut Self>, context: MakeContext<'_>);
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), TaskError>>;
    /// Drops the future.
    fn clear(self: Pin<&mut Self>);
    /// Whether dropping what was given to the task runs a destructor.
    fn has_destructor(&self) -> bool;

    /// Whether the body holds spans.
    #[cfg(feature = "tracing")]
    fn is_instrumented(&self) -> bool {
        false
    }

    /// Whether an attempt has returned a value that was not taken.
    fn has_value(&self) -> bool {
        false
    }

    /// Drops what was given to the task, and keeps the value.
    fn release(self: Pin<&mut Self>) {}

    /// Moves the value into `place`, an `Option` of its type.
    fn take_value(self: Pin<&mut Self>, _place: &mut dyn Any) {}
}

pin_project! {
    struct BodyCell<M, F> {
        make: M,
        #[pin]
        attempt: Option<F>,
    }
}

impl<M, F> AttemptCell for BodyCell<M, F>
where
    M: Fn(MakeContext<'_>) -> F + Send,
    F: Future<Output = Result<(), TaskError>> + Send,
{
    fn start(self: Pin<&mut Self>, context: MakeContext<'_>) {
        let mut this = self.project();
        let attempt = (this.make)(context);
        this.attempt.set(Some(attempt));
    }

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), TaskError>> {
        match self.project().attempt.as_pin_mut() {
            Some(attempt) => attempt.poll(context),
            None => Poll::Pending,
        }
    }

    fn clear(self: Pin<&mut Self>) {
        self.project().attempt.set(None);
    }

    fn has_destructor(&self) -> bool {
        mem::needs_drop::<M>()
    }
}

pin_project! {
    /// The body of a job: each attempt gets a clone of the arguments, and a successful one leaves its value.
    struct JobBody<A, M, F, V> {
        arguments: Option<A>,
        make: M,
        #[pin]
        attempt: Option<F>,
        // Contained: if its destructor and that of the arguments panicked in one unwinding, the process would abort.
        value: Contained<V>,
    }
}

impl<A, M, F, V> AttemptCell for JobBody<A, M, F, V>
where
    A: Clone + Send,
    M: Fn(A, TaskContext) -> F + Send,
    F: Future<Output = Result<V, TaskError>> + Send,
    V: Send + 'static,
{
    fn start(self: Pin<&mut Self>, context: MakeContext<'_>) {
        let mut this = self.project();
        if let Some(arguments) = this.arguments {
            let attempt = (this.make)(arguments.clone(), context());
            this.attempt.set(Some(attempt));
        }
    }

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), TaskError>> {
        let this = self.project();
        let Some(attempt) = this.attempt.as_pin_mut() else { return Poll::Pending };
        attempt.poll(context).map_ok(|value| *this.value = Contained::new(value))
    }

    fn clear(self: Pin<&mut Self>) {
        self.project().attempt.set(None);
    }

    fn has_destructor(&self) -> bool {
        mem::needs_drop::<A>()
    }

    fn has_value(&self) -> bool {
        self.value.get().is_some()
    }

    fn release(self: Pin<&mut Self>) {
        *self.project().arguments = None;
    }

    fn take_value(self: Pin<&mut Self>, place: &mut dyn Any) {
        if let Some(place) = place.downcast_mut::<Option<V>>() {
            *place = self.project().value.take();
        }
    }
}

/// The type-erased body of a task. A panic of user code becomes an error; a panic of its destructor is contained.
pub struct ErasedBody(Contained<Pin<Box<dyn AttemptCell>>>);

impl ErasedBody {
    /// No body.
    #[cfg(feature = "macros")]
    pub(crate) fn none() -> Self {
        Self(Contained::empty())
    }

    /// Takes the body out, and leaves none.
    pub(crate) fn take(&mut self) -> Self {
        Self(mem::replace(&mut self.0, Contained::empty()))
    }

    /// Whether `discard` runs a destructor of the user.
    pub(crate) fn has_destructor(&self) -> bool {
        self.0.get().is_some_and(|cell| cell.has_destructor())
    }

    /// Drops the task's value. The attempt must be cleared before; none can be started afterwards.
    pub(crate) fn discard(&mut self) {
        discard(self.0.take());
    }

    /// Ends the body of a task that has completed: drops what was given to it. Returns the body if it holds a value.
    pub(crate) fn take_with_value(&mut self) -> Option<Self> {
        if !self.0.get().is_some_and(|cell| cell.has_value()) {
            self.discard();
            return None;
        }
        let _ = contain(|| self.0.get_mut().map(|cell| cell.as_mut().release()));
        self.0.take().map(|cell| Self(Contained::new(cell)))
    }

    /// Takes the value of a successful attempt.
    pub(crate) fn take_value<V: 'static>(&mut self) -> Option<V> {
        let mut place: Option<V> = None;
        self.0.get_mut()?.as_mut().take_value(&mut place);
        place
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn is_instrumented(&self) -> bool {
        self.0.get().is_some_and(|cell| cell.is_instrumented())
    }

    /// Replaces the body by what `wrapper` makes of it.
    #[cfg(feature = "tracing")]
    pub(crate) fn wrap(
        &mut self,
        wrapper: impl FnOnce(Pin<Box<dyn AttemptCell>>) -> Pin<Box<dyn AttemptCell>>,
    ) {
        if let Some(cell) = self.0.take() {
            self.0 = Contained::new(wrapper(cell));
        }
    }

    pub(crate) fn start(&mut self, context: MakeContext<'_>) -> Result<(), String> {
        contain(|| self.0.get_mut().map(|cell| cell.as_mut().start(context))).map(|_| ())
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Result<(), TaskError>, String>> {
        match contain(|| self.0.get_mut().map(|cell| cell.as_mut().poll(context))) {
            Ok(Some(Poll::Ready(result))) => Poll::Ready(Ok(result)),
            Ok(Some(Poll::Pending) | None) => Poll::Pending,
            Err(message) => Poll::Ready(Err(message)),
        }
    }

    pub(crate) fn clear(&mut self) -> Result<(), String> {
        contain(|| self.0.get_mut().map(|cell| cell.as_mut().clear())).map(|_| ())
    }
}

impl Drop for ErasedBody {
    fn drop(&mut self) {
        // Separately from the value: if both destructors panicked in one unwinding, the process would abort.
        if self.0.get().is_some() {
            let _ = self.clear();
        }
    }
}

impl fmt::Debug for ErasedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErasedBody").finish_non_exhaustive()
    }
}

/// Erases a closure that creates attempts.
// The compiler quotes the line of the last bound in its error, so the comment at its end is part of the message.
pub fn erase<M, F>(make: M) -> ErasedBody
where
    M: Fn(TaskContext) -> F + Send + 'static,
    F: Future<Output = Result<(), TaskError>> + 'static,
    F: Send, // if a value is not `Send`, drop it before the `.await`, or use `Arc` and `Mutex` instead
{
    erase_with_lazy_context(move |context| make(context()))
}

/// Erases a closure that creates attempts without a context.
pub fn erase_without_context<M, F>(make: M) -> ErasedBody
where
    M: Fn() -> F + Send + 'static,
    F: Future<Output = Result<(), TaskError>> + 'static,
    F: Send, // if a value is not `Send`, drop it before the `.await`, or use `Arc` and `Mutex` instead
{
    erase_with_lazy_context(move |_| make())
}

/// Erases a closure that creates attempts and creates their context only if it needs it.
pub(crate) fn erase_with_lazy_context<M, F>(make: M) -> ErasedBody
where
    M: Fn(MakeContext<'_>) -> F + Send + 'static,
    F: Future<Output = Result<(), TaskError>> + Send + 'static,
{
    ErasedBody(Contained::new(Box::pin(BodyCell { make, attempt: None })))
}

/// Erases a closure that creates the attempts of a job from clones of its arguments.
pub fn erase_job<A, M, F, V>(arguments: A, make: M) -> ErasedBody
where
    A: Clone + Send + 'static,
    M: Fn(A, TaskContext) -> F + Send + 'static,
    F: Future<Output = Result<V, TaskError>> + Send + 'static,
    V: Send + 'static,
{
    let body = JobBody { arguments: Some(arguments), make, attempt: None, value: Contained::empty() };
    ErasedBody(Contained::new(Box::pin(body)))
}
