//! Models of a task that gives up and is paused, against a stop request, a resume, a restart, and waiters for the start.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World};
use super::{block_on, cell, explore, explore_within, join, policy, stop};
use crate::error::{FailureKind, TaskError};
use crate::policy::{MaxFailures, OnGiveUp, RareOptions};
use crate::runtime::body::erase;
use crate::runtime::cell::{InterruptError, ReadyPoll, TaskCell};
use crate::supervisor::TaskHandle;
use crate::task::{Outcome, Phase, StopCause};

const COUNTS: (u32, u32) = (1, 1);

/// A task whose first attempt has failed.
fn failed(now: Instant) -> Arc<TaskCell> {
    let task = cell("task", now);
    task.begin_attempt(now).expect("no stop was requested");
    task.finish_attempt(now, Some((FailureKind::Error, "down".into())));
    task
}

/// Waits on another thread for the readiness, for the start of the supervisor or as any other caller.
fn spawn_waiter(task: &Arc<TaskCell>, is_start: bool) -> thread::JoinHandle<ReadyPoll> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        let mut id = None;
        block_on(poll_fn(|context| task.poll_ready(is_start, &mut id, context)))
    })
}

fn spawn_stop_request(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<bool> {
    let task = Arc::clone(task);
    thread::spawn(move || task.request_stop(stop(now)))
}

fn has_given_up(task: &Arc<TaskCell>) -> bool {
    matches!(task.status().phase, Phase::Paused { gave_up: true })
}

/// `pause_after_give_up`, `end_poll`, `begin_poll` × `request_stop`: the stop request prevents the pause, or reaches the paused
/// actor.
#[test]
fn a_stop_request_beside_a_give_up_is_never_lost() {
    explore(|| {
        let now = Instant::now();
        let task = failed(now);
        let stopping = spawn_stop_request(&task, now);
        let mut paused = None;
        let stop = block_on(poll_fn(|context| {
            let view = task.begin_poll();
            if let Some(stop) = view.stop() {
                return Poll::Ready(stop);
            }
            if paused.is_none() {
                let result = task.pause_after_give_up(now, COUNTS);
                paused = Some(result.is_ok());
                if let Err(stop) = result {
                    return Poll::Ready(stop);
                }
            }
            task.end_poll(view, context.waker());
            Poll::Pending
        }));
        assert!(join(stopping));
        assert_eq!(stop.cause, StopCause::Cancel);
        assert_eq!(has_given_up(&task), paused == Some(true));
        assert_eq!(task.resume(now), Err(InterruptError::Stopping));
    });
}

/// `pause_after_give_up` × `request_stop` × `status`: a task whose stop was requested is not paused afterwards.
#[test]
fn no_task_gives_up_after_a_stop_request() {
    explore(|| {
        let now = Instant::now();
        let task = failed(now);
        let stopping = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                assert!(task.request_stop(stop(now)));
                has_given_up(&task)
            })
        };
        let paused = task.pause_after_give_up(now, COUNTS).is_ok();
        assert_eq!(join(stopping), paused);
    });
}

/// `poll_ready` for the start × `poll_ready` × `pause_after_give_up` × `request_stop`: the waiter for the start returns the
/// give-up, the other goes on waiting and returns the stop.
#[test]
fn a_give_up_wakes_a_waiter_for_the_start() {
    explore_within(3, || {
        let now = Instant::now();
        let task = failed(now);
        let (start, other) = (spawn_waiter(&task, true), spawn_waiter(&task, false));
        task.pause_after_give_up(now, COUNTS).expect("no stop was requested");
        assert_eq!(join(start), ReadyPoll::GaveUp);
        assert!(task.request_stop(stop(now)));
        assert_eq!(join(other), ReadyPoll::Ending);
    });
}

/// `poll_ready` for the start × `pause_after_give_up` × `request_stop`: the waiter resolves, whatever came first.
#[test]
fn a_waiter_for_the_start_resolves_at_a_give_up_or_a_stop() {
    explore_within(4, || {
        let now = Instant::now();
        let task = failed(now);
        let (start, stopping) = (spawn_waiter(&task, true), spawn_stop_request(&task, now));
        let paused = task.pause_after_give_up(now, COUNTS).is_ok();
        let found = join(start);
        assert!(found == ReadyPoll::Ending || paused && found == ReadyPoll::GaveUp, "{found:?}");
        assert!(join(stopping));
    });
}

/// Adds a task that gives up at its first failure and is paused then. Only its first attempt fails.
fn add(world: &World) -> Added {
    let options = RareOptions {
        max_failures: Some(MaxFailures::new(0, Duration::from_secs(3_600))),
        on_give_up: OnGiveUp::Pause,
        ..RareOptions::default()
    };
    let body = erase(|context| async move {
        // With a delay of its own, because a backoff delay is random.
        if context.attempt() == 1 { Err(TaskError::retry_after("down", Duration::ZERO)) } else { Ok(()) }
    });
    world.add_rare(policy(), options, "task", body)
}

/// Calls `resume` until a call finds the task paused. No later call could hide a lost resume.
fn resume_once(task: &TaskHandle) {
    while task.resume() == Ok(false) {
        thread::yield_now();
    }
}

/// The shipped actor that gives up × `resume`: the next attempt begins, and the status counts its failures anew.
#[test]
fn a_resume_of_a_task_that_gave_up_is_never_lost() {
    explore_within(4, || {
        let world = World::new();
        let task = add(&world);
        let handle = task.handle.clone();
        let running = task.spawn();
        resume_once(&handle);
        assert!(join(running).is_completed());
        assert_eq!((handle.status().attempt, handle.status().failures), (2, 0));
        assert!(world.is_empty());
    });
}

/// The shipped actor that gives up × `resume` × `cancel`: the task ends once, and is not left paused.
#[test]
fn a_stop_request_ends_a_task_that_gave_up() {
    explore_within(2, || {
        let world = World::new();
        let Added { handle, actor } = add(&world);
        let running = thread::spawn(move || block_on(actor));
        let resuming = {
            let handle = handle.clone();
            thread::spawn(move || resume_once(&handle))
        };
        handle.cancel();
        let end = block_on(handle.outcome());
        assert!(matches!(end, Outcome::Canceled { .. } | Outcome::Completed), "{end}");
        join(resuming);
        join(running);
        assert!(world.is_empty());
    });
}

/// The shipped actor that gives up × `restart`: an accepted restart is followed by another attempt, and a paused task refuses it.
#[test]
fn a_restart_beside_a_give_up_is_refused_or_followed() {
    explore_within(4, || {
        let world = World::new();
        let task = add(&world);
        let handle = task.handle.clone();
        let running = task.spawn();
        while handle.status().attempt == 0 {
            thread::yield_now();
        }
        if handle.restart().is_err() {
            resume_once(&handle);
        }
        assert!(join(running).is_completed());
        assert!(world.is_empty());
    });
}
