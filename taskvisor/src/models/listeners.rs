//! Models of those who wait until an attempt should stop: its body, and what the body spawned.

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

/// Waits on a thread of its own until the attempt should stop.
fn listens(task: &Arc<TaskCell>, attempt: u64) -> thread::JoinHandle<()> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        let mut place = None;
        block_on(poll_fn(|context| task.poll_cancelled(attempt, &mut place, context)));
    })
}

/// `poll_cancelled` × `poll_cancelled` × `ask`: whoever listens, whenever it begins to, is woken.
#[test]
fn a_stop_wakes_everybody_who_listens() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop request");
        let listeners = [listens(&task, attempt), listens(&task, attempt)];
        assert!(task.request_stop(stop(now)));
        for listener in listeners {
            join(listener);
        }
    });
}

/// `poll_cancelled` × `poll_outcome` × `finish_attempt`, `begin`, `end`: the end of an attempt wakes who listens to it, and
/// whoever waits for the end of the task is told that.
#[test]
fn the_end_of_an_attempt_wakes_who_listens_and_loses_nobody_who_waits() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop request");
        let listener = listens(&task, attempt);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || outcome(&task))
        };
        task.finish_attempt(now, None);
        task.begin_attempt(now).expect("no stop request");
        join(listener);
        task.finish_attempt(now, None);
        task.decide_end(TaskEnd::Completed);
        task.finish(now);
        assert!(join(waiter).is_completed());
    });
}

/// `poll_cancelled`, `remove_waiter` × `poll_cancelled` × `finish_attempt`: one that goes away takes nobody's place with it.
#[test]
fn one_that_no_longer_listens_leaves_the_others_in_place() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop request");
        let stays = listens(&task, attempt);
        let leaves = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut place = None;
                let _ = poll_once(|context| task.poll_cancelled(attempt, &mut place, context).is_ready());
                task.remove_waiter(place);
            })
        };
        task.finish_attempt(now, None);
        join(stays);
        join(leaves);
    });
}

/// `cancel` × the actor × what its body spawned: the body, which leaves no waker, and a copy of its context elsewhere both
/// learn of the stop.
#[test]
fn a_stop_reaches_the_body_and_what_it_spawned() {
    explore_within(3, || {
        let (world, spawned) = (World::new(), Arc::new(Mutex::new(None)));
        let body = {
            let spawned = Arc::clone(&spawned);
            erase(move |context| {
                let copy = context.clone();
                let listener = thread::spawn(move || block_on(copy.cancelled()));
                *spawned.lock().expect("it is not poisoned") = Some(listener);
                async move {
                    context.cancelled().await;
                    Err(TaskError::Canceled)
                }
            })
        };
        let Added { handle, actor } = world.add("task", body).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        assert!(handle.cancel(), "no other stop request");
        join(running);
        if let Some(listener) = spawned.lock().expect("it is not poisoned").take() {
            join(listener);
        }
        assert!(block_on(handle.outcome()).is_canceled());
    });
}

/// The actor alone: a body that waits for its stop leaves no waker beside the actor's own, and is polled again with that.
#[test]
fn a_body_that_waits_for_its_stop_leaves_no_waker_of_its_own() {
    explore(|| {
        let world = World::new();
        let Added { handle, actor } = world.add("task", until_cancelled()).expect("the name is free");
        let thread = Arc::new(Thread(Notify::new()));
        let waker = Waker::from(Arc::clone(&thread));
        let (mut actor, mut context) = (pin!(actor), Context::from_waker(&waker));
        assert!(actor.as_mut().poll(&mut context).is_pending());
        assert_eq!(Arc::strong_count(&thread), 3, "this one, `waker`, and what the actor left");
        assert!(handle.cancel());
        assert!(actor.as_mut().poll(&mut context).is_ready());
        assert_eq!(Arc::strong_count(&thread), 2);
    });
}
