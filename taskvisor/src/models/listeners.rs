//! Models of waiters for the cancellation of an attempt: its body, and tasks that the body spawned.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use loom::sync::Notify;
use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World, until_cancelled};
use super::{Thread, block_on, cell, explore, explore_within, join, outcome, poll_once, stop};
use crate::error::TaskError;
use crate::runtime::body::erase;
use crate::runtime::cell::{TaskCell, TaskEnd};

/// Waits on another thread until the attempt should stop.
fn spawn_listener(task: &Arc<TaskCell>, attempt: u64) -> thread::JoinHandle<()> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        let mut id = None;
        block_on(poll_fn(|context| task.poll_cancelled(attempt, &mut id, context)));
    })
}

/// `poll_cancelled` × `poll_cancelled` × `request_stop`: a listener is woken no matter when it registers.
#[test]
fn a_stop_request_wakes_every_listener() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop was requested");
        let listeners = [spawn_listener(&task, attempt), spawn_listener(&task, attempt)];
        assert!(task.request_stop(stop(now)));
        for listener in listeners {
            join(listener);
        }
    });
}

/// `poll_cancelled` × `poll_outcome` × `finish_attempt`, `begin_attempt`, `finish`: the end of an attempt wakes its
/// listeners and keeps the waiters for the outcome.
#[test]
fn the_end_of_an_attempt_wakes_listeners_and_keeps_waiters() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop was requested");
        let listener = spawn_listener(&task, attempt);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || outcome(&task))
        };
        task.finish_attempt(now, None);
        task.begin_attempt(now).expect("no stop was requested");
        join(listener);
        task.finish_attempt(now, None);
        task.decide_end(TaskEnd::Completed);
        task.finish(now);
        assert!(join(waiter).is_completed());
    });
}

/// `poll_cancelled`, `remove_waiter` × `poll_cancelled` × `finish_attempt`: removing one listener does not remove another.
#[test]
fn a_removed_listener_leaves_the_others_registered() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop was requested");
        let kept = spawn_listener(&task, attempt);
        let removed = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut id = None;
                let _ = poll_once(|context| task.poll_cancelled(attempt, &mut id, context).is_ready());
                task.remove_waiter(id);
            })
        };
        task.finish_attempt(now, None);
        join(kept);
        join(removed);
    });
}

/// `cancel` × the actor × a thread that its body spawned: the request reaches the body, which registers no waker, and a
/// clone of its context on the other thread.
#[test]
fn a_stop_request_reaches_the_body_and_what_it_spawned() {
    explore_within(3, || {
        let (world, spawned) = (World::new(), Arc::new(Mutex::new(None)));
        let body = {
            let spawned = Arc::clone(&spawned);
            erase(move |context| {
                let clone = context.clone();
                let listener = thread::spawn(move || block_on(clone.cancelled()));
                *spawned.lock().expect("the lock is not poisoned") = Some(listener);
                async move {
                    context.cancelled().await;
                    Err(TaskError::Canceled)
                }
            })
        };
        let Added { handle, actor } = world.add("task", body).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        assert!(handle.cancel(), "it is the only stop request");
        join(running);
        if let Some(listener) = spawned.lock().expect("the lock is not poisoned").take() {
            join(listener);
        }
        assert!(block_on(handle.outcome()).is_canceled());
    });
}

/// The actor alone: a body that awaits its stop registers no waker beside the actor's own.
#[test]
fn a_body_that_awaits_its_stop_registers_no_waker() {
    explore(|| {
        let world = World::new();
        let Added { handle, actor } = world.add("task", until_cancelled()).expect("the name is free");
        let thread = Arc::new(Thread(Notify::new()));
        let waker = Waker::from(Arc::clone(&thread));
        let (mut actor, mut context) = (pin!(actor), Context::from_waker(&waker));
        assert!(actor.as_mut().poll(&mut context).is_pending());
        assert_eq!(Arc::strong_count(&thread), 3, "this one, `waker`, and the one in the cell");
        assert!(handle.cancel());
        assert!(actor.as_mut().poll(&mut context).is_ready());
        assert_eq!(Arc::strong_count(&thread), 2);
    });
}
