//! `expires`: a submission that has not begun its first attempt in time ends as `Rejected(Expired)`.

use std::sync::Arc;
use std::time::Duration;

use taskvisor::{
    Admission, ControllerSpec, EventName, JobError, JobExt, Outcome, Rejection, RuntimeError, TaskFn,
    TaskHandle, TaskRef,
};
use tests::{Harness, Rules, Script, Step};
use tokio::sync::Notify;

use crate::job::{accepted, gives, stops, try_submit};
use crate::support::*;

/// The events of a submission that expires in the queue.
pub(crate) const EXPIRED: [&str; 4] = ["added", "queued", "ended rejected: expired", "removed"];

/// Submits `task`, which makes one attempt and must start within `time`.
pub(crate) fn expiring(harness: &Harness, admission: Admission, time: Duration, task: TaskRef) -> TaskHandle {
    expiring_with(harness, admission, time, Rules::never(), task)
}

pub(crate) fn expiring_with(
    harness: &Harness,
    admission: Admission,
    time: Duration,
    rules: Rules,
    task: TaskRef,
) -> TaskHandle {
    let submission = harness.submission(SLOT, admission, rules, task).with_expires(time);
    let task = harness.submit(submission).expect("the submission is accepted");
    harness.watch_in(SLOT, &task);
    task
}

pub(crate) fn is_expired(outcome: &Outcome) -> bool {
    is_rejected(outcome, Rejection::Expired)
}

/// Succeeds after this time.
pub(crate) fn taking(name: &'static str, time: Duration) -> TaskRef {
    Script::task(name, [Step::SucceedAfter(time)])
}

#[tokio::test(start_paused = true)]
async fn a_queued_submission_expires_at_its_deadline() {
    let harness = Harness::new();
    let owner = submit(&harness, Queue, cooperative("owner"));
    let waits = expiring(&harness, Queue, seconds(9), one_attempt("waits"));
    let after = submit(&harness, Queue, one_attempt("after"));
    let outcome = outcome_of(&waits).await;
    assert!(is_expired(&outcome), "{outcome}");
    assert_eq!(outcome.to_string(), "rejected: the submission expired before it started");
    assert_eq!(waiting(&harness), ["after"]);
    harness.cancel(&owner);
    assert!(outcome_of(&after).await.is_completed());
    let report = harness.shutdown().await.expect("in order");
    assert_eq!(report.rejected, 1);
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&waits), EXPIRED);
    assert_eq!(event_log.times_of(&waits, EventName::Ended), [seconds(9)]);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_started_in_time_never_expires() {
    let harness = Harness::new();
    submit(&harness, Queue, taking("owner", seconds(29)));
    let steps = [Step::FailAfter(seconds(60), "again"), Step::SucceedAfter(seconds(60))];
    let rules = Rules::on_failure().constant_backoff(seconds(60));
    let waits = expiring_with(&harness, Queue, seconds(30), rules, Script::task("waits", steps));
    assert!(outcome_of(&waits).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&waits), [seconds(29), seconds(149)]);
}

#[tokio::test(start_paused = true)]
async fn a_start_at_the_very_deadline_is_refused() {
    for (owner_ends, starts) in [(29_999, true), (30_000, false), (30_001, false)] {
        let harness = Harness::new();
        let owner = submit(&harness, Queue, taking("owner", millis(owner_ends)));
        let waits = expiring(&harness, Queue, seconds(30), one_attempt("waits"));
        let outcome = outcome_of(&waits).await;
        assert_eq!(outcome.is_completed(), starts, "{owner_ends}: {outcome}");
        assert_eq!(is_expired(&outcome), !starts, "{owner_ends}: {outcome}");
        assert!(outcome_of(&owner).await.is_completed());
        let event_log = harness.finish().await;
        assert_eq!(event_log.starts_of(&waits).is_empty(), !starts);
    }
}

/// The clock advances before the runtime polls the actors for the first time.
#[tokio::test(start_paused = true)]
async fn an_owner_that_is_polled_too_late_expires() {
    let harness = Harness::new();
    let in_slot = expiring(&harness, Queue, SECOND, one_attempt("late"));
    let without_slot = accepted(&harness, None, gives(1).with_expires(SECOND));
    tokio::time::advance(SECOND).await;
    assert!(is_expired(&outcome_of(&in_slot).await));
    let ended = without_slot.await.expect_err("expired");
    assert!(matches!(ended, JobError::Ended(outcome) if is_expired(&outcome)));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&in_slot), ["added", "ended rejected: expired", "removed"]);
}

