//! The owners of one slot and the queue of submissions that wait for it. A pure data structure, generic over the task (`T`)
//! and over the work of a waiting submission (`W`): its body and its policy.
//!
//! | admission | the slot is idle | the submission fits and nothing waits before it | otherwise |
//! |---|---|---|---|
//! | `Queue` | start | start | enqueue last; refused if the queue is full |
//! | `Replace` | start | start; supersedes a waiting `Replace` | request a stop of the oldest owners, as many as needed, enqueue first; supersedes a waiting `Replace` |
//! | `DropIfRunning` | start | start | refused |
//! | `Latest` | start | start; supersedes a waiting `Latest` | enqueue last; supersedes a waiting `Latest`; a running attempt of one owner is its last |
//!
//! Nothing waits before a `Replace`, nor before a `Latest` if all that waits is another `Latest`. What fits is decided in
//! `owners.rs`.
//!
//! # Invariant
//!
//! After each operation the first waiting submission does not fit. If all have the same capacity, then a submission waits only
//! while all places are taken. Code that removes an owner or a waiting submission must therefore call `pass_on` or
//! `start_next` until nothing more starts. In a slot that is not shared, one `pass_on` after the end of the owner suffices.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use super::capacity::Capacity;
use super::owners::{Owner, YoungerOwners};
use crate::policy::Milliseconds;
use crate::runtime::cell::saturating_deadline;
use crate::sync::Notify;

/// What happens to a submission whose slot is taken.
///
/// | admission | the slot has a free place | all places of the slot are taken |
/// |---|---|---|
/// | `Queue` | starts | is enqueued last (first in, first out); refused if the queue is full |
/// | `Replace` | starts | requests a stop of the oldest owner and is enqueued first; a `Replace` that waits there ends as superseded, other queued submissions stay |
/// | `DropIfRunning` | starts | refused as busy |
/// | `Latest` | starts | is enqueued last; a `Latest` that waits ends as superseded; a running attempt of one owner continues, and no other follows it |
///
/// A slot has one place, unless its submissions set a [`capacity`](crate::ControllerSpec::with_capacity).
///
/// A `Latest` does not stop a running attempt of an owner, nor an owner that has not begun its first attempt. It stops an
/// owner between two attempts (in a backoff or a delay, or waiting for the permit of a retry), as a `Replace` does. An
/// owner whose attempt ends while a `Latest` waits makes no further attempt either. Otherwise the newest work would wait
/// for retries of outdated work. Of several owners, one at a time ends for a `Latest`: the oldest one between two attempts, or the
/// first one whose attempt ends.
///
/// # Different capacities
///
/// A submission starts only if the slot then has at most as many owners as the smallest capacity among them, the new owner
/// included. No submission overtakes one that waits, except a `Replace`. So a submission of capacity 1 waits until all owners have
/// ended, later submissions wait behind it, and several of them may start once it has ended. A `Replace` stops as many of the oldest
/// owners as must end before it can start.
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
    /// Stop the oldest owner and run next.
    Replace,
    /// Run only if a place is free.
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
    /// The oldest owner.
    pub(crate) owner: Owner<T>,
    pub(super) younger: Option<Box<YoungerOwners<T>>>,
    /// The waiting `Replace`, at most one.
    front: Option<QueuedSubmission<T, W>>,
    /// The waiting `Queue` and `Latest`, in the order of their arrival.
    queue: VecDeque<QueuedSubmission<T, W>>,
    /// The timer that checks the submissions that wait for this slot, while one runs.
    // Boxed: it is a task of its own, and most slots have none.
    pub(crate) timer: Option<Box<SlotTimer>>,
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
    pub(crate) capacity: Capacity,
    /// `None` while the submission is checked out: see `registry/slots.rs`.
    pub(crate) work: Option<W>,
}

