//! When an attempt may begin: the generic cell rate algorithm (GCRA, ITU-T I.371), with a queue of waiters.
//!
//! The state is one time, `due`: when the next attempt would begin if all were spaced by the interval. An attempt may begin once `due` is
//! at most `(burst − 1) × interval` ahead, and moves it forward by one interval. So `burst` attempts can begin at once, and one in each
//! interval afterwards: at most `burst + window / interval` in any window.
//!
//! # The queue
//!
//! Waiters are served in the order of their arrival, and only the first one needs a timer. Three changes wake the first waiter, which
//! then sets its timer: a token that is taken, the first waiter leaving, and a token that is given back. A waiter whose token is due, and
//! which must wait for a permit before it takes it, keeps its position: otherwise later waiters would overtake it.
//!
//! # Invariants
//!
//! The models in `models/rate.rs` show them:
//! 1. A task takes a token only while no other waiter is before it.
//! 2. If there are waiters, the first one was woken after it became the first and after each change of `due` to an earlier time.
//! 3. A turn that is dropped leaves nothing behind: it leaves the queue, or gives its token back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::AttemptLimits;
use crate::policy::RateLimit;
use crate::runtime::cell::saturating_deadline;
use crate::sync::Mutex;

#[derive(Debug)]
pub(crate) struct RateGate {
    interval: Duration,
    /// How far `due` may be ahead.
    tolerance: Duration,
    state: Mutex<RateState>,
}

#[derive(Debug, Default)]
struct RateState {
    /// `None` before the first attempt.
    due: Option<Instant>,
    /// By ticket, in the order of their arrival.
    waiters: BTreeMap<u64, Waker>,
    next_ticket: u64,
}

/// What an attempt finds at the gate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RatePoll {
    /// It has taken a token, and may begin. The interval of the token ends at `due`.
    Taken { due: Instant },
    /// It waits. `timer` is the time at which it must poll again; without one it is woken.
    Waits { timer: Option<Instant>, expected: Instant },
}

impl RateGate {
    pub(super) fn new(limit: &RateLimit) -> Self {
        // Rounded up, so that never more attempts begin than the limit says.
        let attempts = u128::from(limit.attempts().max(1));
        let interval = nanoseconds(limit.period().as_nanos().div_ceil(attempts));
        let tolerance = interval.saturating_mul(limit.burst().saturating_sub(1));
        Self { interval, tolerance, state: Mutex::default() }
    }

    /// Whether as many attempts as the burst allows could begin at once.
    pub(super) fn is_unused(&self, now: Instant) -> bool {
        let state = self.state.lock();
        state.waiters.is_empty() && state.due.is_none_or(|due| due <= now)
    }

    /// Takes a token, or registers the waker. `ticket` is the position in the queue.
    fn poll(&self, ticket: &mut Option<u64>, now: Instant, context: &Context<'_>) -> RatePoll {
        let (poll, next, _replaced) = {
            let mut state = self.state.lock();
            let (is_first, due) = state.find_turn(*ticket, now);
            if is_first && due <= saturating_deadline(now, self.tolerance) {
                let due = saturating_deadline(due, self.interval);
                state.due = Some(due);
                let replaced = ticket.take().and_then(|ticket| state.waiters.remove(&ticket));
                (RatePoll::Taken { due }, state.first_waker(), replaced)
            } else {
                let (poll, replaced) = self.enqueue(&mut state, ticket, now, context);
                (poll, None, replaced)
            }
        };
        if let Some(next) = next {
            next.wake();
        }
        poll
    }

    /// Registers the waker of a waiter again, unless it may take a token now.
    fn poll_waiter(&self, ticket: u64, now: Instant, context: &Context<'_>) -> Option<RatePoll> {
        let (poll, _replaced) = {
            let mut state = self.state.lock();
            let (is_first, due) = state.find_turn(Some(ticket), now);
            if is_first && due <= saturating_deadline(now, self.tolerance) {
                return None;
            }
            self.enqueue(&mut state, &mut Some(ticket), now, context)
        };
        Some(poll)
    }

