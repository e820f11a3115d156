//! Models of the cell: what is asked of a task against what its actor does.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::thread;
use tokio::time::Instant;

use super::{block_on, cell, explore, join, outcome, overdue, stop, submission};
use crate::runtime::cell::{End, TaskCell};
use crate::task::{Phase, StopCause};

/// Asks for a stop on a thread of its own.
fn asks(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<bool> {
    let task = Arc::clone(task);
    thread::spawn(move || task.ask(stop(now)))
}

/// Asks for a stop on a thread of its own, and looks what the task does then.
fn asks_and_looks(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<Phase> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        assert!(task.ask(stop(now)));
        task.status().phase
    })
}

/// `enter`, `leave` × `ask`: an ask is seen by the poll that runs, or wakes the actor for another.
#[test]
fn an_ask_reaches_the_actor_whether_it_looks_or_waits() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let asker = asks(&task, now);
        block_on(poll_fn(|context| {
            let seen = task.enter();
            if seen.ask.is_some() {
                return Poll::Ready(());
            }
            task.leave(seen, context.waker());
            Poll::Pending
        }));
        assert!(join(asker));
    });
}

/// `enter`, `leave` × `ask` × `grant_turn`: of two wake-ups at once neither hides the other.
#[test]
fn an_ask_and_a_turn_at_once_are_both_seen() {
    explore(|| {
        let now = Instant::now();
        let task = submission("slot", now);
        let asker = asks(&task, now);
        let owner = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.grant_turn())
        };
        block_on(poll_fn(|context| {
            let seen = task.enter();
            if seen.ask.is_some() && seen.turn {
                return Poll::Ready(());
            }
            task.leave(seen, context.waker());
            Poll::Pending
        }));
        assert!(join(asker));
        join(owner);
    });
}

/// `ask` × `ask`: one is the first, and the earlier deadline stays, with who set it.
#[test]
fn of_two_who_ask_one_is_the_first_and_the_earlier_deadline_stays() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let asker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.ask(overdue(now)))
        };
        let first = task.ask(stop(now));
        assert!(first != join(asker));
        let seen = task.enter().ask;
        assert_eq!(seen.map(|ask| ask.deadline), Some(now));
    });
}

/// `ask` × `settle`, `end`: who asks is told whether it came before the end was decided, and changes nothing after it.
#[test]
fn an_ask_comes_before_the_end_is_decided_or_not_at_all() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let asker = asks(&task, now);
        let asked = task.enter().ask;
        task.settle(End::Completed);
        let stopping = task.status().stopping;
        task.end(now);
        let first = join(asker);
        assert_eq!(stopping, first, "it came late and was taken, or in time and was not");
        assert!(first || asked.is_none());
        assert!(!task.ask(overdue(now)));
        assert!(outcome(&task).is_completed());
    });
}

/// `ask` × `begin`: an attempt has begun when the ask returns, or never does.
#[test]
fn a_stop_asked_before_an_attempt_prevents_it() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let asker = asks_and_looks(&task, now);
        let began = task.begin(now).is_ok();
        let phase = join(asker);
        assert_eq!(matches!(phase, Phase::Running { .. }), began, "{phase}");
        assert_eq!(task.close_attempt(now, None).asked.map(|ask| ask.cause), Some(StopCause::Cancel));
        assert!(task.begin(now).is_err());
    });
}

/// `ask` × `close_attempt`, `sleep`: a sleep has begun when the ask returns, or never does; no ask is missed by both.
#[test]
fn a_stop_asked_before_a_sleep_prevents_it() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin(now).expect("nobody asked yet");
        let asker = asks_and_looks(&task, now);
        let asked = task.close_attempt(now, None).asked.is_some();
        let slept = task.sleep(now, now, 0).is_ok();
        let phase = join(asker);
        assert_eq!(matches!(phase, Phase::Sleeping { .. }), slept, "{phase}");
        assert!(!(asked && slept));
        assert!(task.begin(now).is_err());
    });
}

/// `token` × `ask`: whichever is first, the token is cancelled.
#[test]
fn a_token_made_while_a_stop_is_asked_is_cancelled() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin(now).expect("nobody asked yet");
        let asker = asks(&task, now);
        let token = task.token(attempt);
        assert!(join(asker));
        assert!(token.is_cancelled());
        assert!(task.is_cancelled(attempt));
    });
}

/// `token` × `close_attempt`, `begin`: a token that was made late is cancelled, and is not that of the next attempt.
#[test]
fn a_token_is_cancelled_with_its_attempt_and_not_with_another() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let first = task.begin(now).expect("nobody asked");
        let late = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.token(first))
        };
        task.close_attempt(now, None);
        let second = task.begin(now).expect("nobody asked");
        let token = task.token(second);
        assert!(join(late).is_cancelled());
        assert!(!token.is_cancelled());
        task.end(now);
        assert!(token.is_cancelled());
    });
}

/// `report_delay` × `grant_turn` × a poll of the actor: a report that is due is taken while the task waits, and none is left once
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
            thread::spawn(move || task.grant_turn())
        };
        block_on(poll_fn(|context| {
            let seen = task.enter();
            if seen.turn {
                return Poll::Ready(());
            }
            let _due = task.take_delay();
            task.leave(seen, context.waker());
            Poll::Pending
        }));
        join(reporter);
        join(owner);
        assert_eq!(task.take_delay(), None);
    });
}
