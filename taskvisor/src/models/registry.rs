//! Models of the registry as a whole: admission, and the count of live tasks.

use std::future::poll_fn;
use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World, arrival, at_once};
use super::{block_on, cell, explore, explore_within, join, keyed, names_in_two_shards, submission};
use crate::runtime::cell::{RegistryKey, TaskCell};
use crate::runtime::registry::slot::Admission;
use crate::runtime::registry::{Limits, LiveTasks, Placement, RegisterError, Registry};
use crate::supervisor::TaskHandle;
use crate::task::Phase;

const LIMITS: Limits = Limits { per_slot: 8, total: 8 };

fn register_submission(
    registry: &Registry,
    task: &Arc<TaskCell>,
    now: Instant,
) -> Result<Placement, RegisterError> {
    registry.register_submission(task, &mut arrival(Admission::Queue, LIMITS, now))
}

fn registry(shards: usize) -> Arc<Registry> {
    Arc::new(Registry::new(shards))
}

/// Creates a world with one task whose actor is dropped on another thread without being polled: the task ends there.
fn world_with_ending_task() -> (World, TaskHandle, thread::JoinHandle<()>) {
    let world = World::new();
    let Added { handle, actor } = world.add("task", at_once()).expect("the name is free");
    (world, handle, thread::spawn(move || drop(actor)))
}

/// Registers a task on another thread.
fn spawn_register(
    registry: &Arc<Registry>,
    task: &Arc<TaskCell>,
) -> thread::JoinHandle<Result<(), RegisterError>> {
    let (registry, task) = (Arc::clone(registry), Arc::clone(task));
    thread::spawn(move || registry.register(&task))
}

fn wait_until_idle(registry: &Registry) {
    let mut id = None;
    block_on(poll_fn(|context| registry.poll_idle(&mut id, context)));
}

/// A registered task is in the list of live tasks, and a rejected one is not.
fn assert_listed_or_rejected(registered: Result<(), RegisterError>, task: &Arc<TaskCell>, live: &LiveTasks) {
    let listed = live.running.iter().any(|other| **other == **task);
    match registered {
        Ok(()) => assert!(listed, "the task would get no stop request"),
        Err(error) => assert!(!listed && error == RegisterError::Closed),
    }
}

/// `register` × `close_admission`, then idleness: a rejected task is not counted.
#[test]
fn a_registered_task_is_listed_by_the_close_or_rejected() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        let task = cell("task", now);
        let registering = spawn_register(&registry, &task);
        let live = registry.close_admission(None);
        let registered = join(registering);
        assert_listed_or_rejected(registered, &task, &live);
        if registered.is_err() {
            wait_until_idle(&registry);
        }
    });
}

/// `register` × `register` × `close_admission`, with each name in its own shard: admission is closed for both, although the
/// shards are closed one by one.
#[test]
fn tasks_of_two_shards_are_listed_by_the_close_or_rejected() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(2));
        let tasks = names_in_two_shards().map(|name| cell(name, now));
        let registering = tasks.each_ref().map(|task| spawn_register(&registry, task));
        let live = registry.close_admission(None);
        for (registering, task) in registering.into_iter().zip(&tasks) {
            assert_listed_or_rejected(join(registering), task, &live);
        }
    });
}

/// `register_submission` without a slot × `close_admission`.
#[test]
fn a_submission_without_slot_is_listed_by_the_close_or_rejected() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        let task = keyed("task", RegistryKey::Free, now);
        let registering = {
            let (registry, task) = (Arc::clone(&registry), Arc::clone(&task));
            thread::spawn(move || register_submission(&registry, &task, now))
        };
        let live = registry.close_admission(None);
        let registered = join(registering).map(|placement| assert!(matches!(placement, Placement::Owner)));
        assert_listed_or_rejected(registered, &task, &live);
    });
}

/// `close_admission` × `close_admission` × `register`: one of them closes admission and lists every task. A queued
/// submission is returned by one of them.
#[test]
fn of_two_closes_one_closes_admission_and_lists_every_task() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        for _ in 0..2 {
            let task = submission("slot", now);
            register_submission(&registry, &task, now).expect("the queue has room");
        }
        let task = cell("task", now);
        let registering = spawn_register(&registry, &task);
        let closing = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.close_admission(None))
        };
        let (one, other) = (registry.close_admission(None), join(closing));
        assert!(one.was_open != other.was_open);
        assert_eq!(one.waiting.len() + other.waiting.len(), 1);
        assert_listed_or_rejected(join(registering), &task, if one.was_open { &one } else { &other });
    });
}

/// `close_if_idle` × `register`: at most one of them succeeds.
#[test]
fn an_idle_close_and_a_registration_never_both_succeed() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        let registering = spawn_register(&registry, &cell("task", now));
        let closed = registry.close_if_idle();
        let registered = join(registering).is_ok();
        assert!(!(closed && registered));
        assert_eq!(registry.cells().len(), usize::from(registered));
        assert!(closed || registered || registry.close_if_idle());
    });
}

/// `close_if_idle` × `close_admission` × `count_out`: exactly one of them closes admission, with or without a live task.
#[test]
fn an_idle_close_and_a_close_never_both_close_admission() {
    explore(|| {
        let (world, _, ending) = world_with_ending_task();
        let closing = {
            let world = world.clone();
            thread::spawn(move || world.shared.registry.close_admission(None).was_open)
        };
        let closed = world.shared.registry.close_if_idle();
        assert!(closed != join(closing));
        assert!(world.shared.registry.is_closed());
        join(ending);
        wait_until_idle(&world.shared.registry);
    });
}

/// `count_out` × `count_out` × `poll_idle`: the last task that is counted out wakes the waiter.
#[test]
fn the_last_task_to_end_wakes_a_waiter_for_idleness() {
    explore(|| {
        let (now, registry) = (Instant::now(), registry(1));
        let tasks = ["one", "two"].map(|name| cell(name, now));
        for task in &tasks {
            registry.register(task).expect("the names are free");
        }
        let ending = tasks.map(|task| {
            let registry = Arc::clone(&registry);
            thread::spawn(move || {
                registry.deregister(&task, Instant::now());
                registry.count_out();
            })
        });
        wait_until_idle(&registry);
        assert!(registry.cells().is_empty());
        for ending in ending {
            join(ending);
        }
    });
}

/// A rejected `register` × `count_out` × `poll_idle`: a task that is counted in and out again does not hide idleness.
#[test]
fn a_rejected_registration_does_not_hide_idleness() {
    explore_within(4, || {
        let (world, _, ending) = world_with_ending_task();
        let rejected = {
            let world = world.clone();
            thread::spawn(move || drop(world.add("task", at_once())))
        };
        wait_until_idle(&world.shared.registry);
        join(ending);
        join(rejected);
        assert!(world.shared.registry.close_if_idle());
    });
}

/// `finish`, `count_out` × `poll_idle`: when the registry is idle, every outcome is visible.
#[test]
fn idleness_comes_after_every_outcome() {
    explore(|| {
        let (world, handle, ending) = world_with_ending_task();
        wait_until_idle(&world.shared.registry);
        assert!(matches!(handle.status().phase, Phase::Ended(_)));
        assert!(world.shared.registry.close_if_idle());
        join(ending);
    });
}
