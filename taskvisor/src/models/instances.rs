//! Models of tasks with instances: `scale` against another `scale`, the begin of an attempt and the end of an instance, and names.

use std::sync::Arc;

use loom::thread;

use super::world::{Added, World, at_once, until_cancelled};
use super::{block_on, explore_within, join, on_runtime};
use crate::runtime::body::{ErasedBody, TaskFn, TaskSpec};
use crate::runtime::cell::{TaskCell, TaskEnd};
use crate::runtime::instances::{InstanceSet, Missing, TaskTemplate};
use crate::task::{Outcome, StopCause};

const CONSUME: &str = "consume";

fn spec(instances: usize) -> TaskSpec {
    TaskSpec::once(TaskFn::shared(CONSUME, || async { Ok(()) })).with_instances(instances)
}

/// Adds an accepted set without any instance yet. Its number is `target`.
pub(super) fn set(world: &World, target: usize) -> Arc<InstanceSet> {
    let template = TaskTemplate::of(&spec(1)).expect("its bodies are shared");
    let set = Arc::new(InstanceSet::new(CONSUME, template, target));
    assert!(world.shared.instances.insert(&set, &world.shared.registry).is_some(), "the name is free");
    set.accept();
    set
}

/// Adds the missing instance of a set, with an actor that the model polls.
fn add_instance(world: &World, set: &Arc<InstanceSet>, body: ErasedBody) -> Added {
    let index = set.claim(0..usize::MAX, Missing::Never).expect("a number lacks an instance");
    world.add_instance(set, index, body)
}

/// Registers the missing instance of a set. The model is its actor.
pub(super) fn register_instance(world: &World, set: &Arc<InstanceSet>) -> Arc<TaskCell> {
    let index = set.claim(0..usize::MAX, Missing::Never).expect("a number lacks an instance");
    world.register_instance(set, index)
}

/// Calls `scale` on another thread. It returns the number before.
fn spawn_scale(world: &World, instances: usize) -> thread::JoinHandle<usize> {
    let world = world.clone();
    thread::spawn(move || scale(&world, instances))
}

fn scale(world: &World, instances: usize) -> usize {
    world.supervisor.scale(CONSUME, instances).expect("the task has instances")
}

/// The names of the live instances, with or without a stop request.
fn live(world: &World, is_stopping: bool) -> Vec<String> {
    let live = world.shared.registry.cells();
    let chosen = live.iter().filter(|cell| cell.status().stopping == is_stopping);
    let mut names: Vec<_> = chosen.map(|cell| cell.name().to_owned()).collect();
    names.sort();
    names
}

/// Each number below the target has an instance, or its last one is leaving. All other instances are leaving.
fn assert_scaled(world: &World, set: &InstanceSet, target: usize) {
    let (wanted, leaving) = (live(world, false), live(world, true));
    let expected = (0..target).map(|index| format!("{CONSUME}/{index}"));
    let expected: Vec<_> = expected.filter(|name| !leaving.contains(name)).collect();
    assert_eq!(wanted, expected, "for {target} instances, while {leaving:?} are leaving");
    let members: Vec<_> = set.cells().iter().map(|cell| cell.name().to_owned()).collect();
    assert_eq!(members, expected, "for {target} instances");
}

/// `scale` up × `scale` down: the later one decides. No instance is missing, and every surplus one has a stop request.
#[test]
fn of_two_scales_the_later_one_decides() {
    for (one, other) in [(2, 0), (0, 2), (3, 2)] {
        explore_within(3, move || {
            let world = World::new();
            let set = set(&world, 0);
            on_runtime(|| {
                assert_eq!(scale(&world, 1), 0);
                let scaling = spawn_scale(&world, other);
                let before_one = scale(&world, one);
                let before_other = join(scaling);
                let target = match (before_one, before_other) {
                    (1, before) if before == one => other,
                    (before, 1) if before == other => one,
                    before => panic!("none of the calls was the first one: {before:?}"),
                };
                assert_scaled(&world, &set, target);
            });
            assert!(world.is_empty());
        });
    }
}

/// `scale` of a set that is over × another set of its name: no instance belongs to a set that does not have its name.
#[test]
fn no_instance_starts_in_a_set_that_was_replaced() {
    explore_within(3, || {
        let world = World::new();
        let over = set(&world, 1);
        let ended = register_instance(&world, &over);
        ended.decide_end(TaskEnd::Completed);
        world.shared.registry.deregister(&ended, world.now);
        over.end(0, &ended);
        ended.finish(world.now);
        on_runtime(|| {
            world.shared.check_ready().expect("there is a runtime");
            let scaling = {
                let world = world.clone();
                thread::spawn(move || world.supervisor.scale(CONSUME, 1))
            };
            let template = TaskTemplate::of(&spec(1)).expect("its bodies are shared");
            let next = Arc::new(InstanceSet::new(CONSUME, template, 1));
            let is_replaced = world.shared.instances.insert(&next, &world.shared.registry).is_some();
            let is_scaled = join(scaling).is_ok();
            assert!(!is_replaced || over.live().is_empty(), "an instance without its set");
            assert!(!is_scaled || world.shared.instances.has(&over), "a set without its name");
        });
    });
}

