//! A task that awaits its own stop gets an error instead of a deadlock; the stop stays requested.

use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use taskvisor::{
    Config, Event, EventKind, RuntimeError, Subscribe, Supervisor, SupervisorHandle, TaskContext, TaskError,
    TaskFn, TaskRef,
};
use tests::{Harness, Rules, Script, Step, Trace};
use tokio::time::Instant;

/// The result that a call inside a task or a subscriber returned.
type CallResult<T> = Arc<Mutex<Option<Result<T, RuntimeError>>>>;

fn take_result<T>(stored: &CallResult<T>) -> Result<T, RuntimeError> {
    stored.lock().expect("a lock").take().expect("the call returned a result")
}

/// A task that calls its supervisor and stores the result.
fn calling<T, F>(
    name: &'static str,
    stored: &CallResult<T>,
    call: impl Fn(TaskContext) -> F + Copy + Send + Sync + 'static,
) -> TaskRef
where
    T: Send + 'static,
    F: Future<Output = Result<T, RuntimeError>> + Send + 'static,
{
    let stored = Arc::clone(stored);
    TaskFn::arc(name, move |context: TaskContext| {
        let stored = Arc::clone(&stored);
        async move {
            let result = call(context.clone()).await;
            *stored.lock().expect("a lock") = Some(result);
            context.cancelled().await;
            Err(TaskError::Canceled)
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_task_that_awaits_the_shutdown_gets_an_error() {
    let harness = Harness::new();
    let stored = CallResult::default();
    let calling_shutdown =
        calling("shutdown", &stored, |context| async move { context.supervisor().shutdown().await });
    let specs = vec![
        harness.spec(Rules::never(), calling_shutdown),
        harness.spec(Rules::never(), Script::task("other", [Step::UntilStopped])),
    ];
    let began = Instant::now();
    let report = harness.run(specs).await.expect("in order");
    assert!(matches!(take_result(&stored), Err(RuntimeError::WouldDeadlock)));
    assert_eq!((report.canceled, began.elapsed()), (2, Duration::ZERO));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_awaits_its_own_cancel_gets_an_error_and_stops() {
    let harness = Harness::new();
    let stored = CallResult::default();
    let canceling_itself = calling("canceling_itself", &stored, |context| async move {
        context.supervisor().cancel(context.name()).await
    });
    let task = harness.add(Rules::always(), canceling_itself);
    let other = harness.add(Rules::never(), Script::task("other", [Step::UntilStopped]));
    let began = Instant::now();
    assert!(task.outcome().await.is_canceled());
    assert!(matches!(take_result(&stored), Err(RuntimeError::WouldDeadlock)));
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert!(!other.status().stopping);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_may_wait_for_the_end_of_another() {
    let harness = Harness::new();
    let other = harness.add(Rules::never(), Script::task("other", [Step::UntilStopped]));
    harness.settle().await;
    let stored = CallResult::default();
    let canceling =
        calling("canceling", &stored, |context| async move { context.supervisor().cancel("other").await });
    let task = harness.add(Rules::never(), canceling);
    assert!(other.outcome().await.is_canceled());
    harness.settle().await;
    assert!(matches!(take_result(&stored), Ok(true)));
    assert!(!task.status().stopping);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_may_wait_for_the_shutdown_of_another_supervisor() {
    let (inner, outer) = (Harness::new(), Harness::new());
    let worker = inner.add(Rules::never(), Script::task("worker", [Step::UntilStopped]));
    let (handle, stored) = (inner.handle(), Arc::new(Mutex::new(None)));
    let kept = Arc::clone(&stored);
    let parent = TaskFn::arc("parent", move || {
        let (handle, kept) = (handle.clone(), Arc::clone(&kept));
        async move {
            let result = handle.shutdown().await;
            *kept.lock().expect("a lock") = Some(result);
            Ok(())
        }
    });
    let parent = outer.add(Rules::never(), parent);
    assert!(parent.outcome().await.is_completed());
    assert!(matches!(*stored.lock().expect("a lock"), Some(Ok(_))));
    assert!(worker.outcome().await.is_canceled());
    inner.finish().await;
    outer.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_grace_ends_two_tasks_that_await_each_other() {
    let harness = Harness::with_config(Config::default().with_grace(Duration::from_secs(3)));
    let cancel = |name, victim: &'static str| {
        TaskFn::arc(name, move |supervisor: SupervisorHandle| async move {
            tokio::task::yield_now().await;
            supervisor.cancel(victim).await?;
            Ok(())
        })
    };
    let one = harness.add(Rules::never(), cancel("one", "other"));
    let other = harness.add(Rules::never(), cancel("other", "one"));
    let began = Instant::now();
    assert!(one.outcome().await.is_aborted() || other.outcome().await.is_aborted());
    harness.shutdown().await.expect("in order");
    assert_eq!(began.elapsed(), Duration::from_secs(3));
    harness.finish().await;
}

/// A subscriber that awaits a cancel or the shutdown when a task ends, and stores the result.
struct Ender {
    supervisor: Arc<OnceLock<SupervisorHandle>>,
    cancels: Option<&'static str>,
    stored: CallResult<bool>,
}

impl Subscribe for Ender {
    async fn on_event(&mut self, event: &Event) {
        if !matches!(event.kind, EventKind::Ended { .. }) || event.task() != Some("first") {
            return;
        }
        let supervisor = self.supervisor.get().expect("set before any task");
        let result = match self.cancels {
            Some(name) => supervisor.cancel(name).await,
            None => supervisor.shutdown().await.map(|_| true),
        };
        *self.stored.lock().expect("a lock") = Some(result);
    }
}

/// Runs two tasks. A subscriber cancels a task or shuts down once the first has ended. Returns its result.
async fn ended_by_a_subscriber(cancels: Option<&'static str>) -> Result<bool, RuntimeError> {
    let (trace, handle, stored) = (Trace::new(), Arc::default(), CallResult::default());
    let ender = Ender { supervisor: Arc::clone(&handle), cancels, stored: Arc::clone(&stored) };
    let supervisor = Supervisor::new(Config::default(), vec![trace.subscriber(), ender.into()]);
    handle.set(supervisor.handle()).expect("set once");
    let specs = vec![
        trace.spec(Rules::never(), Script::task("first", [Step::Succeed])),
        trace.spec(Rules::never(), Script::task("second", [Step::UntilStopped])),
    ];
    let began = Instant::now();
    let report = supervisor.run_until(specs, std::future::pending::<()>()).await.expect("in order");
    assert_eq!((report.completed, report.canceled, began.elapsed()), (1, 1, Duration::ZERO));
    trace.check();
    take_result(&stored)
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_that_awaits_the_shutdown_gets_an_error() {
    let stored = ended_by_a_subscriber(None).await;
    assert!(matches!(stored, Err(RuntimeError::WouldDeadlock)), "{stored:?}");
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_may_wait_for_the_end_of_a_task() {
    let stored = ended_by_a_subscriber(Some("second")).await;
    assert!(matches!(stored, Ok(true)), "{stored:?}");
}