/// What the caller must do for other tasks after it enqueued a submission.
// Returned and not done here: a stop request locks and wakes another task, which must not happen under the shard's lock.
#[derive(Debug)]
pub(crate) struct QueueEffects<T, W> {
    /// The waiting submission that was removed; to be ended as superseded.
    pub(crate) superseded: Option<QueuedSubmission<T, W>>,
    /// The oldest owner; to be stopped.
    pub(crate) replaced: Option<T>,
    /// The oldest owner; to be stopped if it is between two attempts.
    pub(crate) outdated: Option<T>,
}

/// Why a submission cannot be enqueued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoom {
    Busy,
    QueueFull,
}

impl<T: Clone + PartialEq, W> SlotQueue<T, W> {
    pub(crate) fn new(owner: T, since: Instant, capacity: Capacity) -> Self {
        let owner = Owner::new(owner, since, capacity);
        Self { owner, younger: None, front: None, queue: VecDeque::new(), timer: None }
    }

    /// Whether a submission starts beside the owners: it fits, and nothing waits before it.
    pub(super) fn starts_at_once(&self, admission: Admission, capacity: Capacity) -> bool {
        self.fits(capacity)
            && match admission {
                Admission::Queue | Admission::DropIfRunning => self.waiting() == 0,
                Admission::Replace => true,
                Admission::Latest => {
                    self.front.is_none()
                        && self.queue.iter().all(|queued| queued.admission == Admission::Latest)
                }
            }
    }

    /// Whether a `Queue` of the same capacity as the owners would start at once.
    #[inline]
    pub(super) fn has_free_place(&self) -> bool {
        self.is_shared() && self.starts_at_once(Admission::Queue, Capacity::MAX)
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
                QueueEffects { superseded, replaced: Some(self.owner.task.clone()), outdated: None }
            }
            Admission::Latest => {
                let superseded = self.take_latest();
                self.queue.push_back(submission);
                QueueEffects { superseded, replaced: None, outdated: Some(self.owner.task.clone()) }
            }
        }
    }

    /// Removes and returns the waiting submission that one with this admission supersedes.
    pub(super) fn take_superseded(&mut self, admission: Admission) -> Option<QueuedSubmission<T, W>> {
        match admission {
            Admission::Queue | Admission::DropIfRunning => None,
            Admission::Replace => self.front.take(),
            Admission::Latest => self.take_latest(),
        }
    }

    fn take_latest(&mut self) -> Option<QueuedSubmission<T, W>> {
        let older = self.queue.iter().position(|other| other.admission == Admission::Latest);
        older.and_then(|index| self.queue.remove(index))
    }

    /// Replaces the last owner by the next waiting submission, and returns it. `None` if no submission waits: the slot is idle
    /// then.
    #[inline(always)]
    pub(crate) fn pass_on(&mut self, now: Instant) -> Option<QueuedSubmission<T, W>> {
        debug_assert!(self.younger.is_none(), "a slot with another owner is not passed on");
        let next = self.front.take().or_else(|| self.queue.pop_front())?;
        self.owner = next.as_owner(now);
        Some(next)
    }

    /// Makes the next waiting submission an owner beside the others, if it fits, and returns it.
    pub(super) fn start_next(&mut self, now: Instant) -> Option<QueuedSubmission<T, W>> {
        let first = self.queued().next()?;
        if !self.fits(first.capacity) {
            return None;
        }
        let owner = first.as_owner(now);
        self.add_owner(owner);
        self.front.take().or_else(|| self.queue.pop_front())
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
                *none = Some(Box::new(SlotTimer { wakeup: Arc::clone(&wakeup), next_check: check }));
                Some(TimerChange::Start(wakeup))
            }
        }
    }

    /// Removes and returns all waiting submissions. The owners stay.
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

impl<T: Clone, W> QueuedSubmission<T, W> {
    fn as_owner(&self, now: Instant) -> Owner<T> {
        // A submission may arrive after the owner has read the clock and before it took the lock.
        Owner::new(self.task.clone(), now.max(self.since), self.capacity)
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
