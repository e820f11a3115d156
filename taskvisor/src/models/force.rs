//! Models of a forced end: somebody ends, in its actor's place, a task that blocks inside a poll.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::{cell, explore, join, outcome, overdue, poll_once, submission};
use crate::cell::{Ask, End, Polled, TaskCell};
use crate::outcome::Rejection;
use crate::status::{Phase, WaitingOn};

/// A task that was asked to stop by now.
fn late(now: Instant) -> Arc<TaskCell> {
    let task = cell("task", now);
    task.ask(overdue(now));
    task
}

/// What the actor, having entered, does at the end of its poll.
fn leave(task: &TaskCell, seen: Polled) -> bool {
    poll_once(|context| task.leave(seen, context.waker()))
}

fn forces(task: &Arc<TaskCell>, now: Instant) -> thread::JoinHandle<bool> {
    let task = Arc::clone(task);
    thread::spawn(move || task.force(now))
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
        task.enter();
        let forcer = forces(&task, now);
        let waiter = {
            let task = Arc::clone(&task);
            thread::spawn(move || outcome(&task))
        };
        let settled = task.settle(End::Completed);
        task.end(now);
        let forced = join(forcer);
        assert_eq!(settled == End::Aborted, forced);
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
        task.enter();
        let forcer = forces(&task, now);
        let forced = task.force(now);
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
        assert!(!task.force(now), "the actor is not inside a poll");
        let forcer = forces(&task, now);
        let seen = task.enter();
        let gave_up = leave(&task, seen);
        assert!(gave_up || !task.force(now), "the actor left its poll");
        assert_eq!(join(forcer), gave_up);
    });
}

/// `force` × `ask`: no end is forced before a stop was asked and is due.
#[test]
fn an_end_is_forced_only_after_a_stop_was_asked() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.enter();
        let asker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.ask(overdue(now)))
        };
        let forced = task.force(now);
        assert!(!forced || task.status().stopping);
        let first = join(asker);
        assert!(first);
        assert!(forced != task.force(now), "the first that came after the ask did it");
    });
}

/// `force` × `ask` that rejects × `settle`: one that waits for its turn is forced to end as it was told to.
#[test]
fn what_is_rejected_ends_so_whoever_ends_it() {
    explore(|| {
        let now = Instant::now();
        let task = submission("slot", now);
        task.enter();
        let asker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.ask(Ask::reject(Rejection::Superseded, now)))
        };
        let forced = task.force(now);
        assert!(join(asker));
        let settled = task.settle(End::Rejected(Rejection::Superseded));
        task.end(now);
        assert_eq!(settled, End::Rejected(Rejection::Superseded));
        assert!(outcome(&task).is_rejected());
        assert!(!forced || task.status().stopping);
    });
}

/// `force` × `wait`, `begin`, `close_attempt`, `sleep` × `status`: nothing the actor does before the end hides that it is
/// stuck.
#[test]
fn what_was_forced_stays_stuck_until_the_end() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let seen = task.enter();
        let forcer = {
            let task = Arc::clone(&task);
            thread::spawn(move || {
                task.ask(overdue(now));
                let forced = task.force(now);
                (forced, is_stuck(&task))
            })
        };
        task.wait(WaitingOn::Permit, now);
        let began = task.begin(now).is_ok();
        if began {
            task.close_attempt(now, None);
            let _ = task.sleep(now, now, 0);
        }
        assert_eq!(join(forcer), (true, true));
        assert!(is_stuck(&task));
        assert!(leave(&task, seen));
        task.settle(End::Completed);
        task.end(now);
        assert!(matches!(task.status().phase, Phase::Ended(outcome) if outcome.is_aborted()));
    });
}
