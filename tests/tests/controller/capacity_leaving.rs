//! Submissions that leave the queue of a slot with a capacity: expired, canceled, cleared, at a shutdown; and room in the queue.

use taskvisor::{Config, ControllerSpec, Rejection, RuntimeError, StopCause, Supervisor, TaskSpec};
use tests::Harness;
use tokio::time::{Instant, sleep};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn an_exclusive_submission_that_expires_lets_others_start() {
    let harness = Harness::new();
    let owner = share(&harness, 3, Queue, cooperative("owner"));
    let exclusive = shared(&harness, 1, Queue, one_attempt("exclusive")).with_expires(seconds(5));
    let exclusive = harness.try_submit(exclusive).expect("the queue has room");
    let behind = ["one", "two", "three"].map(|name| share(&harness, 3, Queue, cooperative(name)));
    assert!(is_rejected(&outcome_of(&exclusive).await, Rejection::Expired));
    assert_eq!(
        (owners(&harness), waiting(&harness)),
        (["owner", "one", "two"].map(String::from).into(), vec!["three".into()])
    );
    harness.reach(&behind[1], 1).await;
    assert!(!owner.status().stopping);
    let event_log = harness.finish().await;
    for started in &behind[..2] {
        assert_eq!(event_log.starts_of(started), [seconds(5)]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_submission_that_is_canceled_lets_others_start() {
    let harness = Harness::new();
    let _owner = share(&harness, 3, Queue, cooperative("owner"));
    let exclusive = share(&harness, 1, Queue, one_attempt("exclusive"));
    let behind = ["one", "two", "three"].map(|name| share(&harness, 3, Queue, cooperative(name)));
    sleep(SECOND).await;
    assert!(harness.cancel(&exclusive));
    assert_eq!(owners(&harness), ["owner", "one", "two"], "decided before the call returns");
    assert_eq!(waiting(&harness), ["three"]);
    harness.reach(&behind[1], 1).await;
    let event_log = harness.finish().await;
    for started in &behind[..2] {
        assert_eq!(event_log.of(started)[..4], ["added", "queued", "admitted", "started 1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_submission_for_a_place_expires_or_is_canceled() {
    let harness = Harness::new();
    let owners = ["first", "second"].map(|name| share(&harness, 2, Queue, cooperative(name)));
    let expiring = shared(&harness, 2, Queue, one_attempt("expiring")).with_expires(seconds(5));
    let expiring = harness.try_submit(expiring).expect("the queue has room");
    let canceled = share(&harness, 2, Queue, one_attempt("canceled"));
    let last = share(&harness, 2, Queue, one_attempt("last"));
    assert!(harness.cancel(&canceled));
    assert_eq!(waiting(&harness), ["expiring", "last"]);
    assert!(is_canceled(&outcome_of(&canceled).await, StopCause::Cancel));
    assert!(is_rejected(&outcome_of(&expiring).await, Rejection::Expired));
    harness.cancel(&owners[1]);
    assert!(outcome_of(&last).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clear_stops_all_owners() {
    let harness = Harness::new();
    let owning = ["first", "second"].map(|name| share(&harness, 2, Queue, cooperative(name)));
    let queued = share(&harness, 2, Queue, one_attempt("queued"));
    harness.reach(&owning[1], 1).await;
    assert!(harness.clear_slot(SLOT));
    assert!(waiting(&harness).is_empty());
    assert!(is_rejected(&outcome_of(&queued).await, Rejection::Cleared));
    for owner in &owning {
        assert!(is_canceled(&outcome_of(owner).await, StopCause::Clear));
    }
    assert!(owners(&harness).is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_stops_all_owners_and_rejects_all_that_wait() {
    let harness = Harness::new();
    let owners = ["first", "second"].map(|name| share(&harness, 2, Queue, cooperative(name)));
    let queued = [1, 2].map(|capacity| share(&harness, capacity, Queue, one_attempt("queued")));
    harness.reach(&owners[1], 1).await;
    let (report, event_log) = harness.try_finish().await;
    assert_eq!(reported(&report.expect("all have stopped")), [0, 2, 0, 0, 2]);
    for queued in &queued {
        assert_eq!(event_log.of(queued).last().map(String::as_str), Some("removed"));
        assert!(event_log.starts_of(queued).is_empty());
    }
}

/// A runtime that is shut down drops the lanes: each submission of the slot ends once.
#[test]
fn submissions_of_dropped_lanes_are_aborted() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let handles = runtime.block_on(async {
        let handles = [2, 2, 1, 2, 2].map(|capacity| {
            let submission = ControllerSpec::queue(TaskSpec::once(cooperative("work")))
                .with_slot(SLOT)
                .with_capacity(capacity);
            supervisor.submit(submission).expect("the queue has room")
        });
        tokio::task::yield_now().await;
        handles
    });
    drop(runtime);
    for handle in handles {
        assert!(handle.is_finished());
    }
    assert!(supervisor.slots().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_free_place_admits_a_caller_that_waits_for_room() {
    let harness = limited(0, 100);
    let owning = ["first", "second"].map(|name| share(&harness, 2, Queue, cooperative(name)));
    let supervisor = harness.handle();
    let room = shared(&harness, 2, Queue, working("room"));
    let submitting = tokio::spawn(async move { supervisor.submit_wait(room).await });
    sleep(SECOND).await;
    assert!(!submitting.is_finished());
    harness.cancel(&owning[0]);
    let admitted = in_time(submitting).await.expect("no panic").expect("a place is free");
    harness.trace().in_slot(&admitted, SLOT);
    harness.trace().share_slot(SLOT, 2);
    assert_eq!(owners(&harness), ["second", "room"]);
    assert!(outcome_of(&admitted).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn each_free_place_of_an_idle_slot_admits_a_caller() {
    let harness = limited(0, 100);
    let exclusive = share(&harness, 1, Queue, cooperative("exclusive"));
    let submitting = ["one", "two", "three"].map(|name| {
        let (supervisor, room) = (harness.handle(), shared(&harness, 2, Queue, working(name)));
        tokio::spawn(async move { supervisor.submit_wait(room).await })
    });
    sleep(SECOND).await;
    let began = Instant::now();
    harness.cancel(&exclusive);
    for submitting in submitting {
        let admitted = in_time(submitting).await.expect("no panic").expect("a place is free");
        harness.trace().in_slot(&admitted, SLOT);
        harness.trace().share_slot(SLOT, 2);
        assert!(outcome_of(&admitted).await.is_completed());
    }
    assert_eq!(began.elapsed(), seconds(2), "two at once, and then the third");
    harness.finish().await;
}

/// The caller that a free place does not admit leaves it to another one.
#[tokio::test(start_paused = true)]
async fn a_free_place_is_not_kept_for_a_caller_that_does_not_fit() {
    let harness = limited(0, 100);
    let owning = ["first", "second"].map(|name| share(&harness, 2, Queue, cooperative(name)));
    let submit_wait = |capacity, name| {
        let (supervisor, room) = (harness.handle(), shared(&harness, capacity, Queue, one_attempt(name)));
        tokio::spawn(async move { supervisor.submit_wait(room).await })
    };
    let exclusive = submit_wait(1, "exclusive");
    sleep(SECOND).await;
    let fits = submit_wait(2, "fits");
    sleep(SECOND).await;
    harness.cancel(&owning[0]);
    let admitted = in_time(fits).await.expect("no panic").expect("a place is free");
    harness.trace().in_slot(&admitted, SLOT);
    harness.trace().share_slot(SLOT, 2);
    assert!(outcome_of(&admitted).await.is_completed());
    assert!(!exclusive.is_finished());
    harness.cancel(&owning[1]);
    let admitted = in_time(exclusive).await.expect("no panic").expect("the slot is idle");
    harness.watch_in(SLOT, &admitted);
    assert!(outcome_of(&admitted).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_capacity_of_zero_is_refused() {
    let harness = Harness::new();
    let refused =
        harness.try_submit(shared(&harness, 0, Queue, one_attempt("work"))).expect_err("it is refused");
    let RuntimeError::InvalidSpec { name, reasons, .. } = refused.reason() else { panic!("{refused}") };
    assert_eq!(name, "work");
    assert_eq!(
        *reasons,
        [
            "`capacity` is zero, so no submission could ever start: set how many submissions run in a slot at once, or leave it \
          out for one"
        ]
    );
    let blank = shared(&harness, 0, Queue, one_attempt("work")).with_slot(" ");
    let refused = harness.try_submit(blank).expect_err("it is refused");
    assert!(
        matches!(refused.reason(), RuntimeError::InvalidSpec { reasons, .. } if reasons.len() == 2),
        "{refused}"
    );
    assert!(owners(&harness).is_empty());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_status_of_a_slot_lists_all_owners() {
    let harness = Harness::new();
    let began = Instant::now();
    let tasks = ["first", "second", "third"].map(|name| share(&harness, 4, Queue, cooperative(name)));
    sleep(SECOND).await;
    let last = share(&harness, 3, Queue, cooperative("last"));
    let slot = harness.slots().remove(0);
    assert_eq!(
        (slot.owner.as_str(), slot.owner_id, slot.since, slot.capacity),
        ("first", tasks[0].id(), began, 4)
    );
    let more: Vec<_> =
        slot.more_owners.iter().map(|owner| (owner.name.as_str(), owner.id, owner.since)).collect();
    assert_eq!(more, [("second", tasks[1].id(), began), ("third", tasks[2].id(), began)]);
    harness.cancel(&tasks[0]);
    sleep(SECOND).await;
    let slot = harness.slots().remove(0);
    assert_eq!(slot.owner, "second", "the next oldest owner takes the place of the oldest");
    assert_eq!((slot.more_owners[1].id, slot.capacity), (last.id(), 3));
    assert!(harness.task_by_id(tasks[2].id()).is_some());
    harness.finish().await;
}
