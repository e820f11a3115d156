//! `pause` and `resume` of submissions: the owner of a slot keeps it, and a waiter is refused.

use taskvisor::{Outcome, Phase, Rejection, RuntimeError, StopCause};
use tests::{Rules, Script, Step};
use tokio::time::sleep;

use crate::job::{Total, accepted, gives_when_stopped};
use crate::support::*;

#[tokio::test(start_paused = true)]
async fn a_paused_owner_keeps_its_slot() {
    let steps = [Step::SucceedWhenStopped, Step::SucceedAfter(SECOND)];
    let (harness, owner) = owned_slot(Script::task("owner", steps)).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    assert_eq!(harness.pause(&owner), Ok(true));
    sleep(seconds(3_600)).await;
    assert!(owner.status().phase.is_paused());
    assert!(matches!(next.status().phase, Phase::Waiting { .. }));
    assert_eq!(owner.resume(), Ok(true));
    assert!(outcome_of(&owner).await.is_completed());
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_submission_cannot_be_paused() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    for refused in [next.pause(), next.resume()] {
        assert!(
            matches!(&refused, Err(RuntimeError::Queued { name, slot, .. }) if name == "next" && slot == SLOT),
            "{refused:?}"
        );
    }
    assert!(outcome_of(&owner).await.is_completed());
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_of_a_paused_owner_passes_the_slot_on() {
    let (harness, owner) = owned_slot(cooperative("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    assert_eq!(harness.pause(&owner), Ok(true));
    sleep(SECOND).await;
    harness.cancel(&owner);
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Cancel));
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_latest_and_a_replacement_end_a_paused_owner() {
    for admission in [Latest, Replace] {
        let (harness, owner) = owned_slot(cooperative("owner")).await;
        assert_eq!(harness.pause(&owner), Ok(true));
        sleep(SECOND).await;
        assert!(owner.status().phase.is_paused());
        let next = submit(&harness, admission, one_attempt("next"));
        assert!(is_canceled(&outcome_of(&owner).await, StopCause::Replace));
        assert!(outcome_of(&next).await.is_completed());
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_paused_submission_that_has_not_begun_expires() {
    let harness = tests::Harness::new();
    let spec = harness.submission(SLOT, Queue, Rules::never(), one_attempt("work"));
    let task = harness.submit(spec.with_expires(seconds(30))).expect("it is accepted");
    harness.watch_in(SLOT, &task);
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(seconds(29)).await;
    assert!(task.status().phase.is_paused(), "{:?}", task.status());
    sleep(seconds(2)).await;
    assert!(is_rejected(&outcome_of(&task).await, Rejection::Expired));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_submission_that_is_resumed_in_time_does_not_expire() {
    let harness = tests::Harness::new();
    let spec = harness.submission(SLOT, Queue, Rules::never(), working("work"));
    let task = harness.submit(spec.with_expires(seconds(30))).expect("it is accepted");
    harness.watch_in(SLOT, &task);
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(seconds(29)).await;
    assert_eq!(task.resume(), Ok(true));
    assert!(outcome_of(&task).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_begun_submission_does_not_expire_while_it_is_paused() {
    let harness = tests::Harness::new();
    let work = Script::task("work", [Step::UntilStopped, Step::Succeed]);
    let spec = harness.submission(SLOT, Queue, Rules::never(), work);
    let task = harness.submit(spec.with_expires(seconds(30))).expect("it is accepted");
    harness.watch_in(SLOT, &task);
    harness.reach(&task, 1).await;
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(seconds(3_600)).await;
    assert!(task.status().phase.is_paused());
    assert_eq!(task.resume(), Ok(true));
    assert!(outcome_of(&task).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_returns_its_value_to_a_pause_has_completed() {
    let harness = tests::Harness::new();
    let mut job = accepted(&harness, None, gives_when_stopped(7));
    harness.reach(job.task(), 1).await;
    assert_eq!(harness.pause(job.task()), Ok(true));
    assert_eq!((&mut job).await.expect("a value"), Total(7));
    assert_eq!(job.status().attempt, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_a_paused_owner_and_rejects_the_waiters() {
    let (harness, owner) = owned_slot(cooperative("owner")).await;
    let next = submit(&harness, Queue, one_attempt("next"));
    assert_eq!(harness.pause(&owner), Ok(true));
    sleep(SECOND).await;
    harness.handle().stop();
    let outcome = outcome_of(&owner).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Shutdown, .. }), "{outcome}");
    assert!(is_rejected(&outcome_of(&next).await, Rejection::ShuttingDown));
    harness.finish().await;
}
