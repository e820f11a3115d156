//! Models of a limit that an attempt has exceeded, which interrupts it, against a stop request, a pause and a forced end.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::World;
use super::{GRACE, cell, explore, explore_within, join, outcome, overdue, stop};
use crate::error::{FailureKind, TaskError};
use crate::runtime::body::erase;
use crate::runtime::cell::{InterruptError, NotBegun, STUCK_CONFIRMATION, TaskCell, TaskEnd};
use crate::task::InterruptCause;

/// A task whose actor polls the body of its first attempt.
fn running(now: Instant) -> Arc<TaskCell> {
    let task = cell("task", now);
    task.begin_attempt(now).expect("no stop was requested");
    task
}

/// Ends the attempt and then the task, as the actor does after a limit.
fn end(task: &TaskCell, now: Instant) -> TaskEnd {
    let after = task.finish_attempt(now, Some((FailureKind::Timeout, "too slow".into())));
    let end = after.stop.map_or(TaskEnd::Failed, |stop| stop.end(true));
    let decided = task.decide_end(end);
    task.finish(now);
    decided
}

/// `interrupt` by a limit × `request_stop` × `force_end` × the end of the attempt and of the task: one end, which all waiters get,
/// and which is forced only after the stop request.
#[test]
fn a_limit_a_stop_and_a_forced_end_end_the_task_once() {
    for cause in [InterruptCause::Timeout, InterruptCause::Stalled] {
        explore_within(3, move || {
            let now = Instant::now();
            let task = running(now);
            task.begin_poll();
            let stopping = {
                let task = Arc::clone(&task);
                thread::spawn(move || task.request_stop(overdue(now)))
            };
            let forcing = {
                let task = Arc::clone(&task);
                thread::spawn(move || {
                    let forced = task.force_end(now) || task.force_end(now + STUCK_CONFIRMATION);
                    assert!(!forced || task.stop_requested(), "a limit forced an end");
                    forced
                })
            };
            let interrupted = task.interrupt(cause, now, Duration::ZERO);
            assert!(matches!(interrupted, Ok(()) | Err(InterruptError::Stopping | InterruptError::Ended)));
            let decided = end(&task, now);
            let (stopped, forced) = (join(stopping), join(forcing));
            assert_eq!(decided == TaskEnd::Aborted, forced);
            assert!(stopped || decided == TaskEnd::Failed);
            let outcome = outcome(&task);
            assert_eq!(
                (outcome.is_aborted(), outcome.is_failed()),
                (forced, decided == TaskEnd::Failed),
                "{outcome}"
            );
        });
    }
}

/// `interrupt` by a limit × `request_stop` × `finish_attempt`: the stop request replaces the interrupt or refuses it, and is not
/// lost.
#[test]
fn a_stop_request_replaces_a_limit() {
    explore(|| {
        let now = Instant::now();
        let task = running(now);
        let stopping = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(stop(now)))
        };
        let interrupted = task.interrupt(InterruptCause::Stalled, now, GRACE).is_ok();
        let after = task.finish_attempt(now, None);
        assert!(join(stopping));
        assert!(after.stop.is_some() != after.interrupt.is_some(), "both or none has ended the attempt");
        assert!(interrupted || after.stop.is_some());
        assert!(task.stop_requested());
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Stopped(_))));
    });
}

/// `interrupt` by a limit × `pause` × `finish_attempt`: the attempt ends for the first cause, and the task is paused after
/// it.
#[test]
fn a_pause_and_a_limit_end_the_attempt_once() {
    explore(|| {
        let now = Instant::now();
        let task = running(now);
        let pausing = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.pause(now, GRACE))
        };
        assert_eq!(task.interrupt(InterruptCause::Timeout, now, GRACE), Ok(()));
        let cause = task.finish_attempt(now, None).interrupt;
        assert_eq!(join(pausing), Ok(true));
        let view = task.begin_poll();
        match cause {
            Some(InterruptCause::Timeout) => {}
            Some(InterruptCause::Pause) => assert_eq!(view.interrupted_wait, None, "it was seen twice"),
            other => panic!("{other:?}"),
        }
        assert!(view.paused && matches!(task.begin_attempt(now), Err(NotBegun::Paused)));
    });
}

/// The shipped actor of a task whose attempt fails at its limit × `pause`: the pause ends its wait for the next attempt too, and is
/// not lost. No timer fires in a model, so that the wait would last for ever.
#[test]
fn a_pause_ends_the_wait_after_an_exceeded_limit() {
    explore_within(3, || {
        let world = World::new();
        let body = erase(|context| async move {
            if context.attempt() > 1 {
                return Ok(());
            }
            context.cancelled().await;
            Err(TaskError::retry_after("too slow", Duration::from_secs(3_600)))
        });
        let task = world.add("task", body).expect("the name is free");
        let handle = task.handle.clone();
        let running = task.spawn();
        while handle.status().attempt == 0 {
            thread::yield_now();
        }
        assert_eq!(handle.cell().interrupt(InterruptCause::Timeout, world.now, GRACE), Ok(()));
        assert_eq!(handle.pause(), Ok(true));
        while !handle.status().phase.is_paused() {
            thread::yield_now();
        }
        assert_eq!(handle.status().attempt, 1);
        assert_eq!(handle.resume(), Ok(true));
        assert!(join(running).is_completed());
    });
}
