//! The readiness of a task, or the request that has ended it.
//!
//! One field for both, because every request ends the readiness, and the actor handles a request before the task can become ready
//! again. So neither costs memory beside the other:
//!
//! | from | to | by |
//! |---|---|---|
//! | `Expiring` | `Unready` | the begin of the first attempt |
//! | `Unready` | `Starting` | `begin_readiness`, for a task that notifies |
//! | `Unready` | `Ready` | `begin_readiness`, for a task that is ready at its start; `begin_sleep` after a success |
//! | `Starting` | `Ready` | `notify_ready` |
//! | `Starting` | `Unready` | `expire_start`; the end of the attempt |
//! | `Ready` | `Unready` | the end of an attempt that failed |
//! | all | `Request` | a stop request; an interrupt, unless a stop was requested or the task is `Expiring` |
//! | `Request` | `Unready` | the actor, which removes an interrupt; a stop request stays |

use std::time::Duration;

use tokio::time::Instant;

use super::{PendingStop, Request, RequestKind, saturating_deadline};
use crate::policy::Milliseconds;

/// What is pending: nothing, the readiness of the running attempt, or a request. Or the readiness itself.
// Not an enum with data: its tag would need eight more bytes in every cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    /// The deadline of the request, of the start or of the first attempt, or when the task became ready.
    at: Instant,
    /// Of a stop request its `first_overdue_ms`, see [`Request`]. Otherwise the `start_timeout` of the task.
    // One field for both: after a stop request no attempt begins that could need the other one.
    milliseconds: u32,
    kind: PendingKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PendingKind {
    Unready,
    /// A submission that has not begun its first attempt, and must not begin it at `at` or later.
    Expiring,
    /// The running attempt has not notified yet. It has until `at`.
    Starting,
    /// Ready since `at`.
    Ready,
    Request(RequestKind),
}

impl Pending {
    pub(super) fn unready(now: Instant) -> Self {
        Self { at: now, milliseconds: Milliseconds::START_TIMEOUT.count(), kind: PendingKind::Unready }
    }

    /// Sets the time that an attempt has to notify.
    pub(super) fn set_start_timeout(&mut self, time: Milliseconds) {
        if !self.is_stop() {
            self.milliseconds = time.count();
        }
    }

    /// Sets when the task expires, unless its first attempt has begun. Only before the task is accepted.
    pub(super) fn set_expiry(&mut self, deadline: Instant) {
        if self.kind == PendingKind::Unready {
            (self.at, self.kind) = (deadline, PendingKind::Expiring);
        }
    }

    /// When the task expires, if its first attempt has not begun.
    pub(super) fn expiry(&self) -> Option<Instant> {
        (self.kind == PendingKind::Expiring).then_some(self.at)
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expiry().is_some_and(|deadline| deadline <= now)
    }

    /// The first attempt begins: the task does not expire any more.
    pub(super) fn begin_attempt(&mut self) {
        if self.kind == PendingKind::Expiring {
            self.clear();
        }
    }

    pub(super) fn request(&self) -> Option<Request> {
        match self.kind {
            PendingKind::Request(kind) => {
                let first_overdue_ms = if self.is_stop() { self.milliseconds } else { 0 };
                Some(Request { deadline: self.at, first_overdue_ms, kind })
            }
            _ => None,
        }
    }

    fn is_stop(&self) -> bool {
        matches!(self.kind, PendingKind::Request(RequestKind::Stop { .. }))
    }

    pub(super) fn is_request(&self) -> bool {
        matches!(self.kind, PendingKind::Request(_))
    }

    pub(super) fn stop(&self) -> Option<PendingStop> {
        self.request().as_ref().and_then(Request::stop)
    }

    /// Stores a request, which ends the readiness.
    pub(super) fn set_request(&mut self, request: Request) {
        let Request { deadline, first_overdue_ms, kind } = request;
        (self.at, self.kind) = (deadline, PendingKind::Request(kind));
        if self.is_stop() {
            self.milliseconds = first_overdue_ms;
        }
    }

    /// Forgets the observations of an overdue poll.
    pub(super) fn forget_overdue(&mut self) {
        if self.is_stop() {
            self.milliseconds = 0;
        }
    }

    pub(super) fn clear(&mut self) {
        self.kind = PendingKind::Unready;
    }

    /// Removes what belongs to the attempt that has ended: the wait for its notification, and after a failure the readiness.
    /// Returns whether the task was ready until now.
    pub(super) fn end_attempt(&mut self, failed: bool) -> bool {
        let is_lost = self.kind == PendingKind::Ready && failed;
        if is_lost || self.kind == PendingKind::Starting {
            self.clear();
        }
        is_lost
    }

    pub(super) fn ready_since(&self) -> Option<Instant> {
        (self.kind == PendingKind::Ready).then_some(self.at)
    }

    pub(super) fn start_deadline(&self) -> Option<Instant> {
        (self.kind == PendingKind::Starting).then_some(self.at)
    }

    /// Waits for a notification for the `start_timeout`, unless the task is ready or a request is pending.
    pub(super) fn begin_start(&mut self, now: Instant) {
        if matches!(self.kind, PendingKind::Unready | PendingKind::Starting) {
            let timeout = Duration::from_millis(self.milliseconds.into());
            (self.at, self.kind) = (saturating_deadline(now, timeout), PendingKind::Starting);
        }
    }

    /// Moves the deadline of the start.
    pub(super) fn extend_start(&mut self, deadline: Instant) {
        if self.kind == PendingKind::Starting {
            self.at = self.at.max(deadline);
        }
    }

    /// Makes the task ready, unless it is or a request is pending. Returns whether it became ready.
    pub(super) fn set_ready(&mut self, now: Instant) -> bool {
        let becomes = matches!(self.kind, PendingKind::Unready | PendingKind::Starting);
        if becomes {
            (self.at, self.kind) = (now, PendingKind::Ready);
        }
        becomes
    }
}
