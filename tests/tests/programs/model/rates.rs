//! Rate limits: the generic cell rate algorithm, with a queue in the order of arrival. A waiter that must wait for a permit in between
//! keeps its place.

use super::World;
use super::permits::Pass;
use super::place::Place;
use super::task::Due;
use crate::limited::Rate;
use crate::program::Ms;

#[derive(Clone, Debug)]
pub(super) struct RateState {
    limit: Rate,
    /// When the next attempt would begin if all were spaced by the interval.
    next: Ms,
    waiters: Vec<usize>,
    /// The tasks that came in this moment, in an order that no queue decides.
    arrived: Vec<usize>,
    /// Whether a task began to wait in this moment.
    was_missed: bool,
    /// Whether a task left the queue in this moment.
    was_left: bool,
}

impl RateState {
    pub(super) fn new(limit: Rate) -> Self {
        Self { limit, next: 0, waiters: Vec::new(), arrived: Vec::new(), was_missed: false, was_left: false }
    }

    pub(super) fn begin_moment(&mut self) {
        self.arrived.clear();
        (self.was_missed, self.was_left) = (false, false);
    }

    pub(super) fn arrived(&self) -> &[usize] {
        &self.arrived
    }

    pub(super) fn is_contested(&self) -> bool {
        // An arrival may have counted the one that left.
        self.was_missed && (self.arrived.len() > 1 || self.was_left)
    }

    fn arrive(&mut self, number: usize) {
        if !self.arrived.contains(&number) {
            self.arrived.push(number);
        }
    }

    /// When the next token is there.
    fn earliest(&self, now: Ms) -> Ms {
        let tolerance = self.limit.interval * Ms::from(self.limit.burst - 1);
        self.next.saturating_sub(tolerance).max(now)
    }

    fn is_first(&self, number: usize) -> bool {
        self.waiters.first().is_none_or(|first| *first == number)
    }

    fn take(&mut self, number: usize, now: Ms) -> bool {
        if !self.is_first(number) || self.earliest(now) > now {
            return false;
        }
        self.next = self.next.max(now) + self.limit.interval;
        self.waiters.retain(|other| *other != number);
        true
    }

    /// Joins the queue, or keeps the place in it. Returns when the token is expected.
    fn join(&mut self, number: usize, now: Ms) -> Ms {
        self.was_missed = true;
        let before = self.waiters.iter().position(|other| *other == number).unwrap_or_else(|| {
            self.waiters.push(number);
            self.waiters.len() - 1
        });
        self.earliest(now) + self.limit.interval * Ms::try_from(before).unwrap_or(Ms::MAX)
    }

    pub(super) fn leave(&mut self, number: usize) {
        self.was_left |= self.waiters.contains(&number);
        self.waiters.retain(|other| *other != number);
    }
}

impl World<'_> {
    /// Takes a token, if the declaration has a rate limit. Returns whether the attempt may begin.
    pub(super) fn takes_token(&mut self, number: usize) -> bool {
        let (now, in_order) = (self.now, std::mem::take(&mut self.tasks[number].in_order));
        let Some(rate) = self.declaration_mut(number).and_then(|declaration| declaration.rate.as_mut())
        else {
            return true;
        };
        if !in_order {
            rate.arrive(number);
        }
        let is_taken = rate.take(number, now);
        let is_ahead = rate.next > now + rate.limit.interval;
        if is_taken && is_ahead {
            self.met.insert("a burst".to_owned());
        }
        if is_taken && self.tasks[number].token_expected.take().is_some() {
            self.met.insert("a wait for a rate limit".to_owned());
        }
        is_taken
    }

    pub(super) fn wait_for_token(&mut self, number: usize) {
        let now = self.now;
        self.wait_at(number, Place::ForRate);
        let Some(rate) = self.declaration_mut(number).and_then(|declaration| declaration.rate.as_mut())
        else {
            return;
        };
        let expected = rate.join(number, now);
        let has_company = rate.waiters.len() > 1;
        // The first estimate stays.
        self.tasks[number].token_expected.get_or_insert(expected);
        if has_company {
            self.met.insert("a queue at a rate limit".to_owned());
        }
    }

    /// When the token of a waiting task is there. `None` if others wait before it.
    pub(super) fn token_at(&self, number: usize) -> Option<Ms> {
        let task = &self.tasks[number];
        let rate = self.declaration(number).and_then(|declaration| declaration.rate.as_ref())?;
        (task.place == Place::ForRate && rate.is_first(number)).then(|| rate.earliest(task.since))
    }

    /// Once there is a token, the pass starts over.
    pub(super) fn pass_rate(&mut self, number: usize) -> Pass {
        if self.token_at(number).is_none_or(|at| at > self.now) {
            return Pass::Stays;
        }
        if let Some(rate) = self.declaration_mut(number).and_then(|declaration| declaration.rate.as_mut()) {
            rate.arrive(number);
        }
        self.arrive(number);
        Pass::Moves
    }

    /// When a task acts by itself.
    pub(super) fn due(&self, number: usize) -> Option<Due> {
        let due = self.tasks[number].due();
        match self.token_at(number) {
            Some(at) => Some(due.map_or(Due { at, tied: false }, |due| Due {
                at: due.at.min(at),
                tied: due.tied || due.at == at,
            })),
            None => due,
        }
    }
}
