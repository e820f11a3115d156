//! The steps of the actor between the start of a task and its end: polls, waits, attempts and sleeps.

use std::mem;
use std::task::Waker;

use tokio::time::Instant;

use super::conclusion::PackedConclusion;
use super::flags::Flag;
use super::history::EndedAttempt;
use super::signals::Signal;
use super::{
    CellPhase, CellState, FinishedAttempt, NotBegun, PendingStop, PollView, TaskCell, Wait, WaitsFor,
};
use crate::error::{BoxError, ErrorSlot, FailureKind, StoredFailure};
use crate::event::EventName;
use crate::sync::{MutexGuard, Ordering};

impl TaskCell {
    /// Begins a poll of the actor: returns the pending request.
    pub(crate) fn begin_poll(&self) -> PollView {
        let mut state = self.state.lock();
        state.begin_poll(self.flags.has(Flag::Paused))
    }

    /// Begins a poll of the actor and, if nothing is requested and its policy is up to date, its next attempt.
    // One lock instead of two: this is the common path of a task without a permit.
    pub(crate) fn begin_poll_and_attempt(&self, now: Instant) -> (PollView, Option<u64>) {
        let (view, attempt) = {
            let mut state = self.state.lock();
            let view = state.begin_poll(self.flags.has(Flag::Paused));
            let may_start = view.request.is_none()
                && !view.paused
                && !state.signals.is_updated()
                && !state.pending.is_expired(now);
            (view, may_start.then(|| state.begin_attempt(now)))
        };
        if attempt.is_some() {
            self.wake_start_waiters();
        }
        (view, attempt)
    }

    /// Ends a poll of the actor that is pending, and registers its waker. Returns whether the end of the task was forced
    /// during the poll: the actor must then finish instead of waiting.
    ///
    /// `view` is what `begin_poll` returned. If it is out of date, the actor is woken for another poll.
    pub(crate) fn end_poll(&self, view: PollView, waker: &Waker) -> bool {
        let (outdated, stuck, _replaced) = {
            let mut state = self.state.lock();
            state.polling = false;
            // Registered here and not in `begin_poll`, because most tasks complete in their first poll.
            let replaced = state.links.live().and_then(|live| {
                let registered = live.actor.as_ref().is_some_and(|registered| registered.will_wake(waker));
                // Cloned under the lock: it is the waker of the runtime that polls the actor, and only counts a reference.
                if registered { None } else { live.actor.replace(waker.clone()) }
            });
            (
                state.pending.request() != view.request
                    || state.signals.require_poll()
                    || self.flags.has(Flag::Paused) != view.paused,
                state.phase == CellPhase::Stuck,
                replaced,
            )
        };
        // A request during the poll may have woken nothing: the first poll has no registered waker yet.
        if outdated {
            waker.wake_by_ref();
        }
        stuck
    }

    pub(crate) fn stop_requested(&self) -> bool {
        self.state.lock().stop().is_some()
    }

    /// Enters the phase in which the task waits for `on`, unless it is in this phase already.
    pub(crate) fn begin_wait(&self, on: WaitsFor, now: Instant) -> Wait {
        let mut state = self.state.lock();
        // The wait that an operator has ended is over. Left set, the signal would trigger one poll after the other.
        state.signals.take(Signal::Triggered);
        // A task whose end was forced stays `Stuck` until its actor returns.
        let begins = state.end.is_none() && state.phase != CellPhase::Waiting(on);
        if begins {
            state.phase = CellPhase::Waiting(on);
            state.since = now;
        }
        Wait { since: state.since, sets_timer: begins, expiry: state.pending.expiry() }
    }

    /// Wakes the waiters for the first attempt, which has begun.
    // A flag, because most tasks have no such waiter, and a start must not wake the waiters for the outcome.
    // Read after the lock that began the attempt: a waiter that set it before that lock is seen, and a later one finds the
    // attempt.
    #[inline]
    fn wake_start_waiters(&self) {
        if self.flags.has(Flag::AwaitsStart) {
            self.take_start_waiters();
        }
    }

    #[cold]
    fn take_start_waiters(&self) {
        let waiters = {
            let mut state = self.state.lock();
            self.flags.clear(Flag::AwaitsStart);
            // A critical task may count as ready once its attempt has begun.
            self.update_membership(&mut state);
            // No other waiter is attempt-scoped yet: the body has not been polled.
            state.links.live().and_then(|live| live.waiters.take_attempt_waiters())
        };
        if let Some(waiters) = waiters {
            waiters.wake();
        }
    }

    /// Begins the next attempt, unless a stop was requested, the task is paused, or its policy was replaced. This call requests the
    /// stop of a task that has expired.
    pub(crate) fn begin_attempt(&self, now: Instant) -> Result<u64, NotBegun> {
        let attempt = {
            let mut state = self.state.lock();
            if let Some(stop) = state.stop() {
                return Err(NotBegun::Stopped(stop));
            }
            // Checked under the lock that `pause` takes: no attempt begins after it.
            if self.flags.has(Flag::Paused) {
                return Err(NotBegun::Paused);
            }
            // Checked under the lock that `update_policy` takes: no attempt begins with the old policy after it.
            if state.signals.is_updated() {
                return Err(NotBegun::Updated);
            }
            if state.pending.is_expired(now) { None } else { Some(state.begin_attempt(now)) }
        };
        let Some(attempt) = attempt else { return Err(NotBegun::Stopped(self.expire(now))) };
        self.wake_start_waiters();
        Ok(attempt)
    }

