//! Futures that complete when an attempt should stop, without a token.
//!
//! In the body itself they register no waker: a stop request wakes the actor, and the actor polls the body again.

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
    waiter: Option<WaiterId>,
}

impl<'a> Cancelled<'a> {
    pub(crate) fn new(cell: &'a TaskCell, attempt: u64) -> Self {
        Self { cell, attempt, waiter: None }
    }
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        // Pending without a waker is sound here: the context carries the waker of the actor, which every stop request
        // wakes, and an attempt cannot end before its body returns.
        if current_task::is_body_of(this.cell.id(), context.waker()) {
            return if this.cell.is_cancelled(this.attempt) { Poll::Ready(()) } else { Poll::Pending };
        }
        this.cell.poll_cancelled(this.attempt, &mut this.waiter, context)
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        // Usually it has none, and the lock of the cell is not taken.
        if self.waiter.is_some() {
            self.cell.remove_waiter(self.waiter);
        }
    }
}

pin_project! {
    /// Runs a future until the attempt should stop.
    #[must_use = "futures do nothing unless awaited"]
    pub(crate) struct UntilCancelled<'a, F> {
        cancelled: Cancelled<'a>,
        // `None` once it is finished: its destructor runs at once, not when this future is dropped.
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
