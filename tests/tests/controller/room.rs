//! `submit_wait` waits for room where `submit` would be refused for the lack of it.

use std::sync::Arc;

use taskvisor::{ControllerSpec, EventName, Outcome, Phase, RuntimeError, SubmitError, TaskFn, TaskHandle};
use tests::{Harness, Rules};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::*;

type Submitted = Result<TaskHandle, SubmitError<ControllerSpec>>;

/// Waits for room on a task of its own.
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

/// One runs for a second, one waits, and one waits for room.
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
async fn it_submits_at_once_where_there_is_room() {
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
async fn it_is_accepted_when_the_owner_makes_way() {
    let (harness, [owner, queued], third) = crowded().await;
    let third = accepted(&harness, third).await;
    assert!(matches!(owner.status().phase, Phase::Ended(Outcome::Completed)));
    assert!(outcome_of(&third).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&queued), RAN_LATER);
    assert_eq!(event_log.of(&third), RAN_LATER);
}

#[tokio::test(start_paused = true)]
async fn while_it_waits_for_room_no_refusal_is_told() {
    let (harness, _, third) = crowded().await;
    let third = accepted(&harness, third).await;
    assert!(outcome_of(&third).await.is_completed());
    assert_eq!(harness.finish().await.count(EventName::Refused), 0);
}

#[tokio::test(start_paused = true)]
async fn it_is_woken_by_the_cancel_of_one_that_waits() {
    let (harness, [owner, queued], third) = crowded().await;
    queued.cancel();
    let third = accepted(&harness, third).await;
    assert!(matches!(owner.status().phase, Phase::Running { .. }), "nobody waited for the owner");
    assert!(outcome_of(&third).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_is_woken_by_a_clear_and_not_cleared_itself() {
    let (harness, _, third) = crowded().await;
    assert!(harness.clear_slot(SLOT));
    let third = accepted(&harness, third).await;
    assert!(outcome_of(&third).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_is_woken_by_room_in_all_made_in_another_slot() {
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
async fn given_up_it_has_submitted_nothing() {
    let (harness, [_, queued], third) = crowded().await;
    third.abort();
    assert!(third.await.expect_err("given up").is_cancelled());
    assert!(outcome_of(&queued).await.is_completed());
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("third").is_empty());
}

#[tokio::test(start_paused = true)]
async fn given_up_it_drops_the_submission() {
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
async fn a_shutdown_refuses_it_and_gives_the_submission_back() {
    let (harness, _, third) = crowded().await;
    harness.stop();
    let refused = in_time(third).await.expect("no panic").expect_err("it shuts down");
    assert!(matches!(refused.reason(), RuntimeError::ShuttingDown));
    assert_eq!(refused.into_submission().into_spec().name(), "third");
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("third").is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_supervisor_refuses_it() {
    let harness = limited(0, 0);
    let supervisor = harness.handle();
    harness.finish().await;
    let submission = ControllerSpec::queue(Rules::never().spec(one_attempt("late")));
    let refused = supervisor.submit_wait(submission).await.expect_err("it is gone");
    assert!(matches!(refused.reason(), RuntimeError::ShuttingDown));
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_room_only_and_is_refused_as_busy_at_once() {
    let (harness, _) = owned_slot(cooperative("owner")).await;
    let submission = harness.submission(SLOT, DropIfRunning, Rules::never(), one_attempt("dropped"));
    let refused = timeout(seconds(0), harness.submit_wait(submission)).await.expect("at once");
    assert!(is_busy(&refused.expect_err("the slot is taken")));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_for_room_get_their_turn() {
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
async fn all_who_wait_for_room_get_their_turn_on_two_workers() {
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
