//! Models of a dependent that waits for a task which it depends on: against every way to become ready, to lose it, and to end, and
//! against another task that takes over the name.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{World, needs};
use super::{GRACE, block_on, cell, explore_within, join, stop};
use crate::error::FailureKind;
use crate::policy::Readiness;
use crate::runtime::body::Dependencies;
use crate::runtime::cell::{TaskCell, TaskEnd};
use crate::runtime::dependency::{Edges, EdgesPoll};
use crate::task::{InterruptCause, Outcome, StopCause};

const NOT_STOPPED: &str = "no stop was requested";

/// The edges of a new dependent.
pub(super) fn edges(world: &World, name: &'static str, dependencies: &Dependencies) -> Edges {
    let dependent = cell(name, world.now);
    world.link(&dependent, dependencies).expect("the tasks are registered");
    Edges::new(&world.shared.graph.dependent(dependent.id()).expect("it is linked"))
}

/// Waits as the actor of a dependent does, without a spread.
pub(super) fn wait(world: &World, edges: &mut Edges) -> Result<(), Outcome> {
    block_on(poll_fn(|context| match edges.poll(&world.shared.registry, Duration::ZERO, context) {
        EdgesPoll::Open => Poll::Ready(Ok(())),
        EdgesPoll::Broken(broken) => Poll::Ready(Err(broken.outcome)),
        EdgesPoll::Closed { .. } => Poll::Pending,
        EdgesPoll::Recovering(_) => unreachable!("there is no spread"),
    }))
}

/// Links a dependent, and waits on another thread.
fn spawn_dependent(
    world: &World,
    name: &'static str,
    dependencies: &Dependencies,
) -> thread::JoinHandle<Result<(), Outcome>> {
    let mut edges = edges(world, name, dependencies);
    let world = world.clone();
    thread::spawn(move || wait(&world, &mut edges))
}

fn after(name: &'static str) -> Dependencies {
    let Dependencies { after: none, needs: once } = needs(&[name]);
    Dependencies { after: once, needs: none }
}

/// Begins an attempt that is expected to notify.
pub(super) fn begin(task: &TaskCell, now: Instant) {
    task.begin_attempt(now).expect(NOT_STOPPED);
    task.begin_readiness(Readiness::Notify, now);
}

pub(super) fn become_ready(task: &Arc<TaskCell>, now: Instant) {
    begin(task, now);
    assert!(task.notify_ready(task.status().attempt, now));
}

/// Ends the attempt with a failure, after which the task is not ready.
pub(super) fn lose(task: &TaskCell, now: Instant) {
    task.finish_attempt(now, Some((FailureKind::Error, "down".into())));
}

/// Ends the task as its registration does.
pub(super) fn end(world: &World, task: &Arc<TaskCell>, end: TaskEnd) {
    task.decide_end(end);
    world.shared.registry.deregister(task, world.now);
    task.finish(world.now);
}

const CANCELED: TaskEnd = TaskEnd::Canceled { cause: StopCause::Cancel, failed: false };

/// A way to become ready.
type Way = fn(&World, &Arc<TaskCell>);

const WAYS: [Way; 4] = [
    |world, task| become_ready(task, world.now),
    |world, task| {
        task.begin_attempt(world.now).expect(NOT_STOPPED);
        assert!(task.begin_readiness(Readiness::Start, world.now));
    },
    |world, task| {
        task.begin_attempt(world.now).expect(NOT_STOPPED);
        task.finish_attempt(world.now, None);
        task.begin_sleep(world.now, world.now + GRACE, (0, 0), true).expect(NOT_STOPPED);
    },
    |world, task| {
        task.begin_attempt(world.now).expect(NOT_STOPPED);
        task.finish_attempt(world.now, None);
        end(world, task, TaskEnd::Completed);
    },
];

/// `poll` × `poll` × a notification, a start, a success or a completion: no dependent misses it.
#[test]
fn no_dependent_misses_that_a_task_becomes_ready() {
    for becomes_ready in WAYS {
        explore_within(3, move || {
            let world = World::new();
            let task = world.register_cell("db");
            let dependents = [
                spawn_dependent(&world, "one", &needs(&["db"])),
                spawn_dependent(&world, "other", &after("db")),
            ];
            becomes_ready(&world, &task);
            for dependent in dependents {
                assert_eq!(join(dependent).err().map(|end| end.to_string()), None);
            }
        });
    }
}

/// `poll` of two edges × a task that becomes ready × another one: the dependent waits for both, and misses none.
#[test]
fn a_dependent_of_two_tasks_waits_for_both() {
    explore_within(4, || {
        let world = World::new();
        let [one, other] = ["db", "token"].map(|name| world.register_cell(name));
        let mut edges = edges(&world, "dependent", &needs(&["db", "token"]));
        let dependent = {
            let (world, tasks) = (world.clone(), [Arc::clone(&one), Arc::clone(&other)]);
            thread::spawn(move || {
                wait(&world, &mut edges).expect("no task has ended");
                assert!(tasks.iter().all(|task| task.is_ready()), "it did not wait for both");
            })
        };
        let becoming_ready = thread::spawn(move || become_ready(&other, Instant::now()));
        become_ready(&one, world.now);
        join(becoming_ready);
        join(dependent);
    });
}

