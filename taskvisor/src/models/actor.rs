//! Models of the actor, the shipped one, against those who ask, wait, and force its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use loom::sync::mpsc::channel;
use loom::thread;

use super::world::{Added, World, at_once, until_cancelled};
use super::{GRACE, block_on, explore, explore_within, join};
use crate::TaskError;
use crate::job::{Delivery, Job, JobDescriptor, JobError, JobHandle, erased_body};
use crate::policy::Config;
use crate::runtime::body::{TaskContext, erase};
use crate::runtime::registry::RegisterError;
use crate::supervisor::overdue::force_ends;
use crate::sync::AtomicUsize;
use crate::task::{Outcome, Phase};

/// `cancel` × the actor × `outcome`: asked at any moment, it ends, once, and who waits is woken.
#[test]
fn a_task_that_is_asked_at_any_moment_ends() {
    explore_within(4, || {
        let world = World::new();
        let Added { handle, actor } = world.add("task", until_cancelled()).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        let waiting = {
            let handle = handle.clone();
            thread::spawn(move || block_on(handle.outcome()))
        };
        assert!(handle.cancel(), "no other stop request");
        assert!(join(waiting).is_canceled());
        join(running);
        assert!(world.is_empty());
    });
}

/// `cancel` × an actor that tries again at once: after the ask no attempt starts, and the failure before it is kept.
#[test]
fn no_attempt_starts_after_a_stop_was_asked() {
    explore(|| {
        let (requested, world) = (Arc::new(AtomicBool::new(false)), World::new());
        let body = {
            let requested = Arc::clone(&requested);
            erase(move |context| {
                let late = requested.load(Ordering::SeqCst);
                async move {
                    match (late, context.attempt()) {
                        (true, _) => Err(TaskError::fatal("an attempt started after the stop")),
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

/// `force_ends` × an actor whose body blocks inside a poll × `outcome`: who waits learns of the end before the body is
/// back, and until then the name stays taken; the actor that comes back gives up.
#[test]
fn a_body_that_blocks_is_given_up_and_keeps_its_name_until_it_is_back() {
    explore(|| {
        let (world, (entered, inside), (back, blocked)) = (World::new(), channel(), channel());
        let body = erase(move |_| {
            entered.send(()).expect("somebody waits");
            blocked.recv().expect("it comes back");
            std::future::pending()
        });
        let Added { handle, actor } = world.add("task", body).expect("the name is free");
        let running = thread::spawn(move || block_on(actor));
        inside.recv().expect("the body is polled");
        let waiting = {
            let handle = handle.clone();
            thread::spawn(move || block_on(handle.outcome()))
        };
        handle.cancel_with_timeout(Duration::ZERO);
        force_ends(&world.shared.registry, world.now + GRACE);
        let (stuck, others) = force_ends(&world.shared.registry, world.now + 2 * GRACE);
        assert_eq!((stuck.len(), others.len()), (1, 0));
        assert!(join(waiting).is_aborted());
        assert!(matches!(handle.status().phase, Phase::Stuck { .. }));
        assert_eq!(world.add("task", at_once()).err(), Some(RegisterError::NameTaken));
        back.send(()).expect("the body is there");
        join(running);
        assert!(matches!(handle.status().phase, Phase::Ended(Outcome::Aborted)));
        assert!(world.add("task", at_once()).is_ok_and(|again| again.run().is_completed()));
    });
}

/// A permit × the actors of two tasks × `cancel` of one: they never run at once, and neither is left waiting for it.
#[test]
fn of_two_that_need_the_one_permit_both_end_and_never_run_at_once() {
    explore(|| {
        let world = World::with(Config { max_concurrent: Some(1), ..Config::default() }, Vec::new());
        let at_a_time = Arc::new(AtomicUsize::new(0));
        let body = || {
            let at_a_time = Arc::clone(&at_a_time);
            erase(move |_| {
                let before = at_a_time.fetch_add(1, Ordering::AcqRel);
                at_a_time.fetch_sub(1, Ordering::AcqRel);
                async move { if before == 0 { Ok(()) } else { Err(TaskError::fatal("two run at once")) } }
            })
        };
        let [one, other] = ["one", "other"].map(|name| world.add(name, body()).expect("the name is free"));
        let handle = other.handle.clone();
        let (one, other) = (one.spawn(), other.spawn());
        handle.cancel();
        assert!(join(one).is_completed());
        assert!(matches!(join(other), Outcome::Completed | Outcome::Canceled { .. }));
        let permits = world.shared.permits.as_ref().map(|permits| permits.available_permits());
        assert_eq!(permits, Some(1), "it was not given back");
    });
}

#[derive(Clone)]
struct Answer;

impl Job for Answer {
    type Value = u64;

    fn descriptor() -> &'static JobDescriptor {
        unreachable!("it is not submitted")
    }

    fn slot(&self) -> Option<String> {
        None
    }

    async fn attempt(self, context: TaskContext) -> Result<u64, TaskError> {
        if context.is_cancelled() { Err(TaskError::Canceled) } else { Ok(42) }
    }
}

/// The value of a job × `cancel` × who awaits it: it is there when the end is seen, unless the job ended without one.
#[test]
fn the_value_of_a_job_is_there_when_its_end_is_seen() {
    explore_within(4, || {
        let world = World::new();
        let delivery: Delivery<u64> = Delivery::default();
        let Added { handle, actor } = world.add_job(erased_body(Answer, &delivery));
        let running = thread::spawn(move || block_on(actor));
        let canceling = {
            let handle = handle.clone();
            thread::spawn(move || handle.cancel())
        };
        let mut job = JobHandle::new(handle, Arc::clone(&delivery));
        match block_on(&mut job) {
            Ok(value) => {
                assert_eq!(value, 42);
                assert!(matches!(block_on(&mut job), Err(JobError::Taken)), "the value was given twice");
            }
            Err(JobError::Ended(outcome)) => {
                assert!(outcome.is_canceled(), "{outcome}");
                assert!(delivery.lock().is_none(), "work that was done was thrown away");
            }
            Err(other) => panic!("{other}"),
        }
        join(running);
        join(canceling);
    });
}
