//! A model of what a supervisor does once: it runs.

use loom::thread;
use tokio::runtime::Builder;

use super::world::{World, at_once};
use super::{explore, join};
use crate::runtime::body::{TaskRef, TaskSpec};
use crate::supervisor::run::start;
use crate::task::RuntimeError;

/// Calls on a runtime of its own, which nobody drives: what is spawned there is dropped with it.
fn inside<T>(call: impl FnOnce() -> T) -> T {
    let runtime = Builder::new_current_thread().build().expect("it has no I/O");
    let _inside = runtime.enter();
    call()
}

fn runs(world: &World, name: &'static str) -> Result<(), RuntimeError> {
    let task = TaskRef { name: name.into(), body: at_once(), needs: |_| {} };
    start(&world.shared, vec![TaskSpec::inherit(task)], || Ok(None)).map(|_| ())
}

/// `start` × `start`: one of two runs; the other is refused, and none of its tasks starts.
#[test]
fn of_two_runs_one_runs() {
    explore(|| {
        let world = World::new();
        inside(|| {
            let other = {
                let world = world.clone();
                thread::spawn(move || runs(&world, "other"))
            };
            let one = runs(&world, "one");
            let other = join(other);
            assert!(one.is_ok() != other.is_ok());
            assert_eq!(world.supervisor.is_alive("one"), one.is_ok());
            assert_eq!(world.supervisor.is_alive("other"), other.is_ok());
            assert!(matches!(one.and(other), Err(RuntimeError::AlreadyRan)));
        });
        assert!(world.is_empty());
    });
}
