//! Permits that limit how many attempts run at once.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::PollSemaphore;

/// One permit: acquired before an attempt and released after it. Dropping it while it waits leaves the semaphore's queue.
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
            // `None` would mean that the semaphore is closed, which never happens.
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
