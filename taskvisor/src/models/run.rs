//! A model of `run`, which a supervisor executes once.

use loom::thread;

use super::world::{World, at_once};
use super::{explore, join, on_runtime};
use crate::runtime::body::{TaskRef, TaskSpec};
use crate::supervisor::run::start_all;
use crate::task::RuntimeError;

fn run(world: &World, name: &'static str) -> Result<(), RuntimeError> {
    let task = TaskRef { name: name.into(), body: at_once(), needs: |_| {}, source: None };
    start_all(&world.shared, vec![TaskSpec::inherit(task)], || Ok(None)).map(|_| ())
}

/// `start_all` × `start_all`: exactly one succeeds. The other returns an error, and none of its tasks is added.
#[test]
fn of_two_runs_exactly_one_starts() {
    explore(|| {
        let world = World::new();
        on_runtime(|| {
            let other = {
                let world = world.clone();
                thread::spawn(move || run(&world, "other"))
            };
            let one = run(&world, "one");
            let other = join(other);
            assert!(one.is_ok() != other.is_ok());
            assert_eq!(world.supervisor.is_alive("one"), one.is_ok());
            assert_eq!(world.supervisor.is_alive("other"), other.is_ok());
            assert!(matches!(one.and(other), Err(RuntimeError::AlreadyRan)));
        });
        assert!(world.is_empty());
    });
}
