//! The name of a task: one task holds it at a time, and it is free before a waiter sees the end.

use std::future::pending;
use std::pin::pin;
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Wake};
use std::thread;
use std::time::Duration;

use taskvisor::{Phase, RuntimeError, SupervisorHandle, Task, TaskContext, TaskError, TaskRef};
use tests::{Harness, Rules, Script, Step};

#[tokio::test(start_paused = true)]
async fn a_second_task_of_a_name_is_refused() {
    let harness = Harness::new();
    let first = harness.add(Rules::never(), Script::task("db", [Step::UntilStopped]));
    harness.settle().await;
    let second = harness.spec(Rules::never(), Script::task("db", [Step::Succeed]));
    let refused = harness.add_task(second).expect_err("the name is taken");
    assert!(matches!(refused.reason(), RuntimeError::NameTaken { name, .. } if name == "db"), "{refused}");
    harness.settle().await;
    let status = first.status();
    assert!(matches!(status.phase, Phase::Running { attempt: 1, .. }), "{status:?}");
    assert!(!status.stopping);
    assert_eq!(harness.task("db").map(|task| task.id()), Some(first.id()));

    harness.cancel(&first);
    assert!(first.outcome().await.is_canceled());
    let second = harness.add_task(refused.into_spec()).expect("the name is free, and the spec whole");
    harness.watch(&second);
    assert!(second.outcome().await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.ids_of("db"), [first.id(), second.id()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_free_after_its_outcome_in_100_000_rounds() {
    let harness = Harness::new();
    let again = async move {
        for _ in 0..100_000 {
            let task = harness.add(Rules::never(), Script::task("phoenix", [Step::Succeed]));
            assert!(task.outcome().await.is_completed());
        }
        harness
    };
    // The waiter runs on a worker, so it may share the thread that frees the name or run in parallel to it.
    let harness = tokio::spawn(again).await.expect("never refused");
    assert_eq!(harness.finish().await.ids_of("phoenix").len(), 100_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_concurrent_adds_of_a_name_one_is_accepted() {
    let harness = Harness::new();
    for _ in 0..500 {
        let (start, add) =
            (Barrier::new(2), || harness.spec(Rules::never(), Script::task("rare", [Step::Hang])));
        let specs = [add(), add()];
        let results = thread::scope(|scope| {
            let threads = specs.map(|spec| {
                let (start, harness) = (&start, &harness);
                scope.spawn(move || {
                    start.wait();
                    harness.add_task(spec)
                })
            });
            threads.map(|thread| thread.join().expect("no add panics"))
        });
        let (accepted, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!((accepted.len(), refused.len()), (1, 1));
        for task in accepted.into_iter().flatten() {
            task.cancel_with_grace(Duration::ZERO);
            task.outcome().await;
        }
    }
    assert_eq!(harness.finish().await.ids_of("rare").len(), 500);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_name_is_an_error_or_none() {
    let harness = Harness::new();
    let supervisor = harness.handle();
    for refused in [
        supervisor.cancel("unknown").await,
        supervisor.cancel_with_grace("unknown", Duration::ZERO).await,
        supervisor.remove_task("unknown"),
    ] {
        assert!(
            matches!(&refused, Err(RuntimeError::UnknownTask { name, .. }) if name == "unknown"),
            "{refused:?}"
        );
    }
    assert!(supervisor.task("unknown").is_none());
    assert!(!supervisor.is_alive("unknown"));
    harness.finish().await;
}

/// Steps in their order, each with whether the name was taken at that moment.
type Log = Arc<Mutex<Vec<(&'static str, bool)>>>;

/// Writes to the log when it is woken.
struct Mark {
    what: &'static str,
    supervisor: SupervisorHandle,
    log: Log,
}

impl Mark {
    fn write(&self) {
        let taken = self.supervisor.is_alive("traced");
        self.log.lock().expect("a lock").push((self.what, taken));
    }
}

/// Writes its mark to the log when dropped.
struct WhenDropped(Mark);

impl Drop for WhenDropped {
    fn drop(&mut self) {
        self.0.write();
    }
}

impl Wake for Mark {
    fn wake(self: Arc<Self>) {
        self.write();
    }
}

struct Traced {
    step: Step,
    log: Log,
    _value: WhenDropped,
}

impl Task for Traced {
    fn run(self: Arc<Self>, context: TaskContext) -> impl Future<Output = Result<(), TaskError>> + Send {
        let mark = Mark { what: "future", supervisor: context.supervisor(), log: Arc::clone(&self.log) };
        let (held, step) = (WhenDropped(mark), self.step);
        drop(self);
        async move {
            let _held = held;
            match step {
                Step::Succeed => Ok(()),
                Step::Fail(message) => Err(TaskError::fail(message)),
                Step::Panic(message) => panic!("{message}"),
                Step::UntilStopped => {
                    context.cancelled().await;
                    Err(TaskError::Canceled)
                }
                _ => pending().await,
            }
        }
    }
}

/// Returns the order of the steps at the end of a task, as a waiter's waker observes it.
async fn order_at_the_end(step: Step, grace: Option<Duration>) -> Vec<(&'static str, bool)> {
    let harness = Harness::new();
    let log = Log::default();
    let mark = |what| Mark { what, supervisor: harness.handle(), log: Arc::clone(&log) };
    let value = Traced { step, log: Arc::clone(&log), _value: WhenDropped(mark("value")) };
    let task = harness.add(Rules::never(), TaskRef::new("traced", value));
    if let Some(grace) = grace {
        harness.settle().await;
        task.cancel_with_grace(grace);
    }
    let mut outcome = pin!(task.outcome());
    let waker = Arc::new(mark("waiter")).into();
    // A waiter of a stopping task wakes itself once before it sets its timer.
    for _ in 0..2 {
        assert!(outcome.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    log.lock().expect("a lock").clear();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(matches!(outcome.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Ready(_)));
    harness.finish().await;
    let log = log.lock().expect("a lock");
    log.clone()
}

#[tokio::test(start_paused = true)]
async fn drops_and_the_free_name_precede_the_wake_of_a_waiter() {
    let endings = [
        (Step::Succeed, None),
        (Step::Fail("an error"), None),
        (Step::Panic("a panic"), None),
        (Step::UntilStopped, Some(Duration::from_secs(1))),
        (Step::Hang, Some(Duration::ZERO)),
    ];
    for (step, grace) in endings {
        let order = order_at_the_end(step, grace).await;
        assert_eq!(order[..3], [("future", true), ("value", true), ("waiter", false)], "{step:?}");
    }
}
