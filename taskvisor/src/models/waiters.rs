//! Models of those who wait: for the outcome of a task, for idleness.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::thread;
use tokio::time::Instant;

use super::{block_on, cell, explore, join, outcome, overdue, poll_once, stop};
use crate::error::FailureKind;
use crate::runtime::cell::{OutcomePoll, TaskCell, TaskEnd};
use crate::runtime::registry::Registry;
use crate::task::Outcome;

fn waits(task: &Arc<TaskCell>) -> thread::JoinHandle<Outcome> {
    let task = Arc::clone(task);
    thread::spawn(move || outcome(&task))
}

fn end(task: &TaskCell, now: Instant) {
    task.decide_end(TaskEnd::Completed);
    task.finish(now);
}

/// `poll_outcome` × `poll_outcome` × `finish_attempt`, `settle`, `end`: nobody misses the end, and all are given the same
/// error.
#[test]
fn an_end_wakes_every_waiter_whenever_it_registers() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiters = [waits(&task), waits(&task)];
        task.finish_attempt(now, Some((FailureKind::Error, "no luck".into())));
        task.decide_end(TaskEnd::Failed);
        task.finish(now);
        let [one, other] = waiters.map(|waiter| match join(waiter) {
            Outcome::Failed(failure) => failure,
            other => panic!("{other}"),
        });
        assert!(std::ptr::addr_eq(one.error(), other.error()));
    });
}

/// `poll_outcome`, `remove_waiter` × `poll_outcome` × `end`: one that is dropped, also while it is being woken, takes
/// nobody's place with it.
#[test]
fn a_waiter_that_goes_away_leaves_the_others_in_place() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let stays = waits(&task);
        let leaves = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut place = None;
                let _ = poll_once(|context| task.poll_outcome(&mut place, context));
                task.remove_waiter(place);
            })
        };
        end(&task, now);
        join(leaves);
        assert!(join(stays).is_completed());
    });
}

/// The same with an `ask` before the end, which wakes all: who comes back has a new place, so that the one that goes away
/// with its old one does not take that.
#[test]
fn a_place_is_given_once() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let mut place = None;
        let _ = poll_once(|context| task.poll_outcome(&mut place, context));
        let stays = waits(&task);
        let leaves = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.remove_waiter(place))
        };
        task.request_stop(stop(now));
        end(&task, now);
        join(leaves);
        assert!(join(stays).is_completed());
    });
}

/// `poll_outcome` × `end`: one that is polled elsewhere than before is woken where it was polled last.
#[test]
fn a_waiter_that_moved_is_woken_where_it_is() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut place = None;
                let _ = poll_once(|context| task.poll_outcome(&mut place, context));
                block_on(poll_fn(|context| match task.poll_outcome(&mut place, context) {
                    OutcomePoll::Over(outcome) => Poll::Ready(outcome),
                    OutcomePoll::Until(_) => Poll::Pending,
                }))
            })
        };
        end(&task, now);
        assert!(join(waiter).is_completed());
    });
}

/// `poll_outcome` × `ask` × `ask`: who waits learns every deadline, or it would not force the end of what blocks.
#[test]
fn an_ask_tells_those_who_wait_the_deadline() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut place = None;
                block_on(poll_fn(|context| match task.poll_outcome(&mut place, context) {
                    OutcomePoll::Until(Some(deadline)) if deadline <= now => Poll::Ready(()),
                    _ => Poll::Pending,
                }));
            })
        };
        task.request_stop(stop(now));
        task.request_stop(overdue(now));
        join(waiter);
    });
}

/// `poll_idle`, `remove_idle_waiter` × `poll_idle` × `count_out`: as with the waiters of a task.
#[test]
fn one_that_no_longer_waits_for_idleness_leaves_the_others_in_place() {
    explore(|| {
        let now = Instant::now();
        let registry = Arc::new(Registry::new(1));
        let task = cell("task", now);
        registry.register(&task).expect("the name is free");
        let stays = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || {
                let mut place = None;
                block_on(poll_fn(|context| registry.poll_idle(&mut place, context)));
            })
        };
        let leaves = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || {
                let mut place = None;
                let _ = poll_once(|context| registry.poll_idle(&mut place, context));
                registry.remove_idle_waiter(place);
            })
        };
        registry.deregister(&task, Instant::now());
        registry.count_out();
        join(leaves);
        join(stays);
    });
}
