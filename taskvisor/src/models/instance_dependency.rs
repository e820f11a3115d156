//! Models of a dependent that waits for a task with instances: against their readiness, their ends, and changes of their number.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::dependency::{become_ready, edges, end, wait};
use super::instances::{register_instance, set};
use super::world::{World, needs};
use super::{explore_within, join};
use crate::runtime::cell::{TaskCell, TaskEnd};
use crate::runtime::instances::InstanceSet;
use crate::task::{Outcome, StopCause};

const CANCELED: TaskEnd = TaskEnd::Canceled { cause: StopCause::Cancel, failed: false };

/// A world with the instances `consume/0` and `consume/1`, none of them ready. The model is their actors.
fn two_instances() -> (World, Arc<InstanceSet>, [Arc<TaskCell>; 2]) {
    let world = World::new();
    let set = set(&world, 2);
    let instances = [0, 1].map(|_| register_instance(&world, &set));
    (world, set, instances)
}

/// Waits on another thread for all instances.
fn spawn_dependent(world: &World) -> thread::JoinHandle<Result<(), Outcome>> {
    let mut edges = edges(world, "dependent", &needs(&["consume"]));
    let world = world.clone();
    thread::spawn(move || wait(&world, &mut edges))
}

/// Ends an instance as its registration does.
fn end_instance(world: &World, set: &InstanceSet, index: usize, task: &Arc<TaskCell>, how: TaskEnd) {
    task.decide_end(how);
    world.shared.registry.deregister(task, world.now);
    set.end(index, task);
    task.finish(world.now);
}

/// `poll` × two instances that become ready: the dependent waits for both, and misses none.
#[test]
fn a_dependent_waits_for_all_instances() {
    explore_within(4, || {
        let (world, _set, [first, second]) = two_instances();
        let mut edges = edges(&world, "dependent", &needs(&["consume"]));
        let dependent = {
            let (world, instances) = (world.clone(), [Arc::clone(&first), Arc::clone(&second)]);
            thread::spawn(move || {
                wait(&world, &mut edges).expect("no instance has ended");
                assert!(instances.iter().all(|one| one.is_ready()), "it did not wait for both");
            })
        };
        let becoming_ready = thread::spawn(move || become_ready(&second, Instant::now()));
        become_ready(&first, world.now);
        join(becoming_ready);
        join(dependent);
    });
}

/// `poll` × `join` of a third instance × readiness of all: the dependent is not left asleep, whether it has seen the third or not.
#[test]
fn no_dependent_misses_that_an_instance_is_added() {
    explore_within(3, || {
        let world = World::new();
        let set = set(&world, 1);
        let first = register_instance(&world, &set);
        let dependent = spawn_dependent(&world);
        let scaling = {
            let (world, set) = (world.clone(), Arc::clone(&set));
            thread::spawn(move || {
                assert!(set.set_target(2).is_some_and(|scaled| scaled.surplus.is_empty()));
                become_ready(&register_instance(&world, &set), world.now);
            })
        };
        become_ready(&first, world.now);
        join(scaling);
        assert_eq!(join(dependent).err(), None);
    });
}

/// `poll` while there is no instance × `join` and readiness of the first one: the dependent is woken.
#[test]
fn no_dependent_misses_the_first_instance() {
    explore_within(4, || {
        let world = World::new();
        let set = set(&world, 1);
        let leaving = register_instance(&world, &set);
        let dependent = spawn_dependent(&world);
        assert!(set.set_target(0).is_some_and(|scaled| scaled.surplus.len() == 1));
        end_instance(&world, &set, 0, &leaving, CANCELED);
        assert!(set.set_target(1).is_some_and(|scaled| scaled.surplus.is_empty()));
        become_ready(&register_instance(&world, &set), world.now);
        assert_eq!(join(dependent).err(), None);
    });
}

/// `poll` × `set_target`, which removes the only instance that is not ready × readiness of the other one: the dependent is woken.
#[test]
fn no_dependent_waits_for_an_instance_that_leaves() {
    explore_within(4, || {
        let (world, set, [first, _second]) = two_instances();
        let dependent = spawn_dependent(&world);
        let scaling = {
            let set = Arc::clone(&set);
            thread::spawn(move || set.set_target(1).expect("it is accepted").surplus.len())
        };
        become_ready(&first, world.now);
        assert_eq!(join(scaling), 1);
        assert_eq!(join(dependent).err(), None);
    });
}

/// `poll` × the failure of one instance for good × readiness of the other one: the one that has ended does not count.
#[test]
fn no_dependent_waits_for_an_instance_that_has_ended() {
    explore_within(4, || {
        let (world, set, [first, second]) = two_instances();
        let dependent = spawn_dependent(&world);
        let ending = {
            let (world, set) = (world.clone(), Arc::clone(&set));
            thread::spawn(move || end_instance(&world, &set, 1, &second, TaskEnd::Failed))
        };
        become_ready(&first, world.now);
        join(ending);
        assert_eq!(join(dependent).err(), None);
    });
}

/// `poll` × the ends of all instances: the dependent is woken, and finds the end of one of them.
#[test]
fn no_dependent_misses_that_all_instances_have_ended() {
    explore_within(4, || {
        let (world, set, [first, second]) = two_instances();
        let dependent = spawn_dependent(&world);
        let ending = {
            let (world, set) = (world.clone(), Arc::clone(&set));
            thread::spawn(move || end_instance(&world, &set, 1, &second, CANCELED))
        };
        end_instance(&world, &set, 0, &first, CANCELED);
        join(ending);
        let found = join(dependent).expect_err("no instance was ready");
        assert!(found.is_canceled(), "{found}");
    });
}

/// `poll` × a task of the same name that is added with instances after it has ended: the dependent ends with the first one, or waits
/// for the instances.
#[test]
fn a_dependent_ends_or_waits_for_the_next_instances() {
    explore_within(3, || {
        let world = World::new();
        let single = world.register_cell("consume");
        let dependent = spawn_dependent(&world);
        end(&world, &single, CANCELED);
        let set = set(&world, 1);
        let instance = register_instance(&world, &set);
        world.shared.graph.adopt(&instance);
        become_ready(&instance, world.now);
        assert!(join(dependent).err().is_none_or(|found| found.is_canceled()));
    });
}