/// `scale` to zero × the begin of the first attempt: none begins after its stop request.
#[test]
fn no_attempt_begins_after_the_stop_of_its_instance() {
    explore_within(4, || {
        let world = World::new();
        let set = set(&world, 1);
        let instance = add_instance(&world, &set, until_cancelled());
        let handle = instance.handle.clone();
        let running = instance.spawn();
        on_runtime(|| scale(&world, 0));
        let attempt = handle.status().attempt;
        assert_eq!(join(running), Outcome::canceled(StopCause::Scale));
        assert_eq!(handle.status().attempt, attempt, "an attempt began after its stop request");
        assert!(set.live().is_empty() && world.is_empty());
    });
}

/// `scale` down × `scale` up × the end of the instance that leaves: a number that is wanted again has one instance afterwards, and a
/// number that is not has none.
#[test]
fn a_number_that_is_wanted_again_has_one_instance() {
    explore_within(3, || {
        let world = World::new();
        let set = set(&world, 1);
        on_runtime(|| {
            let leaving = add_instance(&world, &set, until_cancelled()).spawn();
            let scaling = spawn_scale(&world, 0);
            let is_last = scale(&world, 1) == 0;
            join(scaling);
            assert_eq!(join(leaving), Outcome::canceled(StopCause::Scale));
            assert_scaled(&world, &set, usize::from(is_last));
            assert_eq!(world.shared.registry.cells().len(), usize::from(is_last));
        });
        assert!(world.is_empty());
    });
}

/// The end of an instance by itself × `outcome`, `scale` to the same number: the caller that knows the end restarts it.
#[test]
fn an_instance_that_is_known_to_have_ended_is_restarted() {
    explore_within(4, || {
        let world = World::new();
        let set = set(&world, 1);
        on_runtime(|| {
            let Added { handle, actor } = add_instance(&world, &set, at_once());
            let running = thread::spawn(move || block_on(actor));
            assert!(block_on(handle.outcome()).is_completed());
            assert!(world.supervisor.instances(CONSUME).is_empty());
            assert_eq!(scale(&world, 1), 1);
            assert_scaled(&world, &set, 1);
            join(running);
        });
    });
}

/// The end of the last instance × `outcome`, `add_instances`: the name is free when the outcome is visible.
#[test]
fn the_name_of_a_set_is_free_when_all_outcomes_are_visible() {
    explore_within(4, || {
        let world = World::new();
        let set = set(&world, 1);
        on_runtime(|| {
            let Added { handle, actor } = add_instance(&world, &set, at_once());
            let running = thread::spawn(move || block_on(actor));
            assert!(block_on(handle.outcome()).is_completed());
            assert_eq!(world.supervisor.add_instances(spec(2)).map(|added| added.len()).ok(), Some(2));
            join(running);
        });
    });
}

/// `add_instances` × `add_task` of the same name: at most one of them is accepted, and nothing of the other is left.
#[test]
fn a_task_and_instances_never_share_a_name() {
    explore_within(3, || {
        let world = World::new();
        on_runtime(|| {
            let adding = {
                let world = world.clone();
                thread::spawn(move || world.supervisor.add_instances(spec(1)).is_ok())
            };
            let task = TaskSpec::once(TaskFn::arc(CONSUME, || async { Ok(()) }));
            let is_task = world.supervisor.add_task(task).is_ok();
            let is_set = join(adding);
            assert!(!(is_task && is_set), "both were accepted");
            assert_eq!(world.supervisor.task(CONSUME).is_some(), is_task);
            assert_eq!(world.supervisor.instances(CONSUME).len(), usize::from(is_set));
            assert_eq!(world.shared.registry.cells().len(), usize::from(is_task || is_set));
        });
        assert!(world.is_empty());
    });
}

/// `scale` of a task whose instances have ended × `add_task` of the same name: at most one of them succeeds.
#[test]
fn a_task_and_a_scale_never_share_a_name() {
    explore_within(3, || {
        let world = World::new();
        let set = set(&world, 1);
        on_runtime(|| {
            assert!(add_instance(&world, &set, at_once()).run().is_completed());
            let scaling = {
                let world = world.clone();
                thread::spawn(move || world.supervisor.scale(CONSUME, 1).is_ok())
            };
            let task = TaskSpec::once(TaskFn::arc(CONSUME, || async { Ok(()) }));
            let is_task = world.supervisor.add_task(task).is_ok();
            let is_scaled = join(scaling);
            assert!(!(is_task && is_scaled), "both succeeded");
            assert_eq!(world.shared.registry.cells().len(), usize::from(is_task || is_scaled));
        });
    });
}

/// `add_instances` that is refused × `scale`: the number of instances that may still be refused cannot change.
#[test]
fn a_scale_starts_nothing_of_a_refused_set() {
    explore_within(3, || {
        let world = World::new();
        on_runtime(|| {
            world.register_cell("consume/1");
            let scaling = {
                let world = world.clone();
                thread::spawn(move || world.supervisor.scale(CONSUME, 1).is_ok())
            };
            assert!(world.supervisor.add_instances(spec(2)).is_err(), "a name is taken");
            assert!(!join(scaling), "a task that was not accepted was scaled");
            assert_eq!(live(&world, false), ["consume/1"]);
        });
    });
}
