//! Models of the registry as a whole: the door, and how many are in.

use std::future::poll_fn;
use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World, at_once};
use super::{apart, block_on, cell, explore, explore_within, join, keyed, submission};
use crate::runtime::cell::{RegistryKey, TaskCell};
use crate::runtime::registry::slot::Admission;
use crate::runtime::registry::{Limits, LiveTasks, Placement, RegisterError, Registry};
use crate::supervisor::TaskHandle;
use crate::task::Phase;

const LIMITS: Limits = Limits { per_slot: 8, total: 8 };

fn registry(shards: usize) -> Arc<Registry> {
    Arc::new(Registry::new(shards))
}

/// A world with a task whose actor is about to be dropped, on a thread of its own, where it was never polled: what is left
/// of it is the end.
fn leaving() -> (World, TaskHandle, thread::JoinHandle<()>) {
    let world = World::new();
    let Added { handle, actor } = world.add("task", at_once()).expect("the name is free");
    (world, handle, thread::spawn(move || drop(actor)))
}

fn enters(registry: &Arc<Registry>, task: &Arc<TaskCell>) -> thread::JoinHandle<Result<(), RegisterError>> {
    let (registry, task) = (Arc::clone(registry), Arc::clone(task));
    thread::spawn(move || registry.register(&task))
}

fn wait_until_idle(registry: &Registry) {
    let mut place = None;
    block_on(poll_fn(|context| registry.poll_idle(&mut place, context)));
}

/// Who entered is among those whom the close found, and who was refused is not.
fn assert_seen_or_refused(entered: Result<(), RegisterError>, task: &Arc<TaskCell>, inside: &LiveTasks) {
    let seen = inside.running.iter().any(|other| **other == **task);
    match entered {
        Ok(()) => assert!(seen, "nobody would ask it to stop"),
        Err(refusal) => assert!(!seen && refusal == RegisterError::Closed),
    }
}

/// `enter` × `close`, and idleness after it: what is refused is not counted.
#[test]
fn what_enters_is_seen_by_the_close_or_refused() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        let task = cell("task", now);
        let entering = enters(&registry, &task);
        let inside = registry.close_admission();
        let entered = join(entering);
        assert_seen_or_refused(entered, &task, &inside);
        if entered.is_err() {
            wait_until_idle(&registry);
        }
    });
}

/// `enter` × `enter` × `close`, each name in a shard of its own: the door is shut for both, although it is not shut in
/// one step.
#[test]
fn what_enters_elsewhere_is_seen_by_the_close_or_refused() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(2));
        let tasks = apart().map(|name| cell(name, now));
        let entering = tasks.each_ref().map(|task| enters(&registry, task));
        let inside = registry.close_admission();
        for (entering, task) in entering.into_iter().zip(&tasks) {
            assert_seen_or_refused(join(entering), task, &inside);
        }
    });
}

/// `submit` without a slot × `close`.
#[test]
fn what_is_submitted_without_a_slot_is_seen_by_the_close_or_refused() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        let task = keyed("task", RegistryKey::Free, now);
        let entering = {
            let (registry, task) = (Arc::clone(&registry), Arc::clone(&task));
            thread::spawn(move || registry.register_submission(&task, Admission::Queue, LIMITS, now))
        };
        let inside = registry.close_admission();
        let entered = join(entering).map(|placement| assert!(matches!(placement, Placement::Owner)));
        assert_seen_or_refused(entered, &task, &inside);
    });
}

/// `close` × `close` × `enter`: one is the first, and sees everybody; whoever waits for a slot is handed out once.
#[test]
fn of_two_closes_one_is_the_first_and_sees_everybody() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        for _ in 0..2 {
            let task = submission("slot", now);
            registry.register_submission(&task, Admission::Queue, LIMITS, now).expect("there is room");
        }
        let task = cell("task", now);
        let entering = enters(&registry, &task);
        let closing = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.close_admission())
        };
        let (one, other) = (registry.close_admission(), join(closing));
        assert!(one.was_open != other.was_open);
        assert_eq!(one.waiting.len() + other.waiting.len(), 1);
        assert_seen_or_refused(join(entering), &task, if one.was_open { &one } else { &other });
    });
}

/// `close_if_idle` × `enter`: never both.
#[test]
fn closing_when_idle_and_entering_are_never_both() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        let entering = enters(&registry, &cell("task", now));
        let closed = registry.close_if_idle();
        let entered = join(entering).is_ok();
        assert!(!(closed && entered));
        assert_eq!(registry.cells().len(), usize::from(entered));
        assert!(closed || entered || registry.close_if_idle());
    });
}

/// `close_if_idle` × `close` × `count_out`: one of them is the first, whatever is in.
#[test]
fn closing_when_idle_and_closing_are_never_both_the_first() {
    explore(|| {
        let (world, _, leaves) = leaving();
        let closing = {
            let world = world.clone();
            thread::spawn(move || world.shared.registry.close_admission().was_open)
        };
        let closed = world.shared.registry.close_if_idle();
        assert!(closed != join(closing));
        assert!(world.shared.registry.is_closed());
        join(leaves);
        wait_until_idle(&world.shared.registry);
    });
}

/// `count_out` × `count_out` × `poll_idle`: the last to leave wakes who waits.
#[test]
fn whoever_waits_for_idleness_is_woken_by_the_last_to_leave() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        let tasks = ["one", "two"].map(|name| cell(name, now));
        for task in &tasks {
            registry.register(task).expect("the names are free");
        }
        let leavers = tasks.map(|task| {
            let registry = Arc::clone(&registry);
            thread::spawn(move || {
                registry.deregister(&task, Instant::now());
                registry.count_out();
            })
        });
        wait_until_idle(&registry);
        assert!(registry.cells().is_empty());
        for leaver in leavers {
            join(leaver);
        }
    });
}

/// `enter` that is refused × `count_out` × `poll_idle`: what is counted in and out again keeps nobody waiting.
#[test]
fn one_that_is_refused_does_not_hide_that_nobody_is_in() {
    explore_within(4, || {
        let (world, _, leaves) = leaving();
        let refused = {
            let world = world.clone();
            thread::spawn(move || drop(world.add("task", at_once())))
        };
        wait_until_idle(&world.shared.registry);
        join(leaves);
        join(refused);
        assert!(world.shared.registry.close_if_idle());
    });
}

/// `end`, `count_out` × `poll_idle`: who finds nobody in finds every outcome.
#[test]
fn idleness_comes_after_every_outcome() {
    explore(|| {
        let (world, handle, leaves) = leaving();
        wait_until_idle(&world.shared.registry);
        assert!(matches!(handle.status().phase, Phase::Ended(_)));
        assert!(world.shared.registry.close_if_idle());
        join(leaves);
    });
}
