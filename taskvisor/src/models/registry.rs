//! Models of the registry: enter, leave, close, idleness.

use std::future::poll_fn;
use std::sync::Arc;

use loom::future::block_on;
use loom::thread;
use tokio::time::Instant;

use super::{cell, explore, outcome};
use crate::cell::{End, TaskCell};
use crate::registry::{Refusal, Registry};

fn registry() -> Arc<Registry> {
    Arc::new(Registry::new(1))
}

/// What a ticket does when it is dropped, in its order.
fn finish(registry: &Registry, task: &Arc<TaskCell>, now: Instant) {
    task.settle(End::Completed);
    registry.leave(task);
    task.end(now);
    registry.depart();
}

fn wait_until_idle(registry: &Registry) {
    let mut place = None;
    block_on(poll_fn(|context| registry.poll_idle(&mut place, context)));
}

#[test]
fn what_enters_is_seen_by_the_close_or_refused() {
    explore(|| {
        let now = Instant::now();
        let registry = registry();
        let enters = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.enter(&cell("task", now)))
        };
        let seen = registry.close();
        match enters.join().expect("it returns") {
            Ok(()) => assert_eq!(seen.running.len(), 1),
            Err(refusal) => {
                assert_eq!(refusal, Refusal::Closed);
                assert!(seen.running.is_empty());
                wait_until_idle(&registry);
            }
        }
    });
}

#[test]
fn of_two_with_one_name_one_enters() {
    explore(|| {
        let now = Instant::now();
        let registry = registry();
        let other = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.enter(&cell("task", now)).is_ok())
        };
        let one = registry.enter(&cell("task", now)).is_ok();
        assert!(one != other.join().expect("it returns"));
        assert_eq!(registry.cells().len(), 1);
    });
}

#[test]
fn whoever_waits_for_idleness_is_woken_by_the_last_to_leave() {
    explore(|| {
        let now = Instant::now();
        let registry = registry();
        let tasks: Vec<_> = ["one", "two"].map(|name| cell(name, now)).into();
        for task in &tasks {
            registry.enter(task).expect("the names are free");
        }
        let leavers: Vec<_> = tasks
            .into_iter()
            .map(|task| {
                let registry = Arc::clone(&registry);
                thread::spawn(move || finish(&registry, &task, now))
            })
            .collect();
        wait_until_idle(&registry);
        assert!(registry.cells().is_empty());
        for leaver in leavers {
            leaver.join().expect("it returns");
        }
    });
}

#[test]
fn closing_when_idle_and_entering_are_never_both() {
    explore(|| {
        let now = Instant::now();
        let registry = registry();
        let enters = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.enter(&cell("task", now)).is_ok())
        };
        let closed = registry.close_if_idle();
        let entered = enters.join().expect("it returns");
        assert!(!(closed && entered));
        assert_eq!(registry.cells().len(), usize::from(entered));
        assert!(closed || entered || registry.close_if_idle());
    });
}

#[test]
fn the_name_is_free_when_the_outcome_is_seen() {
    explore(|| {
        let now = Instant::now();
        let registry = registry();
        let first = cell("task", now);
        registry.enter(&first).expect("the name is free");
        let ends = {
            let (registry, first) = (Arc::clone(&registry), Arc::clone(&first));
            thread::spawn(move || finish(&registry, &first, now))
        };
        assert!(outcome(&first).is_completed());
        registry.enter(&cell("task", now)).expect("the name is free again");
        ends.join().expect("it returns");
    });
}

#[test]
fn idleness_comes_after_every_outcome() {
    explore(|| {
        let now = Instant::now();
        let registry = registry();
        let task = cell("task", now);
        registry.enter(&task).expect("the name is free");
        let ends = {
            let (registry, task) = (Arc::clone(&registry), Arc::clone(&task));
            thread::spawn(move || finish(&registry, &task, now))
        };
        wait_until_idle(&registry);
        assert!(matches!(task.status().phase, crate::status::Phase::Ended(_)));
        assert!(registry.close_if_idle());
        ends.join().expect("it returns");
    });
}
