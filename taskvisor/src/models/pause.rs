//! Models of a pause and of its end, against the steps of the actor, a stop request, a restart, the expiry of a submission, and the
//! permits.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World, at_once, until_cancelled};
use super::{GRACE, block_on, cell, explore, explore_within, join, outcome, stop, submission};
use crate::policy::Config;
use crate::runtime::body::erase;
use crate::runtime::cell::{InterruptError, NotBegun, StopKind, TaskCell, TaskEnd};
use crate::supervisor::TaskHandle;
use crate::task::{InterruptCause, Outcome, Rejection};

const HOUR: Duration = Duration::from_secs(3_600);

/// Pauses the task on another thread. Returns the number of attempts that had begun when it was paused.
fn spawn_pause(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<Result<u64, InterruptError>> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        let paused = task.pause(now, GRACE)?;
        assert!(paused, "it is the only pause");
        Ok(task.status().attempt)
    })
}

/// `pause` × `begin_attempt`, `begin_poll_and_attempt`: the attempt has begun when the pause returns, or it does not begin.
#[test]
fn no_attempt_begins_after_a_pause() {
    for begins_with_poll in [false, true] {
        explore(move || {
            let now = Instant::now();
            let task = cell("task", now);
            let pausing = spawn_pause(&task, now);
            let began = if begins_with_poll {
                let (view, attempt) = task.begin_poll_and_attempt(now);
                assert_eq!(view.paused, attempt.is_none(), "the poll does not know why no attempt began");
                attempt.is_some()
            } else {
                task.begin_attempt(now).is_ok()
            };
            assert_eq!(join(pausing), Ok(u64::from(began)), "an attempt began after the pause");
            task.finish_attempt(now, None);
            assert!(matches!(task.begin_attempt(now), Err(NotBegun::Paused)));
            assert_eq!(task.begin_poll_and_attempt(now).1, None);
        });
    }
}

/// `pause` × `begin_poll`, `end_poll` of an actor before its first attempt, in an attempt, in a sleep, or of a submission that
/// expires: the current poll sees the pause, or the actor is polled again.
#[test]
fn a_pause_reaches_an_actor_that_polls_or_waits() {
    let prepare: [fn(&TaskCell, Instant); 4] = [
        |_, _| {},
        |task, now| {
            task.begin_attempt(now).expect("no stop was requested");
        },
        |task, now| {
            task.begin_attempt(now).expect("no stop was requested");
            task.finish_attempt(now, None);
            task.begin_sleep(now, now + GRACE, (0, 0), true).expect("no stop was requested");
        },
        |task, now| task.set_expiry(now + HOUR),
    ];
    for prepare in prepare {
        explore(move || {
            let now = Instant::now();
            let task = cell("task", now);
            prepare(&task, now);
            let pausing = spawn_pause(&task, now);
            block_on(poll_fn(|context| {
                let view = task.begin_poll();
                if view.paused {
                    return Poll::Ready(());
                }
                task.end_poll(view, context.waker());
                Poll::Pending
            }));
            assert!(join(pausing).is_ok());
            assert!(!task.is_ready());
        });
    }
}

/// `pause` × `begin_sleep`, then `begin_poll`: the pause ends the sleep, and is never lost in it.
#[test]
fn a_pause_during_the_begin_of_a_sleep_is_not_lost() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let pausing = spawn_pause(&task, now);
        let ended_attempt = task.finish_attempt(now, None).interrupt.is_some();
        task.begin_sleep(now, now + GRACE, (0, 0), true).expect("no stop was requested");
        assert_eq!(join(pausing), Ok(1));
        let view = task.begin_poll();
        assert!(view.paused);
        assert!(ended_attempt != view.interrupted_wait.is_some(), "the interrupt was lost, or seen twice");
        task.begin_pause(now);
        assert!(task.status().phase.is_paused());
    });
}

/// `resume` × `begin_poll_and_attempt`, `begin_pause`, `end_poll`: the attempt begins.
#[test]
fn a_resume_reaches_an_actor_that_polls_or_waits() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.pause(now, GRACE).expect("no stop was requested");
        let resuming = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.resume(now))
        };
        block_on(poll_fn(|context| {
            let (view, attempt) = task.begin_poll_and_attempt(now);
            if attempt.is_some() {
                return Poll::Ready(());
            }
            task.begin_pause(now);
            task.end_poll(view, context.waker());
            Poll::Pending
        }));
        assert_eq!(join(resuming), Ok(true));
        assert!(!task.status().phase.is_paused());
    });
}

