//! A slot with two places: the admission table, cell by cell.

use taskvisor::{EventName, Rejection, StopCause, TaskHandle};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::*;

/// A slot with two places. Each task owns one of them and runs.
async fn owned_by<const N: usize>(tasks: [taskvisor::TaskRef; N]) -> (Harness, [TaskHandle; N]) {
    let harness = Harness::new();
    let owners = tasks.map(|task| share(&harness, 2, Queue, task));
    for owner in &owners {
        harness.reach(owner, 1).await;
    }
    (harness, owners)
}

#[tokio::test(start_paused = true)]
async fn each_admission_starts_in_an_idle_slot() {
    for admission in ALL {
        let (harness, []) = owned_by([]).await;
        let task = share(&harness, 2, admission, working("work"));
        assert_eq!(owners(&harness), ["work"]);
        assert!(outcome_of(&task).await.is_completed());
        assert!(owners(&harness).is_empty(), "the slot is free before the outcome is seen");
        assert_eq!(harness.finish().await.of(&task), RAN, "{admission}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_admission_starts_at_a_free_place() {
    for admission in ALL {
        let (harness, [owner]) = owned_by([working("owner")]).await;
        let task = share(&harness, 2, admission, working("work"));
        assert_eq!(owners(&harness), ["owner", "work"], "the decision is the return value");
        assert!(!owner.status().stopping, "{admission} stops an owner beside a free place");
        assert!(outcome_of(&task).await.is_completed());
        assert!(outcome_of(&owner).await.is_completed());
        let event_log = harness.finish().await;
        assert_eq!(event_log.of(&task), RAN, "{admission}");
        assert_eq!(event_log.of(&owner), RAN, "{admission}");
        assert_eq!(event_log.starts_of(&task), [SECOND / 1_000], "{admission}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_waits_while_all_places_are_taken() {
    let (harness, [first, second]) =
        owned_by([Script::task("first", [Step::SucceedAfter(seconds(3))]), working("second")]).await;
    let next = share(&harness, 2, Queue, working("next"));
    assert_eq!(
        (owners(&harness), waiting(&harness)),
        (vec!["first".into(), "second".into()], vec!["next".into()])
    );
    assert!(!first.status().stopping && !second.status().stopping);
    assert!(outcome_of(&second).await.is_completed());
    assert_eq!(owners(&harness), ["first", "next"], "the place of the second is passed on");
    assert!(outcome_of(&next).await.is_completed());
    assert!(outcome_of(&first).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&next), RAN_LATER);
    assert_eq!(event_log.starts_of(&next), event_log.times_of(&second, EventName::Removed));
}

#[tokio::test(start_paused = true)]
async fn a_replace_stops_the_oldest_owner_only() {
    let (harness, [first, second]) = owned_by([slow_to_stop("first"), cooperative("second")]).await;
    let next = share(&harness, 2, Replace, working("next"));
    assert!(first.status().stopping, "the stop is requested in the same step");
    assert!(!second.status().stopping);
    assert_eq!(waiting(&harness), ["next"]);
    assert!(is_canceled(&outcome_of(&first).await, StopCause::Replace));
    assert_eq!(owners(&harness), ["second", "next"]);
    assert!(outcome_of(&next).await.is_completed());
    assert!(!second.status().stopping);
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), REPLACED);
    assert_eq!(event_log.of(&next), RAN_LATER);
    assert_eq!(event_log.starts_of(&next), event_log.times_of(&first, EventName::Removed));
}

#[tokio::test(start_paused = true)]
async fn the_next_replace_stops_the_next_oldest_owner() {
    let (harness, [first, second]) = owned_by([cooperative("first"), cooperative("second")]).await;
    let third = share(&harness, 2, Replace, cooperative("third"));
    harness.reach(&third, 1).await;
    let last = share(&harness, 2, Replace, cooperative("last"));
    harness.reach(&last, 1).await;
    assert_eq!(owners(&harness), ["third", "last"]);
    for replaced in [&first, &second] {
        assert!(is_canceled(&outcome_of(replaced).await, StopCause::Replace));
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_replace_that_waits_for_a_place_is_superseded() {
    let (harness, [first, second]) = owned_by([slow_to_stop("first"), cooperative("second")]).await;
    let older = share(&harness, 2, Replace, working("older"));
    let queued = share(&harness, 2, Queue, working("queued"));
    let newer = share(&harness, 2, Replace, working("newer"));
    assert_eq!(waiting(&harness), ["newer", "queued"]);
    assert!(is_rejected(&outcome_of(&older).await, Rejection::Superseded));
    assert!(is_canceled(&outcome_of(&first).await, StopCause::Replace));
    assert!(!second.status().stopping, "one place is enough for the newer one");
    assert!(outcome_of(&queued).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&older), SUPERSEDED);
    assert_eq!(event_log.of(&newer), RAN_LATER);
    assert_eq!(event_log.starts_of(&queued), event_log.times_of(&newer, EventName::Removed));
}

#[tokio::test(start_paused = true)]
async fn a_drop_if_running_is_busy_while_all_places_are_taken() {
    let (harness, [first, second]) = owned_by([working("first"), cooperative("second")]).await;
    let dropped = || shared(&harness, 2, DropIfRunning, one_attempt("dropped"));
    assert!(is_busy(&harness.try_submit(dropped()).expect_err("both places are taken")));
    assert!(waiting(&harness).is_empty());
    assert!(outcome_of(&first).await.is_completed());
    assert!(!second.status().stopping);
    let admitted = harness.try_submit(dropped()).expect("a place is free");
    assert!(outcome_of(&admitted).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.ids_of("dropped"), [admitted.id()]);
}

#[tokio::test(start_paused = true)]
async fn a_latest_waits_last_and_supersedes_a_latest() {
    let (harness, [first, second]) = owned_by([working("first"), cooperative("second")]).await;
    let older = share(&harness, 2, Latest, one_attempt("older"));
    let queued = share(&harness, 2, Queue, working("queued"));
    let newer = share(&harness, 2, Latest, working("newer"));
    assert_eq!(waiting(&harness), ["queued", "newer"]);
    assert!(is_rejected(&outcome_of(&older).await, Rejection::Superseded));
    assert!(outcome_of(&newer).await.is_completed());
    assert!(!second.status().stopping, "an attempt that runs goes on");
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&first), RAN);
    assert_eq!(event_log.of(&older), SUPERSEDED);
    assert_eq!(event_log.of(&newer), RAN_LATER);
    assert_eq!(event_log.starts_of(&newer), event_log.times_of(&queued, EventName::Removed));
}

