//! Models of the shipped actor against stop requests, waiters, and forced ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use loom::sync::mpsc::channel;
use loom::thread;

use super::world::{Added, World, at_once, until_cancelled};
use super::{GRACE, block_on, explore, explore_within, join};
use crate::TaskError;
use crate::job::{Job, JobDescriptor, JobError, JobHandle};
use crate::policy::Config;
use crate::runtime::body::{ErasedBody, TaskContext, erase, erase_job};
use crate::runtime::registry::RegisterError;
use crate::supervisor::stuck::force_ends;
use crate::sync::AtomicUsize;
use crate::task::{Outcome, Phase};

/// `cancel` × the actor × `outcome`: a stop request at any moment ends the task once, and wakes the waiter.
#[test]
fn a_stop_request_at_any_moment_ends_the_task() {
    explore_within(4, || {
        let world = World::new();
        let Added { handle, actor } = world.add("task", until_cancelled()).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        let waiter = {
            let handle = handle.clone();
            thread::spawn(move || block_on(handle.outcome()))
        };
        assert!(handle.cancel(), "it is the only stop request");
        assert!(join(waiter).is_canceled());
        join(running);
        assert!(world.is_empty());
    });
}

/// `cancel` × an actor that retries at once: no attempt starts after the stop request, and the failure before it is kept.
#[test]
fn no_attempt_starts_after_a_stop_request() {
    explore(|| {
        let (requested, world) = (Arc::new(AtomicBool::new(false)), World::new());
        let body = {
            let requested = Arc::clone(&requested);
            erase(move |context| {
                let late = requested.load(Ordering::SeqCst);
                async move {
                    match (late, context.attempt()) {
                        (true, _) => Err(TaskError::fatal("an attempt started after the stop request")),
                        (false, 3) => Ok(()),
                        (false, _) => Err(TaskError::retry_after("not yet", Duration::ZERO)),
                    }
                }
            })
        };
        let task = world.add("task", body).expect("the name is free");
        let handle = task.handle.clone();
        let running = task.spawn();
        let first = handle.cancel();
        requested.store(true, Ordering::SeqCst);
        match join(running) {
            Outcome::Completed => {}
            Outcome::Canceled { last_error, .. } => {
                assert!(first);
                assert_eq!(last_error.is_some(), [1, 2].contains(&handle.status().attempt));
            }
            other => panic!("{other}"),
        }
    });
}

/// `force_ends` × an actor whose body blocks inside a poll × `outcome`: the waiter gets the outcome before the body
/// returns. The name stays taken until then, and the actor finishes when the body returns.
#[test]
fn a_stuck_task_ends_and_keeps_its_name_until_it_returns() {
    explore(|| {
        let (world, (entered, inside), (unblock, blocked)) = (World::new(), channel(), channel());
        let body = erase(move |_| {
            entered.send(()).expect("the model receives");
            blocked.recv().expect("the model unblocks the body");
            std::future::pending()
        });
        let Added { handle, actor } = world.add("task", body).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        inside.recv().expect("the body is polled");
        let waiter = {
            let handle = handle.clone();
            thread::spawn(move || block_on(handle.outcome()))
        };
        handle.cancel_with_grace(Duration::ZERO);
        force_ends(&world.shared.registry, world.now + GRACE);
        let live = force_ends(&world.shared.registry, world.now + 2 * GRACE);
        assert_eq!((live.stuck.len(), live.unconfirmed.len()), (1, 0));
        assert!(join(waiter).is_aborted());
        assert!(matches!(handle.status().phase, Phase::Stuck { .. }));
        assert_eq!(world.add("task", at_once()).err(), Some(RegisterError::NameTaken));
        unblock.send(()).expect("the body receives");
        join(running);
        assert!(matches!(handle.status().phase, Phase::Ended(Outcome::Aborted)));
        assert!(world.add("task", at_once()).is_ok_and(|again| again.run().is_completed()));
    });
}

/// A permit × the actors of two tasks × `cancel` of one: they never run at the same time, and both end.
#[test]
fn two_tasks_with_one_permit_both_end_and_never_overlap() {
    explore(|| {
        let world = World::with(Config::default().with_max_concurrent(1), Vec::new());
        let running = Arc::new(AtomicUsize::new(0));
        let body = || {
            let running = Arc::clone(&running);
            erase(move |_| {
                let before = running.fetch_add(1, Ordering::AcqRel);
                running.fetch_sub(1, Ordering::AcqRel);
                async move { if before == 0 { Ok(()) } else { Err(TaskError::fatal("two attempts overlap")) } }
            })
        };
        let [one, other] = ["one", "other"].map(|name| world.add(name, body()).expect("the name is free"));
        let handle = other.handle.clone();
        let (one, other) = (one.spawn(), other.spawn());
        handle.cancel();
        assert!(join(one).is_completed());
        assert!(matches!(join(other), Outcome::Completed | Outcome::Canceled { .. }));
        let permits = world.shared.permits.as_ref().map(|permits| permits.available_permits());
        assert_eq!(permits, Some(1), "the permit was not released");
    });
}

#[derive(Clone)]
struct Answer;

impl Job for Answer {
    type Value = u64;

    fn descriptor() -> &'static JobDescriptor {
        unreachable!("the job is not submitted")
    }

    fn slot(&self) -> Option<Arc<str>> {
        None
    }

    fn body(self) -> ErasedBody {
        erase_job(self, |_, context: TaskContext| async move {
            if context.is_cancelled() { Err(TaskError::Canceled) } else { Ok(42_u64) }
        })
    }
}

/// The value of a job × `cancel` × its handle: the value is stored before the end is visible, unless the job ended without.
#[test]
fn the_value_of_a_job_is_stored_before_its_end_is_visible() {
    explore_within(4, || {
        let world = World::new();
        let Added { handle, actor } = world.add_job(Answer.body());
        let running = thread::spawn(move || block_on(actor));
        let canceling = {
            let handle = handle.clone();
            thread::spawn(move || handle.cancel())
        };
        let mut job = JobHandle::<u64>::new(handle.clone());
        match block_on(&mut job) {
            Ok(value) => {
                assert_eq!(value, 42);
                assert!(matches!(block_on(&mut job), Err(JobError::Taken)), "the value was returned twice");
            }
            Err(JobError::Ended(outcome)) => {
                assert!(outcome.is_canceled(), "{outcome}");
                assert_eq!(handle.cell().take_value::<u64>(), None, "the value was discarded");
            }
            Err(other) => panic!("{other}"),
        }
        join(running);
        join(canceling);
    });
}
