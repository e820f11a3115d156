//! Models of an attempt interrupt, against the steps of the actor, a stop request and a forced end.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World, until_cancelled};
use super::{GRACE, block_on, cell, explore, explore_within, join, overdue, stop};
use crate::policy::Config;
use crate::runtime::body::erase;
use crate::runtime::cell::{InterruptError, Request, RequestKind, STUCK_CONFIRMATION, TaskCell};
use crate::sync::{AtomicUsize, Ordering};
use crate::task::{InterruptCause, Outcome};

/// Interrupts the task on another thread.
fn spawn_interrupt(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<Result<(), InterruptError>> {
    let task = Arc::clone(task);
    thread::spawn(move || task.interrupt(InterruptCause::Restart, now, GRACE))
}

/// `begin_poll`, `end_poll` × `interrupt`: the current poll sees the interrupt of a running attempt, or the actor is polled
/// again.
#[test]
fn an_interrupt_reaches_an_actor_that_polls_or_waits() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let interrupting = spawn_interrupt(&task, now);
        block_on(poll_fn(|context| {
            let view = task.begin_poll();
            if matches!(view.request, Some(Request { kind: RequestKind::Interrupt(_), .. })) {
                return Poll::Ready(());
            }
            task.end_poll(view, context.waker());
            Poll::Pending
        }));
        assert_eq!(join(interrupting), Ok(()));
        assert!(task.finish_attempt(now, None).interrupt.is_some());
        assert!(task.begin_attempt(now).is_ok());
    });
}

/// `interrupt` × `finish_attempt`, `begin_sleep`, `begin_poll`: the interrupt ends the attempt or the wait after it, once.
#[test]
fn an_interrupt_ends_the_attempt_or_the_wait_after_it() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let interrupting = spawn_interrupt(&task, now);
        let ended_attempt = task.finish_attempt(now, None).interrupt.is_some();
        task.begin_sleep(now, now + GRACE, (1, 1), false).expect("no stop was requested");
        let ended_wait = block_on(poll_fn(|context| {
            if ended_attempt {
                return Poll::Ready(false);
            }
            let view = task.begin_poll();
            if view.interrupted_wait.is_some() {
                return Poll::Ready(true);
            }
            task.end_poll(view, context.waker());
            Poll::Pending
        }));
        assert_eq!(join(interrupting), Ok(()));
        assert!(ended_attempt != ended_wait);
        assert!(task.begin_poll().interrupted_wait.is_none(), "it was seen twice");
    });
}

/// `interrupt` × `request_stop`: the stop request is pending afterwards, and the interrupt is refused or replaced.
#[test]
fn a_stop_request_replaces_an_interrupt() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop was requested");
        let token = task.token(attempt);
        let interrupting = spawn_interrupt(&task, now);
        assert!(task.request_stop(stop(now)), "an interrupt is no stop request");
        assert!(matches!(join(interrupting), Ok(()) | Err(InterruptError::Stopping)));
        assert!(matches!(task.begin_poll().request, Some(Request { kind: RequestKind::Stop { .. }, .. })));
        assert!(token.is_cancelled());
        assert!(task.finish_attempt(now, None).interrupt.is_none());
        assert!(task.begin_attempt(now).is_err());
    });
}

/// `interrupt` × `force_end`: a task whose end is forced is not interrupted, and an interrupt forces no end.
#[test]
fn an_interrupt_never_forces_an_end() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        task.begin_poll();
        let interrupting = spawn_interrupt(&task, now);
        assert!(
            !task.force_end(now + 2 * GRACE) && !task.force_end(now + 4 * GRACE),
            "no stop was requested"
        );
        assert_eq!(join(interrupting), Ok(()));
        task.request_stop(overdue(now));
        let forced = task.force_end(now) || task.force_end(now + STUCK_CONFIRMATION);
        assert!(forced);
        assert_eq!(task.interrupt(InterruptCause::Restart, now, GRACE), Err(InterruptError::Ended));
    });
}

