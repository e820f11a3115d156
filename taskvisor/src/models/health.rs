//! Health: the count of the start-up set beside the tasks that it counts, and the delay of a shutdown.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::readiness::published;
use super::world::{Silent, World, at_once};
use super::{GRACE, cell, explore, explore_within, join, rare_cell, stop};
use crate::error::FailureKind;
use crate::event::{EventName, EventSet};
use crate::policy::{Config, RareOptions, Readiness};
use crate::runtime::cell::{TaskCell, TaskEnd};
use crate::runtime::health::ReadyCount;
use crate::runtime::startup_set::StartupSet;
use crate::runtime::subscriber::Subscriber;
use crate::task::InterruptCause;

/// A set that has begun, with tasks of these names that are not ready.
fn begun<const N: usize>(now: Instant, names: [&'static str; N]) -> (Arc<StartupSet>, [Arc<TaskCell>; N]) {
    let set = Arc::new(StartupSet::default());
    let tasks = names.map(|name| cell(name, now));
    for task in &tasks {
        set.insert(task);
    }
    set.begin();
    (set, tasks)
}

/// Begins an attempt that has to notify.
fn start(task: &TaskCell, now: Instant) {
    task.begin_attempt(now).expect("no stop was requested");
    task.begin_readiness(Readiness::Notify, now);
}

fn assert_agrees(count: &ReadyCount, tasks: &[&Arc<TaskCell>]) {
    let held_up = tasks.iter().any(|task| task.holds_up_since().is_some());
    assert_eq!(count.is_ready(), !held_up, "the count has drifted");
}

/// `notify_ready` × `notify_ready` × `health`: a caller that finds the supervisor ready finds each task ready.
#[test]
fn it_is_ready_only_once_each_task_is() {
    explore(|| {
        let now = Instant::now();
        let (set, [one, two]) = begun(now, ["one", "two"]);
        start(&one, now);
        start(&two, now);
        let notifying = {
            let one = Arc::clone(&one);
            thread::spawn(move || one.notify_ready(1, now))
        };
        let reading = {
            let (set, one, two) = (Arc::clone(&set), Arc::clone(&one), Arc::clone(&two));
            thread::spawn(move || {
                if set.count().is_ready() {
                    assert!(one.is_ready() && two.is_ready(), "ready before a task");
                }
            })
        };
        assert!(two.notify_ready(1, now));
        assert!(join(notifying));
        join(reading);
        assert_agrees(set.count(), &[&one, &two]);
        assert!(set.count().has_started());
    });
}

/// A failed attempt, the end of its task × `health`: a task that is not ready is never followed by a supervisor that is.
#[test]
fn it_is_not_ready_after_a_task_is_not() {
    explore(|| {
        let now = Instant::now();
        let (set, [task]) = begun(now, ["task"]);
        start(&task, now);
        assert!(task.notify_ready(1, now) && set.count().is_ready());
        let reading = {
            let (set, task) = (Arc::clone(&set), Arc::clone(&task));
            thread::spawn(move || {
                if !task.is_ready() {
                    assert!(!set.count().is_ready(), "ready after a loss");
                }
            })
        };
        task.finish_attempt(now, Some((FailureKind::Error, "down".into())));
        task.decide_end(TaskEnd::Failed);
        task.finish(now);
        join(reading);
        assert!(!set.count().is_ready() && set.count().has_started());
    });
}

/// `request_stop`, `finish` × `health`: a task that is stopped holds it up until it has left.
#[test]
fn a_stopped_task_counts_until_it_has_left() {
    explore(|| {
        let now = Instant::now();
        let (set, [task]) = begun(now, ["task"]);
        start(&task, now);
        assert!(task.notify_ready(1, now));
        let reading = {
            let (set, task) = (Arc::clone(&set), Arc::clone(&task));
            thread::spawn(move || {
                let stops = task.stop_requested() && !task.has_left();
                let is_ready = set.count().is_ready();
                assert!(!(stops && is_ready && !task.has_left()), "ready during a stop");
            })
        };
        assert!(task.request_stop(stop(now)));
        task.finish_attempt(now, None);
        task.decide_end(task.begin_poll().stop().expect("it was requested").end(false));
        task.finish(now);
        join(reading);
        assert!(set.count().is_ready(), "it has left the set");
    });
}

/// `notify_ready` × `interrupt` × `request_stop`, of two tasks: whatever comes first, the count agrees with them in the end.
#[test]
fn the_count_does_not_drift() {
    explore_within(3, || {
        let now = Instant::now();
        let (set, [one, two]) = begun(now, ["one", "two"]);
        start(&one, now);
        start(&two, now);
        let notifying = {
            let (one, two) = (Arc::clone(&one), Arc::clone(&two));
            thread::spawn(move || (one.notify_ready(1, now), two.notify_ready(1, now)))
        };
        let interrupting = {
            let one = Arc::clone(&one);
            thread::spawn(move || one.interrupt(InterruptCause::Restart, now, GRACE))
        };
        two.request_stop(stop(now));
        assert_eq!(join(interrupting), Ok(()));
        join(notifying);
        assert_agrees(set.count(), &[&one, &two]);
        // Both are well again, by a restart and by the end.
        one.finish_attempt(now, None);
        start(&one, now);
        assert!(one.notify_ready(2, now));
        two.finish_attempt(now, None);
        two.decide_end(two.begin_poll().stop().expect("it was requested").end(false));
        two.finish(now);
        assert_agrees(set.count(), &[&one, &two]);
        assert!(set.count().is_ready());
    });
}

/// `begin` × the first readiness of the only task × `begin_shutdown`: started if it was ready at any time, which one of them observes.
#[test]
fn of_the_causes_of_readiness_one_records_the_start() {
    explore(|| {
        let now = Instant::now();
        let set = Arc::new(StartupSet::default());
        let task = cell("task", now);
        set.insert(&task);
        start(&task, now);
        let notifying = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.notify_ready(1, now))
        };
        let stopping = {
            let set = Arc::clone(&set);
            thread::spawn(move || {
                let was_ready = set.count().is_ready();
                set.count().begin_shutdown(now);
                assert!(!set.count().is_ready());
                was_ready
            })
        };
        set.begin();
        assert!(join(notifying));
        let was_ready = join(stopping);
        assert!(!set.count().is_ready());
        assert!(!was_ready || set.count().has_started(), "it was ready, and has not started");
    });
}

