//! Models of a trigger, against the steps of the actor of a task with and without a schedule, a stop request, a pause, and another
//! trigger.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World};
use super::{GRACE, block_on, cell, explore, explore_within, join, policy, stop};
use crate::error::TaskError;
use crate::policy::{RestartPolicy, ScheduleSettings, Setting};
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::cell::{InterruptError, NotBegun, PendingStop, TaskCell};
use crate::supervisor::TaskHandle;
use crate::sync::AtomicUsize;
use crate::task::{Outcome, RuntimeError};

const HOUR: Duration = Duration::from_secs(3_600);

/// A grid whose first tick never comes in a model.
fn hourly() -> ScheduleSettings {
    let hour = Setting::Set(HOUR);
    ScheduleSettings { every: hour, start_delay: hour, ..ScheduleSettings::NONE }
}

/// A body that counts its attempts, and is done in the last one.
fn counts(attempts: &Arc<AtomicUsize>, last: usize) -> ErasedBody {
    let attempts = Arc::clone(attempts);
    erase(move |context| {
        let attempt = attempts.fetch_add(1, Ordering::AcqRel) + 1;
        async move { if attempt == last { context.done() } else { Ok(()) } }
    })
}

fn spawn_trigger(handle: &TaskHandle) -> thread::JoinHandle<Result<bool, RuntimeError>> {
    let handle = handle.clone();
    thread::spawn(move || handle.trigger())
}

/// Waits for a tick until a trigger, as the actor does.
fn wait_for_trigger(task: &TaskCell, now: Instant) {
    block_on(poll_fn(|context| {
        let view = task.begin_poll();
        if task.take_trigger() {
            return Poll::Ready(());
        }
        let _: Result<(), PendingStop> = task.begin_tick_wait(now, now + HOUR);
        task.end_poll(view, context.waker());
        Poll::Pending
    }));
}

/// `trigger` × `begin_poll`, `take_trigger`, `begin_tick_wait`, `end_poll`: the current poll sees the trigger, or the actor is polled
/// again.
#[test]
fn a_trigger_reaches_an_actor_that_polls_or_waits() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_tick_wait(now, now + HOUR).expect("no stop was requested");
        let triggering = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.trigger())
        };
        wait_for_trigger(&task, now);
        assert_eq!(join(triggering), Ok(true));
    });
}

/// `trigger` × `begin_sleep` after an attempt: the trigger finds the attempt, or ends the sleep.
#[test]
fn a_trigger_during_the_begin_of_a_sleep_is_not_lost() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let triggering = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.trigger())
        };
        task.finish_attempt(now, None);
        task.begin_sleep(now, now + GRACE, (0, 0), false).expect("no stop was requested");
        assert_eq!(join(triggering), Ok(task.take_trigger()));
    });
}

/// `trigger` × the shipped actor of a task that waits for its first tick: one attempt begins, and no other.
#[test]
fn a_trigger_starts_one_attempt() {
    explore(|| {
        let (world, attempts) = (World::new(), Arc::new(AtomicUsize::new(0)));
        let Added { handle, actor } = world.add_scheduled("task", &hourly(), counts(&attempts, 1));
        let running = thread::spawn(move || block_on(actor));
        assert_eq!(handle.trigger(), Ok(true));
        join(running);
        assert_eq!(attempts.load(Ordering::Acquire), 1);
    });
}

/// Two calls of `trigger` × the shipped actor: each that returns `true` is followed by an attempt. Both may share it.
#[test]
fn two_triggers_start_at_least_one_attempt_and_at_most_two() {
    explore_within(3, || {
        let (world, attempts) = (World::new(), Arc::new(AtomicUsize::new(0)));
        let Added { handle, actor } = world.add_scheduled("task", &hourly(), counts(&attempts, 3));
        let running = thread::spawn(move || block_on(actor));
        let other = spawn_trigger(&handle);
        let before = attempts.load(Ordering::Acquire);
        let first = handle.trigger().expect("it is not paused");
        let second = join(other).expect("it is not paused");
        assert!(first || second);
        // The actor would sleep for ever if a trigger that returned `true` were lost.
        while attempts.load(Ordering::Acquire) == before && first {
            thread::yield_now();
        }
        assert!(attempts.load(Ordering::Acquire) <= 2);
        handle.cancel();
        join(running);
    });
}

/// `trigger` × `cancel` × the shipped actor: the task ends, with at most one attempt.
#[test]
fn a_stop_request_beside_a_trigger_ends_the_task() {
    explore_within(3, || {
        let (world, attempts) = (World::new(), Arc::new(AtomicUsize::new(0)));
        let added = world.add_scheduled("task", &hourly(), counts(&attempts, 1));
        let handle = added.handle.clone();
        let running = added.spawn();
        let triggering = spawn_trigger(&handle);
        handle.cancel();
        let triggered = join(triggering);
        match join(running) {
            Outcome::Completed => assert_eq!(triggered, Ok(true)),
            Outcome::Canceled { .. } => {}
            other => panic!("{other}"),
        }
        assert!(attempts.load(Ordering::Acquire) <= 1);
    });
}

