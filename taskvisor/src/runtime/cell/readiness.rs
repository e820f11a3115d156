//! The readiness of a task: how the actor and the body change it, and how others wait for it.
//!
//! Only the actor publishes events about it: a body may notify on any thread, and events that two threads publish could overtake
//! each other. `observe_readiness` returns what the actor has to publish.

use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::flags::Flag;
use super::signals::Signal;
use super::{CellPhase, CellState, RequestKind, TaskCell, TaskEnd, saturating_deadline};
use crate::event::NotReadyReason;
use crate::policy::{Milliseconds, Readiness};
use crate::sync::wakers::{WaiterId, WakeList, check_or_register};

/// What has happened to the readiness of a task since its events were published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReadinessChange {
    /// The task became ready, this long after its attempt began.
    pub(crate) became_ready: Option<Duration>,
    /// Then, or before, it stopped being ready.
    pub(crate) lost: Option<NotReadyReason>,
}

/// The result of a wait for the readiness of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadyPoll {
    Ready,
    /// A stop was requested, or the task has ended.
    Ending,
    /// The task is paused, because it gave up.
    GaveUp,
}

impl TaskCell {
    /// Sets the time that an attempt has to notify.
    pub(crate) fn set_start_timeout(&self, time: Milliseconds) {
        self.state.lock().pending.set_start_timeout(time);
    }

    /// Begins the readiness of an attempt that has begun. Returns whether the task became ready.
    pub(crate) fn begin_readiness(&self, when: Readiness, now: Instant) -> bool {
        let waiters = {
            let mut state = self.state.lock();
            match when {
                Readiness::Success => return false,
                Readiness::Notify => {
                    state.pending.begin_start(now);
                    return false;
                }
                Readiness::Start if !state.pending.set_ready(now) => return false,
                Readiness::Start => self.take_ready_waiters(&mut state),
            }
        };
        if let Some(waiters) = waiters {
            waiters.wake();
        }
        true
    }

    /// Makes the task ready, if `attempt` runs and is expected to notify. Returns whether the task became ready.
    pub(crate) fn notify_ready(&self, attempt: u64, now: Instant) -> bool {
        let (actor, waiters) = {
            let mut state = self.state.lock();
            if state.pending.start_deadline().is_none() || !state.runs(attempt) {
                return false;
            }
            state.pending.set_ready(now);
            // The actor publishes the event. Inside of a poll it observes the flag, in `run` or in `end_poll`.
            state.signals.set(Signal::Notified);
            let is_polling = state.polling;
            let actor: Option<Waker> = state.links.live().and_then(|live| {
                // Taken, not cloned: `end_poll` of the next poll registers it again.
                if is_polling { None } else { live.actor.take() }
            });
            (actor, self.take_ready_waiters(&mut state))
        };
        if let Some(actor) = actor {
            actor.wake();
        }
        if let Some(waiters) = waiters {
            waiters.wake();
        }
        true
    }

    /// Gives `attempt` at least `more` from now on to notify. Returns `false` if its time is over or it is not expected to notify:
    /// then nothing changes.
    // The actor is not woken: its timer fires at the old deadline, and then it finds the new one.
    pub(crate) fn extend_start(&self, attempt: u64, now: Instant, more: Duration) -> bool {
        let mut state = self.state.lock();
        match state.pending.start_deadline() {
            Some(deadline) if deadline > now && state.runs(attempt) => {
                state.pending.extend_start(saturating_deadline(now, more));
                true
            }
            _ => false,
        }
    }

    /// The time until which the running attempt has to notify, if it is expected to.
    pub(crate) fn start_deadline(&self) -> Option<Instant> {
        self.state.lock().pending.start_deadline()
    }

    /// Ends the wait for a notification if it is over. Returns how long it was. A notification before this call wins.
    pub(crate) fn expire_start(&self, now: Instant) -> Option<Duration> {
        let mut state = self.state.lock();
        let deadline = state.pending.start_deadline().filter(|deadline| *deadline <= now)?;
        state.pending.clear();
        // In the phase `Running` it is the start of the attempt.
        Some(deadline.saturating_duration_since(state.since))
    }

    /// When the task became ready, if it is. A task that has completed is.
    pub(crate) fn ready_since(&self) -> Option<Instant> {
        self.state.lock().ready_since()
    }