/// The owner ends at the deadline, before the timer of the slot fires: its lane takes the submission.
#[tokio::test(start_paused = true)]
async fn a_lane_starts_no_submission_that_has_expired() {
    let harness = Harness::new();
    let release = Arc::new(Notify::new());
    let released = Arc::clone(&release);
    let owner = TaskFn::arc("owner", move || {
        let released = Arc::clone(&released);
        async move {
            released.notified().await;
            Ok(())
        }
    });
    owns(&harness, owner).await;
    let waits = expiring(&harness, Queue, SECOND, one_attempt("waits"));
    let after = submit(&harness, Queue, one_attempt("after"));
    harness.settle().await;
    release.notify_one();
    tokio::time::advance(SECOND).await;
    assert!(is_expired(&outcome_of(&waits).await));
    assert!(outcome_of(&after).await.is_completed());
    let event_log = harness.finish().await;
    assert!(event_log.starts_of(&waits).is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_admission_that_waits_can_expire() {
    for admission in [Queue, Replace, Latest] {
        let harness = Harness::new();
        owns(&harness, Script::task("owner", [Step::Hang])).await;
        let waits = expiring(&harness, admission, seconds(5), one_attempt("waits"));
        assert!(is_expired(&outcome_of(&waits).await), "{admission}");
        assert!(waiting(&harness).is_empty());
        let (_, event_log) = harness.try_finish().await;
        assert_eq!(event_log.of(&waits), EXPIRED);
    }
}

#[tokio::test(start_paused = true)]
async fn the_owner_goes_on_if_a_latest_expires_behind_it() {
    let harness = Harness::new();
    let steps = [Step::FailAfter(seconds(10), "again"), Step::Succeed];
    let rules = Rules::on_failure().without_backoff();
    let owner = harness.submit_to(SLOT, Queue, rules, Script::task("owner", steps));
    harness.reach(&owner, 1).await;
    let latest = expiring(&harness, Latest, seconds(5), one_attempt("latest"));
    assert!(is_expired(&outcome_of(&latest).await));
    assert!(outcome_of(&owner).await.is_completed(), "nothing newer waits for its slot");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_expired_submission_has_dropped_its_value() {
    let (harness, _) = owned_slot(cooperative("owner")).await;
    let kept = Arc::new(());
    let held = Arc::clone(&kept);
    let task = TaskFn::arc("held", move || {
        let _held = &held;
        async { Ok(()) }
    });
    let waits = expiring(&harness, Queue, SECOND, task);
    assert_eq!(Arc::strong_count(&kept), 2);
    assert!(is_expired(&outcome_of(&waits).await));
    assert_eq!(Arc::strong_count(&kept), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_room_of_an_expired_submission_is_passed_on() {
    for (per_slot, total) in [(1, 100), (100, 1)] {
        let harness = limited(per_slot, total);
        owns(&harness, cooperative("owner")).await;
        let waits = expiring(&harness, Queue, seconds(5), one_attempt("waits"));
        let next = harness.submission(SLOT, Queue, Rules::never(), one_attempt("next"));
        let next = in_time(harness.submit_wait(next)).await.expect("there is room after the expiry");
        harness.watch_in(SLOT, &next);
        assert!(is_expired(&outcome_of(&waits).await));
        assert_eq!(waiting(&harness), ["next"]);
        harness.finish().await;
    }
}

/// The time of a caller that waits for room is its own: it can drop the future.
#[tokio::test(start_paused = true)]
async fn the_time_does_not_run_while_submit_wait_waits_for_room() {
    let harness = limited(1, 100);
    submit(&harness, Queue, taking("owner", seconds(10)));
    submit(&harness, Queue, taking("queued", seconds(3)));
    let late = harness.submission(SLOT, Queue, Rules::never(), one_attempt("late")).with_expires(seconds(5));
    let late = in_time(harness.submit_wait(late)).await.expect("there is room");
    harness.watch_in(SLOT, &late);
    assert!(outcome_of(&late).await.is_completed(), "accepted after 10 s, started after 13 s");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn zero_is_refused_with_what_to_write() {
    let harness = Harness::new();
    let text = "`expires` is zero, so no submission could ever start: leave it out for no limit";
    let submission = harness.submission(SLOT, Queue, Rules::never(), one_attempt("never"));
    let error = harness.submit(submission.with_expires(Duration::ZERO)).expect_err("refused");
    assert!(matches!(error.reason(), RuntimeError::InvalidSpec { reasons, .. } if *reasons == [text]));
    let again = error.into_submission().with_expires(None);
    assert_eq!(again.expires(), None);
    let handle = harness.submit(again).expect("accepted without a limit");
    harness.watch_in(SLOT, &handle);
    let error = try_submit(&harness, None, gives(4).with_expires(Duration::ZERO)).expect_err("refused");
    assert!(error.to_string().contains(text), "{error}");
    let again = error.into_submission().with_expires(SECOND);
    accepted(&harness, None, again).await.expect("a value");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_an_expired_job_says_so() {
    let harness = Harness::new();
    let owner = accepted(&harness, Some(SLOT), stops().in_slot(SLOT));
    let waits = accepted(&harness, Some(SLOT), gives(1).in_slot(SLOT).with_expires(seconds(2)));
    let error = waits.await.expect_err("expired");
    assert_eq!(error.to_string(), "rejected: the submission expired before it started");
    owner.cancel();
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_spec_that_is_taken_back_does_not_expire() {
    let harness = Harness::new();
    let spec = harness.spec(Rules::never(), working("task"));
    let submission = ControllerSpec::queue(spec).with_expires(millis(1));
    let task = harness.add_task(submission.into_spec()).expect("the name is free");
    harness.watch(&task);
    tokio::time::advance(SECOND).await;
    assert!(outcome_of(&task).await.is_completed());
    harness.finish().await;
}
