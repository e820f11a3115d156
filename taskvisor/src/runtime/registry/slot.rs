//! The owner of one slot and the queue of submissions that wait for it. A pure data structure, generic over the task (`T`)
//! and over the work of a waiting submission (`W`): its body and its policy.
//!
//! | admission | the slot is idle | the slot has an owner |
//! |---|---|---|
//! | `Queue` | start | enqueue last; refused if the queue is full |
//! | `Replace` | start | request a stop of the owner, enqueue first; supersedes a waiting `Replace` |
//! | `DropIfRunning` | start | refused |
//! | `Latest` | start | enqueue last; supersedes a waiting `Latest`; a running attempt of the owner is its last |

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use crate::policy::Milliseconds;
use crate::runtime::cell::saturating_deadline;
use crate::sync::Notify;

/// What happens to a submission whose slot has an owner.
///
/// | admission | the slot is idle | the slot has an owner |
/// |---|---|---|
/// | `Queue` | starts | is enqueued last (first in, first out); refused if the queue is full |
/// | `Replace` | starts | requests a stop of the owner and is enqueued first; a `Replace` that waits there ends as superseded, other queued submissions stay |
/// | `DropIfRunning` | starts | refused as busy |
/// | `Latest` | starts | is enqueued last; a `Latest` that waits ends as superseded; a running attempt of the owner continues, and no other follows it |
///
/// A `Latest` does not stop a running attempt of the owner, nor an owner that has not begun its first attempt. It stops an
/// owner between two attempts (in a backoff or a delay, or waiting for the permit of a retry), as a `Replace` does. An
/// owner whose attempt ends while a `Latest` waits makes no further attempt either. Otherwise the newest work would wait
/// for retries of outdated work.
///
#[cfg_attr(feature = "controller", doc = "```")]
#[cfg_attr(not(feature = "controller"), doc = "```ignore")]
/// use taskvisor::{Admission, Config, ControllerSpec, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let sync = |revision: u32| {
///     let task = TaskFn::arc("sync", move |ctx: TaskContext| async move {
///         if revision == 1 {
///             ctx.cancelled().await;
///         }
///         Ok(())
///     });
///     ControllerSpec::new(TaskSpec::once(task), Admission::Replace)
/// };
/// let first = supervisor.submit(sync(1))?;
/// let second = supervisor.submit(sync(2))?; // requests the first one to stop, and runs after it
/// assert!(first.outcome().await.is_canceled());
/// assert!(second.outcome().await.is_completed());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Admission {
    /// Wait in the queue.
    #[default]
    Queue,
    /// Stop the owner and run next.
    Replace,
    /// Run only if the slot is idle.
    DropIfRunning,
    /// Wait in the queue, and supersede an older submission of this kind.
    Latest,
}

impl fmt::Display for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queue => "queue",
            Self::Replace => "replace",
            Self::DropIfRunning => "drop-if-running",
            Self::Latest => "latest",
        })
    }
}

/// A slot that has an owner.
#[derive(Debug)]
pub(crate) struct SlotQueue<T, W> {
    pub(crate) owner: T,
    pub(crate) since: Instant,
    /// The waiting `Replace`, at most one.
    front: Option<QueuedSubmission<T, W>>,
    /// The waiting `Queue` and `Latest`, in the order of their arrival.
    queue: VecDeque<QueuedSubmission<T, W>>,
    /// The timer that checks the submissions that wait for this slot, while one runs.
    pub(crate) timer: Option<SlotTimer>,
}

/// The timer of a slot, a task of its own.
#[derive(Debug)]
pub(crate) struct SlotTimer {
    /// Ends the sleep of the timer. Its address identifies the timer.
    pub(crate) wakeup: Arc<Notify>,
    pub(crate) next_check: Instant,
}

/// What the caller must do for the timer of a slot after it enqueued a submission.
// Returned and not done here: see `QueueEffects`.
#[derive(Debug)]
pub(crate) enum TimerChange {
    /// Spawn a timer with this wake-up.
    Start(Arc<Notify>),
    /// Wake the timer, which sleeps for too long.
    Wake(Arc<Notify>),
}

/// A submission that waits for a slot.
#[derive(Debug)]
pub(crate) struct QueuedSubmission<T, W> {
    pub(crate) task: T,
    pub(crate) admission: Admission,
    pub(crate) since: Instant,
    /// The time after `since` within which its first attempt must begin.
    // Four bytes in the padding, and not the deadline: every submission that waits pays for it.
    pub(crate) expires: Option<Milliseconds>,
    /// `None` while the submission is checked out: see `registry/slots.rs`.
    pub(crate) work: Option<W>,
}

/// What the caller must do for other tasks after it enqueued a submission.
// Returned and not done here: a stop request locks and wakes another task, which must not happen under the shard's lock.
#[derive(Debug)]
pub(crate) struct QueueEffects<T, W> {
    /// The waiting submission that was removed; to be ended as superseded.
    pub(crate) superseded: Option<QueuedSubmission<T, W>>,
    /// The owner; to be stopped.
    pub(crate) replaced: Option<T>,
    /// The owner; to be stopped if it is between two attempts.
    pub(crate) outdated: Option<T>,
}

/// Why a submission cannot be enqueued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoom {
    Busy,
    QueueFull,
}

impl<T: Clone + PartialEq, W> SlotQueue<T, W> {
    pub(crate) fn new(owner: T, since: Instant) -> Self {
        Self { owner, since, front: None, queue: VecDeque::new(), timer: None }
    }

