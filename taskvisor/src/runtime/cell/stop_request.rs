//! The values a cell is made of: registry keys, requests, and task ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::history::Attempts;
use crate::policy::Milliseconds;
use crate::task::{InterruptCause, Outcome, Rejection, StopCause};

/// The key under which a task is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegistryKey {
    /// The name of an added task.
    Name,
    /// The slot of a submission. The name of a submission is only a label.
    Slot(Arc<str>),
    /// No key: a submission without a slot, which never conflicts with another task.
    Free,
}

impl RegistryKey {
    /// Returns the slot of a submission.
    pub(crate) fn slot(&self) -> Option<&Arc<str>> {
        match self {
            Self::Slot(slot) => Some(slot),
            Self::Name | Self::Free => None,
        }
    }
}

/// The precomputed registry hash of a task. Four bytes, because every task pays for its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegistryHash(u32);

impl RegistryHash {
    /// Keeps the upper half of a hash.
    pub(crate) fn of(hash: u64) -> Self {
        Self((hash >> 32) as u32)
    }

    /// Returns the hash for the tables. It has all the bits that choose the shard, the bucket and the control byte.
    // Multiplicative hashing after Knuth, The Art of Computer Programming, volume 3, section 6.4, with 2^64 divided by the
    // golden ratio: different halves give different lower bits, and the upper bits depend on all of them.
    pub(crate) fn get(self) -> u64 {
        u64::from(self.0).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// What was requested of a task. Its attempt is dropped at the deadline.
// One deadline for both kinds, and not an enum of two structs: that would need 32 bytes instead of 24 in every cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) deadline: Instant,
    /// For a stop: the lateness of the current poll when it was first observed past the deadline, in milliseconds plus one. Zero
    /// if it was not observed yet.
    // Four bytes instead of an `Option<Instant>`: every task pays for it.
    pub(super) first_overdue_ms: u32,
    pub(crate) kind: RequestKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// The task must end. The request stays until then.
    Stop {
        kind: StopKind,
        /// The cause of the first request.
        cause: StopCause,
        /// The cause of the request that set the current deadline.
        enforcer: StopCause,
    },
    /// The attempt must end. See `interrupt.rs`.
    Interrupt(InterruptCause),
}

/// A stop request that a task has accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PendingStop {
    pub(crate) kind: StopKind,
    /// The cause of the first request.
    pub(crate) cause: StopCause,
    pub(crate) deadline: Instant,
    /// The cause of the request that set the current deadline.
    pub(crate) enforcer: StopCause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopKind {
    Stop,
    /// End a submission that will not start.
    Reject(Rejection),
}

/// A stop request as its sender made it. The `stop_timeout` of the task may shorten its grace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StopRequest {
    kind: StopKind,
    cause: StopCause,
    at: Instant,
    grace: Duration,
}

impl StopRequest {
    pub(crate) fn stop(cause: StopCause, at: Instant, grace: Duration) -> Self {
        Self { kind: StopKind::Stop, cause, at, grace }
    }

    /// When it was made.
    pub(crate) fn at(&self) -> Instant {
        self.at
    }

    pub(crate) fn reject(rejection: Rejection, at: Instant) -> Self {
        let cause = match rejection {
            Rejection::Superseded => StopCause::Replace,
            Rejection::Cleared => StopCause::Clear,
            Rejection::ShuttingDown => StopCause::Shutdown,
            // Seen only if another stop request came first: otherwise the end has the rejection, and no cause.
            Rejection::Expired => StopCause::Cancel,
        };
        Self { kind: StopKind::Reject(rejection), cause, at, grace: Duration::ZERO }
    }

    /// Applies the `stop_timeout` of a task. It can shorten the grace of the sender, never extend it.
    pub(super) fn limited_to(self, stop_timeout: Option<Milliseconds>) -> Request {
        let Self { kind, cause, at, grace } = self;
        Request::new(at, grace, stop_timeout, RequestKind::Stop { kind, cause, enforcer: cause })
    }
}

impl PendingStop {
    /// The end of a task that this request stops outside of an attempt. `failed` says whether its last attempt failed.
    pub(crate) fn end(&self, failed: bool) -> TaskEnd {
        match self.kind {
            StopKind::Stop => TaskEnd::Canceled { cause: self.cause, failed },
            StopKind::Reject(rejection) => TaskEnd::Rejected(rejection),
        }
    }
}

impl Request {
    /// A request with this `grace`, or the `stop_timeout` of the task if that is shorter.
    pub(super) fn new(
        at: Instant,
        grace: Duration,
        stop_timeout: Option<Milliseconds>,
        kind: RequestKind,
    ) -> Self {
        let grace = stop_timeout.map_or(grace, |timeout| grace.min(timeout.get()));
        Self { deadline: saturating_deadline(at, grace), first_overdue_ms: 0, kind }
    }

    /// The stop request, if it is one.
    pub(crate) fn stop(&self) -> Option<PendingStop> {
        match self.kind {
            RequestKind::Stop { kind, cause, enforcer } => {
                Some(PendingStop { kind, cause, deadline: self.deadline, enforcer })
            }
            RequestKind::Interrupt(_) => None,
        }
    }

    /// Records that the actor is inside a poll past the deadline. Returns whether the same poll was first observed so at
    /// least [`STUCK_CONFIRMATION`] earlier.
    pub(super) fn confirm_overdue(&mut self, now: Instant) -> bool {
        let lateness = now.saturating_duration_since(self.deadline).as_millis();
        let lateness = u32::try_from(lateness).unwrap_or(u32::MAX).saturating_add(1);
        if self.first_overdue_ms == 0 {
            self.first_overdue_ms = lateness;
        }
        // Saturating, because an observer may have read the clock before the observer that took the lock first. Past the
        // range of the counter (49 days) one observation suffices, since no later one could differ from it.
        lateness == u32::MAX
            || u128::from(lateness.saturating_sub(self.first_overdue_ms)) >= STUCK_CONFIRMATION.as_millis()
    }
}

/// The time between two observations of one overdue poll before the task counts as stuck. A poll that returns within it
/// ends the task in the regular way.
pub(crate) const STUCK_CONFIRMATION: Duration = Duration::from_millis(100);

/// The end of a task without its error, which stays in the cell until an [`Outcome`] is requested.
// `Copy`, so that it can be decided under the lock and returned without cloning an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskEnd {
    Completed,
    Failed,
    Canceled { cause: StopCause, failed: bool },
    Aborted,
    Rejected(Rejection),
}

impl TaskEnd {
    pub(super) fn outcome(self, attempts: &mut Attempts) -> Outcome {
        match self {
            Self::Completed => Outcome::Completed,
            Self::Failed => match attempts.share_failure() {
                Some(failure) => Outcome::Failed(failure),
                // Not reached: a task ends as failed only after its failure was recorded.
                None => Outcome::Aborted,
            },
            Self::Canceled { cause, failed } => {
                Outcome::Canceled { cause, last_error: if failed { attempts.share_failure() } else { None } }
            }
            Self::Aborted => Outcome::Aborted,
            Self::Rejected(rejection) => Outcome::Rejected(rejection),
        }
    }
}

/// Returns `now + duration`. A sum beyond the range of the clock becomes `now` plus thirty years.
pub(crate) fn saturating_deadline(now: Instant, duration: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    now.checked_add(duration).unwrap_or_else(|| now + FAR)
}