/// `poll` × the end of a task that failed or was canceled: the dependent is woken, and finds that end.
#[test]
fn no_dependent_misses_the_end_of_a_task() {
    for failed in [false, true] {
        explore_within(3, move || {
            let world = World::new();
            let task = world.register_cell("db");
            let dependents = ["one", "other"].map(|name| spawn_dependent(&world, name, &needs(&["db"])));
            if failed {
                begin(&task, world.now);
                lose(&task, world.now);
                end(&world, &task, TaskEnd::Failed);
            } else {
                assert!(task.request_stop(stop(world.now)));
                end(&world, &task, CANCELED);
            }
            for dependent in dependents {
                let found = join(dependent).expect_err("the task was never ready");
                assert_eq!((found.is_failed(), found.is_canceled()), (failed, !failed), "{found}");
            }
        });
    }
}

/// `poll` × `notify_ready` × `request_stop` and the end: the dependent finds the task ready before the request, or its end.
#[test]
fn a_dependent_of_a_task_that_stops_waits_for_its_end() {
    explore_within(4, || {
        let world = World::new();
        let task = world.register_cell("db");
        begin(&task, world.now);
        let dependent = spawn_dependent(&world, "dependent", &needs(&["db"]));
        let notifying = {
            let (task, now) = (Arc::clone(&task), world.now);
            thread::spawn(move || task.notify_ready(1, now))
        };
        assert!(task.request_stop(stop(world.now)));
        task.finish_attempt(world.now, None);
        end(&world, &task, CANCELED);
        let notified = join(notifying);
        match join(dependent) {
            Ok(()) => assert!(notified, "the task was never ready"),
            Err(found) => assert!(found.is_canceled(), "{found}"),
        }
    });
}

/// `poll` × a task that becomes ready, is interrupted, and becomes ready again: `after` remembers the first time, and `needs` is
/// woken by the second.
#[test]
fn a_short_readiness_leaves_no_dependent_asleep() {
    for dependencies in [needs(&["db"]), after("db")] {
        explore_within(4, move || {
            let world = World::new();
            let task = world.register_cell("db");
            let once = dependencies.needs.is_empty();
            let dependent = spawn_dependent(&world, "dependent", &dependencies);
            become_ready(&task, world.now);
            task.interrupt(InterruptCause::Restart, world.now, GRACE).expect(NOT_STOPPED);
            task.finish_attempt(world.now, None);
            if !once {
                become_ready(&task, world.now);
            }
            assert!(join(dependent).is_ok());
        });
    }
}

/// The end of a task, `register` and readiness of the next one under its name × `poll`, `successor` of two dependents: each of them
/// ends with the first task, or waits for the second one.
#[test]
fn a_dependent_ends_or_waits_for_the_next_task_of_the_name() {
    explore_within(2, || {
        let world = World::new();
        let first = world.register_cell("db");
        let dependents = ["one", "other"].map(|name| spawn_dependent(&world, name, &needs(&["db"])));
        end(&world, &first, CANCELED);
        let second = world.register_cell("db");
        become_ready(&second, world.now);
        for dependent in dependents {
            assert!(join(dependent).err().is_none_or(|found| found.is_canceled()));
        }
        let found = world.shared.graph.node("db").expect("it has dependents").current();
        assert!([first.id(), second.id()].contains(&found.id()));
    });
}

/// `deregister`, `register` of the next task, `finish` of the first one × `poll` × `poll` of a dependent of the next task: a task that
/// was added before the end is visible is the one to wait for, and both dependents are woken.
#[test]
fn a_task_that_is_added_before_the_end_is_visible_is_found() {
    for ended in [CANCELED, TaskEnd::Completed] {
        explore_within(3, move || {
            let world = World::new();
            let first = world.register_cell("db");
            let mut edges = edges(&world, "dependent", &needs(&["db"]));
            let dependent = {
                let world = world.clone();
                thread::spawn(move || {
                    wait(&world, &mut edges).expect("the end was not visible before");
                    assert!(edges.are_open(&world.shared.registry));
                    let current = world.shared.graph.node("db").expect("it has a dependent").current();
                    assert!(current.is_ready(), "it did not wait for the second task");
                    current.id()
                })
            };
            first.decide_end(ended);
            world.shared.registry.deregister(&first, world.now);
            let second = world.register_cell("db");
            let other = spawn_dependent(&world, "other", &needs(&["db"]));
            first.finish(world.now);
            become_ready(&second, world.now);
            assert_eq!(join(dependent), second.id());
            assert!(join(other).is_ok());
        });
    }
}
