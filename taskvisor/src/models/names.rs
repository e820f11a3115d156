//! Models of a name: who has it, and when it is free. Through the registration, whose drop frees it.

use std::sync::Arc;

use loom::thread;

use super::world::{Added, World, at_once};
use super::{block_on, explore, join};
use crate::runtime::registry::RegisterError;

/// `enter` × `enter`: one of two with one name enters.
#[test]
fn of_two_with_one_name_one_enters() {
    explore(|| {
        let world = World::new();
        let other = {
            let world = world.clone();
            thread::spawn(move || world.add("task", at_once()))
        };
        let one = world.add("task", at_once());
        let other = join(other);
        assert!(one.is_ok() != other.is_ok());
        assert_eq!(world.shared.registry.cells().len(), 1);
        let refused = if one.is_ok() { other.err() } else { one.err() };
        assert_eq!(refused, Some(RegisterError::NameTaken));
    });
}

/// `leave`, `end` × `poll_outcome`: the name is free before the outcome is seen.
#[test]
fn the_name_is_free_when_the_outcome_is_seen() {
    explore(|| {
        let world = World::new();
        let Added { handle, actor } = world.add("task", at_once()).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        assert!(block_on(handle.outcome()).is_completed());
        assert!(world.supervisor.task("task").is_none());
        let again = world.add("task", at_once()).expect("the name is free again");
        join(running);
        assert!(again.run().is_completed());
    });
}

/// `leave` × `enter` × `find`: a name that changes hands is never two tasks', and never nobody's while somebody has it.
#[test]
fn a_name_passes_from_one_to_the_next() {
    explore(|| {
        let world = World::new();
        let first = world.add("task", at_once()).expect("the name is free");
        let first_id = first.handle.id();
        let running = first.spawn();
        let found = {
            let world = world.clone();
            thread::spawn(move || world.supervisor.task("task").map(|found| found.id()))
        };
        let next = match world.add("task", at_once()) {
            Ok(next) => next,
            Err(refusal) => {
                assert_eq!(refusal, RegisterError::NameTaken);
                assert!(join(running).is_completed());
                assert!(join(found).is_none_or(|found| found == first_id));
                return;
            }
        };
        let next_id = next.handle.id();
        assert_eq!(world.supervisor.task("task").map(|found| found.id()), Some(next_id));
        assert!(join(running).is_completed());
        assert_eq!(world.supervisor.task("task").map(|found| found.id()), Some(next_id));
        assert_eq!(world.shared.registry.cells().len(), 1);
        assert!(join(found).is_none_or(|found| found == first_id || found == next_id));
    });
}

/// A registration that is dropped where nobody polls any more × `poll_outcome`, `ask`: one outcome, and the name is free.
#[test]
fn one_whose_runtime_is_gone_is_aborted() {
    explore(|| {
        let world = World::new();
        let Added { handle, actor } = world.add("task", at_once()).expect("the name is free");
        let dropped = thread::spawn(move || drop(actor));
        let asks = {
            let handle = handle.clone();
            thread::spawn(move || handle.cancel())
        };
        assert!(block_on(handle.outcome()).is_aborted());
        assert!(world.supervisor.task("task").is_none());
        join(dropped);
        join(asks);
        assert_eq!(Arc::strong_count(&world.shared), 1, "what is gone keeps nothing");
    });
}