/// Pauses a task and resumes it at once. No attempt begins in between.
fn pause_and_resume(task: &TaskHandle) {
    if task.pause().is_ok() {
        let attempt = task.status().attempt;
        thread::yield_now();
        assert_eq!(task.status().attempt, attempt, "an attempt began while the task was paused");
        let _ = task.resume();
    }
}

/// `pause`, `resume` × the shipped actor of a task, without and with a permit: it goes on to its end.
#[test]
fn a_resume_is_never_lost() {
    for max_concurrent in [None, Some(1)] {
        explore_within(3, move || {
            let world = World::with(Config::default().with_max_concurrent(max_concurrent), Vec::new());
            let task = world.add("task", at_once()).expect("the name is free");
            let handle = task.handle.clone();
            let running = task.spawn();
            pause_and_resume(&handle);
            assert!(join(running).is_completed());
            assert!(world.is_empty());
        });
    }
}

/// `pause`, `resume` × the shipped actor of a submission that expires later, without and with a permit: it goes on to its end. No
/// interrupt goes with such a pause, because that would replace the expiry.
#[test]
fn a_resume_of_a_submission_that_expires_is_never_lost() {
    for max_concurrent in [None, Some(1)] {
        explore_within(3, move || {
            let world = World::with(Config::default().with_max_concurrent(max_concurrent), Vec::new());
            let (task, _) = world.submit_expiring(at_once(), world.now + HOUR);
            let handle = task.handle.clone();
            let running = task.spawn();
            pause_and_resume(&handle);
            assert!(join(running).is_completed());
            assert!(world.is_empty());
        });
    }
}

/// `pause` × `resume` on another thread × the shipped actor × `resume`: whatever comes first, the last call decides.
#[test]
fn a_pause_and_a_resume_of_two_threads_leave_no_actor_asleep() {
    explore_within(2, || {
        let world = World::with(Config::default().with_max_concurrent(1), Vec::new());
        let task = world.add("task", at_once()).expect("the name is free");
        let handle = task.handle.clone();
        let running = task.spawn();
        let pausing = {
            let handle = handle.clone();
            thread::spawn(move || drop(handle.pause()))
        };
        let _ = handle.resume();
        join(pausing);
        let _ = handle.resume();
        assert!(join(running).is_completed());
    });
}

/// `pause` × `cancel` × the shipped actor, without and with a permit: the stop wins, and ends the task once.
#[test]
fn a_stop_request_ends_a_task_that_is_paused() {
    for max_concurrent in [None, Some(1)] {
        explore_within(3, move || {
            let world = World::with(Config::default().with_max_concurrent(max_concurrent), Vec::new());
            let Added { handle, actor } = world.add("task", until_cancelled()).expect("the name is free");
            let running = thread::spawn(move || block_on(actor));
            let pausing = {
                let handle = handle.clone();
                thread::spawn(move || drop(handle.pause()))
            };
            assert!(handle.cancel(), "a pause is no stop request");
            let end = block_on(handle.outcome());
            assert!(matches!(end, Outcome::Canceled { last_error: None, .. }), "{end}");
            join(pausing);
            join(running);
            assert!(world.is_empty());
        });
    }
}

/// `pause` × `request_stop`: the stop request is pending afterwards, and the pause is refused or has no effect.
#[test]
fn a_pause_replaces_no_stop_request() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let pausing = spawn_pause(&task, now);
        assert!(task.request_stop(stop(now)), "a pause is no stop request");
        assert!(matches!(join(pausing), Ok(1) | Err(InterruptError::Stopping)));
        assert!(task.begin_poll().stop().is_some());
        assert_eq!(task.resume(now), Err(InterruptError::Stopping));
        let after = task.finish_attempt(now, None);
        assert!(after.stop.is_some() && after.interrupt.is_none());
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Stopped(_))));
    });
}