/// `restart` × the shipped actor × `cancel`: attempts do not overlap, and the task ends once.
#[test]
fn a_restarted_actor_begins_another_attempt_or_ends() {
    explore_within(3, || {
        let world = World::new();
        let running = Arc::new(AtomicUsize::new(0));
        let body = {
            let running = Arc::clone(&running);
            erase(move |context| {
                let before = running.fetch_add(1, Ordering::AcqRel);
                let running = Arc::clone(&running);
                async move {
                    context.cancelled().await;
                    running.fetch_sub(1, Ordering::AcqRel);
                    assert_eq!(before, 0, "two attempts overlap");
                    Ok(())
                }
            })
        };
        let Added { handle, actor } = world.add("task", body).expect("the name is free");
        let actor = thread::spawn(move || block_on(actor));
        let restarting = {
            let handle = handle.clone();
            thread::spawn(move || handle.restart().is_ok())
        };
        assert!(handle.cancel(), "a restart is no stop request");
        let end = block_on(handle.outcome());
        assert!(matches!(end, Outcome::Canceled { last_error: None, .. }), "{end}");
        join(restarting);
        join(actor);
        assert!(world.is_empty());
    });
}

/// `restart` × `cancel` × the shipped actor whose body returns `Canceled`: that is no failure, whichever request it has followed.
#[test]
fn a_stop_request_after_an_interrupt_makes_no_failure() {
    explore_within(3, || {
        let world = World::new();
        let Added { handle, actor } = world.add("task", until_cancelled()).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        let restarting = {
            let handle = handle.clone();
            thread::spawn(move || handle.restart().is_ok())
        };
        assert!(handle.cancel(), "a restart is no stop request");
        let end = block_on(handle.outcome());
        assert!(matches!(end, Outcome::Canceled { last_error: None, .. }), "{end}");
        join(restarting);
        join(running);
    });
}

/// A permit that is handed to a task × `restart` of that task: the permit is used or passed on.
#[test]
fn a_permit_of_an_interrupted_task_is_not_lost() {
    explore_within(3, || {
        let world = World::with(Config::default().with_max_concurrent(1), Vec::new());
        let first = world.add("first", erase(|_| async { Ok(()) })).expect("the name is free");
        let second = world.add("second", erase(|_| async { Ok(()) })).expect("the name is free");
        let handle = second.handle.clone();
        let (first, second) = (first.spawn(), second.spawn());
        let _ = handle.restart();
        for running in [first, second] {
            assert!(join(running).is_completed());
        }
        let permits = world.shared.permits.as_ref().map(|permits| permits.available_permits());
        assert_eq!(permits, Some(1), "the permit was not released");
    });
}

/// `restart` × a sleep between two attempts: no timer fires in a model, so that a missed restart would wait forever.
#[test]
fn a_restart_of_a_sleeping_task_is_never_missed() {
    explore_within(4, || {
        let world = World::new();
        let body = erase(|context| async move {
            match context.attempt() {
                1 => Err(crate::TaskError::retry_after("not yet", Duration::from_secs(3_600))),
                _ => Ok(()),
            }
        });
        let task = world.add("task", body).expect("the name is free");
        let handle = task.handle.clone();
        let running = task.spawn();
        // Until the second attempt has begun: a restart during the first one is spent on it.
        while handle.status().attempt < 2 && !handle.is_finished() {
            let _ = handle.restart();
            thread::yield_now();
        }
        assert!(join(running).is_completed());
    });
}

/// `restart` × `cancelled` of the attempt: the body is woken.
#[test]
fn an_interrupt_wakes_a_body_that_waits_for_cancellation() {
    explore_within(4, || {
        let world = World::new();
        let Added { handle, actor } = world.add("task", until_cancelled()).expect("the name is free");
        let actor = thread::spawn(move || block_on(actor));
        let _ = handle.restart();
        handle.cancel();
        assert!(block_on(handle.outcome()).is_canceled());
        join(actor);
    });
}
