//! `submit_wait` waits for room where `submit` would be refused for the lack of it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use taskvisor::{
    Config, ControllerSpec, EventName, Outcome, Phase, RuntimeError, SubmitError, Supervisor, TaskFn,
    TaskHandle,
};
use tests::{Harness, Rules};
use tokio::runtime::Builder;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::*;

type Submitted = Result<TaskHandle, SubmitError<ControllerSpec>>;

/// Spawns a Tokio task that waits for room.
fn wait_for_room(harness: &Harness, name: &'static str) -> JoinHandle<Submitted> {
    let supervisor = harness.handle();
    let submission = harness.submission(SLOT, Queue, Rules::never(), one_attempt(name));
    tokio::spawn(async move { supervisor.submit_wait(submission).await })
}

async fn accepted(harness: &Harness, waiting: JoinHandle<Submitted>) -> TaskHandle {
    let task = in_time(waiting).await.expect("no panic").expect("there is room");
    harness.watch_in(SLOT, &task);
    task
}

/// The owner runs for a second, a second submission is queued, and a third waits for room.
async fn crowded() -> (Harness, [TaskHandle; 2], JoinHandle<Submitted>) {
    let harness = limited(1, 100);
    let owner = owns(&harness, working("owner")).await;
    let queued = submit(&harness, Queue, working("queued"));
    let third = wait_for_room(&harness, "third");
    harness.settle().await;
    assert!(!third.is_finished(), "there is no room");
    (harness, [owner, queued], third)
}

