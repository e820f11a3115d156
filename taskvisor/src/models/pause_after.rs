//! Models of a pause after the attempt, against the end of the attempt, a resume, a pause, and a stop request.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::{GRACE, cell, explore, join, stop};
use crate::runtime::cell::{InterruptError, NotBegun, TaskCell};

/// A task whose first attempt runs.
fn running(now: Instant) -> Arc<TaskCell> {
    let task = cell("task", now);
    task.begin_attempt(now).expect("no stop was requested");
    task
}

fn spawn<T: Send + 'static>(
    task: &Arc<TaskCell>,
    act: impl FnOnce(&TaskCell) -> T + Send + 'static,
) -> thread::JoinHandle<T> {
    let task = Arc::clone(task);
    thread::spawn(move || act(&task))
}

/// Ends an attempt that another one follows, as the actor does. Returns whether the task continues.
fn end_attempt(task: &TaskCell, now: Instant) -> bool {
    task.finish_attempt(now, None);
    task.begin_sleep(now, now + GRACE, (0, 0), false).is_ok()
}

/// `pause_after_attempt` × `finish_attempt`, `begin_sleep`: no attempt follows, wherever the request comes.
#[test]
fn no_attempt_follows_the_one_that_runs() {
    explore(|| {
        let now = Instant::now();
        let task = running(now);
        let pausing = spawn(&task, move |task| task.pause_after_attempt(now, GRACE));
        assert!(end_attempt(&task, now));
        assert_eq!(join(pausing), Ok(true));
        assert!(task.begin_poll().paused, "the actor does not see the pause");
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Paused)));
        task.begin_pause(now);
        assert!(task.status().phase.is_paused() && !task.status().pausing);
    });
}

/// `pause_after_attempt` × `resume` × the end of the attempt: the task is paused exactly if the resume came first.
#[test]
fn a_resume_takes_the_request_or_the_pause_back() {
    explore(|| {
        let now = Instant::now();
        let task = running(now);
        let pausing = spawn(&task, move |task| task.pause_after_attempt(now, GRACE));
        let resuming = spawn(&task, move |task| task.resume(now));
        assert!(end_attempt(&task, now));
        assert_eq!(join(pausing), Ok(true));
        let resumed = join(resuming).expect("no stop was requested");
        task.begin_poll();
        assert_eq!(task.begin_attempt(now).is_ok(), resumed);
        assert_eq!(task.resume(now), Ok(!resumed), "a pause is taken back once");
    });
}

/// `pause_after_attempt` × a stop request × the end of the attempt: the stop request wins.
#[test]
fn a_stop_request_wins_over_the_pause() {
    explore(|| {
        let now = Instant::now();
        let task = running(now);
        let pausing = spawn(&task, move |task| task.pause_after_attempt(now, GRACE));
        let stopping = spawn(&task, move |task| task.request_stop(stop(now)));
        let goes_on = end_attempt(&task, now);
        assert!(matches!(join(pausing), Ok(true) | Err(InterruptError::Stopping)));
        assert!(join(stopping));
        assert!(!goes_on || task.stop_requested());
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Stopped(_))));
    });
}

/// `pause_after_attempt` × `pause` × the end of the attempt: one pause, which one resume ends.
#[test]
fn a_pause_replaces_the_request() {
    explore(|| {
        let now = Instant::now();
        let task = running(now);
        let pausing = spawn(&task, move |task| task.pause(now, GRACE));
        let first = task.pause_after_attempt(now, GRACE).expect("no stop was requested");
        assert!(end_attempt(&task, now));
        let second = join(pausing).expect("no stop was requested");
        assert!(first || second);
        task.begin_poll();
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Paused)));
        assert_eq!((task.resume(now), task.resume(now)), (Ok(true), Ok(false)));
        task.begin_poll();
        assert_eq!(task.begin_attempt(now).ok(), Some(2));
    });
}
