//! Many threads submit to one slot.

use std::sync::Arc;

use taskvisor::{Admission, ControllerSpec, Rejection, StopCause, SubmitError, TaskHandle, TaskRef};
use tests::{Harness, Rules};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::*;

type Submitted = Result<TaskHandle, SubmitError<ControllerSpec>>;

/// Submits `count` tasks to one slot at the same time.
async fn at_once(
    harness: &Harness,
    count: usize,
    admission: Admission,
    task: fn() -> TaskRef,
) -> Vec<Submitted> {
    let start = Arc::new(Barrier::new(count));
    let mut crowd = JoinSet::new();
    for _ in 0..count {
        let (supervisor, start) = (harness.handle(), Arc::clone(&start));
        let submission = harness.submission(SLOT, admission, Rules::never(), task());
        crowd.spawn(async move {
            start.wait().await;
            supervisor.submit(submission)
        });
    }
    let submitted = crowd.join_all().await;
    for task in submitted.iter().flatten() {
        harness.watch_in(SLOT, task);
    }
    submitted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_concurrent_replacements_leave_exactly_one_owner() {
    for _ in 0..20 {
        let harness = Harness::new();
        let submitted = at_once(&harness, 50, Replace, || cooperative("work")).await;
        let tasks: Vec<_> =
            submitted.into_iter().map(|one| one.expect("a replacement is accepted")).collect();
        let mut ends = JoinSet::new();
        for task in &tasks {
            let (id, outcome) = (task.id(), task.outcome());
            ends.spawn(async move { (id, outcome.await) });
        }
        let mut ended = Vec::new();
        while ended.len() < 49 {
            let (id, outcome) = ends.join_next().await.expect("49 end").expect("no panic");
            let expected =
                is_canceled(&outcome, StopCause::Replace) || is_rejected(&outcome, Rejection::Superseded);
            assert!(expected, "{outcome}");
            ended.push(id);
        }
        let slots = harness.slots();
        assert_eq!(slots.len(), 1);
        assert!(slots[0].waiting.is_empty(), "no submission waits behind the survivor");
        let survivor: Vec<_> = tasks.iter().filter(|task| !ended.contains(&task.id())).collect();
        assert_eq!(survivor.len(), 1);
        assert_eq!(slots[0].owner_id, survivor[0].id());
        assert!(!survivor[0].status().stopping, "the survivor received no stop request");
        harness.reach(survivor[0], 1).await;
        harness.finish().await;
        let (_, last) = ends.join_next().await.expect("the survivor").expect("no panic");
        assert!(is_canceled(&last, StopCause::Shutdown), "{last}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_forty_concurrent_drop_if_running_is_admitted() {
    for _ in 0..20 {
        let harness = Harness::new();
        let submitted = at_once(&harness, 40, DropIfRunning, || cooperative("work")).await;
        let (accepted, refused): (Vec<_>, Vec<_>) = submitted.into_iter().partition(Result::is_ok);
        assert_eq!((accepted.len(), refused.len()), (1, 39));
        assert!(refused.iter().flat_map(|one| one.as_ref().err()).all(is_busy));
        assert!(waiting(&harness).is_empty());
        let event_log = harness.finish().await;
        assert_eq!(event_log.ids_of("work").len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_concurrent_latest_run_the_first_and_one_more() {
    let harness = Harness::new();
    let owner = owns(&harness, cooperative("owner")).await;
    let submitted = at_once(&harness, 40, Latest, || one_attempt("work")).await;
    assert_eq!(waiting(&harness).len(), 1);
    assert!(!owner.status().stopping);
    owner.cancel();
    let mut ran = 0;
    for task in submitted.into_iter().map(|one| one.expect("a latest is accepted")) {
        let outcome = task.outcome().await;
        ran += usize::from(outcome.is_completed());
        assert!(outcome.is_completed() || is_rejected(&outcome, Rejection::Superseded), "{outcome}");
    }
    assert_eq!(ran, 1);
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_concurrent_queues_all_run_one_at_a_time() {
    let harness = limited(200, 200);
    for task in at_once(&harness, 200, Queue, || one_attempt("work")).await {
        let task = task.expect("there is room for all");
        assert!(task.outcome().await.is_completed());
    }
    assert!(harness.slots().is_empty());
    harness.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_queues_fill_the_queue_exactly_to_its_limit() {
    for _ in 0..20 {
        let harness = limited(10, 1_000);
        owns(&harness, cooperative("owner")).await;
        let submitted = at_once(&harness, 40, Queue, || one_attempt("work")).await;
        assert_eq!(submitted.iter().filter(|one| one.is_ok()).count(), 10);
        assert!(submitted.iter().flat_map(|one| one.as_ref().err()).all(is_full));
        harness.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_admission_at_once_ends_every_submission_exactly_once() {
    for _ in 0..20 {
        let harness = limited(5, 10);
        let mut crowd = JoinSet::new();
        let start = Arc::new(Barrier::new(40));
        for number in 0..40 {
            let (supervisor, start) = (harness.handle(), Arc::clone(&start));
            let submission = harness.submission(SLOT, ALL[number % 4], Rules::never(), one_attempt("work"));
            crowd.spawn(async move {
                start.wait().await;
                let task = supervisor.submit(submission).ok()?;
                if number % 3 == 0 {
                    task.cancel();
                }
                Some((task.clone(), task.outcome().await))
            });
        }
        for (task, outcome) in crowd.join_all().await.into_iter().flatten() {
            harness.watch_in(SLOT, &task);
            assert!(!outcome.is_aborted() && !outcome.is_failed(), "{outcome}");
        }
        assert!(harness.slots().is_empty());
        assert!(harness.tasks().is_empty());
        harness.finish().await;
    }
}

/// The slot is released before the outcome is published. A hundred thousand rounds try to observe the opposite order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drop_if_running_after_the_outcome_of_the_owner_is_admitted() {
    let harness = Harness::new();
    let supervisor = harness.handle();
    harness.trace().set_rules("work", Rules::never());
    let work = tokio::spawn(async move {
        for round in 0..100_000 {
            let spec = Rules::never().spec(one_attempt("work"));
            let submission = ControllerSpec::drop_if_running(spec).with_slot(SLOT);
            match supervisor.submit(submission) {
                Ok(task) => assert!(task.outcome().await.is_completed()),
                Err(refused) => panic!("round {round}: {refused}"),
            }
        }
    });
    work.await.expect("all were admitted");
    assert!(harness.slots().is_empty());
    let event_log = harness.finish().await;
    assert_eq!(event_log.ids_of("work").len(), 100_000);
}

/// Each thread submits to a slot of its own, so that no lock of a slot serializes them.
#[test]
fn the_total_limit_holds_for_concurrent_submissions() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let _inside = runtime.enter();
    for round in 0..2_000 {
        let harness = limited(10, 1);
        let slots = ["one", "two", "three", "four"];
        for slot in slots {
            harness.submit_to(slot, Queue, Rules::never(), cooperative("owner"));
        }
        let start = std::sync::Barrier::new(slots.len());
        let accepted: usize = std::thread::scope(|scope| {
            let threads = slots.map(|slot| {
                let (supervisor, start) = (harness.handle(), &start);
                let submission = harness.submission(slot, Queue, Rules::never(), one_attempt("queued"));
                scope.spawn(move || {
                    start.wait();
                    usize::from(supervisor.submit(submission).is_ok())
                })
            });
            threads.map(|thread| thread.join().expect("no panic")).into_iter().sum()
        });
        runtime.block_on(harness.finish());
        assert_eq!(accepted, 1, "in round {round}");
    }
}
