//! `restart` of submissions: the owner of a slot keeps it, and a waiter is refused. See contract 3.13 and 3.14.

use taskvisor::{Outcome, Phase, RuntimeError, StopCause};
use tests::{Script, Step};

use crate::job::{Total, accepted, gives_when_stopped};
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_restarted_owner_keeps_its_slot() {
    let steps = [Step::SucceedWhenStopped, Step::SucceedAfter(SECOND)];
    let (harness, owner) = owned_slot(Script::task("owner", steps)).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.restart(&owner).expect("it runs");
    harness.reach(&owner, 2).await;
    assert!(matches!(next.status().phase, Phase::Waiting { .. }));
    assert!(outcome_of(&owner).await.is_completed());
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_submission_cannot_be_restarted() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    let refused = next.restart();
    assert!(
        matches!(&refused, Err(RuntimeError::Queued { name, slot, .. }) if name == "next" && slot == SLOT),
        "{refused:?}"
    );
    assert!(outcome_of(&owner).await.is_completed());
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

/// Its value has a destructor, so that a task of the runtime ends it after the call of `cancel`.
#[tokio::test(start_paused = true)]
async fn a_canceled_waiter_is_stopping_and_not_queued() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    harness.cancel(&next);
    assert!(matches!(next.restart(), Err(RuntimeError::Stopping { .. })), "{:?}", next.status());
    assert!(outcome_of(&next).await.is_canceled());
    assert!(outcome_of(&owner).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_job_that_returns_its_value_has_completed() {
    let harness = tests::Harness::new();
    let mut job = accepted(&harness, None, gives_when_stopped(7));
    harness.reach(job.task(), 1).await;
    harness.restart(job.task()).expect("it runs");
    assert_eq!((&mut job).await.expect("a value"), Total(7));
    assert_eq!(job.status().attempt, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restarted_owner_gives_way_to_a_latest() {
    let (harness, owner) = owned_slot(Script::task("owner", [Step::SucceedWhenStopped])).await;
    let latest = submit(&harness, Latest, one_attempt("latest"));
    harness.restart(&owner).expect("it runs");
    let outcome = outcome_of(&owner).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Replace, .. }), "{outcome}");
    assert!(outcome_of(&latest).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_replacement_stops_an_interrupted_owner() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    harness.restart(&owner).expect("it runs");
    let next = submit(&harness, Replace, one_attempt("next"));
    assert!(matches!(outcome_of(&owner).await, Outcome::Canceled { cause: StopCause::Replace, .. }));
    assert!(outcome_of(&next).await.is_completed());
    assert_eq!(owner.status().attempt, 1);
    harness.finish().await;
}