    /// Whether the task is ready.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready_since().is_some()
    }

    /// Whether the task counts as ready in the start-up set: it is ready, or a critical task that counts once its first attempt has
    /// begun.
    pub(crate) fn counts_as_ready(&self) -> bool {
        let state = self.state.lock();
        state.ready_since().is_some() || state.attempt > 0 && self.counts_once_started()
    }

    pub(super) fn counts_once_started(&self) -> bool {
        self.rare().is_some_and(|rare| rare.options().counts_once_started())
            && !self.flags.has(Flag::IsNeeded)
    }

    /// Whether the task has ended as it should: it has completed, or was canceled or rejected on request.
    pub(crate) fn has_left(&self) -> bool {
        let state = self.state.lock();
        let end = state.end.filter(|_| state.phase == CellPhase::Ended);
        matches!(end, Some(TaskEnd::Completed | TaskEnd::Canceled { .. } | TaskEnd::Rejected(_)))
    }

    /// Returns what is to be published. `published` says whether the last event was `Ready`.
    pub(crate) fn observe_readiness(&self, published: bool, now: Instant) -> ReadinessChange {
        let mut state = self.state.lock();
        let notified = state.signals.take(Signal::Notified);
        let since = state.pending.ready_since();
        // Ready and not any more, within one poll of the actor: both are published.
        let became_ready = !published && (since.is_some() || notified);
        let lost = (published || notified) && since.is_none();
        ReadinessChange {
            became_ready: became_ready.then(|| since.unwrap_or(now).saturating_duration_since(state.since)),
            lost: lost.then(|| state.loss()),
        }
    }

    /// Why a task that was ready until now ends otherwise than completed.
    pub(crate) fn loss_at_the_end(&self) -> NotReadyReason {
        // Without a stop request, only its runtime ends a task that is ready.
        if self.stop_requested() { NotReadyReason::Stopping } else { NotReadyReason::Dropped }
    }

    /// Completes once the task is ready, or once it cannot become ready except by its end: a stop was requested, or it has ended.
    /// In the start-up set (`is_start`), it also completes once the task counts as ready there, or gave up and is paused. Otherwise
    /// registers the waker.
    pub(crate) fn poll_ready(
        &self,
        is_start: bool,
        id: &mut Option<WaiterId>,
        context: &Context<'_>,
    ) -> Poll<ReadyPoll> {
        check_or_register(id, context.waker(), |id, source| {
            // One lock for the check and the registration: between two locks, the task could become ready unnoticed.
            let mut state = self.state.lock();
            if state.ready_since().is_some() {
                return Some(Poll::Ready(ReadyPoll::Ready));
            }
            if state.stop().is_some() || state.outcome().is_some() {
                return Some(Poll::Ready(ReadyPoll::Ending));
            }
            if is_start && state.phase == (CellPhase::Paused { gave_up: true }) {
                return Some(Poll::Ready(ReadyPoll::GaveUp));
            }
            let counts_once_started = is_start && self.counts_once_started();
            if counts_once_started && state.attempt > 0 {
                return Some(Poll::Ready(ReadyPoll::Ready));
            }
            self.flags.set(Flag::AwaitsReady);
            let Some(live) = state.links.live() else { return Some(Poll::Ready(ReadyPoll::Ending)) };
            if counts_once_started {
                // The first attempt wakes this waiter, as it wakes those of `poll_started`, and so does the end.
                self.flags.set(Flag::AwaitsStart);
                return live.waiters.register_for_attempt(id, source).then_some(Poll::Pending);
            }
            live.waiters.register(id, source).then_some(Poll::Pending)
        })
    }

    /// Makes the task ready after a success, before it sleeps. Returns the waiters to wake.
    pub(super) fn succeed(&self, state: &mut CellState, now: Instant) -> Option<WakeList> {
        if state.pending.set_ready(now) { self.take_ready_waiters(state) } else { None }
    }

    // A flag, because most tasks have no such waiter, and the first success must not wake the waiters for the outcome. With one,
    // all waiters are woken, and the others register again: it happens once, and a list of its own would enlarge every cell.
    pub(super) fn take_ready_waiters(&self, state: &mut CellState) -> Option<WakeList> {
        // Every way to become ready leads here.
        self.flags.set(Flag::WasReady);
        self.update_membership(state);
        self.take_readiness_waiters(state)
    }

    /// Takes all waiters, if one of them waits for the readiness.
    pub(super) fn take_readiness_waiters(&self, state: &mut CellState) -> Option<WakeList> {
        if !self.flags.has(Flag::AwaitsReady) {
            return None;
        }
        self.flags.clear(Flag::AwaitsReady);
        state.links.live().map(|live| live.waiters.take())
    }
}

impl TaskCell {
    /// Remembers the latest heartbeat of a task that stops being ready. Called under the lock.
    pub(super) fn remember_heartbeat(&self) {
        if let Some(rare) = self.rare() {
            rare.heartbeat().remember_before_loss();
        }
    }

    /// Whether a task that has lost its readiness must wake all its waiters, because one of them waits for the loss. Clears the flag.
    #[cold]
    pub(super) fn takes_loss_waiters(&self) -> bool {
        let awaits = self.flags.has(Flag::AwaitsLoss);
        if awaits {
            self.flags.clear(Flag::AwaitsLoss);
        }
        awaits
    }
}

impl CellState {
    /// When the task became ready, if it is.
    pub(super) fn ready_since(&self) -> Option<Instant> {
        match (self.phase, self.end) {
            (_, None) => self.pending.ready_since(),
            // Ready for ever, from its end at the latest.
            (CellPhase::Ended, Some(TaskEnd::Completed)) => {
                Some(self.pending.ready_since().unwrap_or(self.since))
            }
            (_, Some(TaskEnd::Completed)) => self.pending.ready_since(),
            (_, Some(_)) => None,
        }
    }

    /// Why the task is not ready any more.
    fn loss(&self) -> NotReadyReason {
        match self.pending.request().map(|request| request.kind) {
            Some(RequestKind::Stop { .. }) => NotReadyReason::Stopping,
            Some(RequestKind::Interrupt(cause)) if !cause.is_limit() => NotReadyReason::Interrupted,
            // An attempt that has exceeded a limit has failed, although it may still return.
            Some(RequestKind::Interrupt(_)) | None => NotReadyReason::Failed,
        }
    }
}
