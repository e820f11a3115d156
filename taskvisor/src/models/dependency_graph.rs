//! Models of the graph of dependencies: tasks that are linked and unlinked, against declarations and the end of a needed task.

use std::sync::Arc;

use loom::thread;

use super::dependency::{edges, end, wait};
use super::world::{Added, World, at_once, needs};
use super::{block_on, cell, explore, explore_within, join, keyed};
use crate::runtime::body::Location;
use crate::runtime::cell::{RegistryKey, TaskEnd};
use crate::runtime::dependency::Edges;
use crate::task::{RuntimeError, StopCause};

static LOCATION: Location =
    Location { file: "db.rs", line: 1, column: 1, module: "db", package: None, version: None };

/// Links and unlinks a dependent on another thread. Returns whether it was linked.
fn spawn_link(world: &World, name: &'static str) -> thread::JoinHandle<bool> {
    let world = world.clone();
    thread::spawn(move || {
        let dependent = cell(name, world.now);
        let linked = world.link(&dependent, &needs(&["db"])).is_ok();
        let graph = &world.shared.graph;
        assert_eq!(graph.dependent(dependent.id()).is_some(), linked);
        assert!(!linked || graph.node("db").is_some(), "the node was removed under a dependent");
        graph.unlink(dependent.id());
        linked
    })
}

fn assert_no_dependents(world: &World) {
    assert!(world.shared.graph.dependents().is_empty(), "a dependent is left in the graph");
}

/// `link`, `unlink` × `link`, `unlink` × the end of the needed task: a node lives as long as a dependent, and no longer.
#[test]
fn a_node_is_removed_with_its_last_dependent() {
    explore_within(4, || {
        let world = World::new();
        let task = world.register_cell("db");
        let linking = ["one", "other"].map(|name| spawn_link(&world, name));
        end(&world, &task, TaskEnd::Completed);
        for linking in linking {
            join(linking);
        }
        assert_no_dependents(&world);
        assert!(world.shared.graph.node("db").is_none(), "a node is left in the graph");
    });
}

/// `declare` × `declare` of the next task of the name × `link`, `unlink`: the node stays, and has the later task.
#[test]
fn a_declared_node_stays_and_has_the_latest_task() {
    explore_within(4, || {
        let world = World::new();
        let first = world.register_cell("db");
        let second = cell("db", world.now);
        let linking = spawn_link(&world, "dependent");
        let declaring = {
            let (world, second) = (world.clone(), Arc::clone(&second));
            thread::spawn(move || world.shared.graph.declare(&LOCATION, &second))
        };
        world.shared.graph.declare(&LOCATION, &first);
        join(declaring);
        assert!(join(linking));
        assert_no_dependents(&world);
        let node = world.shared.graph.node("db").expect("it is declared");
        assert_eq!(node.current().id(), second.id());
    });
}

/// `link` to the second task of a name, whose first one was canceled × the end of the second × `poll`: the dependent finds the end of
/// the task that it was linked to.
#[test]
fn a_dependent_is_linked_to_the_task_that_has_the_name() {
    explore(|| {
        let world = World::new();
        let first = world.register_cell("db");
        let _earlier = edges(&world, "earlier", &needs(&["db"]));
        end(&world, &first, TaskEnd::Canceled { cause: StopCause::Cancel, failed: false });
        let second = world.register_cell("db");
        let dependent = cell("dependent", world.now);
        world.link(&dependent, &needs(&["db"])).expect("it is registered");
        let waiting = {
            let (world, dependent) = (world.clone(), world.shared.graph.dependent(dependent.id()));
            thread::spawn(move || wait(&world, &mut Edges::new(&dependent.expect("it is linked"))))
        };
        end(&world, &second, TaskEnd::Completed);
        assert!(join(waiting).is_ok(), "it found the end of the first task");
    });
}

/// `link` × `link` of two tasks that need each other: one of them is refused.
#[test]
fn of_two_tasks_that_need_each_other_one_is_refused() {
    explore(|| {
        let world = World::new();
        let [one, other] = ["one", "other"].map(|name| world.register_cell(name));
        let linking = {
            let (world, other) = (world.clone(), Arc::clone(&other));
            thread::spawn(move || world.link(&other, &needs(&["one"])).is_ok())
        };
        let linked = world.link(&one, &needs(&["other"])).is_ok();
        assert_ne!(linked, join(linking));
        for task in [&one, &other] {
            world.shared.graph.unlink(task.id());
        }
        assert_no_dependents(&world);
        assert!(["one", "other"].iter().all(|name| world.shared.graph.node(name).is_none()));
    });
}

/// `unlink` of a submission × `link` of a task that closes a cycle through the task with the name of the submission: it is refused.
#[test]
fn a_submission_leaves_the_task_of_its_name_in_the_graph() {
    explore(|| {
        let world = World::new();
        let [one, other] = ["one", "other"].map(|name| world.register_cell(name));
        world.link(&one, &needs(&["other"])).expect("it is registered");
        let submission = keyed("one", RegistryKey::Free, world.now);
        world.link(&submission, &needs(&["other"])).expect("it is registered");
        let leaving = {
            let world = world.clone();
            thread::spawn(move || world.shared.graph.unlink(submission.id()))
        };
        assert!(world.link(&other, &needs(&["one"])).is_err(), "a cycle was not found");
        join(leaving);
        assert!(world.link(&other, &needs(&["one"])).is_err(), "a cycle was not found");
    });
}

/// `link` × the start and the end of the needed task, by shipped actors: the dependent is refused because the name is free, or it
/// completes.
#[test]
fn a_dependent_that_is_added_at_the_end_of_a_task_completes() {
    explore_within(4, || {
        let world = World::new();
        let task = world.add("db", at_once()).expect("the name is free").spawn();
        match world.add_needing("dependent", &["db"], at_once()) {
            Ok(dependent) => assert!(dependent.run().is_completed()),
            Err(error) => assert!(matches!(error, RuntimeError::InvalidDependencies { .. }), "{error}"),
        }
        assert!(join(task).is_completed());
        assert_no_dependents(&world);
        assert!(world.is_empty() && world.shared.graph.node("db").is_none());
    });
}

/// The end of a dependent × a task of its name that depends on nothing, then `link` of a task that it depended on: there is no cycle
/// through the dependent that ends.
#[test]
fn a_dependent_that_has_left_its_name_is_in_no_cycle() {
    explore(|| {
        let world = World::new();
        let server = world.register_cell("server");
        let Added { actor, .. } =
            world.add_needing("client", &["server"], at_once()).expect("the server is registered");
        end(&world, &server, TaskEnd::Completed);
        let running = thread::spawn(move || block_on(actor));
        if let Ok(client) = world.add("client", at_once()) {
            let server = world.add_needing("server", &["client"], at_once());
            let server = server.unwrap_or_else(|error| panic!("{error}"));
            assert!(client.run().is_completed());
            assert!(server.run().is_completed());
        }
        join(running);
        assert_no_dependents(&world);
    });
}
