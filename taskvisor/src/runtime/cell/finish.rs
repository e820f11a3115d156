//! The end of a task. Its actor decides it and publishes it. If the actor is stuck inside a poll, an observer forces it: a
//! waiter for the outcome, the driver of the shutdown, or the watchdog.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{CellPhase, CellState, Links, RequestKind, StopKind, TaskCell, TaskEnd};
use crate::runtime::body::ErasedBody;
use crate::sync::wakers::WakeList;

/// How many tasks of the process are stuck: an observer has ended them, and their body has not returned.
// Of all supervisors, because an observer of one task knows none of them. Relaxed and not loom's: only a hint that makes `health` look at
// the tasks.
static STUCK: AtomicUsize = AtomicUsize::new(0);

/// Whether a task of the process may be stuck.
pub(crate) fn has_stuck_tasks() -> bool {
    STUCK.load(Ordering::Relaxed) > 0
}

impl TaskCell {
    /// Ends the task on behalf of its actor, if the actor has been inside one poll past the deadline of a stop. Returns
    /// whether this call ended it.
    ///
    /// One call never suffices: a second call must find the actor in the same poll [`STUCK_CONFIRMATION`] later. On an
    /// overloaded machine, a poll that is observed once may simply not have received CPU time.
    ///
    /// [`STUCK_CONFIRMATION`]: super::STUCK_CONFIRMATION
    pub(crate) fn force_end(&self, now: Instant) -> bool {
        let waiters = {
            let mut state = self.state.lock();
            // An actor outside a poll handles its stop itself, and its own end has priority.
            if state.end.is_some() || !state.polling {
                return false;
            }
            let Some(mut stop) = state.pending.request() else { return false };
            let RequestKind::Stop { kind, .. } = stop.kind else { return false };
            if stop.deadline > now {
                return false;
            }
            let is_confirmed = stop.confirm_overdue(now);
            state.pending.set_request(stop);
            if !is_confirmed {
                return false;
            }
            state.end = Some(match kind {
                StopKind::Stop => TaskEnd::Aborted,
                // The task never owned its slot, so that there is no attempt to abort.
                StopKind::Reject(rejection) => TaskEnd::Rejected(rejection),
            });
            state.phase = CellPhase::Stuck;
            STUCK.fetch_add(1, Ordering::Relaxed);
            self.update_membership(&mut state);
            // The actor's waker and the token stay: the actor is still inside its poll, and `finish` follows when it
            // returns.
            state.links.live().map(|live| live.waiters.take())
        };
        if let Some(waiters) = waiters {
            waiters.wake();
        }
        true
    }

    /// Decides the end unless it is decided already, and returns the decided end. Waiters see it only after `finish`.
    // Two steps, because events and counters report the end before the name is free, and waiters wake after it is.
    pub(crate) fn decide_end(&self, end: TaskEnd) -> TaskEnd {
        let mut state = self.state.lock();
        let end = *state.end.get_or_insert(end);
        // Before the name is free: a task that takes it finds this one counted. A task that ends otherwise is counted by now, or ready.
        if matches!(end, TaskEnd::Failed | TaskEnd::Aborted) {
            self.update_membership(&mut state);
        }
        end
    }

    /// Makes the end visible and wakes all waiters. Returns whether there was one. The last change of a cell, except that the
    /// handle of a job takes its value.
    pub(crate) fn finish(&self, now: Instant) -> bool {
        let ended = {
            let mut state = self.state.lock();
            let ended = state.finish(now);
            self.update_membership(&mut state);
            ended
        };
        ended.announce()
    }

    /// As `finish`, for a job that has completed. `value` is its body, which holds the value.
    // A method of its own, because tasks without a value would pay for it.
    pub(crate) fn finish_with_value(&self, now: Instant, value: ErasedBody) -> bool {
        let (ended, _unwanted) = {
            let mut state = self.state.lock();
            let ended = state.finish(now);
            // A forced end is not `Completed`, although the body has returned its value.
            if state.end == Some(TaskEnd::Completed) && !self.is_detached() {
                // Nothing is left to drop in the old links.
                state.links = Links::Value(Some(value));
                (ended, None)
            } else {
                (ended, Some(value))
            }
        };
        ended.announce()
    }
}

/// What must happen after the lock at the end of a task.
struct Ended {
    token: Option<CancellationToken>,
    /// The waker of the actor, to be dropped.
    _actor: Option<Waker>,
    waiters: Option<WakeList>,
}

impl CellState {
    #[inline]
    fn finish(&mut self, now: Instant) -> Ended {
        // Already set by `decide_end`. The fallback keeps the invariant that a cell in the phase `Ended` has an end.
        self.end.get_or_insert(TaskEnd::Aborted);
        if self.phase == CellPhase::Stuck {
            STUCK.fetch_sub(1, Ordering::Relaxed);
        }
        self.phase = CellPhase::Ended;
        self.since = now;
        self.polling = false;
        let Some(live) = self.links.live() else { return Ended { token: None, _actor: None, waiters: None } };
        Ended { token: live.token.take(), _actor: live.actor.take(), waiters: Some(live.waiters.take()) }
    }
}

impl Ended {
    /// Cancels the token and wakes the waiters. Returns whether there was one.
    #[inline]
    fn announce(self) -> bool {
        let Self { token, _actor, waiters } = self;
        if let Some(token) = token {
            token.cancel();
        }
        let Some(waiters) = waiters else { return false };
        let woke = !waiters.is_empty();
        waiters.wake();
        woke
    }
}
