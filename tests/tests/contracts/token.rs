//! The token of an attempt, and a context that outlives its attempt.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{CancellationToken, FailureKind, TaskContext, TaskError, TaskFn, TaskHandle};
use tests::{Harness, Rules};
use tokio::time::{sleep, timeout};

use crate::support::{SECOND, end, seconds};

type Kept = Arc<Mutex<Vec<(TaskContext, CancellationToken)>>>;

/// A task that keeps the context and the token of its first attempt, ends that attempt with `first`, and waits for a
/// stop request in the second.
fn keeping(
    harness: &Harness,
    rules: Rules,
    first: fn() -> Option<Result<(), TaskError>>,
) -> (TaskHandle, Kept) {
    let kept = Kept::default();
    let task = TaskFn::arc("work", {
        let kept = Arc::clone(&kept);
        move |context: TaskContext| {
            let kept = Arc::clone(&kept);
            async move {
                if context.attempt() == 1 {
                    kept.lock().unwrap().push((context.clone(), context.token()));
                    assert!(!context.is_cancelled() && !context.token().is_cancelled());
                    return match first() {
                        Some(result) => result,
                        None => std::future::pending().await,
                    };
                }
                context.cancelled().await;
                Err(TaskError::Canceled)
            }
        }
    });
    (harness.add(rules, task), kept)
}

/// Ends the first attempt with `first`, and checks its context and token while the second attempt runs.
async fn is_cancelled_after(rules: Rules, first: fn() -> Option<Result<(), TaskError>>) {
    let harness = Harness::new();
    let (task, kept) = keeping(&harness, rules, first);
    harness.reach(&task, 2).await;
    let (context, token) = kept.lock().unwrap().pop().expect("the first attempt ran");
    assert!(token.is_cancelled());
    reads_as_cancelled(&context).await;
    assert!(harness.cancel(&task));
    harness.finish().await;
}

async fn reads_as_cancelled(context: &TaskContext) {
    assert!(context.is_cancelled());
    assert!(context.token().is_cancelled());
    assert!(timeout(Duration::ZERO, context.cancelled()).await.is_ok());
    assert_eq!(context.run_until_cancelled(std::future::pending::<()>()).await, None);
    assert_eq!(context.attempt(), 1);
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_after_a_success() {
    is_cancelled_after(Rules::always(), || Some(Ok(()))).await;
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_after_a_failure() {
    is_cancelled_after(Rules::on_failure(), || Some(Err(TaskError::fail("down")))).await;
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_after_a_panic() {
    is_cancelled_after(Rules::on_failure(), || panic!("boom")).await;
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_after_a_timeout() {
    is_cancelled_after(Rules::on_failure().timeout(seconds(60)), || None).await;
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_during_the_backoff() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(seconds(60));
    let (task, kept) = keeping(&harness, rules, || Some(Err(TaskError::fail("down"))));
    sleep(seconds(30)).await;
    assert_eq!(task.status().attempt, 1);
    let (context, token) = kept.lock().unwrap().pop().expect("the first attempt ran");
    assert!(token.is_cancelled());
    reads_as_cancelled(&context).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_once_the_task_is_over() {
    for first in [
        (|| Some(Ok(()))) as fn() -> Option<Result<(), TaskError>>,
        || Some(Err(TaskError::fatal("broken"))),
        || panic!("boom"),
    ] {
        let harness = Harness::new();
        let (task, kept) = keeping(&harness, Rules::never(), first);
        harness.outcome(&task).await;
        let (context, token) = kept.lock().unwrap().pop().expect("the first attempt ran");
        assert!(token.is_cancelled());
        reads_as_cancelled(&context).await;
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_by_a_stop_request_while_the_attempt_runs() {
    let harness = Harness::new();
    let (task, kept) = keeping(&harness, Rules::always(), || None);
    harness.reach(&task, 1).await;
    let (context, token) = kept.lock().unwrap().pop().expect("the first attempt runs");
    assert!(!token.is_cancelled() && !context.is_cancelled());
    assert!(harness.cancel(&task));
    assert!(token.is_cancelled() && context.is_cancelled());
    assert!(harness.outcome(&task).await.is_aborted());
    reads_as_cancelled(&context).await;
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_when_the_supervisor_shuts_down() {
    let harness = Harness::new();
    let (task, kept) = keeping(&harness, Rules::always(), || None);
    harness.reach(&task, 1).await;
    let (_, token) = kept.lock().unwrap().pop().expect("the first attempt runs");
    harness.stop();
    assert!(token.is_cancelled());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn stops_spawned_work_when_the_attempt_times_out() {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let task = TaskFn::arc("work", move |token: CancellationToken| {
        let sender = sender.clone();
        tokio::spawn(async move {
            token.cancelled().await;
            let _ = sender.send("stopped");
        });
        std::future::pending()
    });
    let finished = end(Rules::never().timeout(SECOND), task).await;
    assert_eq!(finished.failure().kind(), FailureKind::Timeout);
    assert_eq!(timeout(SECOND, receiver.recv()).await, Ok(Some("stopped")));
}

#[tokio::test(start_paused = true)]
async fn is_the_same_for_one_attempt_and_another_for_the_next() {
    let tokens = Arc::new(Mutex::new(Vec::new()));
    let task = TaskFn::arc("work", {
        let tokens = Arc::clone(&tokens);
        move |extracted: CancellationToken, context: TaskContext| {
            let tokens = Arc::clone(&tokens);
            async move {
                let child = context.token().child_token();
                assert!(!extracted.is_cancelled() && !child.is_cancelled());
                tokens.lock().unwrap().push((extracted, child));
                if context.attempt() < 3 { Err(TaskError::fail("again")) } else { Ok(()) }
            }
        }
    });
    assert!(end(Rules::on_failure().without_backoff(), task).await.outcome.is_completed());
    let tokens = tokens.lock().unwrap();
    assert_eq!(tokens.len(), 3);
    assert!(tokens.iter().all(|(extracted, child)| extracted.is_cancelled() && child.is_cancelled()));
}

#[tokio::test(start_paused = true)]
async fn cancelled_by_the_body_it_requests_no_stop() {
    let task = TaskFn::arc("work", |context: TaskContext| async move {
        context.token().cancel();
        Err(TaskError::Canceled)
    });
    let finished = end(Rules::never(), task).await;
    assert_eq!(finished.failure().kind(), FailureKind::Canceled);
}

#[tokio::test(start_paused = true)]
async fn is_cancelled_if_taken_by_a_destructor_of_the_attempt() {
    struct Late(TaskContext, Arc<Mutex<Option<CancellationToken>>>);
    impl Drop for Late {
        fn drop(&mut self) {
            *self.1.lock().unwrap() = Some(self.0.token());
        }
    }
    let kept = Arc::new(Mutex::new(None));
    let task = TaskFn::arc("work", {
        let kept = Arc::clone(&kept);
        move |context: TaskContext| {
            let late = Late(context, Arc::clone(&kept));
            async move {
                let _late = late;
                std::future::pending().await
            }
        }
    });
    end(Rules::never().timeout(SECOND), task).await;
    assert!(kept.lock().unwrap().take().expect("the destructor ran").is_cancelled());
}
