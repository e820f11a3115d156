//! Models of a forced end: a waiter ends a task whose actor is stuck inside a poll.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::{cell, explore, join, outcome, overdue, poll_once, submission};
use crate::runtime::cell::{PollView, STUCK_CONFIRMATION, StopRequest, TaskCell, TaskEnd, WaitsFor};
use crate::task::{Phase, Rejection};

/// Creates a task whose stop is due at `now`.
fn overdue_task(now: Instant) -> Arc<TaskCell> {
    let task = cell("task", now);
    task.request_stop(overdue(now));
    task
}

/// Ends a poll as the actor does. Returns whether the end was forced during the poll.
fn end_poll(task: &TaskCell, view: PollView) -> bool {
    poll_once(|context| task.end_poll(view, context.waker()))
}

/// Calls `force_end` twice, `STUCK_CONFIRMATION` apart.
fn force(task: &TaskCell, now: Instant) -> bool {
    task.force_end(now) || task.force_end(now + STUCK_CONFIRMATION)
}

fn spawn_force(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<bool> {
    let task = Arc::clone(task);
    thread::spawn(move || force(&task, now))
}

fn is_stuck(task: &Arc<TaskCell>) -> bool {
    matches!(task.status().phase, Phase::Stuck { .. })
}

/// `force_end` × `decide_end`, `finish` × `poll_outcome`: one end wins, and the waiter gets that one at any time.
#[test]
fn a_forced_end_or_the_actors_own_end_wins_for_all_waiters() {
    explore(|| {
        let now = Instant::now();
        let task = overdue_task(now);
        task.begin_poll();
        let forcer = spawn_force(&task, now);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || outcome(&task))
        };
        let decided = task.decide_end(TaskEnd::Completed);
        task.finish(now);
        let forced = join(forcer);
        assert_eq!(decided == TaskEnd::Aborted, forced);
        assert_eq!(join(waiter).is_aborted(), forced);
        assert_eq!(outcome(&task).is_aborted(), forced);
    });
}

/// `force_end` × `force_end`: exactly one of them ends the task.
#[test]
fn of_two_forced_ends_exactly_one_succeeds() {
    explore(|| {
        let now = Instant::now();
        let task = overdue_task(now);
        task.begin_poll();
        let forcer = spawn_force(&task, now);
        let forced = force(&task, now);
        assert!(forced != join(forcer));
        assert!(outcome(&task).is_aborted());
    });
}

/// `force_end` × `begin_poll`, `end_poll`: an end is forced only inside a poll, and `end_poll` returns that it was.
#[test]
fn an_end_is_forced_inside_a_poll_and_end_poll_reports_it() {
    explore(|| {
        let now = Instant::now();
        let task = overdue_task(now);
        assert!(!force(&task, now), "the actor is not inside a poll");
        let forcer = spawn_force(&task, now);
        let view = task.begin_poll();
        let stuck = end_poll(&task, view);
        assert!(stuck || !force(&task, now), "the actor is no longer inside a poll");
        assert_eq!(join(forcer), stuck);
    });
}

/// `force_end` × `request_stop`: no end is forced before a stop was requested and is due.
#[test]
fn an_end_is_forced_only_after_a_stop_request() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_poll();
        let requester = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(overdue(now)))
        };
        let forced = force(&task, now);
        assert!(!forced || task.status().stopping);
        let first = join(requester);
        assert!(first);
        assert!(
            forced != force(&task, now + 2 * STUCK_CONFIRMATION),
            "exactly one call after the request must succeed"
        );
    });
}

/// `force_end` × `request_stop` that rejects × `decide_end`: a queued submission ends as rejected, also if it is forced.
#[test]
fn a_rejected_submission_ends_as_rejected_even_if_forced() {
    explore(|| {
        let now = Instant::now();
        let task = submission("slot", now);
        task.begin_poll();
        let requester = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(StopRequest::reject(Rejection::Superseded, now)))
        };
        let forced = force(&task, now);
        assert!(join(requester));
        let decided = task.decide_end(TaskEnd::Rejected(Rejection::Superseded));
        task.finish(now);
        assert_eq!(decided, TaskEnd::Rejected(Rejection::Superseded));
        assert!(outcome(&task).is_rejected());
        assert!(!forced || task.status().stopping);
    });
}

/// `force_end` × `begin_wait`, `begin_attempt`, `finish_attempt`, `begin_sleep` × `status`: no step of the actor before
/// `finish` replaces the phase `Stuck`.
#[test]
fn a_task_whose_end_was_forced_stays_stuck_until_it_finishes() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let view = task.begin_poll();
        let forcer = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                task.request_stop(overdue(now));
                let forced = force(&task, now);
                (forced, is_stuck(&task))
            })
        };
        task.begin_wait(WaitsFor::Permit, now);
        let began = task.begin_attempt(now).is_ok();
        if began {
            task.finish_attempt(now, None);
            let _ = task.begin_sleep(now, now, (0, 0), false);
        }
        assert_eq!(join(forcer), (true, true));
        assert!(is_stuck(&task));
        assert!(end_poll(&task, view));
        task.decide_end(TaskEnd::Completed);
        task.finish(now);
        assert!(matches!(task.status().phase, Phase::Ended(outcome) if outcome.is_aborted()));
    });
}

/// `force_end` × `end_poll`, `begin_poll`: one observation of a poll never forces an end, however late it is. On an
/// overloaded machine a responsive body was once declared stuck after a single observation.
#[test]
fn one_observation_of_a_poll_does_not_force_an_end() {
    explore(|| {
        let now = Instant::now();
        let task = overdue_task(now);
        let view = task.begin_poll();
        assert!(!task.force_end(now + 9 * STUCK_CONFIRMATION), "the poll was observed once");
        let forcer = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.force_end(now + 10 * STUCK_CONFIRMATION))
        };
        let stuck = end_poll(&task, view);
        task.begin_poll();
        assert_eq!(join(forcer), stuck, "it was forced for a poll that had returned");
        assert!(stuck || force(&task, now + 11 * STUCK_CONFIRMATION), "the next poll was observed twice");
    });
}

/// `force_end` × `force_end`, with clock readings in the opposite order: that is no confirmation.
#[test]
fn an_observation_with_an_older_time_confirms_nothing() {
    explore(|| {
        let now = Instant::now();
        let task = overdue_task(now);
        task.begin_poll();
        let later = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.force_end(now + STUCK_CONFIRMATION / 2))
        };
        assert!(!task.force_end(now), "the observations are too close");
        assert!(!join(later), "the observations are too close");
    });
}