/// The end of a failed task × the next task of its name × `health`: it is not ready before the next task is, and is then.
#[test]
fn a_failed_task_counts_until_the_next_of_its_name() {
    explore(|| {
        let now = Instant::now();
        let (set, [failed]) = begun(now, ["task"]);
        start(&failed, now);
        let next = cell("task", now);
        failed.finish_attempt(now, Some((FailureKind::Error, "down".into())));
        failed.decide_end(TaskEnd::Failed);
        // The name is free from here on, while the end is not visible yet.
        let starting = {
            let (set, next) = (Arc::clone(&set), Arc::clone(&next));
            thread::spawn(move || {
                set.insert(&next);
                assert!(set.count().has_replaceable(), "the failed task is not found");
                set.replace(&next);
                start(&next, now);
                next.notify_ready(1, now)
            })
        };
        let reading = {
            let (set, next) = (Arc::clone(&set), Arc::clone(&next));
            thread::spawn(move || assert!(!set.count().is_ready() || next.is_ready()))
        };
        failed.finish(now);
        assert!(join(starting));
        join(reading);
        assert!(set.count().is_ready() && !set.count().has_replaceable());
        assert_eq!(set.tasks().len(), 1);
    });
}

/// The first attempt of a critical task that counts once it has started × `pause`: it is ready if it is not paused.
#[test]
fn a_critical_task_counts_once_it_has_started() {
    explore(|| {
        let now = Instant::now();
        let options = RareOptions { is_critical: true, counts_once_started: true, ..RareOptions::default() };
        let set = StartupSet::default();
        let task = rare_cell("task", options, now);
        set.insert(&task);
        set.begin();
        let pausing = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.pause(now, GRACE))
        };
        let begun = task.begin_attempt(now).is_ok();
        assert_eq!(join(pausing), Ok(true));
        assert!(!set.count().is_ready(), "paused");
        assert_eq!(task.resume(now), Ok(true));
        assert_eq!(set.count().is_ready(), begun);
    });
}

/// `begin_delay` × a request without grace: the shutdown is announced once, before the driver begins, and the delay ends.
#[test]
fn a_second_request_ends_the_delay() {
    explore(|| {
        let events = EventSet::of(&[EventName::ShutdownRequested]);
        let config = Config::default().with_shutdown_delay(GRACE);
        let world = World::with(config, vec![Subscriber::new(Silent).with_events(events)]);
        let task = world.add("task", at_once()).expect("the name is free");
        let delaying = {
            let world = world.clone();
            thread::spawn(move || world.shared.begin_delay(10 * GRACE))
        };
        world.shared.request_shutdown(Duration::ZERO);
        join(delaying);
        let shutdown = world.shared.shutdown.borrow().clone();
        assert!(shutdown.requested && shutdown.is_announced && !shutdown.is_announcing);
        assert!(shutdown.grace_deadline.is_some_and(|deadline| deadline <= Instant::now()));
        assert_eq!(published(&world), [EventName::ShutdownRequested]);
        assert!(task.handle.cell().stop_requested() && !world.shared.startup_set.count().is_ready());
        assert!(!task.run().is_completed());
    });
}
