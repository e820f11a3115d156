//! Models of a forced end: somebody ends, in its actor's place, a task that blocks inside a poll.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::{cell, explore, join, outcome, overdue, poll_once, submission};
use crate::runtime::cell::{PollView, STUCK_CONFIRMATION, StopRequest, TaskCell, TaskEnd};
use crate::task::{Phase, Rejection, WaitingOn};

/// A task that was asked to stop by now.
fn late(now: Instant) -> Arc<TaskCell> {
    let task = cell("task", now);
    task.request_stop(overdue(now));
    task
}

/// What the actor, having entered, does at the end of its poll.
fn leave(task: &TaskCell, seen: PollView) -> bool {
    poll_once(|context| task.end_poll(seen, context.waker()))
}

/// Looks twice, as far apart as it must be.
fn force(task: &TaskCell, now: Instant) -> bool {
    task.force_end(now) || task.force_end(now + STUCK_CONFIRMATION)
}

fn forces(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<bool> {
    let task = Arc::clone(task);
    thread::spawn(move || force(&task, now))
}

fn is_stuck(task: &TaskCell) -> bool {
    matches!(task.status().phase, Phase::Stuck { .. })
}

/// `force` × `settle`, `end` × `poll_outcome`: one end wins, and who waits sees that one, whenever it looks.
#[test]
fn of_a_forced_end_and_the_actors_own_one_wins_and_everybody_sees_it() {
    explore(|| {
        let now = Instant::now();
        let task = late(now);
        task.begin_poll();
        let forcer = forces(&task, now);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || outcome(&task))
        };
        let settled = task.decide_end(TaskEnd::Completed);
        task.finish(now);
        let forced = join(forcer);
        assert_eq!(settled == TaskEnd::Aborted, forced);
        assert_eq!(join(waiter).is_aborted(), forced);
        assert_eq!(outcome(&task).is_aborted(), forced);
    });
}

/// `force` × `force`: one of them ends it.
#[test]
fn of_two_who_force_an_end_one_does() {
    explore(|| {
        let now = Instant::now();
        let task = late(now);
        task.begin_poll();
        let forcer = forces(&task, now);
        let forced = force(&task, now);
        assert!(forced != join(forcer));
        assert!(outcome(&task).is_aborted());
    });
}

/// `force` × `enter`, `leave`: it is forced only inside a poll, and the actor that leaves it is told.
#[test]
fn an_end_is_forced_only_inside_a_poll_and_the_actor_learns_of_it() {
    explore(|| {
        let now = Instant::now();
        let task = late(now);
        assert!(!force(&task, now), "the actor is not inside a poll");
        let forcer = forces(&task, now);
        let seen = task.begin_poll();
        let gave_up = leave(&task, seen);
        assert!(gave_up || !force(&task, now), "the actor left its poll");
        assert_eq!(join(forcer), gave_up);
    });
}

/// `force` × `ask`: no end is forced before a stop was asked and is due.
#[test]
fn an_end_is_forced_only_after_a_stop_was_asked() {
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
            "the first that came after the ask did it"
        );
    });
}

/// `force` × `ask` that rejects × `settle`: one that waits for its turn is forced to end as it was told to.
#[test]
fn what_is_rejected_ends_so_whoever_ends_it() {
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
        let settled = task.decide_end(TaskEnd::Rejected(Rejection::Superseded));
        task.finish(now);
        assert_eq!(settled, TaskEnd::Rejected(Rejection::Superseded));
        assert!(outcome(&task).is_rejected());
        assert!(!forced || task.status().stopping);
    });
}

/// `force` × `wait`, `begin`, `finish_attempt`, `sleep` × `status`: nothing the actor does before the end hides that it is
/// stuck.
#[test]
fn what_was_forced_stays_stuck_until_the_end() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let seen = task.begin_poll();
        let forcer = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                task.request_stop(overdue(now));
                let forced = force(&task, now);
                (forced, is_stuck(&task))
            })
        };
        task.begin_wait(WaitingOn::Permit, now);
        let began = task.begin_attempt(now).is_ok();
        if began {
            task.finish_attempt(now, None);
            let _ = task.begin_sleep(now, now, 0);
        }
        assert_eq!(join(forcer), (true, true));
        assert!(is_stuck(&task));
        assert!(leave(&task, seen));
        task.decide_end(TaskEnd::Completed);
        task.finish(now);
        assert!(matches!(task.status().phase, Phase::Ended(outcome) if outcome.is_aborted()));
    });
}

/// `force` × `leave`, `enter`: a poll that is seen for the first time is never the last, however late it is. On a machine that
/// is overloaded a body that polls was given up because it was seen inside a poll once.
#[test]
fn a_body_is_not_given_up_for_a_poll_that_was_seen_once() {
    explore(|| {
        let now = Instant::now();
        let task = late(now);
        let seen = task.begin_poll();
        assert!(!task.force_end(now + 9 * STUCK_CONFIRMATION), "the poll was seen once");
        let looking = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.force_end(now + 10 * STUCK_CONFIRMATION))
        };
        let gave_up = leave(&task, seen);
        task.begin_poll();
        assert_eq!(join(looking), gave_up, "it was given up for a poll that was over");
        assert!(gave_up || force(&task, now + 11 * STUCK_CONFIRMATION), "the poll after it was seen twice");
    });
}

/// `force` × `force`, with times that were read in another order than they look in: that is no second look.
#[test]
fn a_look_with_an_older_time_gives_nobody_up() {
    explore(|| {
        let now = Instant::now();
        let task = late(now);
        task.begin_poll();
        let later = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.force_end(now + STUCK_CONFIRMATION / 2))
        };
        assert!(!task.force_end(now), "nobody saw it long enough");
        assert!(!join(later), "nobody saw it long enough");
    });
}
