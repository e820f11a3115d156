//! Models of a running attempt that watches the tasks it needs: against their loss, the end of the loss, and another task that takes
//! over the name.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::thread;
use tokio::time::Instant;

use super::dependency::{become_ready, begin, edges, end, lose};
use super::world::{World, needs};
use super::{GRACE, block_on, explore, explore_within, join, poll_once, stop};
use crate::runtime::cell::{TaskCell, TaskEnd};
use crate::runtime::dependency::Edges;
use crate::task::{InterruptCause, StopCause};

/// Watches on another thread, as the actor does, until `is_over` returns true for what it finds: whether a task is lost.
fn spawn_watch(
    world: &World,
    mut edges: Edges,
    is_over: impl Fn(bool) -> bool + Send + 'static,
) -> thread::JoinHandle<Edges> {
    let world = world.clone();
    thread::spawn(move || {
        edges.begin_attempt();
        block_on(poll_fn(|context| {
            let limit = edges.poll_loss(world.now, &world.shared.registry, context);
            assert!(limit.is_none_or(|limit| limit == world.now + GRACE));
            if is_over(limit.is_some()) { Poll::Ready(()) } else { Poll::Pending }
        }));
        edges
    })
}

/// A task that is ready.
fn ready(world: &World, name: &'static str) -> Arc<TaskCell> {
    let task = world.register_cell(name);
    become_ready(&task, world.now);
    task
}

/// A way to lose the readiness.
type Way = fn(&World, &Arc<TaskCell>);

const WAYS: [Way; 5] = [
    |world, task| lose(task, world.now),
    |world, task| {
        task.interrupt(InterruptCause::Restart, world.now, GRACE).expect("no stop was requested");
    },
    |world, task| assert!(task.request_stop(stop(world.now))),
    |world, task| end(world, task, TaskEnd::Failed),
    |world, task| end(world, task, TaskEnd::Canceled { cause: StopCause::Cancel, failed: false }),
];

/// `poll_loss` × `poll_loss` × a failure, an interrupt, a stop request or an end: every watch finds the loss.
#[test]
fn a_loss_wakes_every_attempt_that_watches_it() {
    for is_lost in WAYS {
        explore_within(3, move || {
            let world = World::new();
            let task = ready(&world, "db");
            let watches = ["one", "other"].map(|name| {
                let edges = edges(&world, name, &needs(&["db"]));
                spawn_watch(&world, edges, |is_lost| is_lost)
            });
            is_lost(&world, &task);
            for watch in watches {
                assert!(join(watch).has_lost(&world.shared.registry));
            }
        });
    }
}

/// `poll_loss` × a loss × the next readiness: the watch is woken by each, and the attempt has lost nothing when both are over.
#[test]
fn the_end_of_a_loss_wakes_an_attempt_that_watches_it() {
    explore(|| {
        let world = World::new();
        let task = ready(&world, "db");
        let edges = edges(&world, "dependent", &needs(&["db"]));
        let watch = {
            let task = Arc::clone(&task);
            spawn_watch(&world, edges, move |is_lost| {
                !is_lost && task.status().attempt == 2 && task.is_ready()
            })
        };
        lose(&task, world.now);
        become_ready(&task, world.now);
        let (mut edges, registry) = (join(watch), &world.shared.registry);
        assert!(!edges.has_lost(registry), "it would be interrupted");
        // The limit of the next loss begins with it.
        lose(&task, world.now);
        let later = world.now + GRACE;
        assert_eq!(poll_once(|context| edges.poll_loss(later, registry, context)), Some(later + GRACE));
    });
}

/// `poll_loss` × the end of a loss × the next one: the watch finds the second loss too.
#[test]
fn a_second_loss_wakes_an_attempt_that_watches_it() {
    explore(|| {
        let world = World::new();
        let task = ready(&world, "db");
        let edges = edges(&world, "dependent", &needs(&["db"]));
        lose(&task, world.now);
        let watch = {
            let task = Arc::clone(&task);
            spawn_watch(&world, edges, move |is_lost| {
                is_lost && task.status().attempt == 2 && !task.is_ready()
            })
        };
        begin(&task, world.now);
        assert!(task.notify_ready(2, world.now));
        lose(&task, world.now);
        assert!(join(watch).has_lost(&world.shared.registry));
    });
}

/// `poll_loss` of two edges × the loss of one × the loss and the end of the loss of the other: a task that is ready again hides no
/// loss.
#[test]
fn a_loss_is_found_beside_one_that_is_over() {
    explore_within(3, || {
        let world = World::new();
        let [lost, back] = ["db", "token"].map(|name| ready(&world, name));
        let edges = edges(&world, "dependent", &needs(&["db", "token"]));
        let watch = {
            let (lost, back) = (Arc::clone(&lost), Arc::clone(&back));
            let settled = move || !lost.is_ready() && back.is_ready() && back.status().attempt == 2;
            spawn_watch(&world, edges, move |is_lost| is_lost && settled())
        };
        let losing = thread::spawn(move || lose(&lost, Instant::now()));
        lose(&back, world.now);
        become_ready(&back, world.now);
        join(losing);
        assert!(join(watch).has_lost(&world.shared.registry));
    });
}

/// `poll_loss` × the end of the task × the readiness of the next one of the name: at the limit of the loss, the attempt is not
/// interrupted, no matter which task the watch has found.
#[test]
fn a_task_that_was_started_again_ends_the_loss() {
    explore(|| {
        let world = World::new();
        let first = ready(&world, "db");
        let edges = edges(&world, "dependent", &needs(&["db"]));
        let watch = {
            let (world, first) = (world.clone(), first.id());
            spawn_watch(&world.clone(), edges, move |is_lost| {
                let current = world.shared.graph.node("db").expect("it has a dependent").current();
                is_lost || current.id() != first
            })
        };
        end(&world, &first, TaskEnd::Canceled { cause: StopCause::Cancel, failed: false });
        let second = world.register_cell("db");
        become_ready(&second, world.now);
        let mut edges = join(watch);
        let registry = &world.shared.registry;
        assert!(!edges.has_lost(registry), "it would be interrupted");
        assert_eq!(poll_once(|context| edges.poll_loss(world.now, registry, context)), None);
        lose(&second, world.now);
        assert!(edges.has_lost(registry));
    });
}
