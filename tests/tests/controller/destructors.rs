//! Destructors of users that run when an owner ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use taskvisor::__private::{ErasedBody, erase_job};
use taskvisor::{ControllerSpec, Job, JobDescriptor, SupervisorHandle, TaskContext, TaskError, TaskFn};
use tests::{Harness, Rules};

use crate::support::*;

/// Panics when it is dropped.
#[derive(Clone)]
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(self.0 > 0 || std::thread::panicking(), "a destructor panics");
    }
}

/// Records its drop, which must precede the next submission in the slot.
struct Held(Arc<AtomicBool>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_drops_its_future_and_value_before_the_next_starts() {
    for wait in [true, false] {
        let harness = Harness::new();
        let (value, future) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(true)));
        let (of_value, of_future) = (Held(Arc::clone(&value)), Arc::clone(&future));
        let task = TaskFn::arc("owner", move |context: TaskContext| {
            let _of_the_value = &of_value;
            let held = Held(Arc::clone(&of_future));
            async move {
                let _held = held;
                if wait {
                    context.cancelled().await;
                }
                Err(TaskError::Canceled)
            }
        });
        let owner = submit(&harness, Queue, task);
        let seen = (Arc::clone(&value), Arc::clone(&future));
        let check = TaskFn::arc("next", move || {
            let alive = seen.0.load(Ordering::SeqCst) || seen.1.load(Ordering::SeqCst);
            async move { if alive { Err(TaskError::fatal("the owner is still there")) } else { Ok(()) } }
        });
        harness.settle().await;
        let next = submit(&harness, Replace, check);
        assert!(outcome_of(&next).await.is_completed());
        outcome_of(&owner).await;
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_panics_when_it_is_dropped_passes_the_slot_on() {
    let task = TaskFn::arc("owner", || async {
        let _bomb = Bomb(0);
        std::future::pending().await
    });
    let (harness, owner) = owned_slot(task).await;
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert!(outcome_of(&owner).await.is_aborted());
    harness.finish().await;
}

/// Submits to its own slot when it is dropped.
struct Successor(SupervisorHandle);

impl Drop for Successor {
    fn drop(&mut self) {
        let spec = Rules::never().spec(working("successor"));
        let submitted = self.0.submit(ControllerSpec::queue(spec).with_slot(SLOT));
        assert!(submitted.is_ok() || std::thread::panicking());
    }
}

#[tokio::test(start_paused = true)]
async fn a_destructor_of_the_owner_may_submit_to_its_slot() {
    let harness = Harness::new();
    harness.trace().set_rules("successor", Rules::never());
    let task = TaskFn::arc("owner", |supervisor: SupervisorHandle| async move {
        let _successor = Successor(supervisor);
        Ok(())
    });
    let owner = submit(&harness, Queue, task);
    assert!(outcome_of(&owner).await.is_completed());
    assert_eq!(crate::support::owner(&harness).as_deref(), Some("successor"));
    let report = harness.run_until(Vec::new(), std::future::pending::<()>()).await.expect("in order");
    assert_eq!(report.completed, 2);
    harness.finish().await;
}

/// A job whose value panics when it is dropped.
#[derive(Clone)]
struct Explosive;

static EXPLOSIVE: JobDescriptor = one_attempt_job("explosive");

impl Job for Explosive {
    type Value = Bomb;

    fn descriptor() -> &'static JobDescriptor {
        &EXPLOSIVE
    }

    fn slot(&self) -> Option<Arc<str>> {
        Some(SLOT.into())
    }

    fn body(self) -> ErasedBody {
        erase_job(self, |_, _| async { Ok(Bomb(0)) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_discarded_value_that_panics_still_frees_the_slot() {
    let harness = Harness::new();
    harness.trace().set_rules("explosive", Rules::never());
    let job = harness.submit(Explosive).expect("accepted");
    let task = job.task().clone();
    harness.watch_in(SLOT, &task);
    drop(job);
    let next = submit(&harness, Queue, one_attempt("next"));
    assert!(outcome_of(&next).await.is_completed());
    assert!(outcome_of(&task).await.is_completed());
    harness.finish().await;
}

/// A job whose arguments cannot be copied for an attempt.
struct Uncopied(Arc<AtomicBool>);

impl Clone for Uncopied {
    fn clone(&self) -> Self {
        assert!(!self.0.load(Ordering::SeqCst), "a copy panics");
        Self(Arc::clone(&self.0))
    }
}

impl Job for Uncopied {
    type Value = ();

    fn descriptor() -> &'static JobDescriptor {
        &EXPLOSIVE
    }

    fn slot(&self) -> Option<Arc<str>> {
        Some(SLOT.into())
    }

    fn body(self) -> ErasedBody {
        erase_job(self, |_, _| async { Ok(()) })
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_that_panic_in_clone_fail_the_job_and_free_the_slot() {
    let harness = Harness::new();
    harness.trace().set_rules("explosive", Rules::never());
    let panics = Arc::new(AtomicBool::new(false));
    let job = harness.submit(Uncopied(Arc::clone(&panics))).expect("accepted");
    harness.watch_in(SLOT, job.task());
    panics.store(true, Ordering::SeqCst);
    let error = job.await.expect_err("it panics");
    assert_eq!(error.to_string(), "failed: panicked: a copy panics");
    assert!(harness.slots().is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn arguments_that_panic_when_they_are_submitted_take_no_slot() {
    let harness = Harness::new();
    let panics = Arc::new(AtomicBool::new(true));
    let supervisor = harness.handle();
    let submitting = tokio::spawn(async move { supervisor.submit(Uncopied(panics)).is_ok() });
    assert!(submitting.await.expect_err("the panic is the caller's own").is_panic());
    assert!(harness.slots().is_empty());
    assert!(harness.tasks().is_empty());
    harness.finish().await;
}
