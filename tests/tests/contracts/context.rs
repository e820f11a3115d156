//! The values of a context for its attempt.

use std::sync::{Arc, Mutex};

use taskvisor::{FailureKind, RuntimeError, TaskContext, TaskError, TaskFn, TaskRef};
use tests::{Harness, Rules};
use tokio::time::{Instant, sleep};

use crate::support::{SECOND, end, seconds};

/// A task that calls `look` once per attempt and returns its result.
fn looking(look: impl Fn(&TaskContext) -> Result<(), TaskError> + Clone + Send + Sync + 'static) -> TaskRef {
    TaskFn::arc("work", move |context: TaskContext| {
        let look = look.clone();
        async move { look(&context) }
    })
}

#[tokio::test(start_paused = true)]
async fn name_and_id_match_the_handle_and_attempts_are_counted() {
    let (harness, seen) = (Harness::new(), Arc::new(Mutex::new(Vec::new())));
    let task = looking({
        let seen = Arc::clone(&seen);
        move |context| {
            let mut seen = seen.lock().unwrap();
            seen.push((context.name().to_owned(), context.id(), context.attempt()));
            if seen.len() < 3 { Err(TaskError::fail("again")) } else { Ok(()) }
        }
    });
    let task = harness.add(Rules::on_failure().without_backoff(), task);
    harness.outcome(&task).await;
    let expected: Vec<_> = (1..=3).map(|attempt| ("work".to_owned(), task.id(), attempt)).collect();
    assert_eq!(*seen.lock().unwrap(), expected);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_error_is_the_latest_and_survives_a_success() {
    let task = looking(|context| {
        let last = context.last_error().map(|error| (error.attempt(), error.kind(), error.to_string()));
        match context.attempt() {
            1 if last.is_none() => Err(TaskError::fail("first")),
            2 if last == Some((1, FailureKind::Error, "first".into())) => panic!("second"),
            3 if last == Some((2, FailureKind::Panic, "panicked: second".into())) => Ok(()),
            4 if last == Some((2, FailureKind::Panic, "panicked: second".into())) => {
                Err(TaskError::fatal("as expected"))
            }
            attempt => Err(TaskError::fatal(format!("{last:?} in attempt {attempt}"))),
        }
    });
    let finished = end(Rules::always().without_backoff(), task).await;
    assert_eq!(finished.failure().to_string(), "fatal: as expected");
}

#[tokio::test(start_paused = true)]
async fn the_supervisor_of_the_context_can_add_tasks() {
    let harness = Harness::new();
    let task = looking(|context| {
        let child = TaskFn::arc("child", || async { Ok(()) });
        let added = context.supervisor().add_task(Rules::never().spec(child));
        added.map_err(RuntimeError::from)?;
        Ok(())
    });
    let task = harness.add(Rules::never(), task);
    assert!(harness.outcome(&task).await.is_completed());
    assert_eq!(harness.finish().await.ids_of("child").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn run_until_cancelled_returns_the_output_of_the_future() {
    let task = TaskFn::arc("work", |context: TaskContext| async move {
        let value = context.run_until_cancelled(async {
            sleep(SECOND).await;
            7
        });
        assert_eq!(value.await, Some(7));
        Ok(())
    });
    assert!(end(Rules::never(), task).await.outcome.is_completed());
}

#[tokio::test(start_paused = true)]
async fn run_until_cancelled_drops_the_future_at_the_stop() {
    let (harness, inner) = (Harness::new(), Arc::new(()));
    let task = TaskFn::arc("work", {
        let inner = Arc::clone(&inner);
        move |context: TaskContext| {
            let inner = Arc::clone(&inner);
            async move {
                let weak = Arc::downgrade(&inner);
                let future = async move {
                    let _inner = inner;
                    std::future::pending::<()>().await;
                };
                // The test and the closure each hold one reference.
                assert_eq!(context.run_until_cancelled(future).await, None);
                assert_eq!(weak.strong_count(), 2);
                Err(TaskError::Canceled)
            }
        }
    });
    let task = harness.add(Rules::always(), task);
    harness.reach(&task, 1).await;
    sleep(seconds(5)).await;
    let before = Instant::now();
    assert!(harness.cancel(&task));
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(Instant::now(), before);
    assert_eq!(harness.finish().await.of(&task)[2], "canceled 1");
}

#[tokio::test(start_paused = true)]
async fn a_stop_requested_before_the_first_poll_is_seen() {
    let harness = Harness::new();
    // The closure runs at the start of the attempt, before the first poll of its future.
    let task = TaskFn::arc("work", |context: TaskContext| {
        assert!(!context.is_cancelled());
        context.supervisor().remove_task(context.name()).expect("the task is alive");
        async move {
            assert!(context.is_cancelled());
            assert!(context.token().is_cancelled());
            assert_eq!(context.run_until_cancelled(std::future::pending::<()>()).await, None);
            context.cancelled().await;
            Err(TaskError::Canceled)
        }
    });
    let task = harness.add(Rules::always(), task);
    let outcome = harness.outcome(&task).await;
    assert!(outcome.is_canceled() && outcome.failure().is_none(), "{outcome}");
    assert_eq!(harness.finish().await.of(&task)[2], "canceled 1");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_requests_its_own_stop_sees_it_at_once() {
    let harness = Harness::new();
    let task = looking(|context| {
        let first = context.supervisor().remove_task("work").expect("the task is alive");
        assert!(first && context.is_cancelled());
        Err(TaskError::Canceled)
    });
    let task = harness.add(Rules::always(), task);
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(harness.finish().await.of(&task)[2], "canceled 1");
}