    /// Registers the waker, at the end of the queue if there is no ticket. Returns the waker that it replaces.
    fn enqueue(
        &self,
        state: &mut RateState,
        ticket: &mut Option<u64>,
        now: Instant,
        context: &Context<'_>,
    ) -> (RatePoll, Option<Waker>) {
        let (is_first, due) = state.find_turn(*ticket, now);
        // Not below `now`: either `due` is too far ahead, or other waiters are before this one.
        let earliest = due.checked_sub(self.tolerance).unwrap_or(now).max(now);
        // Only of a new waiter: it keeps its first estimate, and to count those before it takes linear time.
        let before = if ticket.is_none() { state.waiters.len() } else { 0 };
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        let expected = saturating_deadline(earliest, self.interval.saturating_mul(before));
        let position = *ticket.get_or_insert(state.next_ticket);
        state.next_ticket = state.next_ticket.max(position + 1);
        // Cloned under the lock: it is the waker of the runtime that polls the actor, and only counts a reference.
        let replaced = state.waiters.insert(position, context.waker().clone());
        (RatePoll::Waits { timer: is_first.then_some(earliest), expected }, replaced)
    }

    /// Gives a token back, because its attempt does not begin. The interval of the token ends at `due`.
    fn give_back(&self, due: Instant, now: Instant) {
        // The interval of the token is over, because the thread was suspended in between: later tokens do not depend on it any more. To
        // give it back would let two attempts begin at once.
        if due < now {
            return;
        }
        // One interval less, however many tokens were taken meanwhile: until `due`, the state of the algorithm is a sum of intervals.
        let next = {
            let mut state = self.state.lock();
            state.due = state.due.and_then(|due| due.checked_sub(self.interval));
            state.first_waker()
        };
        if let Some(next) = next {
            next.wake();
        }
    }

    /// Removes a waiter.
    fn leave(&self, ticket: u64) {
        let (next, _removed) = {
            let mut state = self.state.lock();
            let was_first = state.waiters.keys().next() == Some(&ticket);
            let removed = state.waiters.remove(&ticket);
            (if was_first { state.first_waker() } else { None }, removed)
        };
        if let Some(next) = next {
            next.wake();
        }
    }
}

impl RateState {
    /// Returns whether no other waiter is before this ticket, and the state of the algorithm at `now`.
    fn find_turn(&self, ticket: Option<u64>, now: Instant) -> (bool, Instant) {
        let is_first = self.waiters.keys().next().is_none_or(|first| ticket == Some(*first));
        (is_first, self.due.map_or(now, |due| due.max(now)))
    }

    fn first_waker(&self) -> Option<Waker> {
        self.waiters.values().next().cloned()
    }
}

