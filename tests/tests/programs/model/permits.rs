//! Permits, of the supervisor and of a declaration: they are acquired in the order of arrival, from narrow to wide. A permit of the
//! declaration is held while the task waits for one of the supervisor.

use std::collections::VecDeque;

use super::World;
use super::declarations::Declaration;
use super::place::Place;

#[derive(Clone, Debug, Default)]
pub(super) struct Permits {
    /// Whether there is a limit. Without one, a permit is always free.
    is_limited: bool,
    free: usize,
    /// The free permits at the beginning of this moment.
    free_before: usize,
    /// The tasks that wait for a permit.
    line: VecDeque<usize>,
    /// The tasks that began to wait for a permit in this moment.
    arrived: Vec<usize>,
}

/// The step of a task at its gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    Stays,
    Moves,
    Begins,
}

impl Permits {
    pub(super) fn new(limit: Option<usize>) -> Self {
        let free = limit.unwrap_or_default();
        Self { is_limited: limit.is_some(), free, free_before: free, ..Self::default() }
    }

    pub(super) fn begin_moment(&mut self) {
        self.free_before = self.free;
        self.arrived.clear();
    }

    pub(super) fn is_limited(&self) -> bool {
        self.is_limited
    }

    /// The tasks that began to wait for a permit in this moment.
    pub(super) fn arrived(&self) -> &[usize] {
        &self.arrived
    }

    /// Whether the order of arrival is visible: the permits did not suffice for all arrivals of this moment.
    pub(super) fn is_contested(&self) -> bool {
        self.is_limited && self.arrived.len() > 1 && self.arrived.len() > self.free_before
    }

    fn enqueue(&mut self, number: usize) {
        if self.is_limited {
            self.line.push_back(number);
            self.arrived.push(number);
        }
    }

    pub(super) fn may_take(&self, number: usize) -> bool {
        !self.is_limited || self.free > 0 && self.line.front() == Some(&number)
    }

    fn take(&mut self) {
        if self.is_limited {
            self.free -= 1;
            self.line.pop_front();
        }
    }

    pub(super) fn release(&mut self) {
        self.free += usize::from(self.is_limited);
    }

    fn leave(&mut self, number: usize) {
        self.line.retain(|other| *other != number);
    }
}

impl World<'_> {
    /// Queues a task for the first permit that it needs.
    pub(super) fn enter_gates(&mut self, number: usize) {
        let limits_own = self.declaration(number).is_some_and(|declaration| declaration.permits.is_limited());
        if limits_own {
            self.wait_at(number, Place::ForOwnPermit);
            if let Some(declaration) = self.declaration_mut(number) {
                declaration.permits.enqueue(number);
            }
        } else {
            self.enter_supervisor(number);
        }
    }

    fn enter_supervisor(&mut self, number: usize) {
        self.wait_at(number, Place::ForPermit);
        self.permits.enqueue(number);
    }

    pub(super) fn wait_at(&mut self, number: usize, place: Place) {
        self.tasks[number].place = place;
        self.tasks[number].since = self.now;
    }

    /// Takes the next permit, or the token, of a task that has passed its dependencies.
    pub(super) fn pass_gate(&mut self, number: usize) -> Pass {
        match self.tasks[number].place {
            Place::ForOwnPermit => self.pass_own_permit(number),
            Place::ForPermit => self.pass_permit(number),
            _ => self.pass_rate(number),
        }
    }

    fn pass_own_permit(&mut self, number: usize) -> Pass {
        let Some(declaration) = self.declaration_mut(number) else { return Pass::Stays };
        if !declaration.permits.may_take(number) {
            return Pass::Stays;
        }
        declaration.permits.take();
        let waited = self.tasks[number].since < self.now;
        self.tasks[number].holds_own = true;
        self.tasks[number].in_order = waited && self.has_one_permit(number);
        if waited {
            self.met.insert("a wait for a permit of the declaration".to_owned());
        }
        self.enter_supervisor(number);
        Pass::Moves
    }

    fn pass_permit(&mut self, number: usize) -> Pass {
        if !self.permits.may_take(number) {
            if self.tasks[number].holds_own {
                self.met
                    .insert("a permit of the declaration that waits for one of the supervisor".to_owned());
            }
            return Pass::Stays;
        }
        // The dependencies are read again, because the wait may have been long.
        if self.leaves_line(number) {
            return Pass::Moves;
        }
        self.permits.take();
        if self.takes_token(number) {
            return Pass::Begins;
        }
        self.release_permits(number);
        self.wait_for_token(number);
        Pass::Moves
    }

    /// Releases the permits of an attempt.
    pub(super) fn release_permits(&mut self, number: usize) {
        self.permits.release();
        self.release_own(number);
    }

    fn release_own(&mut self, number: usize) {
        if std::mem::take(&mut self.tasks[number].holds_own) {
            if let Some(declaration) = self.declaration_mut(number) {
                declaration.permits.release();
            }
        }
    }

    /// Leaves every queue of the gates, and releases the permit of the declaration that a waiting task holds.
    pub(super) fn leave_gates(&mut self, number: usize) {
        let place = match self.tasks[number].place {
            Place::ForPermit if self.tasks[number].holds_own => "with a permit of its declaration",
            Place::ForOwnPermit => "before a permit of its declaration",
            Place::ForRate => "before its rate limit",
            _ => "",
        };
        if !place.is_empty() {
            self.met.insert(format!("a task left its gates {place}"));
        }
        self.permits.leave(number);
        self.release_own(number);
        self.tasks[number].token_expected = None;
        if let Some(Declaration { permits, rate, .. }) = self.declaration_mut(number) {
            permits.leave(number);
            if let Some(rate) = rate {
                rate.leave(number);
            }
        }
    }
}
