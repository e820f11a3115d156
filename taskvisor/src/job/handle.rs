//! The handle of a submitted job, which resolves to its value.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::runtime::current_task;
use crate::supervisor::{OutcomeFuture, TaskHandle};
use crate::task::{LimitScope, Outcome, Phase, TaskId, TaskStatus, WaitingOn};

/// A handle of an accepted job. It is a future that resolves to the job's value. Dropping it does not affect the job.
///
/// Await it by `&mut` in `select!`.
///
/// A job that owns a slot and awaits a submission queued for the same slot would deadlock. The await returns
/// [`JobError::SlotDeadlock`] instead. A task that holds the only permit of a limit, and awaits a job that needs it, gets
/// [`JobError::PermitDeadlock`]. Not detected are a cycle over several slots, several owners of one slot that all await submissions to
/// it, and an await inside a spawned Tokio task: use a timeout there.
///
/// ```
/// # #[cfg(feature = "macros")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use taskvisor::prelude::*;
///
/// #[job]
/// async fn double(number: u32) -> u32 {
///     number * 2
/// }
///
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let handle = supervisor.submit(double { number: 21 })?;
/// assert_eq!(handle.await?, 42);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "macros"))]
/// # fn main() {}
/// ```
///
/// # Cancel safety
///
/// Cancel safe: a dropped await loses nothing. The value is returned once; a second await returns [`JobError::Taken`].
#[must_use = "dropping it detaches the job; await it for the value, or say so with `drop`"]
pub struct JobHandle<V> {
    task: TaskHandle,
    outcome: OutcomeFuture,
    /// Whether the cell of the task may still hold or receive the value.
    has_value: bool,
    value: PhantomData<fn() -> V>,
}

impl<V> JobHandle<V> {
    pub(crate) fn new(task: TaskHandle) -> Self {
        Self { outcome: task.outcome(), task, has_value: true, value: PhantomData }
    }

    /// Returns the id of the submission.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.task.id()
    }

    /// Returns the name of the job.
    #[must_use]
    pub fn name(&self) -> &str {
        self.task.name()
    }

    /// Returns a snapshot of the job's state.
    #[must_use]
    pub fn status(&self) -> TaskStatus {
        self.task.status()
    }

    /// Waits until the first attempt of the job begins: see [`TaskHandle::started`].
    ///
    /// The owner of a slot deadlocks if it waits here for a submission that is queued behind it.
    ///
    /// # Errors
    ///
    /// The outcome, if the job ended without an attempt.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn started(&self) -> Result<(), Outcome> {
        self.task.started().await
    }

    /// Returns whether the job has ended. Then an await completes at once.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Requests the stop of the job, and returns at once. Returns whether this was the first request.
    ///
    /// A submission that waits for its slot leaves the queue. If the attempt still returns a value, the handle resolves to it.
    pub fn cancel(&self) -> bool {
        self.task.cancel()
    }

    /// Waits until the job has ended, and returns its outcome without taking the value.
    ///
    /// Inside of the job that owns the slot this submission waits for, the await deadlocks. Await the handle itself, which
    /// detects that.
    pub fn outcome(&self) -> OutcomeFuture {
        self.task.outcome()
    }

    /// Returns the handle of the submission as a task, which gives no access to the value.
    #[must_use]
    pub fn task(&self) -> &TaskHandle {
        &self.task
    }

    /// Returns the slot that this submission waits for, if it cannot start before the calling job has ended.
    fn waits_for_caller(&self) -> Option<Arc<str>> {
        let caller = current_task::caller()?.task?;
        let slot = self.task.cell().slot()?;
        // First, because it reads the cell alone: the search for the owners locks a shard of the registry.
        if !matches!(self.status().phase, Phase::Waiting { on: WaitingOn::Slot }) {
            return None;
        }
        let shared = self.task.slot_supervisor()?;
        shared.registry.is_blocked_by(self.task.cell(), caller).then(|| Arc::clone(slot))
    }
}