/// `pause` × `begin_attempt` of a submission at its expiry × `resume`: it ends as expired, also if it was paused.
#[test]
fn a_pause_loses_no_expiry() {
    explore(|| {
        let now = Instant::now();
        let task = submission("slot", now);
        task.set_expiry(now);
        let pausing = spawn_pause(&task, now);
        let resuming = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.resume(now))
        };
        let stop = match task.begin_attempt(now) {
            Ok(_) => panic!("it began at its expiry"),
            Err(NotBegun::Updated) => panic!("its policy is not replaced"),
            Err(NotBegun::Stopped(stop)) => stop,
            // As the actor, which waits for the expiry.
            Err(NotBegun::Paused) => {
                assert_eq!(task.begin_pause(now).expiry, Some(now), "the expiry was lost");
                task.expire(now)
            }
        };
        assert_eq!(stop.kind, StopKind::Reject(Rejection::Expired));
        assert!(matches!(join(pausing), Ok(0) | Err(InterruptError::Stopping)));
        assert!(matches!(join(resuming), Ok(_) | Err(InterruptError::Stopping)));
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Stopped(_))));
    });
}

/// `pause` × `expire` × `request_stop`: exactly one stop is the first and decides the end, which the pause does not change.
#[test]
fn a_paused_submission_that_expires_or_stops_ends_once() {
    explore(|| {
        let now = Instant::now();
        let task = submission("slot", now);
        task.set_expiry(now);
        let pausing = spawn_pause(&task, now);
        let canceling = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(stop(now)))
        };
        let decides = task.expire(now);
        let canceled = join(canceling);
        let _ = join(pausing);
        let expected = if canceled { StopKind::Stop } else { StopKind::Reject(Rejection::Expired) };
        assert_eq!(decides.kind, expected);
        assert_eq!(task.begin_poll().stop().map(|stop| stop.kind), Some(expected));
        task.decide_end(decides.end(false));
        task.finish(now);
        assert_eq!(outcome(&task).is_canceled(), canceled);
    });
}

/// `pause` × `interrupt` by a restart × `finish_attempt`: the restart is accepted before the pause or refused, one interrupt ends the
/// attempt, and no attempt begins afterwards.
#[test]
fn a_restart_does_not_resume_a_paused_task() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let pausing = spawn_pause(&task, now);
        let restarting = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.interrupt(InterruptCause::Restart, now, GRACE))
        };
        let interrupt = task.finish_attempt(now, None).interrupt;
        let restarted = join(restarting);
        assert_eq!(join(pausing), Ok(1));
        assert!(matches!(restarted, Ok(()) | Err(InterruptError::Paused)));
        assert!(interrupt != Some(InterruptCause::Restart) || restarted == Ok(()));
        let view = task.begin_poll();
        assert!(interrupt.is_some() || view.interrupted_wait.is_some(), "the interrupt was lost");
        assert!(view.paused && matches!(task.begin_attempt(now), Err(NotBegun::Paused)));
        assert_eq!(task.interrupt(InterruptCause::Restart, now, GRACE), Err(InterruptError::Paused));
    });
}

/// `pause` × `decide_end`: the pause has no effect once the end is decided.
#[test]
fn a_pause_precedes_the_decided_end_or_is_refused() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let pausing = spawn_pause(&task, now);
        task.finish_attempt(now, None);
        task.decide_end(TaskEnd::Completed);
        let paused = task.begin_poll().paused;
        task.begin_pause(now);
        assert!(!task.status().phase.is_paused(), "a task that has ended is not paused");
        assert_eq!(join(pausing), if paused { Ok(1) } else { Err(InterruptError::Ended) });
        task.finish(now);
        assert!(outcome(&task).is_completed());
    });
}

/// A permit × the actors of two tasks × `pause` of one: the other one gets the permit while that one is paused.
#[test]
fn a_paused_task_passes_its_permit_on() {
    explore_within(2, || {
        let world = World::with(Config::default().with_max_concurrent(1), Vec::new());
        let body = erase(|context| async move {
            // The first attempt keeps the permit until it is interrupted.
            if context.attempt() == 1 {
                context.cancelled().await;
            }
            Ok(())
        });
        let paused = world.add("paused", body).expect("the name is free");
        let other = world.add("other", at_once()).expect("the name is free");
        let handle = paused.handle.clone();
        let (paused, other) = (paused.spawn(), other.spawn());
        assert_eq!(handle.pause(), Ok(true));
        assert!(join(other).is_completed());
        assert!(handle.status().attempt <= 1, "an attempt began while the task was paused");
        assert_eq!(handle.resume(), Ok(true));
        // Paused before its first attempt, it still waits in that one.
        while handle.status().attempt < 2 && !handle.is_finished() {
            let _ = handle.restart();
            thread::yield_now();
        }
        assert!(join(paused).is_completed());
        let permits = world.shared.permits.as_ref().map(|permits| permits.available_permits());
        assert_eq!(permits, Some(1), "the permit was not released");
    });
}
