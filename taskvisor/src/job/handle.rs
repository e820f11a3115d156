//! A submitted job as seen from outside: its value, or why there is none.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::runtime::current_task;
use crate::supervisor::{OutcomeFuture, TaskHandle};
use crate::sync::Mutex;
use crate::task::{Outcome, Phase, TaskId, TaskStatus, WaitingOn};

/// Where the value of a job is kept, beside its cell.
pub(crate) type Delivery<V> = Arc<Mutex<Option<V>>>;

pub(super) fn deliver<V>(delivery: &Delivery<V>, value: V) {
    *delivery.lock() = Some(value);
}

/// A job that was accepted: awaited, it gives the value. By `&mut` it can be awaited in `select!`; dropping it changes
/// nothing for the job.
///
/// A job that awaits, from inside, a submission that waits for that job's own slot would wait for itself: it is given
/// [`JobError::SlotDeadlock`] instead. A circle over several slots, or a wait moved to a spawned Tokio task, is not noticed:
/// give it a timeout.
///
/// # Cancel safety
///
/// Cancel safe: awaited again, it goes on waiting. The value is given once.
#[must_use = "dropping it detaches the job; await it for the value, or say so with `drop`"]
pub struct JobHandle<V> {
    task: TaskHandle,
    outcome: OutcomeFuture,
    delivery: Delivery<V>,
}

impl<V> JobHandle<V> {
    pub(crate) fn new(task: TaskHandle, delivery: Delivery<V>) -> Self {
        Self { outcome: task.outcome(), task, delivery }
    }

    /// The id of the submission.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.task.id()
    }

    /// The name of the job.
    #[must_use]
    pub fn name(&self) -> &str {
        self.task.name()
    }

    /// What it is doing now.
    #[must_use]
    pub fn status(&self) -> TaskStatus {
        self.task.status()
    }

    /// Whether it is over: then awaiting it returns at once.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Asks it to stop; a submission that waits leaves the queue at once. Says whether this call was the one.
    ///
    /// A value that is returned all the same is delivered.
    pub fn cancel(&self) -> bool {
        self.task.cancel()
    }

    /// Waits for its end, without taking the value. From inside the job that has the slot it waits for, that would be
    /// for ever: await the handle itself, which tells it.
    pub fn outcome(&self) -> OutcomeFuture {
        self.task.outcome()
    }

    /// The submission as a task, for anyone who may see it but not its value.
    #[must_use]
    pub fn task(&self) -> &TaskHandle {
        &self.task
    }

    /// Whether the caller itself has the slot that this submission waits for.
    fn waits_for_caller(&self) -> Option<Arc<str>> {
        let caller = current_task::caller()?.task?;
        let slot = self.task.cell().slot()?;
        let waits = matches!(self.status().phase, Phase::Waiting { on: WaitingOn::Slot });
        let owner = self.task.competes_in()?.registry.owner(slot)?;
        (waits && owner.id() == caller).then(|| Arc::clone(slot))
    }
}

impl<V> Future for JobHandle<V> {
    type Output = Result<V, JobError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.outcome).poll(context) {
            Poll::Ready(Outcome::Completed) => {
                let value = self.delivery.lock().take();
                Poll::Ready(value.ok_or(JobError::Taken))
            }
            Poll::Ready(outcome) => Poll::Ready(Err(JobError::Ended(outcome))),
            Poll::Pending => match self.waits_for_caller() {
                Some(slot) => Poll::Ready(Err(JobError::SlotDeadlock { slot })),
                None => Poll::Pending,
            },
        }
    }
}

impl<V> fmt::Debug for JobHandle<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobHandle").field("task", &self.task).finish_non_exhaustive()
    }
}

/// Why a job gave no value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JobError {
    /// It ended otherwise: failed, canceled, aborted or rejected.
    Ended(Outcome),
    /// The value was given before.
    Taken,
    /// It waits for the slot of the very job that awaits it. It goes on waiting; let the other job return.
    SlotDeadlock {
        /// The slot.
        slot: Arc<str>,
    },
}

impl JobError {
    /// The first error of type `E` behind it, from the error of the last attempt down its sources.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Ended(outcome) => outcome.failure()?.downcast_ref(),
            Self::Taken | Self::SlotDeadlock { .. } => None,
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(outcome) => outcome.fmt(f),
            Self::Taken => f.write_str("the value of the job was given before"),
            Self::SlotDeadlock { slot } => write!(
                f,
                "the awaited job waits for the slot `{slot}`, which the awaiting job has: return first, or use another slot"
            ),
        }
    }
}

impl Error for JobError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Ended(outcome) => outcome.failure().map(|failure| failure as &(dyn Error + 'static)),
            Self::Taken | Self::SlotDeadlock { .. } => None,
        }
    }
}
