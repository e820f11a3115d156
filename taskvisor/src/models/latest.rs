//! Models of a `Latest` that joins the queue while the owner goes from one attempt to the next.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World, at_once};
use super::{cell, explore, explore_within, join, stop};
use crate::error::TaskError;
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::registry::slot::Admission;
use crate::task::{Outcome, StopCause};

/// Creates a body whose first attempt fails and whose second attempt succeeds.
fn retried(after: Duration) -> ErasedBody {
    erase(move |context| async move {
        if context.attempt() > 1 { Ok(()) } else { Err(TaskError::retry_after("not yet", after)) }
    })
}

fn is_replaced(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Canceled { cause: StopCause::Replace, .. })
}

/// `request_stop_between_attempts` × `begin_attempt`: the attempt begins before the request, or never.
#[test]
fn an_attempt_begins_before_the_request_or_never() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        task.begin_attempt(now).expect("no stop was requested");
        task.finish_attempt(now, None);
        task.begin_sleep(now, now, (1, 1), false).expect("no stop was requested");
        let requesting = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop_between_attempts(stop(now)))
        };
        let began = task.begin_attempt(now).is_ok();
        assert_ne!(join(requesting), began);
    });
}

/// `request_stop_between_attempts` × the first `begin_attempt`: the request does not apply.
#[test]
fn a_first_attempt_always_begins() {
    explore(|| {
        let now = Instant::now();
        let task = cell("task", now);
        let requesting = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.request_stop_between_attempts(stop(now)))
        };
        assert!(task.begin_attempt(now).is_ok());
        assert!(!join(requesting));
    });
}

/// `submit` × the end of an attempt that will be retried: the owner never sleeps while a `Latest` waits. No timer fires in
/// a model, so that a missed `Latest` would wait forever.
#[test]
fn a_latest_never_waits_for_the_backoff_of_the_owner() {
    explore_within(4, || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, retried(Duration::from_secs(3_600)));
        let owner = owner.expect("the slot is idle").spawn();
        let latest = world.submit(Admission::Latest, at_once()).expect("it is admitted");
        assert!(latest.run().is_completed());
        assert!(is_replaced(&join(owner)));
        assert!(world.is_empty());
    });
}

/// `submit` × the retry: an attempt that has not begun when the `Latest` is enqueued never begins.
#[test]
fn a_retry_begins_before_the_latest_is_enqueued_or_never() {
    explore_within(4, || {
        let world = World::new();
        let Added { handle, actor } =
            world.submit(Admission::Queue, retried(Duration::ZERO)).expect("the slot is idle");
        let owner = Added { handle: handle.clone(), actor }.spawn();
        let latest = world.submit(Admission::Latest, at_once()).expect("it is admitted");
        let attempt = handle.status().attempt;
        assert!(latest.run().is_completed());
        let outcome = join(owner);
        assert!(outcome.is_completed() || is_replaced(&outcome), "{outcome}");
        assert!(attempt > 1 || is_replaced(&outcome), "attempt {attempt} had begun, and another followed");
        assert!(world.is_empty());
    });
}

/// `cancel` of the `Latest` × the end of the attempt: the owner is stopped or retried, and the slot is idle afterwards.
#[test]
fn a_canceled_latest_leaves_the_owner_in_a_valid_state() {
    explore_within(4, || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, retried(Duration::ZERO)).expect("the slot is idle");
        let latest = world.submit(Admission::Latest, at_once()).expect("it is admitted");
        let owner = owner.spawn();
        // The lane may run it before the cancel.
        let canceled = latest.handle.cancel();
        let end = latest.run();
        assert!(end.is_completed() || canceled && end.is_canceled(), "{end}");
        let outcome = join(owner);
        assert!(outcome.is_completed() || is_replaced(&outcome), "{outcome}");
        assert!(world.is_empty());
    });
}
