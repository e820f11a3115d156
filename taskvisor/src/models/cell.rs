//! Models of the cell: stop requests against the steps of the actor.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::thread;
use tokio::time::Instant;

use super::{block_on, cell, explore, join, outcome, overdue, stop};
use crate::runtime::cell::{TaskCell, TaskEnd};
use crate::task::{Phase, StopCause};

/// Requests a stop on another thread.
fn spawn_stop_request(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<bool> {
    let task = Arc::clone(task);
    thread::spawn(move || task.request_stop(stop(now)))
}

/// Requests a stop on another thread, and returns the phase after it.
fn spawn_stop_request_and_read_phase(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<Phase> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        assert!(task.request_stop(stop(now)));
        task.status().phase
    })
}

/// `begin_poll`, `end_poll` × `request_stop`: the current poll sees the request, or the actor is polled again.
#[test]
fn a_stop_request_reaches_an_actor_that_polls_or_waits() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requester = spawn_stop_request(&task, now);
        block_on(poll_fn(|context| {
            let view = task.begin_poll();
            if view.stop().is_some() {
                return Poll::Ready(());
            }
            task.end_poll(view, context.waker());
            Poll::Pending
        }));
        assert!(join(requester));
    });
}

/// `request_stop` × `request_stop`: exactly one is the first, and the earlier deadline stays.
#[test]
fn of_two_stop_requests_the_earlier_deadline_stays() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requester = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(overdue(now)))
        };
        let first = task.request_stop(stop(now));
        assert!(first != join(requester));
        let pending = task.begin_poll().stop();
        assert_eq!(pending.map(|stop| stop.deadline), Some(now));
    });
}

/// `request_stop` × `decide_end`, `finish`: the request returns whether it preceded the decided end. After it, it changes
/// nothing.
#[test]
fn a_stop_request_precedes_the_decided_end_or_has_no_effect() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requester = spawn_stop_request(&task, now);
        let pending = task.begin_poll().stop();
        task.decide_end(TaskEnd::Completed);
        let stopping = task.status().stopping;
        task.finish(now);
        let first = join(requester);
        assert_eq!(stopping, first, "a late request was accepted, or a timely one was not");
        assert!(first || pending.is_none());
        assert!(!task.request_stop(overdue(now)));
        assert!(outcome(&task).is_completed());
    });
}

/// `request_stop` × `begin_attempt`: the attempt has begun when the request returns, or it never begins.
#[test]
fn a_stop_request_before_an_attempt_prevents_it() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requester = spawn_stop_request_and_read_phase(&task, now);
        let began = task.begin_attempt(now).is_ok();
        let phase = join(requester);
        assert_eq!(matches!(phase, Phase::Running { .. }), began, "{phase}");
        assert_eq!(task.finish_attempt(now, None).stop.map(|stop| stop.cause), Some(StopCause::Cancel));
        assert!(task.begin_attempt(now).is_err());
    });
}

/// `request_stop` × `finish_attempt`, `begin_sleep`: the sleep has begun when the request returns, or it never begins. One
/// of the two calls returns the request.
#[test]
fn a_stop_request_before_a_sleep_prevents_it() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let requester = spawn_stop_request_and_read_phase(&task, now);
        let stopped = task.finish_attempt(now, None).stop.is_some();
        let slept = task.begin_sleep(now, now, (0, 0), false).is_ok();
        let phase = join(requester);
        assert_eq!(matches!(phase, Phase::Sleeping { .. }), slept, "{phase}");
        assert!(!(stopped && slept));
        assert!(task.begin_attempt(now).is_err());
    });
}

/// `token` × `request_stop`: the token is canceled in either order.
#[test]
fn a_token_created_during_a_stop_request_is_cancelled() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop was requested");
        let requester = spawn_stop_request(&task, now);
        let token = task.token(attempt);
        assert!(join(requester));
        assert!(token.is_cancelled());
        assert!(task.is_cancelled(attempt));
    });
}

/// `token` × `finish_attempt`, `begin_attempt`: a token that is created late is canceled, and is not the token of the next
/// attempt.
#[test]
fn a_token_is_cancelled_with_its_own_attempt_only() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let first = task.begin_attempt(now).expect("no stop was requested");
        let late = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.token(first))
        };
        task.finish_attempt(now, None);
        let second = task.begin_attempt(now).expect("no stop was requested");
        let token = task.token(second);
        assert!(join(late).is_cancelled());
        assert!(!token.is_cancelled());
        task.finish(now);
        assert!(token.is_cancelled());
    });
}