fn nanoseconds(nanoseconds: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

/// What one task has at the gate: its position in the queue, or the token that it has taken. Dropping it leaves the queue, or gives an
/// unused token back.
#[derive(Debug)]
pub(crate) struct RateTurn {
    limits: Arc<AttemptLimits>,
    ticket: Option<u64>,
    /// The end of the interval of the token that was taken, and not used yet.
    taken: Option<Instant>,
    /// When the attempt was expected to begin, as of the beginning of the wait.
    expected: Option<Instant>,
}

impl RateTurn {
    pub(crate) fn new(limits: &Arc<AttemptLimits>) -> Self {
        Self { limits: Arc::clone(limits), ticket: None, taken: None, expected: None }
    }

    /// Takes a token, or waits for one.
    pub(crate) fn poll(&mut self, rate: &RateGate, now: Instant, context: &Context<'_>) -> RatePoll {
        if let Some(due) = self.taken {
            return RatePoll::Taken { due };
        }
        let poll = rate.poll(&mut self.ticket, now, context);
        self.record(poll)
    }

    /// Continues to wait for a token. `None` if there may be one, or if this turn does not wait.
    pub(crate) fn poll_waiter(&mut self, context: &Context<'_>) -> Option<RatePoll> {
        // Before the clock is read, because most attempts do not wait.
        let ticket = self.ticket?;
        let poll = self.limits.rate()?.poll_waiter(ticket, Instant::now(), context)?;
        Some(self.record(poll))
    }

    fn record(&mut self, poll: RatePoll) -> RatePoll {
        match poll {
            RatePoll::Taken { due } => {
                self.taken = Some(due);
                self.expected = None;
                RatePoll::Taken { due }
            }
            // The first estimate stays, so that a status shows one wait and not several.
            RatePoll::Waits { timer, expected } => {
                let expected = *self.expected.get_or_insert(expected);
                RatePoll::Waits { timer, expected }
            }
        }
    }

    /// The attempt has begun: the token is used.
    pub(crate) fn use_token(&mut self) {
        self.taken = None;
    }
}

impl Drop for RateTurn {
    fn drop(&mut self) {
        let Some(rate) = self.limits.rate() else { return };
        match (self.ticket, self.taken) {
            (Some(ticket), _) => rate.leave(ticket),
            (None, Some(due)) => rate.give_back(due, Instant::now()),
            (None, None) => {}
        }
    }
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use tokio::time::advance;

    use super::*;

    const INTERVAL: Duration = Duration::from_millis(10);

    fn limits(burst: u32) -> Arc<AttemptLimits> {
        let limit = RateLimit::new(1, INTERVAL).with_burst(burst);
        Arc::new(AttemptLimits::new("work", None, Some(limit)))
    }

    /// Polls at the present time.
    fn poll(turn: &mut RateTurn) -> RatePoll {
        let limits = Arc::clone(&turn.limits);
        let rate = limits.rate().expect("the rate is limited");
        turn.poll(rate, Instant::now(), &Context::from_waker(Waker::noop()))
    }

    fn take(limits: &Arc<AttemptLimits>) -> RateTurn {
        let mut turn = RateTurn::new(limits);
        assert!(matches!(poll(&mut turn), RatePoll::Taken { .. }));
        turn
    }

    /// How long a task that arrives now would wait.
    fn wait(limits: &Arc<AttemptLimits>) -> Duration {
        let mut turn = RateTurn::new(limits);
        match poll(&mut turn) {
            RatePoll::Taken { .. } => Duration::ZERO,
            RatePoll::Waits { expected, .. } => expected - Instant::now(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_given_back_in_time_can_be_taken_again() {
        for burst in [1, 3] {
            let limits = limits(burst);
            let turns: Vec<_> = (0..burst).map(|_| take(&limits)).collect();
            assert_eq!(wait(&limits), INTERVAL);
            drop(turns);
            assert_eq!(wait(&limits), Duration::ZERO);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_given_back_too_late_lets_no_attempt_begin_early() {
        let limits = limits(1);
        let late = take(&limits);
        advance(3 * INTERVAL).await;
        take(&limits).use_token();
        drop(late);
        assert_eq!(wait(&limits), INTERVAL);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_turn_leaves_the_queue() {
        let limits = limits(1);
        take(&limits).use_token();
        let mut waiting = RateTurn::new(&limits);
        assert!(matches!(poll(&mut waiting), RatePoll::Waits { .. }));
        assert_eq!(wait(&limits), 2 * INTERVAL, "behind the one that waits");
        drop(waiting);
        assert_eq!(wait(&limits), INTERVAL);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unused_rate_says_so() {
        let limits = limits(2);
        let is_unused = || limits.rate().is_some_and(|rate| rate.is_unused(Instant::now()));
        assert!(is_unused());
        take(&limits).use_token();
        assert!(!is_unused());
        advance(INTERVAL).await;
        assert!(is_unused());
    }
}
