//! Submissions of different capacities in one slot: the smallest one applies, and none overtakes a submission that waits.

use taskvisor::{
    Config, ControllerSpec, EventName, Outcome, Rejection, StopCause, Supervisor, TaskFn, TaskSpec,
};
use tests::{Harness, Script, Step};
use tokio::time::sleep;

use crate::support::*;

fn lasting(name: &'static str, time: u64) -> taskvisor::TaskRef {
    Script::task(name, [Step::SucceedAfter(seconds(time))])
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_submission_waits_for_all_and_several_follow() {
    let harness = Harness::new();
    let _owners =
        [("first", 1), ("second", 2)].map(|(name, time)| share(&harness, 3, Queue, lasting(name, time)));
    let exclusive = share(&harness, 1, Queue, lasting("exclusive", 1));
    let after = ["one", "two", "three", "four"].map(|name| share(&harness, 3, Queue, lasting(name, 1)));
    assert_eq!(owners(&harness), ["first", "second"], "a free place is kept for the exclusive one");
    assert_eq!(waiting(&harness), ["exclusive", "one", "two", "three", "four"]);
    sleep(millis(1_500)).await;
    assert_eq!(owners(&harness), ["second"]);
    sleep(SECOND).await;
    assert_eq!(owners(&harness), ["exclusive"]);
    sleep(SECOND).await;
    assert_eq!(
        (owners(&harness), waiting(&harness)),
        (["one", "two", "three"].map(String::from).into(), vec!["four".into()])
    );
    for task in &after {
        assert!(outcome_of(task).await.is_completed());
    }
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&exclusive), [seconds(2)]);
    let starts: Vec<_> = after.iter().flat_map(|task| event_log.starts_of(task)).collect();
    assert_eq!(starts, [seconds(3), seconds(3), seconds(3), seconds(4)]);
    let admitted: Vec<_> = event_log
        .events()
        .iter()
        .filter(|event| event.kind.name() == EventName::Admitted)
        .filter_map(|event| event.task().map(ToOwned::to_owned))
        .collect();
    assert_eq!(admitted, ["exclusive", "one", "two", "three", "four"], "in order of arrival");
    for task in &after {
        assert_eq!(event_log.of(task), RAN_LATER);
    }
}

#[tokio::test(start_paused = true)]
async fn no_admission_but_replace_overtakes_an_exclusive_submission() {
    let harness = Harness::new();
    let _owner = share(&harness, 3, Queue, cooperative("owner"));
    let _exclusive = share(&harness, 1, Queue, one_attempt("exclusive"));
    let dropped = harness.try_submit(shared(&harness, 3, DropIfRunning, one_attempt("dropped")));
    assert!(is_busy(&dropped.expect_err("a submission waits")));
    share(&harness, 3, Latest, cooperative("latest"));
    assert_eq!(
        (owners(&harness), waiting(&harness)),
        (vec!["owner".into()], vec!["exclusive".into(), "latest".into()])
    );
    let replacement = share(&harness, 3, Replace, cooperative("replacement"));
    assert_eq!(owners(&harness), ["owner", "replacement"], "it stops no owner, because it fits");
    harness.reach(&replacement, 1).await;
    assert_eq!(harness.finish().await.of(&replacement)[..2], ["added", "started 1"]);
}

