//! An id finds its task, whether the task was added, runs in a slot, or waits for one.

use std::sync::{Arc, Mutex};

use taskvisor::{RuntimeError, StopCause, TaskContext, TaskError, TaskFn, TaskId};
use tests::{Harness, Rules};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn every_task_that_is_listed_is_found_by_its_id() {
    let (harness, owner) = owned_slot(cooperative("owner")).await;
    let added = harness.add(Rules::never(), cooperative("added"));
    let waiting: Vec<_> =
        [Queue, Latest, Queue].map(|admission| submit(&harness, admission, one_attempt("work"))).into();
    let mut expected: Vec<_> = [&owner, &added].into_iter().chain(&waiting).map(|task| task.id()).collect();
    expected.sort_unstable();
    let listed: Vec<TaskId> = harness.tasks().iter().map(|status| status.id).collect();
    assert_eq!(listed, expected);
    for status in harness.tasks() {
        let task = harness.task_by_id(status.id).expect("it is listed");
        assert_eq!((task.id(), task.name()), (status.id, &*status.name));
    }
    assert!(harness.task("owner").is_none(), "the name of a submission is a label");
    assert!(harness.task("added").is_some());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_id_finds_nothing_once_its_outcome_is_seen() {
    let harness = Harness::new();
    let task = submit(&harness, Queue, one_attempt("work"));
    let other = Harness::new();
    assert!(other.task_by_id(task.id()).is_none(), "the id belongs to another supervisor");
    assert!(outcome_of(&task).await.is_completed());
    assert!(harness.task_by_id(task.id()).is_none());
    let refused = harness.cancel_by_id(task.id()).await.expect_err("it is gone");
    assert!(matches!(refused, RuntimeError::UnknownTaskId { id, .. } if id == task.id()), "{refused:?}");
    assert!(refused.to_string().contains(&format!("the id {}", task.id())), "{refused}");
    other.finish().await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_submission_canceled_by_its_id_is_gone_on_return() {
    let (harness, owner) = owned_slot(working("owner")).await;
    let [one, two] = ["same", "same"].map(|name| submit(&harness, Queue, one_attempt(name)));
    assert!(harness.cancel_by_id(one.id()).await.expect("it is there"));
    assert!(one.is_finished() && !two.is_finished() && !owner.is_finished());
    assert!(is_canceled(&outcome_of(&one).await, StopCause::Cancel));
    assert!(outcome_of(&two).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&one), ["added", "queued", "ended canceled by a cancel", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn a_running_submission_canceled_by_its_id_is_gone_on_return() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let began = tokio::time::Instant::now();
    let again = async {
        harness.settle().await;
        harness.cancel_by_id(owner.id()).await
    };
    let (first, again) = tokio::join!(harness.cancel_by_id(owner.id()), again);
    assert!(first.expect("it is there") && !again.expect("it is still there"));
    assert_eq!(began.elapsed(), SECOND);
    assert!(owner.is_finished());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_added_task_is_canceled_by_its_id() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), cooperative("added"));
    assert!(!task.is_finished());
    assert!(harness.cancel_by_id(task.id()).await.expect("it is there"));
    assert!(task.is_finished());
    assert!(!harness.is_alive("added"));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_cancels_its_own_id_is_stopped_and_not_deadlocked() {
    let result_inside = Arc::new(Mutex::new(None));
    let body = {
        let result_inside = Arc::clone(&result_inside);
        TaskFn::arc("inside", move |context: TaskContext| {
            let result_inside = Arc::clone(&result_inside);
            async move {
                let result = context.supervisor().cancel_by_id(context.id()).await;
                *result_inside.lock().expect("a lock") = Some(result);
                context.cancelled().await;
                Err(TaskError::Canceled)
            }
        })
    };
    let harness = Harness::new();
    let task = submit(&harness, Queue, body);
    assert!(is_canceled(&outcome_of(&task).await, StopCause::Cancel));
    let result_inside = result_inside.lock().expect("a lock").take();
    assert!(matches!(result_inside, Some(Err(RuntimeError::WouldDeadlock))), "{result_inside:?}");
    harness.finish().await;
}
