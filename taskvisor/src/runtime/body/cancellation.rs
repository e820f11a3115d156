//! Waiting until an attempt should stop, without a token: in the body itself it needs nothing at all, because the actor, which
//! is woken by the stop, polls the body again.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::runtime::cell::TaskCell;
use crate::runtime::current_task;
use crate::sync::wakers::WaiterId;

/// Completes when the attempt should stop.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub(crate) struct Cancelled<'a> {
    cell: &'a TaskCell,
    attempt: u64,
    place: Option<WaiterId>,
}

impl<'a> Cancelled<'a> {
    pub(crate) fn new(cell: &'a TaskCell, attempt: u64) -> Self {
        Self { cell, attempt, place: None }
    }
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if current_task::is_body_of(this.cell.id(), context.waker()) {
            return if this.cell.is_cancelled(this.attempt) { Poll::Ready(()) } else { Poll::Pending };
        }
        this.cell.poll_cancelled(this.attempt, &mut this.place, context)
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        if self.place.is_some() {
            self.cell.remove_waiter(self.place);
        }
    }
}

pin_project! {
    /// Another future until the attempt should stop.
    #[must_use = "futures do nothing unless awaited"]
    pub(crate) struct UntilCancelled<'a, F> {
        cancelled: Cancelled<'a>,
        // Dropped as soon as it is of no use, which may be before this is.
        #[pin]
        future: Option<F>,
    }
}

impl<'a, F> UntilCancelled<'a, F> {
    pub(crate) fn new(cancelled: Cancelled<'a>, future: F) -> Self {
        Self { cancelled, future: Some(future) }
    }
}

impl<F: Future> Future for UntilCancelled<'_, F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let polled = match this.future.as_mut().as_pin_mut() {
            Some(future) if Pin::new(this.cancelled).poll(context).is_pending() => {
                future.poll(context).map(Some)
            }
            _ => Poll::Ready(None),
        };
        if polled.is_ready() {
            this.future.set(None);
        }
        polled
    }
}
