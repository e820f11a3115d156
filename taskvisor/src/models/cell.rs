//! Models of the cell: ask, end, force, waiters, tokens.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use loom::future::block_on;
use loom::thread;
use std::sync::Arc;
use tokio::time::Instant;

use super::{GRACE, cell, explore, outcome};
use crate::cell::{Ask, End, TaskCell};
use crate::outcome::{Outcome, StopCause};

fn stop(now: Instant, grace: Duration) -> Ask {
    Ask::stop(StopCause::Cancel, now, grace)
}

/// An actor that does nothing but wait to be asked, and then ends.
fn wait_to_be_asked(cell: &TaskCell) {
    block_on(poll_fn(|context| match cell.enter(context.waker()) {
        Some(ask) => {
            cell.settle(End::Canceled { cause: ask.cause, failed: false });
            cell.end(ask.deadline);
            Poll::Ready(())
        }
        None => {
            cell.leave();
            Poll::Pending
        }
    }));
}

#[test]
fn an_end_wakes_every_waiter_whenever_it_registers() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let waiters: Vec<_> = (0..2)
            .map(|_| {
                let task = Arc::clone(&task);
                thread::spawn(move || outcome(&task))
            })
            .collect();
        task.settle(End::Completed);
        task.end(now);
        for waiter in waiters {
            assert!(waiter.join().is_ok_and(|outcome| outcome.is_completed()));
        }
    });
}

#[test]
fn an_ask_reaches_the_actor_whether_it_looks_or_waits() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let asker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.ask(stop(now, GRACE)))
        };
        wait_to_be_asked(&task);
        assert!(asker.join().is_ok_and(|first| first));
        assert!(outcome(&task).is_canceled());
    });
}

#[test]
fn of_two_who_ask_one_is_the_first_and_the_earlier_deadline_stays() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let asker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.ask(stop(now, Duration::ZERO)))
        };
        let first = task.ask(stop(now, GRACE));
        let other = asker.join().expect("the asker returns");
        assert!(first != other);
        let seen = block_on(poll_fn(|context| Poll::Ready(task.enter(context.waker()))));
        assert_eq!(seen.map(|ask| ask.deadline), Some(now));
    });
}

#[test]
fn a_forced_end_and_the_actors_own_are_never_both() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.ask(stop(now, Duration::ZERO));
        let actor = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                block_on(poll_fn(|context| Poll::Ready(task.enter(context.waker()))));
                let settled = task.settle(End::Completed);
                task.end(now);
                settled
            })
        };
        let forced = task.force(now);
        let seen = outcome(&task);
        let settled = actor.join().expect("the actor returns");
        assert_eq!(settled == End::Aborted, forced);
        assert_eq!(seen.is_aborted(), forced);
        assert_eq!(outcome(&task).is_aborted(), forced);
    });
}

#[test]
fn an_end_is_forced_only_inside_a_poll() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.ask(stop(now, Duration::ZERO));
        assert!(!task.force(now), "the actor is not inside a poll");
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || outcome(&task))
        };
        block_on(poll_fn(|context| Poll::Ready(task.enter(context.waker()))));
        task.leave();
        assert!(!task.force(now), "the actor left its poll");
        task.settle(End::Aborted);
        task.end(now);
        assert!(matches!(waiter.join(), Ok(Outcome::Aborted)));
    });
}

#[test]
fn a_token_made_while_a_stop_is_asked_is_cancelled() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin(now).expect("nobody asked yet");
        let asker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.ask(stop(now, GRACE)))
        };
        let token = task.token(attempt);
        assert!(asker.join().is_ok_and(|first| first));
        assert!(token.is_cancelled());
    });
}

#[test]
fn a_stop_asked_before_an_attempt_or_a_sleep_prevents_it() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let asker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.ask(stop(now, GRACE)))
        };
        let began = task.begin(now).is_ok();
        asker.join().expect("the asker returns");
        if began {
            task.close_attempt(now, None);
        }
        assert!(task.sleep(now, now).is_err());
        assert!(task.begin(now).is_err());
    });
}

#[test]
fn a_waiter_that_goes_away_leaves_the_others_in_place() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let stays = {
            let task = Arc::clone(&task);
            thread::spawn(move || outcome(&task))
        };
        let leaves = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                let mut place = None;
                block_on(poll_fn(|context| {
                    let _ = task.poll_outcome(&mut place, context);
                    Poll::Ready(())
                }));
                task.forget_waiter(place);
            })
        };
        task.settle(End::Completed);
        task.end(now);
        leaves.join().expect("it goes away");
        assert!(stays.join().is_ok_and(|outcome| outcome.is_completed()));
    });
}
