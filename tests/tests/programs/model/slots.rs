//! The owners and the queue of a slot: contract 6. Each owner limits the slot to its own capacity, and the smallest one is in force.

use crate::program::{Admission, Ms};

/// A slot that has owners.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// The oldest first.
    owners: Vec<Owner>,
    /// The waiting `Replace`, which precedes the queue.
    front: Option<Waiter>,
    line: Vec<Waiter>,
    /// The owner that ends because a `Latest` waits: one at a time.
    yielding: Option<usize>,
    /// The owners that acted in this moment.
    acted: Vec<usize>,
    /// Whether a `Latest` waited when one of them did.
    met_latest: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    pub(super) number: usize,
    pub(super) since: Ms,
    capacity: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Waiter {
    pub(super) number: usize,
    pub(super) admission: Admission,
    pub(super) capacity: usize,
}

impl Slot {
    pub(super) fn new(first: Waiter, now: Ms) -> Self {
        let mut slot = Self {
            owners: Vec::new(),
            front: None,
            line: Vec::new(),
            yielding: None,
            acted: Vec::new(),
            met_latest: false,
        };
        slot.add_owner(first, now);
        slot
    }

    pub(super) fn owners(&self) -> impl Iterator<Item = &Owner> + '_ {
        self.owners.iter()
    }

    pub(super) fn is_owner(&self, number: usize) -> bool {
        self.owners.iter().any(|owner| owner.number == number)
    }

    /// The waiting submissions, in the order in which they start.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Waiter> + '_ {
        self.front.iter().chain(&self.line)
    }

    pub(super) fn has_latest(&self) -> bool {
        self.line.iter().any(|waiter| waiter.admission == Admission::Latest)
    }

    /// The smallest capacity of the owners.
    pub(super) fn capacity(&self) -> usize {
        self.owners.iter().map(|owner| owner.capacity).min().unwrap_or(usize::MAX)
    }

    /// Whether no more owners than every capacity allows are there with one more.
    pub(super) fn fits(&self, capacity: usize) -> bool {
        self.owners.len() < self.capacity().min(capacity)
    }

    /// Whether a submission starts beside the owners: it fits, and overtakes none but those that it supersedes.
    pub(super) fn starts_at_once(&self, admission: Admission, capacity: usize) -> bool {
        let is_latest = |waiter: &Waiter| waiter.admission == Admission::Latest;
        let overtakes = match admission {
            Admission::Queue | Admission::DropIfRunning => self.waiting().next().is_some(),
            Admission::Replace => false,
            Admission::Latest => !self.waiting().all(is_latest),
        };
        self.fits(capacity) && !overtakes
    }

    pub(super) fn add_owner(&mut self, Waiter { number, capacity, .. }: Waiter, now: Ms) {
        self.owners.push(Owner { number, since: now, capacity });
    }

    /// Removes the waiting submission that one with this admission supersedes.
    pub(super) fn take_superseded(&mut self, admission: Admission) -> Option<usize> {
        let taken = match admission {
            Admission::Queue | Admission::DropIfRunning => None,
            Admission::Replace => self.front.take(),
            Admission::Latest => {
                let older = self.line.iter().position(|waiter| waiter.admission == Admission::Latest);
                older.map(|index| self.line.remove(index))
            }
        };
        taken.map(|waiter| waiter.number)
    }

    pub(super) fn enqueue(&mut self, waiter: Waiter) {
        match waiter.admission {
            Admission::Replace => self.front = Some(waiter),
            _ => self.line.push(waiter),
        }
    }

    /// The oldest owners, as many as must end before a submission of this capacity fits.
    pub(super) fn in_the_way_of(&self, capacity: usize) -> Vec<usize> {
        let fits = |ended: &usize| {
            let others = &self.owners[*ended..];
            let smallest = others.iter().map(|owner| owner.capacity).fold(capacity, usize::min);
            others.len() < smallest
        };
        let ended = (0..=self.owners.len()).find(fits).unwrap_or(self.owners.len());
        self.owners[..ended].iter().map(|owner| owner.number).collect()
    }

    /// Whether this owner ends because a `Latest` waits: unless another one does.
    pub(super) fn may_yield(&self, number: usize) -> bool {
        self.is_owner(number) && self.has_latest() && self.yielding.is_none_or(|other| other == number)
    }

    pub(super) fn yields(&mut self, number: usize) {
        self.yielding = Some(number);
    }

    pub(super) fn begin_moment(&mut self) {
        self.acted.clear();
        self.met_latest = false;
    }

    pub(super) fn meet_latest(&mut self, number: usize) {
        if !self.is_owner(number) {
            return;
        }
        self.met_latest |= self.has_latest();
        if !self.acted.contains(&number) {
            self.acted.push(number);
        }
    }

    /// Whether the order of two owners is visible.
    pub(super) fn is_contested(&self) -> bool {
        self.met_latest && self.acted.len() > 1
    }

    pub(super) fn remove_waiter(&mut self, number: usize) {
        self.line.retain(|waiter| waiter.number != number);
        self.front = self.front.filter(|waiter| waiter.number != number);
    }

    pub(super) fn remove_owner(&mut self, number: usize) {
        self.owners.retain(|owner| owner.number != number);
        self.yielding = self.yielding.filter(|other| *other != number);
    }

    /// Removes all waiting submissions.
    pub(super) fn take_waiting(&mut self) -> Vec<usize> {
        let waited = self.waiting().map(|waiter| waiter.number).collect();
        self.front = None;
        self.line.clear();
        waited
    }

    /// Lets waiting submissions start in their order, as many as fit. Returns how many did.
    pub(super) fn start_waiting(&mut self, now: Ms) -> usize {
        let mut started = 0;
        loop {
            let first = self.waiting().next().filter(|first| self.fits(first.capacity)).copied();
            let Some(first) = first else { break };
            self.remove_waiter(first.number);
            self.add_owner(first, now);
            started += 1;
        }
        started
    }
}