#[tokio::test(start_paused = true)]
async fn each_admission_waits_for_an_owner_that_is_stopping() {
    for admission in [Queue, Replace, Latest] {
        let (harness, [first, second]) = owned_by([slow_to_stop("first"), cooperative("second")]).await;
        assert!(harness.cancel(&first), "this is the first stop request");
        harness.settle().await;
        let next = share(&harness, 2, admission, working("next"));
        assert_eq!(waiting(&harness), ["next"], "{admission}");
        assert!(is_canceled(&outcome_of(&first).await, StopCause::Cancel), "the first request is the cause");
        assert!(outcome_of(&next).await.is_completed());
        assert!(!second.status().stopping, "{admission}");
        let event_log = harness.finish().await;
        assert_eq!(event_log.of(&next), RAN_LATER, "{admission}");
        assert_eq!(event_log.starts_of(&next), event_log.times_of(&first, EventName::Removed), "{admission}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_drop_if_running_is_busy_while_an_owner_is_stopping() {
    let (harness, [first, _second]) = owned_by([slow_to_stop("first"), cooperative("second")]).await;
    harness.cancel(&first);
    harness.settle().await;
    let dropped = || shared(&harness, 2, DropIfRunning, one_attempt("dropped"));
    assert!(is_busy(&harness.try_submit(dropped()).expect_err("both places are taken")));
    outcome_of(&first).await;
    assert!(outcome_of(&harness.try_submit(dropped()).expect("a place is free")).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn queued_submissions_start_in_order_at_each_free_place() {
    let (harness, _) =
        owned_by([working("first"), Script::task("second", [Step::SucceedAfter(millis(500))])]).await;
    let names = ["one", "two", "three", "four"];
    let queued = names.map(|name| share(&harness, 2, Queue, working(name)));
    assert_eq!(waiting(&harness), names);
    for task in &queued {
        assert!(outcome_of(task).await.is_completed());
    }
    let event_log = harness.finish().await;
    let starts: Vec<_> = queued.iter().flat_map(|task| event_log.starts_of(task)).collect();
    assert_eq!(starts, [millis(500), SECOND, millis(1_500), seconds(2)]);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_of_a_slot_with_places_refuses() {
    let harness = limited(1, 100);
    let _owners = ["first", "second"].map(|name| share(&harness, 2, Queue, working(name)));
    let next = share(&harness, 2, Queue, working("next"));
    let late = harness.try_submit(shared(&harness, 2, Queue, working("late")));
    assert!(is_full(&late.expect_err("one submission may wait")));
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_owner_keeps_its_place_in_its_backoff() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(seconds(10));
    let failing = Script::task("failing", [Step::Fail("broken"), Step::Succeed]);
    let owner = harness.submission(SLOT, Queue, rules, failing).with_capacity(2);
    let owner = harness.try_submit(owner).expect("the slot is idle");
    let other = share(&harness, 2, Queue, cooperative("other"));
    sleep(SECOND).await;
    let next = share(&harness, 2, Queue, working("next"));
    sleep(SECOND).await;
    assert_eq!((owners(&harness).len(), waiting(&harness)), (2, vec!["next".into()]));
    assert!(outcome_of(&owner).await.is_completed());
    assert!(outcome_of(&next).await.is_completed());
    assert!(!other.status().stopping);
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&owner), [seconds(0), seconds(10)]);
    assert_eq!(event_log.starts_of(&next), [seconds(10)]);
}

#[tokio::test(start_paused = true)]
async fn a_paused_owner_keeps_its_place() {
    let (harness, [first, _second]) = owned_by([cooperative("first"), cooperative("second")]).await;
    harness.pause(&first).expect("it runs");
    let next = share(&harness, 2, Queue, working("next"));
    sleep(seconds(60)).await;
    assert_eq!((owners(&harness).len(), waiting(&harness)), (2, vec!["next".into()]));
    harness.cancel(&first);
    assert!(outcome_of(&next).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_for_a_place_names_the_owners() {
    let harness = Harness::new();
    let first = share(&harness, 2, Queue, cooperative("first"));
    sleep(SECOND).await;
    let second = share(&harness, 2, Queue, cooperative("second"));
    let next = share(&harness, 2, Queue, one_attempt("next"));
    sleep(seconds(11)).await;
    let event_log = harness.finish().await;
    let delayed = event_log.events_of(&next).find(|event| event.kind.name() == EventName::Delayed);
    let held_by = format!("held_by=\"first#{}, second#{}\"", first.id(), second.id());
    let line = delayed.expect("it has waited for 10 s").to_string();
    assert_eq!(line, format!("next#{} [slot] delayed on=slot {held_by} waited=10s", next.id()));
}