/// `pause`, `resume` × `trigger` × the shipped actor: a trigger is refused while the task is paused, and otherwise starts an attempt,
/// unless the pause comes after it.
#[test]
fn a_trigger_beside_a_pause_starts_no_attempt_in_the_pause() {
    explore_within(2, || {
        let (world, attempts) = (World::new(), Arc::new(AtomicUsize::new(0)));
        let Added { handle, actor } = world.add_scheduled("task", &hourly(), counts(&attempts, 9));
        let running = thread::spawn(move || block_on(actor));
        let triggering = spawn_trigger(&handle);
        if handle.pause() == Ok(true) {
            let attempt = handle.status().attempt;
            thread::yield_now();
            assert_eq!(handle.status().attempt, attempt, "an attempt began while the task was paused");
            assert_eq!(handle.resume(), Ok(true));
        }
        match join(triggering) {
            Ok(_) | Err(RuntimeError::Paused { .. }) => {}
            Err(other) => panic!("{other}"),
        }
        assert!(handle.status().attempt <= 1);
        handle.cancel();
        join(running);
    });
}

/// `trigger` × an attempt that fails and backs off: the trigger ends the backoff, or finds the attempt.
#[test]
fn a_trigger_ends_a_backoff_or_finds_the_attempt() {
    explore_within(3, || {
        let world = World::new();
        let body = erase(|context| async move {
            if context.attempt() == 1 { Err(TaskError::fail("down")) } else { context.done() }
        });
        // Without a start delay, so that the first attempt begins at once.
        let settings = ScheduleSettings { every: Setting::Set(HOUR), ..ScheduleSettings::NONE };
        let Added { handle, actor } = world.add_scheduled("task", &settings, body);
        let running = thread::spawn(move || block_on(actor));
        let triggered = handle.trigger().expect("it is not paused");
        if triggered {
            // The first wait that it may have ended is the one for the first poll.
            while handle.status().attempt == 0 {
                thread::yield_now();
            }
        }
        while !handle.is_finished() && !handle.trigger().unwrap_or(false) {
            thread::yield_now();
        }
        join(running);
        assert!(handle.is_finished());
    });
}

/// `trigger` × the end of a sleep by its timer: the attempt that begins answers the trigger, which ends no later sleep.
#[test]
fn a_trigger_does_not_outlive_its_wait() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_sleep(now, now + GRACE, (0, 0), false).expect("no stop was requested");
        let triggering = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.trigger())
        };
        task.begin_poll();
        task.begin_attempt(now).expect("no stop was requested");
        let _: Result<bool, InterruptError> = join(triggering);
        task.finish_attempt(now, None);
        task.begin_sleep(now, now + GRACE, (0, 0), false).expect("no stop was requested");
        assert!(!task.take_trigger());
    });
}

/// `trigger` × `pause` × a sleep: the task is paused, and the trigger is refused, or has come before and is over.
#[test]
fn a_trigger_beside_a_pause_ends_with_the_sleep() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_sleep(now, now + GRACE, (0, 0), false).expect("no stop was requested");
        let triggering = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.trigger())
        };
        assert_eq!(task.pause(now, GRACE), Ok(true));
        assert!(matches!(join(triggering), Ok(true) | Err(InterruptError::Paused)));
        assert!(task.begin_poll().paused);
        task.begin_pause(now);
        assert!(!task.take_trigger());
    });
}

/// `trigger` × a stop request × the begin of a sleep: the sleep does not begin after the request, and the trigger is refused then.
#[test]
fn a_trigger_beside_a_stop_request_ends_no_sleep() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        let triggering = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.trigger())
        };
        let stopping = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop(stop(now)))
        };
        task.finish_attempt(now, None);
        let sleeps = task.begin_sleep(now, now + GRACE, (0, 0), false).is_ok();
        assert!(join(stopping));
        match join(triggering) {
            Ok(triggered) => assert!(sleeps || !triggered, "there was no sleep to end"),
            Err(error) => assert_eq!(error, InterruptError::Stopping),
        }
        assert!(matches!(task.begin_attempt(now), Err(NotBegun::Stopped(_))));
    });
}

/// `trigger` × the shipped actor of a task without a schedule that backs off: the trigger ends the backoff, or finds an attempt.
#[test]
fn a_trigger_ends_a_backoff_without_a_schedule() {
    explore_within(3, || {
        let world = World::new();
        let body = erase(|context| async move {
            if context.attempt() == 1 { Err(TaskError::retry_after("down", HOUR)) } else { Ok(()) }
        });
        let mut policy = policy();
        policy.restart = RestartPolicy::OnFailure;
        let Added { handle, actor } = world.add_with(policy, "task", body).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        while !handle.is_finished() && !handle.trigger().unwrap_or(false) {
            thread::yield_now();
        }
        join(running);
        assert_eq!(handle.status().attempt, 2);
    });
}