#[tokio::test(start_paused = true)]
async fn submit_wait_submits_at_once_where_there_is_room() {
    let harness = limited(1, 100);
    for name in ["owner", "queued"] {
        let submission = harness.submission(SLOT, Queue, Rules::never(), working(name));
        let task =
            timeout(seconds(0), harness.submit_wait(submission)).await.expect("at once").expect("room");
        harness.watch_in(SLOT, &task);
    }
    assert_eq!(waiting(&harness), ["queued"]);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn submit_wait_is_accepted_after_the_end_of_the_owner() {
    let (harness, [owner, queued], third) = crowded().await;
    let third = accepted(&harness, third).await;
    assert!(matches!(owner.status().phase, Phase::Ended(Outcome::Completed)));
    assert!(outcome_of(&third).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&queued), RAN_LATER);
    assert_eq!(event_log.of(&third), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_room_publishes_no_refusal() {
    let (harness, _, third) = crowded().await;
    let third = accepted(&harness, third).await;
    assert!(outcome_of(&third).await.is_completed());
    assert_eq!(harness.finish().await.count(EventName::Refused), 0);
}

#[tokio::test(start_paused = true)]
async fn the_cancel_of_a_waiter_wakes_submit_wait() {
    let (harness, [owner, queued], third) = crowded().await;
    queued.cancel();
    let third = accepted(&harness, third).await;
    assert!(
        matches!(owner.status().phase, Phase::Running { .. }),
        "the owner had not ended when room was made"
    );
    assert!(outcome_of(&third).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clear_wakes_submit_wait_and_does_not_clear_it() {
    let (harness, _, third) = crowded().await;
    assert!(harness.clear_slot(SLOT));
    let third = accepted(&harness, third).await;
    assert!(outcome_of(&third).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn total_room_made_in_another_slot_wakes_submit_wait() {
    let harness = limited(100, 1);
    owns(&harness, cooperative("owner")).await;
    let other = harness.submit_to("other", Queue, Rules::never(), working("other"));
    let queued = harness.submit_to("other", Queue, Rules::never(), working("queued"));
    let third = wait_for_room(&harness, "third");
    harness.settle().await;
    assert!(!third.is_finished());
    assert!(outcome_of(&other).await.is_completed());
    let third = accepted(&harness, third).await;
    assert_eq!(waiting(&harness), ["third"]);
    outcome_of(&queued).await;
    harness.clear_slot(SLOT);
    outcome_of(&third).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_submit_wait_has_submitted_nothing() {
    let (harness, [_, queued], third) = crowded().await;
    third.abort();
    assert!(third.await.expect_err("aborted").is_cancelled());
    assert!(outcome_of(&queued).await.is_completed());
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("third").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_submit_wait_drops_the_submission() {
    let kept = Arc::new(());
    let harness = limited(0, 0);
    owns(&harness, cooperative("owner")).await;
    let held = Arc::clone(&kept);
    let task = TaskFn::arc("held", move || {
        let _held = Arc::clone(&held);
        async { Ok(()) }
    });
    let submission = harness.submission(SLOT, Queue, Rules::never(), task);
    timeout(SECOND, harness.submit_wait(submission)).await.expect_err("there is no room");
    assert_eq!(Arc::strong_count(&kept), 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_refuses_submit_wait_and_returns_the_submission() {
    let (harness, _, third) = crowded().await;
    harness.stop();
    let refused = in_time(third).await.expect("no panic").expect_err("the supervisor shuts down");
    assert!(matches!(refused.reason(), RuntimeError::ShuttingDown));
    assert_eq!(refused.into_submission().into_spec().name(), "third");
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("third").is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_supervisor_refuses_submit_wait() {
    let harness = limited(0, 0);
    let supervisor = harness.handle();
    harness.finish().await;
    let submission = ControllerSpec::queue(Rules::never().spec(one_attempt("late")));
    let refused = supervisor.submit_wait(submission).await.expect_err("the supervisor is gone");
    assert!(matches!(refused.reason(), RuntimeError::ShuttingDown));
}

/// Nothing is recorded here, because the recorder is lost with the runtime too.
#[tokio::test(start_paused = true)]
async fn the_end_of_the_runtime_ends_every_submit_wait() {
    for (per_slot, total) in [(0, 100), (100, 0)] {
        let lost = Builder::new_current_thread().build().expect("a runtime");
        let builder = Supervisor::builder(Config::default())
            .controller(|controller| controller.with_per_slot(per_slot).with_total(total));
        let supervisor = builder.runtime(lost.handle().clone()).build();
        let submission = || ControllerSpec::queue(Rules::never().spec(cooperative("work"))).with_slot(SLOT);
        let owner = supervisor.submit(submission()).expect("the slot is idle");
        let crowd: Vec<_> = (0..10)
            .map(|_| {
                let (supervisor, submission) = (supervisor.handle(), submission());
                tokio::spawn(async move { supervisor.submit_wait(submission).await })
            })
            .collect();
        tokio::task::yield_now().await;
        lost.shutdown_background();
        assert!(outcome_of(&owner).await.is_aborted());
        for waiting in crowd {
            match in_time(waiting).await.expect("no panic") {
                Ok(task) => assert!(outcome_of(&task).await.is_aborted()),
                Err(refused) => assert!(!matches!(refused.reason(), RuntimeError::QueueFull { .. })),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn submit_wait_is_refused_as_busy_at_once() {
    let (harness, _) = owned_slot(cooperative("owner")).await;
    let submission = harness.submission(SLOT, DropIfRunning, Rules::never(), one_attempt("dropped"));
    let refused = timeout(seconds(0), harness.submit_wait(submission)).await.expect("at once");
    assert!(is_busy(&refused.expect_err("the slot is taken")));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn all_that_wait_for_room_are_accepted() {
    let harness = limited(1, 100);
    owns(&harness, working("owner")).await;
    submit(&harness, Queue, working("queued"));
    let crowd: Vec<_> = (0..50).map(|_| wait_for_room(&harness, "crowd")).collect();
    for waiting in crowd {
        let task = accepted(&harness, waiting).await;
        assert!(outcome_of(&task).await.is_completed());
    }
    let event_log = harness.finish().await;
    assert_eq!(event_log.ids_of("crowd").len(), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_wait_for_room_are_accepted_on_two_workers() {
    for _ in 0..50 {
        let harness = limited(1, 1);
        let crowd: Vec<_> = (0..30).map(|_| wait_for_room(&harness, "crowd")).collect();
        for waiting in crowd {
            let task = accepted(&harness, waiting).await;
            assert!(task.outcome().await.is_completed());
        }
        harness.finish().await;
    }
}

/// All poll `submit_wait` once to be refused, and once more after room has woken them. A wake-up of all waiters by each end
/// would be half a million polls.
async fn polls_of_a_thousand_waiters(per_slot: usize, total: usize) -> usize {
    const WAITERS: usize = 1_000;
    let harness = limited(per_slot, total);
    owns(&harness, working("owner")).await;
    let polls = Arc::new(AtomicUsize::new(0));
    let crowd: Vec<_> = (0..WAITERS)
        .map(|_| {
            let (supervisor, polls) = (harness.handle(), Arc::clone(&polls));
            let submission = harness.submission(SLOT, Queue, Rules::never(), one_attempt("crowd"));
            tokio::spawn(async move {
                let mut submitting = pin!(supervisor.submit_wait(submission));
                poll_fn(|context| {
                    polls.fetch_add(1, Ordering::Relaxed);
                    submitting.as_mut().poll(context)
                })
                .await
            })
        })
        .collect();
    for waiting in crowd {
        let task = accepted(&harness, waiting).await;
        assert!(outcome_of(&task).await.is_completed());
    }
    harness.finish().await;
    polls.load(Ordering::Relaxed)
}

#[tokio::test(start_paused = true)]
async fn each_end_wakes_few_of_a_thousand_waiters_for_room() {
    for (per_slot, total) in [(1, 100), (10, 100), (0, 100), (100, 1), (100, 0)] {
        let polls = polls_of_a_thousand_waiters(per_slot, total).await;
        assert!(polls <= 4_000, "{polls} polls with {per_slot} for each slot and {total} in total");
    }
}
