//! Models of an attempt that requests what follows it, by `snooze` or `done`, against a restart, a pause and a stop request.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World};
use super::{GRACE, block_on, cell, explore, explore_within, join, policy};
use crate::policy::{Policy, RestartPolicy};
use crate::runtime::body::erase;
use crate::runtime::cell::{Conclusion, TaskCell};
use crate::task::{InterruptCause, Outcome};

const HOUR: Duration = Duration::from_secs(3_600);

/// A task that never completes by its policy.
fn always() -> Policy {
    let mut policy = policy();
    policy.restart = RestartPolicy::Always;
    policy
}

fn spawn_done(task: &Arc<TaskCell>, attempt: u64) -> thread::JoinHandle<()> {
    let task = Arc::clone(task);
    thread::spawn(move || task.conclude(attempt, Conclusion::Done))
}

/// `conclude` × `finish_attempt`, `begin_attempt`, `finish_attempt`: it concludes its own attempt or none.
#[test]
fn a_conclusion_applies_to_its_own_attempt_only() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let first = task.begin_attempt(now).expect("no stop was requested");
        let concluding = spawn_done(&task, first);
        let conclusion = task.finish_attempt(now, None).conclusion();
        assert!([Conclusion::ByPolicy, Conclusion::Done].contains(&conclusion));
        let second = task.begin_attempt(now).expect("no stop was requested");
        task.conclude(second, Conclusion::Snooze(HOUR));
        join(concluding);
        assert_eq!(task.finish_attempt(now, None).conclusion(), Conclusion::Snooze(HOUR));
    });
}

/// `conclude` × `interrupt` × `finish_attempt`: the actor finds the interrupt with the conclusion, in either order, or later.
#[test]
fn a_conclusion_hides_no_interrupt() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let attempt = task.begin_attempt(now).expect("no stop was requested");
        let concluding = spawn_done(&task, attempt);
        let interrupting = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.interrupt(InterruptCause::Restart, now, GRACE))
        };
        let found = task.finish_attempt(now, None).interrupt.is_some();
        join(concluding);
        assert_eq!(join(interrupting), Ok(()));
        assert!(found != task.begin_poll().interrupted_wait.is_some(), "it was lost, or seen twice");
    });
}

/// The shipped actor whose first attempt is done unless it was interrupted × `restart`: after an interrupt another attempt follows.
#[test]
fn an_interrupted_attempt_is_not_done() {
    explore_within(3, || {
        let world = World::new();
        let body = erase(|context| async move {
            if context.attempt() == 1 {
                // After the interrupt, which removes its effect.
                context.cancelled().await;
            }
            context.done()
        });
        let added = world.add_with(always(), "task", body).expect("the name is free");
        let Added { handle, actor } = added;
        let running = thread::spawn(move || block_on(actor));
        // The first attempt may not have begun yet: then the restart ends its wait.
        while handle.status().attempt < 2 && !handle.is_finished() {
            let _ = handle.restart();
            thread::yield_now();
        }
        let end = block_on(handle.outcome());
        assert!(end.is_completed(), "{end}");
        assert!(handle.status().attempt >= 2, "an interrupted attempt ended the task");
        join(running);
        assert!(world.is_empty());
    });
}

/// The shipped actor that is done at once × `restart`: the task completes after the attempt, or after another one that follows the
/// interrupt.
#[test]
fn a_task_that_is_done_completes_beside_a_restart() {
    explore_within(4, || {
        let world = World::new();
        let added = world.add_with(always(), "task", erase(|context| async move { context.done() }));
        let task = added.expect("the name is free");
        let handle = task.handle.clone();
        let running = task.spawn();
        let _ = handle.restart();
        assert!(join(running).is_completed());
        assert!((1..=2).contains(&handle.status().attempt));
        assert!(world.is_empty());
    });
}

/// The shipped actor that snoozes × `restart`: no timer fires in a model, so that a snooze which outlived the interrupt would last
/// for ever.
#[test]
fn a_restart_ends_a_snooze() {
    explore_within(4, || {
        let world = World::new();
        let body = erase(|context| async move {
            match context.attempt() {
                1 => context.snooze(HOUR),
                _ => Ok(()),
            }
        });
        let task = world.add("task", body).expect("the name is free");
        let handle = task.handle.clone();
        let running = task.spawn();
        while handle.status().attempt < 2 && !handle.is_finished() {
            let _ = handle.restart();
            thread::yield_now();
        }
        assert!(join(running).is_completed());
    });
}

/// The shipped actor that snoozes or is done × `cancel`: the stop is not lost in the snooze, and the task ends once.
#[test]
fn a_stop_request_ends_a_task_that_concludes() {
    let conclude: [fn(&crate::TaskContext); 2] =
        [|context| context.snooze::<()>(HOUR), |context| context.done::<()>()];
    for conclude in conclude {
        explore_within(4, move || {
            let world = World::new();
            let body = erase(move |context: crate::TaskContext| async move {
                conclude(&context);
                Ok(())
            });
            let task = world.add_with(always(), "task", body).expect("the name is free");
            let handle = task.handle.clone();
            let running = task.spawn();
            handle.cancel();
            let end = join(running);
            assert!(matches!(end, Outcome::Canceled { last_error: None, .. } | Outcome::Completed), "{end}");
            assert!(world.is_empty());
        });
    }
}
