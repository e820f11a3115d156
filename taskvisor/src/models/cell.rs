//! Models of the cell: what is asked of a task against what its actor does.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::thread;
use tokio::time::Instant;

use super::{block_on, cell, explore, join, outcome, overdue, stop, submission};
use crate::runtime::cell::{TaskCell, TaskEnd};
use crate::task::{Phase, StopCause};

/// Asks for a stop on a thread of its own.
fn requests_stop(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<bool> {
    let task = Arc::clone(task);
    thread::spawn(move || task.request_stop(stop(now)))
}

/// Asks for a stop on a thread of its own, and looks what the task does then.
fn requests_stop_and_reads_phase(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<Phase> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        assert!(task.request_stop(stop(now)));
        task.status().phase
    })
}

/// `enter`, `leave` × `ask`: an ask is seen by the poll that runs, or wakes the actor for another.
#[test]
fn an_ask_reaches_the_actor_whether_it_looks_or_waits() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requester = requests_stop(&task, now);
        block_on(poll_fn(|context| {
            let seen = task.begin_poll();
            if seen.stop.is_some() {
                return Poll::Ready(());
            }
            task.end_poll(seen, context.waker());
            Poll::Pending
        }));
        assert!(join(requester));
    });
}

/// `enter`, `leave` × `ask` × `grant_slot`: of two wake-ups at once neither hides the other.
#[test]
fn an_ask_and_a_turn_at_once_are_both_seen() {
    explore(|| {
        let now = Instant::now();
        let task = submission("slot", now);
        let requester = requests_stop(&task, now);
        let owner = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.grant_slot())
        };
        block_on(poll_fn(|context| {
            let seen = task.begin_poll();
            if seen.stop.is_some() && seen.owns_slot {
                return Poll::Ready(());
            }
            task.end_poll(seen, context.waker());
            Poll::Pending
        }));
        assert!(join(requester));
        join(owner);
    });
}

/// `ask` × `ask`: one is the first, and the earlier deadline stays, with who set it.
#[test]
fn of_two_who_ask_one_is_the_first_and_the_earlier_deadline_stays() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requester = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(overdue(now)))
        };
        let first = task.request_stop(stop(now));
        assert!(first != join(requester));
        let seen = task.begin_poll().stop;
        assert_eq!(seen.map(|stop| stop.deadline), Some(now));
    });
}

/// `ask` × `settle`, `end`: who asks is told whether it came before the end was decided, and changes nothing after it.
#[test]
fn an_ask_comes_before_the_end_is_decided_or_not_at_all() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requester = requests_stop(&task, now);
        let pending = task.begin_poll().stop;
        task.decide_end(TaskEnd::Completed);
        let stopping = task.status().stopping;
        task.finish(now);
        let first = join(requester);
        assert_eq!(stopping, first, "it came late and was taken, or in time and was not");
        assert!(first || pending.is_none());
        assert!(!task.request_stop(overdue(now)));
        assert!(outcome(&task).is_completed());
    });
}

/// `ask` × `begin`: an attempt has begun when the ask returns, or never does.
#[test]
fn a_stop_asked_before_an_attempt_prevents_it() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requester = requests_stop_and_reads_phase(&task, now);
        let began = task.begin_attempt(now).is_ok();
        let phase = join(requester);
        assert_eq!(matches!(phase, Phase::Running { .. }), began, "{phase}");
        assert_eq!(task.finish_attempt(now, None).stop.map(|stop| stop.cause), Some(StopCause::Cancel));
        assert!(task.begin_attempt(now).is_err());
    });
}

/// `ask` × `finish_attempt`, `sleep`: a sleep has begun when the ask returns, or never does; no ask is missed by both.
#[test]
fn a_stop_asked_before_a_sleep_prevents_it() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("nobody asked yet");
        let requester = requests_stop_and_reads_phase(&task, now);
        let stopped = task.finish_attempt(now, None).stop.is_some();
        let slept = task.begin_sleep(now, now, 0).is_ok();
        let phase = join(requester);
        assert_eq!(matches!(phase, Phase::Sleeping { .. }), slept, "{phase}");
        assert!(!(stopped && slept));
        assert!(task.begin_attempt(now).is_err());
    });
}

/// `token` × `ask`: whichever is first, the token is cancelled.
#[test]
fn a_token_made_while_a_stop_is_asked_is_cancelled() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("nobody asked yet");
        let requester = requests_stop(&task, now);
        let token = task.token(attempt);
        assert!(join(requester));
        assert!(token.is_cancelled());
        assert!(task.is_cancelled(attempt));
    });
}

/// `token` × `finish_attempt`, `begin`: a token that was made late is cancelled, and is not that of the next attempt.
#[test]
fn a_token_is_cancelled_with_its_attempt_and_not_with_another() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let first = task.begin_attempt(now).expect("no stop request");
        let late = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.token(first))
        };
        task.finish_attempt(now, None);
        let second = task.begin_attempt(now).expect("no stop request");
        let token = task.token(second);
        assert!(join(late).is_cancelled());
        assert!(!token.is_cancelled());
        task.finish(now);
        assert!(token.is_cancelled());
    });
}

/// `report_delay` × `grant_slot` × a poll of the actor: a report that is due is taken while the task waits, and none is left once
/// it owns its slot, where it would have the actor polled for ever.
#[test]
fn a_due_report_of_a_wait_is_taken_or_dropped_with_the_turn() {
    explore(|| {
        let task = submission("slot", Instant::now());
        let reporter = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.report_delay())
        };
        let owner = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.grant_slot())
        };
        block_on(poll_fn(|context| {
            let seen = task.begin_poll();
            if seen.owns_slot {
                return Poll::Ready(());
            }
            let _due = task.take_delay();
            task.end_poll(seen, context.waker());
            Poll::Pending
        }));
        join(reporter);
        join(owner);
        assert_eq!(task.take_delay(), None);
    });
}
