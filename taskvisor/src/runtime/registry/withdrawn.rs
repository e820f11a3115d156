//! Ends submissions that were withdrawn from the queue of their slot, on behalf of the code that withdrew them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::Instant;

use super::registration::Registration;
use super::{WithdrawnSubmission, Work};
use crate::runtime::cell::{StopRequest, TaskEnd};
use crate::runtime::current_task::{self, Caller};
use crate::runtime::shared::Shared;

impl Shared {
    /// Ends submissions that the caller withdrew from their queues. An earlier stop request of a submission decides its end;
    /// otherwise `request` does. Without any it is aborted.
    ///
    /// A submission whose value has a destructor is ended by a task of the runtime: the destructor may block, and must not
    /// hold the caller, which may be the thread that handles signals.
    pub(crate) fn end_withdrawn(
        self: &Arc<Self>,
        withdrawn: impl IntoIterator<Item = WithdrawnSubmission>,
        request: Option<StopRequest>,
    ) {
        let mut deferred = Vec::new();
        for withdrawn in withdrawn {
            // Requested for all of them before any destructor runs: waiters learn the deadline, and can force the end.
            if let Some(request) = request {
                withdrawn.cell.request_stop(request);
            }
            if withdrawn.work.body.has_destructor() {
                deferred.push(withdrawn);
            } else {
                end(self, withdrawn);
            }
        }
        if deferred.is_empty() {
            return;
        }
        let batch = WithdrawnBatch { shared: Arc::clone(self), submissions: deferred };
        match self.runtime.get() {
            // A runtime that is shut down drops the batch, which ends its submissions too.
            Some(runtime) => drop(runtime.spawn(batch)),
            None => drop(batch),
        }
    }
}

fn end(shared: &Arc<Shared>, withdrawn: WithdrawnSubmission) {
    let WithdrawnSubmission { cell, work: Work { mut body, .. } } = withdrawn;
    // The cell counts as polled while the destructor runs, so that a waiter can force the end past the deadline.
    let stop = cell.begin_poll().stop();
    let mut registration = Registration::of_withdrawn(Arc::clone(shared), cell);
    {
        let task = Some(registration.cell().id());
        let _entered = current_task::enter(Caller { supervisor: shared.address(), task, waker: None });
        body.discard();
    }
    let end = stop.map_or(TaskEnd::Aborted, |stop| stop.end(false));
    // A withdrawn submission does not own its slot, so that there is no next owner.
    let _ = registration.finish(end, Instant::now(), None);
}

/// Ends its submissions when it is polled or dropped.
struct WithdrawnBatch {
    shared: Arc<Shared>,
    submissions: Vec<WithdrawnSubmission>,
}

impl WithdrawnBatch {
    fn end_all(&mut self) {
        for withdrawn in std::mem::take(&mut self.submissions) {
            end(&self.shared, withdrawn);
        }
    }
}

impl Future for WithdrawnBatch {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        self.get_mut().end_all();
        Poll::Ready(())
    }
}

impl Drop for WithdrawnBatch {
    fn drop(&mut self) {
        self.end_all();
    }
}