    /// Checks whether a submission may wait.
    ///
    /// `limit` applies to `Queue` only, and counts all waiting submissions. A `Replace` and a `Latest` always fit, because
    /// each supersedes the previous one of its kind.
    pub(crate) fn admits(&self, admission: Admission, limit: usize) -> Result<(), NoRoom> {
        match admission {
            Admission::DropIfRunning => Err(NoRoom::Busy),
            Admission::Queue if self.waiting() >= limit => Err(NoRoom::QueueFull),
            Admission::Queue | Admission::Replace | Admission::Latest => Ok(()),
        }
    }

    /// Enqueues a submission that `admits` accepted.
    pub(crate) fn enqueue(&mut self, submission: QueuedSubmission<T, W>) -> QueueEffects<T, W> {
        match submission.admission {
            // `admits` never accepts a `DropIfRunning`.
            Admission::Queue | Admission::DropIfRunning => {
                self.queue.push_back(submission);
                QueueEffects { superseded: None, replaced: None, outdated: None }
            }
            Admission::Replace => {
                let superseded = self.front.replace(submission);
                QueueEffects { superseded, replaced: Some(self.owner.clone()), outdated: None }
            }
            Admission::Latest => {
                let older = self.queue.iter().position(|other| other.admission == Admission::Latest);
                let superseded = older.and_then(|index| self.queue.remove(index));
                self.queue.push_back(submission);
                QueueEffects { superseded, replaced: None, outdated: Some(self.owner.clone()) }
            }
        }
    }

    /// Makes the next waiting submission the owner, and returns it. `None` if no submission waits: the slot is idle then.
    pub(crate) fn pass_on(&mut self, now: Instant) -> Option<QueuedSubmission<T, W>> {
        let next = self.front.take().or_else(|| self.queue.pop_front())?;
        self.owner = next.task.clone();
        // A submission may arrive after the owner has read the clock and before it took the lock.
        self.since = now.max(next.since);
        Some(next)
    }

    /// Removes and returns a waiting submission.
    pub(crate) fn withdraw(&mut self, task: &T) -> Option<QueuedSubmission<T, W>> {
        if self.front.as_ref().is_some_and(|front| front.task == *task) {
            return self.front.take();
        }
        let index = self.queue.iter().position(|queued| queued.task == *task);
        index.and_then(|index| self.queue.remove(index))
    }

    /// Removes and returns the waiting submissions that have expired.
    pub(crate) fn take_expired(&mut self, now: Instant) -> Vec<QueuedSubmission<T, W>> {
        // Checked first, because the removal moves all others.
        if !self.queued().any(|queued| queued.is_expired(now)) {
            return Vec::new();
        }
        let (mut expired, mut waiting) = (Vec::new(), VecDeque::with_capacity(self.queue.len()));
        expired.extend(self.front.take_if(|front| front.is_expired(now)));
        for queued in self.queue.drain(..) {
            if queued.is_expired(now) {
                expired.push(queued);
            } else {
                waiting.push_back(queued);
            }
        }
        self.queue = waiting;
        expired
    }

    /// Lets a timer check the queue at `check` at the latest. Returns what the caller must do for it.
    pub(crate) fn schedule_check(&mut self, check: Instant) -> Option<TimerChange> {
        match &mut self.timer {
            Some(timer) if timer.next_check <= check => None,
            Some(timer) => {
                timer.next_check = check;
                Some(TimerChange::Wake(Arc::clone(&timer.wakeup)))
            }
            none => {
                let wakeup = Arc::new(Notify::new());
                *none = Some(SlotTimer { wakeup: Arc::clone(&wakeup), next_check: check });
                Some(TimerChange::Start(wakeup))
            }
        }
    }

    /// Removes and returns all waiting submissions. The owner stays.
    pub(crate) fn clear(&mut self) -> impl Iterator<Item = QueuedSubmission<T, W>> + use<T, W> {
        self.front.take().into_iter().chain(std::mem::take(&mut self.queue))
    }

    /// Finds a waiting submission.
    // Backwards, because the callers look for recent ones.
    pub(crate) fn queued_mut(&mut self, task: &T) -> Option<&mut QueuedSubmission<T, W>> {
        self.queue.iter_mut().rev().chain(&mut self.front).find(|queued| queued.task == *task)
    }

    pub(crate) fn all_queued_mut(&mut self) -> impl Iterator<Item = &mut QueuedSubmission<T, W>> {
        self.front.iter_mut().chain(&mut self.queue)
    }

    /// The waiting submissions, in the order in which they will own the slot.
    pub(crate) fn queued(&self) -> impl Iterator<Item = &QueuedSubmission<T, W>> {
        self.front.iter().chain(&self.queue)
    }

    pub(crate) fn has_latest(&self) -> bool {
        self.queue.iter().any(|queued| queued.admission == Admission::Latest)
    }

    pub(crate) fn waiting(&self) -> usize {
        usize::from(self.front.is_some()) + self.queue.len()
    }
}

impl<T, W> QueuedSubmission<T, W> {
    /// When it expires, if it does.
    pub(crate) fn expiry(&self) -> Option<Instant> {
        self.expires.map(|time| saturating_deadline(self.since, time.get()))
    }

    fn is_expired(&self, now: Instant) -> bool {
        self.expiry().is_some_and(|expiry| expiry <= now)
    }
}
