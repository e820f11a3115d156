//! Models of waiters: for the outcome of a task, and for idleness.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::thread;
use tokio::time::Instant;

use super::{block_on, cell, explore, join, outcome, overdue, poll_once, stop};
use crate::error::FailureKind;
use crate::runtime::cell::{OutcomePoll, TaskCell, TaskEnd};
use crate::runtime::registry::Registry;
use crate::task::{Outcome, StopCause};

/// Waits for the outcome on another thread.
fn spawn_waiter(task: &Arc<TaskCell>) -> thread::JoinHandle<Outcome> {
    let task = Arc::clone(task);
    thread::spawn(move || outcome(&task))
}

fn complete(task: &TaskCell, now: Instant) {
    task.decide_end(TaskEnd::Completed);
    task.finish(now);
}

/// `poll_outcome` × `poll_outcome` × `finish_attempt`, `decide_end`, `finish`: no waiter misses the end, and all get the
/// same error.
#[test]
fn an_end_wakes_a_waiter_no_matter_when_it_registers() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiters = [spawn_waiter(&task), spawn_waiter(&task)];
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

/// `poll_outcome`, `remove_waiter` × `poll_outcome` × `finish`: removing one waiter, also while it is being woken, does not
/// remove another.
#[test]
fn a_removed_waiter_leaves_the_others_registered() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let stays = spawn_waiter(&task);
        let leaves = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut id = None;
                let _ = poll_once(|context| task.poll_outcome(&mut id, context));
                task.remove_waiter(id);
            })
        };
        complete(&task, now);
        join(leaves);
        assert!(join(stays).is_completed());
    });
}

/// The same with a `request_stop` before the end, which wakes all waiters: one that registers again gets a new id, so that
/// removing an old id does not remove it.
#[test]
fn a_waiter_id_is_issued_once() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let mut id = None;
        let _ = poll_once(|context| task.poll_outcome(&mut id, context));
        let stays = spawn_waiter(&task);
        let leaves = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.remove_waiter(id))
        };
        task.request_stop(stop(now));
        complete(&task, now);
        join(leaves);
        assert!(join(stays).is_completed());
    });
}

/// `poll_outcome` × `finish`: a future that moved to another task is woken through the waker of its last poll.
#[test]
fn a_waiter_is_woken_through_its_latest_waker() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut id = None;
                let _ = poll_once(|context| task.poll_outcome(&mut id, context));
                block_on(poll_fn(|context| match task.poll_outcome(&mut id, context) {
                    OutcomePoll::Over(outcome) => Poll::Ready(outcome),
                    OutcomePoll::Until(_) => Poll::Pending,
                }))
            })
        };
        complete(&task, now);
        assert!(join(waiter).is_completed());
    });
}

/// `poll_outcome` × `request_stop` × `request_stop`: a waiter gets every deadline. It needs it to force the end of a stuck
/// task.
#[test]
fn a_stop_request_gives_its_deadline_to_waiters() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut id = None;
                block_on(poll_fn(|context| match task.poll_outcome(&mut id, context) {
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

/// `poll_idle`, `remove_idle_waiter` × `poll_idle` × `count_out`: like the waiters of a task.
#[test]
fn a_removed_idle_waiter_leaves_the_others_registered() {
    explore(|| {
        let now = Instant::now();
        let registry = Arc::new(Registry::new(1));
        let task = cell("task", now);
        registry.register(&task).expect("the name is free");
        let stays = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || {
                let mut id = None;
                block_on(poll_fn(|context| registry.poll_idle(&mut id, context)));
            })
        };
        let leaves = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || {
                let mut id = None;
                let _ = poll_once(|context| registry.poll_idle(&mut id, context));
                registry.remove_idle_waiter(id);
            })
        };
        registry.deregister(&task, Instant::now());
        registry.count_out();
        join(leaves);
        join(stays);
    });
}

/// `poll_started` × `poll_started` × `begin_attempt`: no waiter misses the start.
#[test]
fn a_start_wakes_every_waiter_no_matter_when_it_registers() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiters = [spawn_start_waiter(&task), spawn_start_waiter(&task)];
        task.begin_attempt(now).expect("no stop was requested");
        assert!(waiters.map(join).iter().all(Result::is_ok));
    });
}

/// `poll_started` × `request_stop`, `decide_end`, `finish`: a stop request wakes the waiter, which registers again and is woken by
/// the end.
#[test]
fn an_end_without_an_attempt_wakes_a_waiter_for_the_start() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiter = spawn_start_waiter(&task);
        task.request_stop(stop(now));
        task.decide_end(TaskEnd::Canceled { cause: StopCause::Cancel, failed: false });
        task.finish(now);
        assert!(join(waiter).is_err_and(|outcome| outcome.is_canceled()));
    });
}

/// Waits for the first attempt on another thread.
fn spawn_start_waiter(task: &Arc<TaskCell>) -> thread::JoinHandle<Result<(), Outcome>> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        let mut id = None;
        block_on(poll_fn(|context| task.poll_started(&mut id, context)))
    })
}
