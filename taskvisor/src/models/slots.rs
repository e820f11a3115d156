//! Models of the hand-over of a slot, with the shipped actors: whoever waits gets its turn, and runs alone.

use std::sync::{Arc, Mutex};

use loom::thread;

use super::world::{Added, World};
use super::{block_on, explore, explore_within, join};
use crate::TaskError;
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::registry::slot::Admission;
use crate::sync::{AtomicUsize, Ordering};
use crate::task::{Outcome, Rejection};

/// A slot, and what ran in it.
#[derive(Clone)]
struct Ran {
    world: World,
    at_once: Arc<AtomicUsize>,
    order: Arc<Mutex<Vec<usize>>>,
}

impl Ran {
    fn new() -> Self {
        Self { world: World::new(), at_once: Arc::default(), order: Arc::default() }
    }

    /// A body that fails if another runs beside it.
    fn alone(&self, number: usize) -> ErasedBody {
        let (at_once, order) = (Arc::clone(&self.at_once), Arc::clone(&self.order));
        erase(move |_| {
            let before = at_once.fetch_add(1, Ordering::AcqRel);
            order.lock().expect("nobody panics").push(number);
            at_once.fetch_sub(1, Ordering::AcqRel);
            async move { if before == 0 { Ok(()) } else { Err(TaskError::fatal("two run in one slot")) } }
        })
    }

    /// One that is always admitted, because the slot is idle or its admission waits.
    fn submit(&self, admission: Admission, number: usize) -> Added {
        self.world.submit(admission, self.alone(number)).expect("it may wait")
    }

    fn owner(&self) -> thread::JoinHandle<Outcome> {
        self.submit(Admission::Queue, 0).spawn()
    }

    /// Submits and runs it, on a thread of its own.
    fn submits(&self, admission: Admission, number: usize) -> thread::JoinHandle<Outcome> {
        let ran = self.clone();
        thread::spawn(move || ran.submit(admission, number).run())
    }

    fn assert_empty(&self) {
        assert!(self.world.is_empty(), "somebody is left in the slot");
    }

    fn assert_order(&self, expected: &[usize]) {
        assert_eq!(*self.order.lock().expect("nobody panics"), expected);
    }
}

/// `leave` × `submit`: who comes as the owner goes has the slot, or is given it.
#[test]
fn a_queued_one_gets_its_turn_whenever_the_owner_leaves() {
    explore(|| {
        let slot = Ran::new();
        let owner = slot.owner();
        let next = slot.submit(Admission::Queue, 1);
        assert!(next.run().is_completed());
        assert!(join(owner).is_completed());
        slot.assert_order(&[0, 1]);
        slot.assert_empty();
    });
}

/// `leave` × `leave`: those who queue run in their order, whoever is polled first.
#[test]
fn those_who_queue_run_in_their_order() {
    explore_within(3, || {
        let slot = Ran::new();
        let owner = slot.submit(Admission::Queue, 0);
        let queued = [1, 2].map(|number| slot.submit(Admission::Queue, number));
        let running = queued.map(Added::spawn);
        assert!(owner.run().is_completed());
        for running in running {
            assert!(join(running).is_completed());
        }
        slot.assert_order(&[0, 1, 2]);
        slot.assert_empty();
    });
}

/// `submit` of a `Replace` × `leave`: the owner stops or had ended, and the replacement runs after it.
#[test]
fn a_replacement_gets_its_turn_and_never_runs_beside_the_owner() {
    explore(|| {
        let slot = Ran::new();
        let owner = slot.owner();
        let next = slot.submit(Admission::Replace, 1);
        assert!(next.run().is_completed());
        assert!(matches!(join(owner), Outcome::Completed | Outcome::Canceled { .. }));
        slot.assert_empty();
    });
}

/// `submit` of a `DropIfRunning` × `leave`: refused, or it runs. It does not wait.
#[test]
fn dropped_if_running_or_started_but_never_left_waiting() {
    explore(|| {
        let slot = Ran::new();
        let owner = slot.owner();
        if let Ok(next) = slot.world.submit(Admission::DropIfRunning, slot.alone(1)) {
            assert!(next.handle.cell().begin_poll().owns_slot, "it waits");
            assert!(next.run().is_completed());
            slot.assert_order(&[0, 1]);
        }
        assert!(join(owner).is_completed());
        slot.assert_empty();
    });
}

/// `submit` × `submit`, where the slot is idle: one starts, and the other waits, or replaces it before it began.
fn of_two_that_find_it_idle(admission: Admission) {
    explore_within(4, move || {
        let slot = Ran::new();
        let other = slot.submits(admission, 1);
        let ends = [slot.submit(admission, 2).run(), join(other)];
        assert!(ends.iter().any(Outcome::is_completed), "{ends:?}");
        assert!(admission == Admission::Replace || ends.iter().all(Outcome::is_completed), "{ends:?}");
        slot.assert_empty();
    });
}

#[test]
fn of_two_that_find_it_idle_one_waits() {
    of_two_that_find_it_idle(Admission::Queue);
}

#[test]
fn of_two_that_find_it_idle_one_replaces_the_other() {
    of_two_that_find_it_idle(Admission::Replace);
}

/// `submit` × `submit` × `leave`: two that replace, or of which the latest counts. One has its turn; the other too, or it
/// was superseded or stopped.
fn of_two(admission: Admission) {
    explore_within(3, move || {
        let slot = Ran::new();
        let owner = slot.owner();
        let other = slot.submits(admission, 1);
        let ends = [slot.submit(admission, 2).run(), join(other)];
        assert!(ends.iter().any(Outcome::is_completed), "{ends:?}");
        for end in ends {
            match end {
                Outcome::Completed | Outcome::Rejected(Rejection::Superseded) => {}
                Outcome::Canceled { .. } => assert_eq!(admission, Admission::Replace),
                other => panic!("{other}"),
            }
        }
        join(owner);
        slot.assert_empty();
    });
}

#[test]
fn of_two_replacements_one_survives() {
    of_two(Admission::Replace);
}

#[test]
fn of_two_latest_one_survives() {
    of_two(Admission::Latest);
}

/// `ask`, `withdraw` × `leave`, `grant_slot`: who gives up waiting while it is given the slot passes it on.
#[test]
fn one_that_gives_up_waiting_passes_on_what_it_was_given_meanwhile() {
    explore_within(3, || {
        let slot = Ran::new();
        let owner = slot.submit(Admission::Queue, 0);
        let gives_up = slot.submit(Admission::Queue, 1);
        let last = slot.submit(Admission::Queue, 2);
        let canceling = {
            let handle = gives_up.handle.clone();
            thread::spawn(move || {
                handle.cancel();
                gives_up.run()
            })
        };
        let owner = owner.spawn();
        assert!(last.run().is_completed());
        assert!(join(canceling).is_canceled());
        assert!(join(owner).is_completed());
        slot.assert_order(&[0, 2]);
        slot.assert_empty();
    });
}

/// `end` × `submit`: when its outcome is seen, its slot is free.
#[test]
fn the_slot_is_free_when_the_outcome_is_seen() {
    explore(|| {
        let slot = Ran::new();
        let Added { handle, actor } = slot.submit(Admission::Queue, 0);
        let owner = thread::spawn(move || block_on(actor));
        assert!(block_on(handle.outcome()).is_completed());
        assert!(slot.submit(Admission::DropIfRunning, 1).run().is_completed());
        join(owner);
        slot.assert_empty();
    });
}
