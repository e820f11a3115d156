//! Models of the heartbeat of a running attempt, which any thread sends, against the timer of the actor and the next attempt.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::{explore, join, rare_cell, stop};
use crate::policy::RareOptions;
use crate::runtime::cell::TaskCell;
use crate::sync::{AtomicBool, Ordering};

const LIMIT: Duration = Duration::from_secs(10);

/// A task whose first attempt has begun and has to send heartbeats.
fn beating(now: Instant) -> Arc<TaskCell> {
    let options = RareOptions { heartbeat: Some(LIMIT), ..RareOptions::default() };
    let task = rare_cell("task", options, now);
    begin(&task, now);
    task
}

/// Begins an attempt as the actor does.
fn begin(task: &TaskCell, now: Instant) {
    let attempt = task.begin_attempt(now).expect("no stop was requested");
    task.rare().expect("it has rare options").heartbeat().begin(attempt, now);
}

fn beat(task: &TaskCell, attempt: u64, now: Instant) {
    task.rare().expect("it has rare options").heartbeat().beat(attempt, now);
}

fn spawn_beat(task: &Arc<TaskCell>, attempt: u64, now: Instant) -> thread::JoinHandle<()> {
    let task = Arc::clone(task);
    thread::spawn(move || beat(&task, attempt, now))
}

/// `beat` × `heartbeat_due`, twice: a heartbeat that is visible when the timer is checked again postpones it.
#[test]
fn a_heartbeat_that_is_visible_at_the_alarm_wins() {
    explore(|| {
        let now = Instant::now();
        let task = beating(now);
        let is_visible = Arc::new(AtomicBool::new(false));
        let beating = {
            let (task, is_visible) = (Arc::clone(&task), Arc::clone(&is_visible));
            thread::spawn(move || {
                beat(&task, 1, now + LIMIT);
                is_visible.store(true, Ordering::Release);
            })
        };
        let alarm = task.heartbeat_due();
        // The timer fires, and the actor reads the time again.
        let is_visible = is_visible.load(Ordering::Acquire);
        let again = task.heartbeat_due();
        assert!([alarm, again].iter().all(|due| [Some(now + LIMIT), Some(now + 2 * LIMIT)].contains(due)));
        assert!(!is_visible || again == Some(now + 2 * LIMIT), "the heartbeat was missed");
        join(beating);
        assert_eq!(task.heartbeat_due(), Some(now + 2 * LIMIT));
    });
}

/// `beat` × `beat` × `heartbeat_due`: the time never moves back, and the later heartbeat stays.
#[test]
fn of_two_heartbeats_the_later_one_stays() {
    explore(|| {
        let now = Instant::now();
        let task = beating(now);
        let beats = [spawn_beat(&task, 1, now + LIMIT), spawn_beat(&task, 1, now + 2 * LIMIT)];
        let (earlier, later) = (task.heartbeat_due(), task.heartbeat_due());
        assert!(earlier <= later, "the time has moved back");
        for beat in beats {
            join(beat);
        }
        assert_eq!(task.heartbeat_due(), Some(now + 3 * LIMIT));
    });
}

/// `beat` of an attempt × its end and the start of the next one: a late heartbeat moves the timer of the next attempt neither back
/// nor past what its start allows.
#[test]
fn a_late_heartbeat_leaves_the_alarm_of_the_next_attempt() {
    explore(|| {
        let now = Instant::now();
        let task = beating(now);
        // Its thread has read the clock before the next attempt began.
        let late = spawn_beat(&task, 1, now + LIMIT);
        task.finish_attempt(now + LIMIT, None);
        assert_eq!(task.heartbeat_due(), None, "no attempt runs");
        begin(&task, now + 2 * LIMIT);
        join(late);
        assert_eq!(task.heartbeat_due(), Some(now + 3 * LIMIT));
    });
}

/// `beat` of an attempt that has ended × `beat` of the next one: the first one has no effect, with any time.
#[test]
fn a_heartbeat_of_an_ended_attempt_has_no_effect() {
    explore(|| {
        let now = Instant::now();
        let task = beating(now);
        task.finish_attempt(now, None);
        begin(&task, now);
        // It finds the start of the second attempt, because its thread is spawned after it.
        let late = spawn_beat(&task, 1, now + 9 * LIMIT);
        let current = spawn_beat(&task, 2, now + LIMIT);
        let due = task.heartbeat_due();
        assert!([Some(now + LIMIT), Some(now + 2 * LIMIT)].contains(&due));
        join(late);
        join(current);
        assert_eq!(task.heartbeat_due(), Some(now + 2 * LIMIT));
    });
}

/// `beat` × `request_stop` × `finish_attempt`: a heartbeat replaces no stop request, and no timer outlives the attempt.
#[test]
fn a_heartbeat_changes_no_stop_request() {
    explore(|| {
        let now = Instant::now();
        let task = beating(now);
        let beating = spawn_beat(&task, 1, now + LIMIT);
        let stopping = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(stop(now)))
        };
        let seen = task.finish_attempt(now, None).stop.is_some();
        assert!(join(stopping));
        join(beating);
        assert!(task.stop_requested() && task.heartbeat_due().is_none());
        assert!(!seen || task.begin_attempt(now).is_err());
    });
}
