//! `TestContext`: contexts with which a unit test calls the function of a task.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use taskvisor::{
    CancellationToken, Config, Failure, FailureKind, FromContext, State, Supervisor, SupervisorHandle,
    TaskContext, TaskError, TaskFn, TaskSpec, TestContext,
};
use tokio::time::sleep;

use crate::support::SECOND;

#[derive(Debug, PartialEq)]
struct Database(u32);

#[test]
fn a_context_needs_no_runtime_and_no_supervisor() {
    let context = TaskContext::for_test();
    assert_eq!((context.name(), context.attempt()), ("test", 1));
    assert!(context.last_error().is_none());
    assert!(!context.is_cancelled());
    assert!(!context.token().is_cancelled());
}

#[test]
fn everything_that_a_body_can_read_can_be_set() {
    let failure = Failure::new(FailureKind::Timeout, 2, "too slow");
    let test = TestContext::new().with_name("sync").with_attempt(3).with_last_error(failure.clone());
    let test = test.with_state(Database(7));
    let context = test.context();
    assert_eq!((context.name(), context.attempt(), context.last_error()), ("sync", 3, Some(failure)));
    assert_eq!(*State::<Database>::from_context(&context), Database(7));
    assert_eq!(*test.state::<Database>(), Database(7));
    assert_eq!(context.id(), test.context().id());
}

#[test]
#[should_panic(expected = "`State<Database>` is needed, but no state was registered: call `.with_state(…)`")]
fn a_missing_state_is_named() {
    let _ = TestContext::new().state::<Database>();
}

#[tokio::test(start_paused = true)]
async fn cancel_completes_what_waits_for_the_stop() {
    let test = TestContext::new();
    let (context, token) = (test.context(), CancellationToken::from_context(&test.context()));
    let waits = tokio::spawn({
        let context = context.clone();
        async move { context.run_until_cancelled(sleep(SECOND * 3_600)).await.is_none() }
    });
    sleep(SECOND).await;
    assert!(!waits.is_finished() && !token.is_cancelled());
    test.cancel();
    assert!(waits.await.expect("no panic"));
    assert!(token.is_cancelled() && context.is_cancelled());
    // The context stays canceled, as after a stop request.
    test.context().cancelled().await;
}

#[tokio::test(start_paused = true)]
async fn a_function_can_add_tasks_to_the_supervisor_of_the_test() {
    async fn add(supervisor: SupervisorHandle) -> bool {
        let task = TaskFn::arc("child", |database: State<Database>| async move {
            assert_eq!(*database, Database(7));
            Ok(())
        });
        let task = supervisor.add_task(TaskSpec::once(task)).expect("the supervisor runs");
        task.outcome().await.is_completed()
    }

    let test = TestContext::new().with_state(Database(7));
    assert!(add(test.supervisor()).await);
    let from_context = SupervisorHandle::from_context(&test.context());
    assert!(from_context.tasks().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_test_context_does_not_count_as_a_task() {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let _context = TaskContext::for_test();
    assert!(supervisor.tasks().is_empty());
    let test = TestContext::new();
    let _ = test.context();
    assert!(test.supervisor().tasks().is_empty());
}

#[test]
fn snooze_done_and_heartbeat_return_without_a_runtime() {
    fn settle(context: &TaskContext, is_open: bool) -> Result<u32, TaskError> {
        context.heartbeat();
        if is_open { Ok(7) } else { Err(TaskError::fail("closed")) }
    }
    async fn sync(context: TaskContext, is_open: bool) -> Result<(), TaskError> {
        match settle(&context, is_open) {
            Ok(_) => context.done(),
            Err(_) => context.snooze(SECOND),
        }
    }
    async fn without_result(context: TaskContext) {
        context.snooze(SECOND)
    }
    let test = TestContext::new();
    for is_open in [false, true] {
        let mut result = pin!(sync(test.context(), is_open));
        let result = result.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(result, Poll::Ready(Ok(()))));
    }
    let mut result = pin!(without_result(test.context()));
    assert!(result.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    // Neither of them ends the attempt of the test, nor requests its stop.
    assert!(!test.context().is_cancelled() && !test.is_ready());
    assert_eq!((test.context().stop_cause(), test.context().interrupt_cause()), (None, None));
}

#[test]
fn a_function_may_notify_after_it_has_snoozed() {
    let test = TestContext::new();
    let _: () = test.context().snooze(SECOND);
    test.ready().notify();
    assert!(test.is_ready());
}
