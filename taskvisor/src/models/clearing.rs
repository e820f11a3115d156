//! Models of a slot that is cleared, and of the end of everything, against the hand-over: nothing that waited starts, and
//! nobody is left waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loom::thread;

use super::world::{World, at_once, until_cancelled};
use super::{explore, explore_within, join};
use crate::TaskError;
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::registry::RegisterError;
use crate::runtime::registry::slot::Admission;
use crate::task::{Outcome, Rejection, StopCause};

/// Whether everything that was in the slot has been told to go. Not seen by loom: it is read and written between what is.
#[derive(Clone, Default)]
struct Told(Arc<AtomicBool>);

impl Told {
    /// A body that fails if it is started after the others were told.
    fn started_before(&self) -> ErasedBody {
        let told = self.clone();
        erase(move |_| {
            let late = told.0.load(Ordering::SeqCst);
            async move { if late { Err(TaskError::fatal("it started after it was told to go")) } else { Ok(()) } }
        })
    }
}

/// `clear` × `leave`, `grant_slot` × the actor of one that waits: it is rejected, or was given the slot before and then
/// asked to stop; either way it does not start after the clear.
#[test]
fn nothing_that_waited_starts_after_a_clear() {
    explore_within(4, || {
        let (world, told) = (World::new(), Told::default());
        let owner = world.submit(Admission::Queue, told.started_before()).expect("the slot is idle").spawn();
        let waits = world.submit(Admission::Queue, told.started_before()).expect("there is room").spawn();
        world.supervisor.clear_slot("slot");
        told.0.store(true, Ordering::SeqCst);
        let stopped = |end: &Outcome| matches!(end, Outcome::Canceled { cause: StopCause::Clear, .. });
        let owner = join(owner);
        assert!(owner.is_completed() || stopped(&owner), "{owner}");
        let waits = join(waits);
        let rejected = matches!(waits, Outcome::Rejected(Rejection::Cleared));
        assert!(rejected || waits.is_completed() || stopped(&waits), "{waits}");
        assert!(world.is_empty());
    });
}

/// `clear` × `submit` × `leave`: who comes meanwhile is cleared too, or has its turn.
#[test]
fn whoever_comes_during_a_clear_is_cleared_or_has_its_turn() {
    explore_within(3, || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle").spawn();
        let clearing = {
            let world = world.clone();
            thread::spawn(move || world.supervisor.clear_slot("slot"))
        };
        let comes = world.submit(Admission::Queue, at_once()).expect("there is room").run();
        assert!(join(clearing) || comes.is_completed());
        assert!(!comes.is_failed() && !comes.is_aborted(), "{comes}");
        join(owner);
        assert!(world.is_empty());
    });
}

/// `clear` × `clear`: those who waited are told once, by one of them.
#[test]
fn of_two_clears_each_finds_what_the_other_left() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle");
        let waits = world.submit(Admission::Queue, at_once()).expect("there is room");
        let clearing = {
            let world = world.clone();
            thread::spawn(move || {
                world.shared.registry.clear("slot").map_or(0, |cleared| cleared.waiting.len())
            })
        };
        let cleared = world.shared.registry.clear("slot").map_or(0, |cleared| cleared.waiting.len());
        assert_eq!(cleared + join(clearing), 1);
        drop((owner, waits));
        assert!(world.is_empty());
    });
}

/// `close` × `leave`, `grant_slot` × the actor of one that waits.
#[test]
fn nothing_that_waited_starts_after_the_end_was_asked() {
    explore_within(4, || {
        let (world, told) = (World::new(), Told::default());
        let owner = world.submit(Admission::Queue, told.started_before()).expect("the slot is idle").spawn();
        let waits = world.submit(Admission::Queue, told.started_before()).expect("there is room").spawn();
        world.supervisor.stop();
        told.0.store(true, Ordering::SeqCst);
        let stopped = |end: &Outcome| matches!(end, Outcome::Canceled { cause: StopCause::Shutdown, .. });
        let owner = join(owner);
        assert!(owner.is_completed() || stopped(&owner), "{owner}");
        let waits = join(waits);
        let rejected = matches!(waits, Outcome::Rejected(Rejection::ShuttingDown));
        assert!(rejected || waits.is_completed() || stopped(&waits), "{waits}");
        assert!(world.is_empty());
    });
}

/// `close` × `submit` × `leave`: who comes meanwhile is refused, or is told to go too.
#[test]
fn whoever_comes_during_the_end_is_refused_or_told_to_go() {
    explore_within(3, || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle").spawn();
        let ending = {
            let world = world.clone();
            thread::spawn(move || world.supervisor.stop())
        };
        match world.submit(Admission::Queue, until_cancelled()) {
            Ok(comes) => {
                let comes = comes.run();
                let rejected = matches!(comes, Outcome::Rejected(Rejection::ShuttingDown));
                assert!(rejected || comes.is_canceled(), "{comes}");
            }
            Err(refusal) => assert_eq!(refusal, RegisterError::Closed),
        }
        join(ending);
        join(owner);
        assert!(world.is_empty());
        assert_eq!(world.submit(Admission::Queue, at_once()).err(), Some(RegisterError::Closed));
    });
}
