//! Models of a task's name: which task holds it, and when it is free. The registration frees it when it is dropped.

use std::sync::Arc;

use loom::thread;

use super::world::{Added, World, at_once};
use super::{block_on, explore, join};
use crate::runtime::registry::RegisterError;

/// `register` × `register`: one of two tasks with the same name is registered.
#[test]
fn of_two_tasks_with_one_name_one_is_registered() {
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
        let error = if one.is_ok() { other.err() } else { one.err() };
        assert_eq!(error, Some(RegisterError::NameTaken));
    });
}

/// `deregister`, `finish` × `poll_outcome`: the name is free before the outcome is visible.
#[test]
fn the_name_is_free_when_the_outcome_is_visible() {
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

/// `deregister` × `register` × `find`: a name never belongs to two tasks, and is always found while a task holds it.
#[test]
fn a_name_passes_from_one_task_to_the_next() {
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
            Err(error) => {
                assert_eq!(error, RegisterError::NameTaken);
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

/// A registration that is dropped with its runtime × `poll_outcome`, `request_stop`: one outcome, and the name is free.
#[test]
fn a_task_whose_runtime_is_gone_is_aborted() {
    explore(|| {
        let world = World::new();
        let Added { handle, actor } = world.add("task", at_once()).expect("the name is free");
        let dropping = thread::spawn(move || drop(actor));
        let canceling = {
            let handle = handle.clone();
            thread::spawn(move || handle.cancel())
        };
        assert!(block_on(handle.outcome()).is_aborted());
        assert!(world.supervisor.task("task").is_none());
        join(dropping);
        join(canceling);
        assert_eq!(Arc::strong_count(&world.shared), 1, "a dropped task keeps no reference");
    });
}
