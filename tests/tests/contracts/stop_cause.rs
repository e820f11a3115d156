//! What a body can query about its stop: `stop_cause`, `interrupt_cause` and `stop_deadline`. See contract 11.11.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use taskvisor::{Config, InterruptCause, StopCause, TaskContext, TaskRef, TestContext};
use tests::{Harness, Rules};
use tokio::time::{Instant, sleep};

use crate::support::*;

/// What an attempt finds: the cause of its stop, that of its interrupt, and the time that it has left.
type Found = (Option<StopCause>, Option<InterruptCause>, Option<Duration>);

const NOTHING: Found = (None, None, None);

fn found(context: &TaskContext) -> Found {
    let left = context.stop_deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
    (context.stop_cause(), context.interrupt_cause(), left)
}

/// The contexts of all attempts, for the test to read.
type Contexts = Arc<Mutex<Vec<TaskContext>>>;

/// Runs until its token is canceled, and another hour.
fn hangs(contexts: &Contexts) -> TaskRef {
    let contexts = Arc::clone(contexts);
    attempts(move |context| {
        contexts.lock().expect("no panic").push(context.clone());
        async move {
            context.cancelled().await;
            sleep(seconds(3_600)).await;
            Ok(())
        }
    })
}

fn of(contexts: &Contexts, attempt: usize) -> Found {
    found(&contexts.lock().expect("no panic")[attempt - 1])
}

#[tokio::test(start_paused = true)]
async fn a_running_attempt_has_none() {
    let (harness, contexts) = (Harness::new(), Contexts::default());
    harness.add(Rules::never(), hangs(&contexts));
    harness.settle().await;
    assert_eq!(of(&contexts, 1), NOTHING);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_has_its_cause_and_its_deadline() {
    let (harness, contexts) = (Harness::new(), Contexts::default());
    let task = harness.add(Rules::never().stop_timeout(seconds(5)), hangs(&contexts));
    harness.settle().await;
    harness.cancel(&task);
    assert_eq!(of(&contexts, 1), (Some(StopCause::Cancel), None, Some(seconds(5))));
    sleep(seconds(2)).await;
    assert_eq!(of(&contexts, 1), (Some(StopCause::Cancel), None, Some(seconds(3))));
    // A later request brings the deadline forward, and the first cause stays.
    task.cancel_with_grace(seconds(1));
    harness.handle().stop();
    assert_eq!(of(&contexts, 1), (Some(StopCause::Cancel), None, Some(seconds(1))));
    harness.finish().await;
    assert_eq!(of(&contexts, 1), NOTHING, "the attempt has ended");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_has_the_grace() {
    let (harness, contexts) = (Harness::new(), Contexts::default());
    harness.add(Rules::never(), hangs(&contexts));
    harness.settle().await;
    harness.handle().stop();
    let grace = Config::default().grace();
    assert_eq!(of(&contexts, 1), (Some(StopCause::Shutdown), None, Some(grace)));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_has_its_own_cause() {
    let (harness, contexts) = (Harness::new(), Contexts::default());
    let task = harness.add(Rules::never().stop_timeout(seconds(5)), hangs(&contexts));
    harness.settle().await;
    harness.restart(&task).expect("it runs");
    assert_eq!(of(&contexts, 1), (None, Some(InterruptCause::Restart), Some(seconds(5))));
    // Two interrupts: the first cause stays.
    assert_eq!(harness.pause(&task), Ok(true));
    assert_eq!(of(&contexts, 1), (None, Some(InterruptCause::Restart), Some(seconds(5))));
    sleep(seconds(6)).await;
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert_eq!((of(&contexts, 1), of(&contexts, 2)), (NOTHING, NOTHING));
    assert_eq!(harness.pause(&task), Ok(true));
    assert_eq!(of(&contexts, 2), (None, Some(InterruptCause::Pause), Some(seconds(5))));
    assert_eq!(of(&contexts, 1), NOTHING, "the context of an ended attempt");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_replaces_an_interrupt() {
    let (harness, contexts) = (Harness::new(), Contexts::default());
    let task = harness.add(Rules::never(), hangs(&contexts));
    harness.settle().await;
    harness.restart(&task).expect("it runs");
    task.cancel_with_grace(seconds(3));
    harness.trace().stop_requested(&task);
    assert_eq!(of(&contexts, 1), (Some(StopCause::Cancel), None, Some(seconds(3))));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn between_two_attempts_an_old_context_has_none() {
    let (harness, contexts) = (Harness::new(), Contexts::default());
    let task = attempts({
        let contexts = Arc::clone(&contexts);
        move |context| {
            contexts.lock().expect("no panic").push(context);
            async { Ok(()) }
        }
    });
    let task = harness.add(Rules::always().delay(seconds(60)), task);
    sleep(SECOND).await;
    assert!(task.status().phase.is_sleeping());
    assert_eq!(of(&contexts, 1), NOTHING);
    harness.cancel(&task);
    assert_eq!(of(&contexts, 1), NOTHING);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_spawned_task_finds_the_same() {
    let (send, mut receive) = tokio::sync::mpsc::unbounded_channel();
    let task = attempts(move |context: TaskContext| {
        let send = send.clone();
        async move {
            let spawned = context.clone();
            let waits = tokio::spawn(async move {
                spawned.cancelled().await;
                send.send(found(&spawned)).expect("the test receives");
            });
            context.cancelled().await;
            waits.await.expect("no panic");
            Ok(())
        }
    });
    let finished = stop(Rules::never(), task).await;
    assert!(finished.outcome.is_canceled());
    let (cause, interrupt, left) = receive.recv().await.expect("it was sent");
    assert_eq!((cause, interrupt), (Some(StopCause::Cancel), None));
    assert_eq!(left, Some(Config::default().grace()));
}

#[tokio::test(start_paused = true)]
async fn a_unit_test_reads_what_it_has_requested() {
    let test = TestContext::new();
    assert_eq!(found(&test.context()), NOTHING);
    test.cancel();
    let (cause, interrupt, left) = found(&test.context());
    assert_eq!((cause, interrupt), (Some(StopCause::Cancel), None));
    assert_eq!(left, Some(Config::default().grace()));
    let other_attempt = TestContext::new().with_attempt(3);
    other_attempt.cancel();
    assert_eq!(found(&other_attempt.context()).0, Some(StopCause::Cancel));
}