    /// Ends the attempt, whose future is dropped by now: records it and its failure, cancels its token, wakes its waiters.
    ///
    /// Its result is that of `event`, or of the event that `decide` returns if an interrupt or a conclusion of the body decides.
    // `decide` is called under the lock, so that no reader finds a result that is replaced afterwards. It reads its arguments only.
    pub(crate) fn end_attempt(
        &self,
        now: Instant,
        caught: Option<(FailureKind, BoxError)>,
        event: EventName,
        decide: impl FnOnce(&FinishedAttempt) -> EventName,
    ) -> FinishedAttempt {
        // Dropped after the lock: the destructor of an error is user code. The slot contains its panics.
        let _evicted;
        let (after, token, listeners) = {
            let mut state = self.state.lock();
            let conclusion = state.phase.conclusion();
            // A task whose end was forced stays `Stuck` until its actor returns.
            if state.end.is_none() {
                state.phase = CellPhase::Waiting(WaitsFor::Slot);
            }
            let attempt = state.attempt;
            let is_lost = state.pending.end_attempt(caught.is_some());
            if is_lost {
                self.remember_heartbeat();
                self.update_membership(&mut state);
            }
            let wakes_all = is_lost && self.takes_loss_waiters();
            // Before `since` is overwritten: in the phase `Running` it is the start of the attempt.
            let started_at = mem::replace(&mut state.since, now);
            let ran = now.saturating_duration_since(started_at);
            let interrupt = state.take_interrupt();
            let stop = state.stop();
            let mut after = FinishedAttempt { stop, interrupt, attempt, conclusion, ran, dropped: false };
            // A copy for the rare call: by reference, `after` would be written to memory in every call.
            let result = if after.is_plain(event) { event } else { decide(&{ after }) };
            let evicted = state.attempts.add(EndedAttempt { attempt, started_at, ran, result }, caught);
            after.dropped = !evicted.is_nothing();
            _evicted = evicted;
            // The waiters for a loss are in the list of all waiters: a list of their own would enlarge every cell.
            let (token, listeners) = match state.links.live() {
                None => (None, None),
                Some(live) if wakes_all => (live.token.take(), Some(live.waiters.take())),
                Some(live) => (live.token.take(), live.waiters.take_attempt_waiters()),
            };
            (after, token, listeners)
        };
        if let Some(token) = token {
            token.cancel();
        }
        if let Some(listeners) = listeners {
            listeners.wake();
        }
        after
    }

    /// Records a failure that no attempt caused. The counts of failures do not change.
    pub(crate) fn record_failure(&self, kind: FailureKind, error: BoxError) {
        let evicted = {
            let mut state = self.state.lock();
            let failure = StoredFailure { attempt: state.attempt, error: ErrorSlot::of(Some((kind, error))) };
            state.attempts.set_failure(failure)
        };
        // After the lock: the destructor of the error is user code. The slot contains its panics.
        drop(evicted);
    }

    /// Sets the numbers of consecutive and of all failures.
    pub(crate) fn count_failures(&self, failures: (u32, u32)) {
        let mut state = self.state.lock();
        state.failures = failures.0;
        self.total_failures.store(failures.1, Ordering::Relaxed);
    }

    /// Enters the phase `Sleeping`, unless a stop was requested, and pauses a task that is to be paused after its attempt. Sets the
    /// numbers of consecutive and of all failures in either case. `succeeded` makes the task ready.
    pub(crate) fn begin_sleep(
        &self,
        now: Instant,
        until: Instant,
        failures: (u32, u32),
        succeeded: bool,
    ) -> Result<(), PendingStop> {
        let mut state = self.state.lock();
        state.failures = failures.0;
        self.total_failures.store(failures.1, Ordering::Relaxed);
        // Checked under the lock that sets the phase: no task enters a sleep after its stop was requested.
        if let Some(stop) = self.stop_or_finish(&mut state, now) {
            return Err(stop);
        }
        state.phase = CellPhase::Sleeping { until };
        state.since = now;
        let waiters = if succeeded { self.succeed(&mut state, now) } else { None };
        // Here and not in `finish_attempt`, because a task that ends with its attempt is not paused.
        if state.signals.take(Signal::PausesAfterAttempt) {
            self.pause_sleep(state, now);
        } else {
            drop(state);
        }
        if let Some(waiters) = waiters {
            waiters.wake();
        }
        Ok(())
    }

    /// Pauses a task that has just entered its sleep, and releases the lock before it signals that.
    // Cold, so that a sleep without a pause moves nothing of it.
    #[cold]
    fn pause_sleep(&self, mut state: MutexGuard<'_, CellState>, now: Instant) {
        let paused = self.pause_between_attempts(&mut state, now);
        drop(state);
        paused.announce();
    }
}

impl CellState {
    fn begin_poll(&mut self, paused: bool) -> PollView {
        self.polling = true;
        // A new poll: an observation of the previous one says nothing about it.
        if !self.pending.is_request() {
            return PollView { request: None, interrupted_wait: None, paused };
        }
        self.pending.forget_overdue();
        let interrupted_wait = self.take_interrupted_wait();
        PollView { request: self.pending.request(), interrupted_wait, paused }
    }

    fn begin_attempt(&mut self, now: Instant) -> u64 {
        self.pending.begin_attempt();
        // An attempt answers a trigger that came too late to start one. Left set, it would cut the next wait short.
        self.signals.take(Signal::Triggered);
        self.attempt += 1;
        self.phase = CellPhase::Running(PackedConclusion::BY_POLICY);
        self.since = now;
        self.attempt
    }
}
