//! Models of a shutdown that lets a running attempt finish, against the steps of the actor and a later stop request.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World, at_once};
use super::{GRACE, block_on, explore, explore_within, join, outcome, policy, rare_cell, stop};
use crate::policy::{OnShutdown, RareOptions};
use crate::runtime::cell::{InterruptError, NotBegun, StopRequest, TaskCell, TaskEnd};
use crate::task::{InterruptCause, Outcome, StopCause};

fn options() -> RareOptions {
    RareOptions { on_shutdown: OnShutdown::Finish, ..RareOptions::default() }
}

fn task(now: Instant) -> Arc<TaskCell> {
    rare_cell("task", options(), now)
}

/// Shuts the task down on another thread. Returns whether its attempt finishes, and the number of attempts that had begun.
fn spawn_shutdown(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<(bool, u64)> {
    let task = Arc::clone(task);
    thread::spawn(move || {
        let finishes = task.allow_finish_or_stop(StopRequest::stop(StopCause::Shutdown, now, GRACE));
        (finishes, task.status().attempt)
    })
}

/// `allow_finish_or_stop` × `begin_attempt`, `finish_attempt`, `begin_sleep`, and the next attempt: none begins after the call.
#[test]
fn no_attempt_begins_after_the_attempt_that_finishes() {
    explore(|| {
        let now = Instant::now();
        let task = task(now);
        let stopping = spawn_shutdown(&task, now);
        // As in the actor, the first stop that a step finds ends the task.
        let mut found = None;
        for _ in 0..2 {
            match task.begin_attempt(now) {
                Ok(_) => {}
                Err(NotBegun::Stopped(stop)) => {
                    found = Some(stop);
                    break;
                }
                Err(NotBegun::Paused | NotBegun::Updated) => {
                    panic!("it is not paused, and its policy is not replaced")
                }
            }
            task.finish_attempt(now, None);
            found = task.begin_sleep(now, now, (0, 0), true).err();
            if found.is_some() {
                break;
            }
        }
        let (finishes, attempts) = join(stopping);
        assert_eq!(task.status().attempt, attempts, "an attempt began after the shutdown");
        assert!(!finishes || found.is_some(), "the attempt that finished was not the last one");
        assert!(found.is_none_or(|stop| stop.cause == StopCause::Shutdown));
        // The next step finds a stop that came later.
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Stopped(_))));
    });
}

/// `allow_finish_or_stop` × `request_stop` × `finish_attempt`, `begin_sleep`: the later request reaches the attempt or its end.
#[test]
fn a_stop_request_of_an_attempt_that_finishes_is_never_lost() {
    explore(|| {
        let now = Instant::now();
        let task = task(now);
        let attempt = task.begin_attempt(now).expect("no stop was requested");
        let stopping = spawn_shutdown(&task, now);
        let later = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(stop(now)))
        };
        let cancelled = task.is_cancelled(attempt);
        let seen = task.finish_attempt(now, None).stop;
        let slept = task.begin_sleep(now, now, (0, 0), true);
        let ((finishes, _), first) = (join(stopping), join(later));
        assert!(!cancelled || seen.is_some());
        assert!(!first || task.stop_requested(), "the request was lost");
        assert!(slept.is_ok() || task.stop_requested());
        assert!(!(finishes && slept.is_ok()), "another attempt would follow");
        assert!(task.begin_attempt(now).is_err() && !task.is_finishing());
    });
}

/// `allow_finish_or_stop` × `decide_end`, `finish`: a task that completes has completed.
#[test]
fn a_task_whose_attempt_finishes_completes() {
    explore(|| {
        let now = Instant::now();
        let task = task(now);
        task.begin_attempt(now).expect("no stop was requested");
        let stopping = spawn_shutdown(&task, now);
        let after = task.finish_attempt(now, None);
        let end = after.stop.map_or(TaskEnd::Completed, |stop| stop.end(false));
        task.decide_end(end);
        task.finish(now);
        let (finishes, _) = join(stopping);
        assert!(!finishes || after.stop.is_none(), "the attempt received a stop request");
        assert_eq!(outcome(&task).is_completed(), after.stop.is_none());
        assert!(!task.is_finishing());
    });
}

/// `allow_finish_or_stop` × `pause` × `interrupt` by a restart: an attempt that finishes is paused or restarted only before.
#[test]
fn no_operator_interrupts_an_attempt_that_finishes() {
    explore(|| {
        let now = Instant::now();
        let task = task(now);
        task.begin_attempt(now).expect("no stop was requested");
        let stopping = spawn_shutdown(&task, now);
        let pausing = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.pause(now, GRACE))
        };
        let restarted = task.interrupt(InterruptCause::Restart, now, GRACE);
        assert!(matches!(restarted, Ok(()) | Err(InterruptError::Stopping | InterruptError::Paused)));
        let paused = join(pausing);
        assert!(matches!(paused, Ok(true) | Err(InterruptError::Stopping)));
        let (finishes, _) = join(stopping);
        assert!(!(finishes && paused.is_ok()), "it was paused, and its attempt was to finish");
        assert_eq!(task.resume(now), Err(InterruptError::Stopping));
        task.finish_attempt(now, None);
        assert!(task.begin_sleep(now, now, (0, 0), true).is_err());
    });
}

/// `request_shutdown` × the shipped actor of a task that finishes its attempt × the driver: the task completes, or its first
/// attempt does not begin.
#[test]
fn a_shutdown_lets_the_attempt_of_a_shipped_actor_finish() {
    explore_within(2, || {
        let world = World::new();
        let driver = world.spawn_driver();
        let Added { handle, actor } = world.add_rare(policy(), options(), "task", at_once());
        let running = thread::spawn(move || block_on(actor));
        world.supervisor.stop();
        assert!(block_on(world.shared.wait_for_shutdown()).is_ok());
        match block_on(handle.outcome()) {
            Outcome::Completed => assert_eq!(handle.status().attempt, 1),
            Outcome::Canceled { .. } => assert_eq!(handle.status().attempt, 0),
            other => panic!("{other}"),
        }
        join(running);
        join(driver);
        world.assert_stopped();
    });
}
