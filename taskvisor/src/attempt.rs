//! Room for one attempt at a time, erased once per task rather than once per attempt.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::context::TaskContext;
use crate::error::TaskError;
use crate::panics::{Contained, contain, discard};

/// A task's future, built, polled and dropped in place.
pub(crate) trait AttemptSlot: Send {
    fn start(self: Pin<&mut Self>, context: TaskContext);
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), TaskError>>;
    fn clear(self: Pin<&mut Self>);
}

pin_project! {
    struct Slot<M, F> {
        make: M,
        #[pin]
        attempt: Option<F>,
    }
}

impl<M, F> AttemptSlot for Slot<M, F>
where
    M: Fn(TaskContext) -> F + Send,
    F: Future<Output = Result<(), TaskError>> + Send,
{
    fn start(self: Pin<&mut Self>, context: TaskContext) {
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
}

/// The erased slot of a task. A panic in user code comes back as its message, and goes no further when it is dropped.
pub struct ErasedSlot(Contained<Pin<Box<dyn AttemptSlot>>>);

impl ErasedSlot {
    /// Drops the task's value too; nothing is made of it any more.
    pub(crate) fn discard(&mut self) {
        // Apart from the value, because two panics in one unwinding end the process.
        let _ = self.clear();
        discard(self.0.take());
    }

    pub(crate) fn start(&mut self, context: TaskContext) -> Result<(), String> {
        contain(|| self.0.get_mut().map(|slot| slot.as_mut().start(context))).map(|_| ())
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Result<(), TaskError>, String>> {
        match contain(|| self.0.get_mut().map(|slot| slot.as_mut().poll(context))) {
            Ok(Some(Poll::Ready(result))) => Poll::Ready(Ok(result)),
            Ok(Some(Poll::Pending) | None) => Poll::Pending,
            Err(message) => Poll::Ready(Err(message)),
        }
    }

    pub(crate) fn clear(&mut self) -> Result<(), String> {
        contain(|| self.0.get_mut().map(|slot| slot.as_mut().clear())).map(|_| ())
    }
}

impl Drop for ErasedSlot {
    fn drop(&mut self) {
        self.discard();
    }
}

impl fmt::Debug for ErasedSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErasedSlot").finish_non_exhaustive()
    }
}

/// Erases what makes a task's attempts.
pub fn erase<M, F>(make: M) -> ErasedSlot
where
    M: Fn(TaskContext) -> F + Send + 'static,
    F: Future<Output = Result<(), TaskError>> + Send + 'static,
{
    ErasedSlot(Contained::new(Box::pin(Slot { make, attempt: None })))
}