#[tokio::test(start_paused = true)]
async fn the_smallest_capacity_of_the_owners_applies() {
    let harness = Harness::new();
    let _large = share(&harness, 3, Queue, cooperative("large"));
    let small = share(&harness, 2, Queue, cooperative("small"));
    let next = share(&harness, 3, Queue, cooperative("next"));
    assert_eq!((owners(&harness).len(), waiting(&harness)), (2, vec!["next".into()]));
    assert_eq!(harness.slots()[0].capacity, 2);
    harness.cancel(&small);
    harness.reach(&next, 1).await;
    assert_eq!(harness.slots()[0].capacity, 3);
    share(&harness, 3, Queue, cooperative("third"));
    assert_eq!(owners(&harness), ["large", "next", "third"]);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_slot_grows_once_its_smallest_owner_has_ended() {
    let harness = Harness::new();
    let [_, _, smallest] = [("one", 5), ("two", 4), ("smallest", 3)]
        .map(|(name, capacity)| share(&harness, capacity, Queue, cooperative(name)));
    let waiting_tasks = ["three", "four", "five"].map(|name| share(&harness, 5, Queue, cooperative(name)));
    assert_eq!((owners(&harness).len(), waiting(&harness).len()), (3, 3));
    harness.cancel(&smallest);
    harness.reach(&waiting_tasks[1], 1).await;
    assert_eq!(owners(&harness), ["one", "two", "three", "four"]);
    assert_eq!((harness.slots()[0].capacity, waiting(&harness)), (4, vec!["five".into()]));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_replace_stops_as_many_of_the_oldest_owners_as_needed() {
    for (capacity, stopped) in [(1, 3), (2, 2), (3, 1)] {
        let harness = Harness::new();
        let owners = ["first", "second", "third"].map(|name| share(&harness, 3, Queue, cooperative(name)));
        harness.reach(&owners[2], 1).await;
        let next = share(&harness, capacity, Replace, one_attempt("next"));
        for (index, owner) in owners.iter().enumerate() {
            assert_eq!(owner.status().stopping, index < stopped, "capacity {capacity}, owner {index}");
        }
        assert!(outcome_of(&next).await.is_completed());
        for owner in &owners[..stopped] {
            assert!(is_canceled(&outcome_of(owner).await, StopCause::Replace));
        }
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_replace_that_fits_supersedes_and_lets_others_start() {
    let harness = Harness::new();
    let owner = share(&harness, 3, Queue, slow_to_stop("owner"));
    harness.reach(&owner, 1).await;
    let exclusive = share(&harness, 1, Replace, one_attempt("exclusive"));
    let queued = share(&harness, 3, Queue, cooperative("queued"));
    assert!(owner.status().stopping);
    let replacement = share(&harness, 3, Replace, cooperative("replacement"));
    assert!(is_rejected(&outcome_of(&exclusive).await, Rejection::Superseded));
    assert_eq!(owners(&harness), ["owner", "replacement", "queued"]);
    harness.reach(&queued, 1).await;
    harness.reach(&replacement, 1).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_superseded_latest_lets_those_behind_it_start() {
    let harness = Harness::new();
    let _owner = share(&harness, 4, Queue, cooperative("owner"));
    let exclusive = share(&harness, 1, Latest, one_attempt("exclusive"));
    let queued = share(&harness, 4, Queue, cooperative("queued"));
    let latest = share(&harness, 4, Latest, cooperative("latest"));
    assert!(is_rejected(&outcome_of(&exclusive).await, Rejection::Superseded));
    harness.reach(&queued, 1).await;
    harness.reach(&latest, 1).await;
    assert_eq!(owners(&harness), ["owner", "queued", "latest"]);
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&exclusive), SUPERSEDED);
    assert_eq!(event_log.of(&latest)[..4], ["added", "queued", "admitted", "started 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_latest_that_fits_supersedes_an_exclusive_latest() {
    let harness = Harness::new();
    let _owner = share(&harness, 2, Queue, cooperative("owner"));
    let exclusive = share(&harness, 1, Latest, one_attempt("exclusive"));
    let latest = share(&harness, 2, Latest, cooperative("latest"));
    assert_eq!(owners(&harness), ["owner", "latest"]);
    assert!(is_rejected(&outcome_of(&exclusive).await, Rejection::Superseded));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&latest)[..2], ["added", "started 1"], "it never waited");
}

/// Without a subscriber a waiting submission is not checked out: the queue has its work.
#[tokio::test(start_paused = true)]
async fn unobserved_submissions_start_together() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let submit = |name: &'static str, capacity: usize| {
        let task = TaskFn::arc(name, || async {
            sleep(SECOND).await;
            Ok(())
        });
        let submission = ControllerSpec::queue(TaskSpec::once(task)).with_slot(SLOT).with_capacity(capacity);
        supervisor.submit(submission).expect("the queue has room")
    };
    let began = tokio::time::Instant::now();
    let tasks =
        [("owner", 1), ("one", 3), ("two", 3), ("three", 3)].map(|(name, capacity)| submit(name, capacity));
    for task in &tasks {
        assert_eq!(outcome_of(task).await, Outcome::Completed);
    }
    assert_eq!(began.elapsed(), seconds(2));
    assert!(supervisor.slots().is_empty());
}