impl<V> JobHandle<V> {
    /// Returns the scope of the limit whose only permit the calling task holds, if the job needs this permit before its next attempt.
    // With more permits it is not certain that the job waits for ever: `Delayed` reports which tasks hold them.
    fn lacks_permit_of_caller(&self) -> Option<LimitScope> {
        let caller = current_task::caller()?;
        let id = caller.task?;
        let cell = self.task.cell();
        let limits = cell.own_limits().filter(|limits| limits.is_sole_holder(id));
        let supervisor = || {
            let shared = self.task.supervisor()?;
            let is_sole = shared.config.max_concurrent() == Some(1) && shared.address() == caller.supervisor;
            is_sole.then_some(LimitScope::Supervisor)
        };
        let of = limits.map(|limits| limits.scope()).or_else(supervisor)?;
        let needs_permit = cell.id() != id && cell.awaits_attempt();
        needs_permit.then_some(of)
    }
}

impl<V: 'static> Future for JobHandle<V> {
    type Output = Result<V, JobError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.outcome).poll(context) {
            Poll::Ready(Outcome::Completed) => {
                self.has_value = false;
                Poll::Ready(self.task.cell().take_value().ok_or(JobError::Taken))
            }
            Poll::Ready(outcome) => {
                self.has_value = false;
                Poll::Ready(Err(JobError::Ended(outcome)))
            }
            // Checked on every pending poll, because owners change while the submission waits.
            Poll::Pending => match self.waits_for_caller() {
                Some(slot) => Poll::Ready(Err(JobError::SlotDeadlock { slot })),
                None => match self.lacks_permit_of_caller() {
                    Some(of) => Poll::Ready(Err(JobError::PermitDeadlock { of })),
                    None => Poll::Pending,
                },
            },
        }
    }
}

impl<V> Drop for JobHandle<V> {
    fn drop(&mut self) {
        // Other handles and events keep the cell, and no other code can take the value out of it.
        if self.has_value {
            self.task.cell().detach();
        }
    }
}

impl<V> fmt::Debug for JobHandle<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobHandle").field("task", &self.task).finish_non_exhaustive()
    }
}

/// Why a job returned no value.
///
/// ```
/// # #[cfg(feature = "macros")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use taskvisor::prelude::*;
///
/// #[job]
/// async fn count() -> std::io::Result<u32> {
///     Err(std::io::Error::other("the disk is full"))
/// }
///
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// match supervisor.submit(count {})?.await {
///     Ok(rows) => println!("{rows} rows"),
///     Err(JobError::Ended(Outcome::Failed(failure))) => assert_eq!(failure.to_string(), "the disk is full"),
///     Err(error) => return Err(error.into()),
/// }
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "macros"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JobError {
    /// The job ended with another outcome: failed, canceled, aborted or rejected.
    Ended(Outcome),
    /// An earlier await took the value.
    Taken,
    /// The submission waits for a slot that the awaiting job owns. It remains queued, and starts once the awaiting job has
    /// returned.
    SlotDeadlock {
        /// The key of the slot.
        slot: Arc<str>,
    },
    /// The awaited job needs a permit before its next attempt, and the awaiting task holds the only one. The job stays queued for it, and
    /// its attempt begins once the awaiting task has released the permit. A deadlock over several permits is not detected: the event
    /// [`Delayed`](crate::EventKind::Delayed) says after 10 s which tasks hold them.
    #[non_exhaustive]
    PermitDeadlock {
        /// What the limit applies to.
        of: LimitScope,
    },
}

impl JobError {
    /// Returns the first error of type `E` in the source chain of the last attempt's error.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Ended(outcome) => outcome.failure()?.downcast_ref(),
            Self::Taken | Self::SlotDeadlock { .. } | Self::PermitDeadlock { .. } => None,
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(outcome) => outcome.fmt(f),
            Self::Taken => f.write_str("the value of the job was taken by an earlier await"),
            Self::SlotDeadlock { slot } => write!(
                f,
                "the awaited job is queued for slot `{slot}`, which the awaiting job owns: return first, or use another slot"
            ),
            Self::PermitDeadlock { of } => write!(
                f,
                "the awaited job needs the only permit of {of}, which the awaiting task holds: return first, or raise `max_concurrent`"
            ),
        }
    }
}

impl Error for JobError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Ended(outcome) => outcome.failure().map(|failure| failure as &(dyn Error + 'static)),
            Self::Taken | Self::SlotDeadlock { .. } | Self::PermitDeadlock { .. } => None,
        }
    }
}
