//! Models of a slot that passes to its next owner, with the shipped actors: queued submissions own it in turn and run
//! alone.

use std::sync::{Arc, Mutex};

use loom::thread;

use super::world::{Added, World};
use super::{block_on, explore, explore_within, join};
use crate::TaskError;
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::registry::slot::Admission;
use crate::sync::{AtomicUsize, Ordering};
use crate::task::{Outcome, Rejection};

/// A slot that records which submissions ran in it.
#[derive(Clone)]
struct RecordedSlot {
    world: World,
    running: Arc<AtomicUsize>,
    order: Arc<Mutex<Vec<usize>>>,
}

impl RecordedSlot {
    fn new() -> Self {
        Self { world: World::new(), running: Arc::default(), order: Arc::default() }
    }

    /// Creates a body that records its number, and fails if another body runs at the same time.
    fn body(&self, number: usize) -> ErasedBody {
        let (running, order) = (Arc::clone(&self.running), Arc::clone(&self.order));
        erase(move |_| {
            let before = running.fetch_add(1, Ordering::AcqRel);
            order.lock().expect("the lock is not poisoned").push(number);
            running.fetch_sub(1, Ordering::AcqRel);
            async move { if before == 0 { Ok(()) } else { Err(TaskError::fatal("two run in one slot")) } }
        })
    }

    /// Submits work that must be admitted.
    fn submit(&self, admission: Admission, number: usize) -> Added {
        self.world.submit(admission, self.body(number)).expect("it is admitted")
    }

    fn spawn_owner(&self) -> thread::JoinHandle<Outcome> {
        self.submit(Admission::Queue, 0).spawn()
    }

    /// Submits work and runs it, on another thread.
    fn spawn_submit(&self, admission: Admission, number: usize) -> thread::JoinHandle<Outcome> {
        let slot = self.clone();
        thread::spawn(move || slot.submit(admission, number).run())
    }

    fn assert_empty(&self) {
        assert!(self.world.is_empty(), "a submission is left in the slot");
    }

    fn assert_last(&self, expected: usize) {
        assert_eq!(self.order.lock().expect("the lock is not poisoned").last(), Some(&expected));
    }

    fn assert_order(&self, expected: &[usize]) {
        assert_eq!(*self.order.lock().expect("the lock is not poisoned"), expected);
    }
}

/// `deregister` × `submit`: a submission at the end of the owner owns the slot at once, or is granted it.
#[test]
fn a_submission_at_the_end_of_the_owner_gets_the_slot() {
    explore(|| {
        let slot = RecordedSlot::new();
        let owner = slot.spawn_owner();
        let next = slot.submit(Admission::Queue, 1);
        assert!(next.run().is_completed());
        assert!(join(owner).is_completed());
        slot.assert_order(&[0, 1]);
        slot.assert_empty();
    });
}

/// `deregister` × `deregister`: queued submissions run in order, no matter which actor is polled first.
#[test]
fn queued_submissions_run_in_order() {
    explore_within(3, || {
        let slot = RecordedSlot::new();
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

/// `submit` of a `Replace` × `deregister`: the owner is stopped or has ended, and the replacement runs after it.
#[test]
fn a_replacement_runs_after_the_owner_and_never_beside_it() {
    explore(|| {
        let slot = RecordedSlot::new();
        let owner = slot.spawn_owner();
        let next = slot.submit(Admission::Replace, 1);
        assert!(next.run().is_completed());
        assert!(matches!(join(owner), Outcome::Completed | Outcome::Canceled { .. }));
        slot.assert_empty();
    });
}

/// `submit` of a `DropIfRunning` × `deregister`: it is refused, or it runs at once.
#[test]
fn a_drop_if_running_starts_or_is_refused_but_never_waits() {
    explore(|| {
        let slot = RecordedSlot::new();
        let owner = slot.spawn_owner();
        if let Ok(next) = slot.world.submit(Admission::DropIfRunning, slot.body(1)) {
            let slots = slot.world.shared.registry.slots(|slot| slot.waiting());
            assert_eq!(slots, [0], "a `DropIfRunning` waits");
            assert!(next.run().is_completed());
            slot.assert_order(&[0, 1]);
        }
        assert!(join(owner).is_completed());
        slot.assert_empty();
    });
}

/// `submit` × `submit` to an idle slot: one starts, and the other waits, or replaces it before its first attempt.
fn explore_two_in_idle_slot(admission: Admission) {
    explore_within(4, move || {
        let slot = RecordedSlot::new();
        let other = slot.spawn_submit(admission, 1);
        let ends = [slot.submit(admission, 2).run(), join(other)];
        assert!(ends.iter().any(Outcome::is_completed), "{ends:?}");
        assert!(admission == Admission::Replace || ends.iter().all(Outcome::is_completed), "{ends:?}");
        slot.assert_empty();
    });
}

#[test]
fn of_two_submissions_to_an_idle_slot_one_waits() {
    explore_two_in_idle_slot(Admission::Queue);
}

#[test]
fn of_two_replacements_in_an_idle_slot_one_replaces_the_other() {
    explore_two_in_idle_slot(Admission::Replace);
}

/// `submit` × `submit` × `deregister`, for two `Replace` or two `Latest`: one completes. The other completes too, or is
/// superseded or stopped.
fn explore_two_behind_owner(admission: Admission) {
    explore_within(3, move || {
        let slot = RecordedSlot::new();
        let owner = slot.spawn_owner();
        let other = slot.spawn_submit(admission, 1);
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
fn of_two_replacements_one_completes() {
    explore_two_behind_owner(Admission::Replace);
}

#[test]
fn of_two_latest_one_completes() {
    explore_two_behind_owner(Admission::Latest);
}

/// `request_stop`, `withdraw` × `deregister`: a submission that is canceled while the lane takes it passes the slot on.
#[test]
fn a_canceled_submission_passes_on_the_slot() {
    explore_within(3, || {
        let slot = RecordedSlot::new();
        let owner = slot.submit(Admission::Queue, 0);
        let canceled = slot.submit(Admission::Queue, 1);
        let last = slot.submit(Admission::Queue, 2);
        let canceling = {
            let handle = canceled.handle.clone();
            thread::spawn(move || (handle.cancel(), canceled.run()))
        };
        let owner = owner.spawn();
        assert!(last.run().is_completed());
        // The lane may run it before the cancel.
        let (canceled, end) = join(canceling);
        assert!(end.is_completed() || canceled && end.is_canceled(), "{end}");
        assert!(join(owner).is_completed());
        slot.assert_last(2);
        slot.assert_empty();
    });
}

/// `finish` × `submit`: when the outcome is visible, the slot is free.
#[test]
fn the_slot_is_free_when_the_outcome_is_visible() {
    explore(|| {
        let slot = RecordedSlot::new();
        let Added { handle, actor } = slot.submit(Admission::Queue, 0);
        let owner = thread::spawn(move || block_on(actor));
        assert!(block_on(handle.outcome()).is_completed());
        assert!(slot.submit(Admission::DropIfRunning, 1).run().is_completed());
        join(owner);
        slot.assert_empty();
    });
}
