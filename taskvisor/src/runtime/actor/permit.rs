//! A place among those who may run at once.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::PollSemaphore;

/// One permit: waited for, held during an attempt, released after it. Dropped while it waits, it leaves the line.
pub(crate) struct Permit {
    permits: PollSemaphore,
    held: Option<OwnedSemaphorePermit>,
}

impl Permit {
    pub(crate) fn new(permits: &Arc<Semaphore>) -> Self {
        Self { permits: PollSemaphore::new(Arc::clone(permits)), held: None }
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.held.is_none() {
            // The semaphore is never closed, so what it hands out is a permit.
            match self.permits.poll_acquire(context) {
                Poll::Ready(held) => self.held = held,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    }

    pub(crate) fn release(&mut self) {
        self.held = None;
    }
}
