//! A panic in a destructor of the user's goes no further, whoever happens to drop the value.

use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use taskvisor::{Config, Outcome, RuntimeError, Supervisor, Task, TaskContext, TaskError, TaskFn, TaskRef};
use tests::{Harness, Rules, Script, Step, Trace};
use tokio::runtime::{Builder, Runtime};

use crate::apart::in_a_process_of_its_own;
use crate::drops::{Bomb, Dropped};
use crate::parked;

/// A future that ends as told, and panics when it is dropped.
struct Explosive(Option<Result<(), TaskError>>, #[expect(dead_code, reason = "it is dropped")] Bomb);

impl Future for Explosive {
    type Output = Result<(), TaskError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.take().map_or(Poll::Pending, Poll::Ready)
    }
}

/// A task of one attempt in an explosive future.
fn explosive(name: &'static str, end: Option<Result<(), TaskError>>) -> (TaskRef, Dropped) {
    let (bomb, dropped) = Bomb::new();
    let future = Mutex::new(Some(Explosive(end, bomb)));
    let task = TaskFn::arc(name, move || future.lock().expect("a lock").take().expect("one attempt"));
    (task, dropped)
}

/// Runs it beside another, which must not notice, and says how it ended.
async fn outcome_of(rules: Rules, (task, dropped): (TaskRef, Dropped), cancels: bool) -> Outcome {
    let harness = Harness::new();
    let other =
        harness.add(Rules::never(), Script::task("other", [Step::SucceedAfter(Duration::from_secs(60))]));
    let task = harness.add(rules, task);
    harness.settle().await;
    if cancels {
        task.cancel_with_timeout(Duration::from_secs(1));
    }
    let outcome = task.outcome().await;
    assert!(dropped.is_dropped());
    assert!(other.outcome().await.is_completed());
    harness.finish().await;
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_future_that_panics_when_dropped_harms_nobody_however_its_attempt_ends() {
    let ended = outcome_of(Rules::never(), explosive("succeeds", Some(Ok(()))), false).await;
    assert!(ended.is_completed() || ended.is_failed(), "{ended}");
    let error = Some(Err(TaskError::fail("an error")));
    assert!(outcome_of(Rules::never(), explosive("fails", error), false).await.is_failed());
    let timed = Rules::never().timeout(Duration::from_secs(1));
    assert!(outcome_of(timed, explosive("times-out", None), false).await.is_failed());
    assert!(outcome_of(Rules::never(), explosive("is-aborted", None), true).await.is_aborted());
}

struct Unstable(#[expect(dead_code, reason = "it is dropped")] Bomb, Step);

impl Task for Unstable {
    fn run(self: Arc<Self>, _: TaskContext) -> impl Future<Output = Result<(), TaskError>> + Send {
        let step = self.1;
        drop(self);
        async move {
            match step {
                Step::Succeed => Ok(()),
                Step::Fail(message) => Err(TaskError::fail(message)),
                _ => pending().await,
            }
        }
    }
}

fn unstable(name: &'static str, step: Step) -> (TaskRef, Dropped) {
    let (bomb, dropped) = Bomb::new();
    (TaskRef::new(name, Unstable(bomb, step)), dropped)
}

#[tokio::test(start_paused = true)]
async fn a_task_value_that_panics_when_dropped_does_not_change_the_outcome() {
    assert!(outcome_of(Rules::never(), unstable("succeeds", Step::Succeed), false).await.is_completed());
    assert!(outcome_of(Rules::never(), unstable("fails", Step::Fail("no")), false).await.is_failed());
    assert!(outcome_of(Rules::never(), unstable("hangs", Step::Hang), true).await.is_aborted());
}

#[tokio::test(start_paused = true)]
async fn an_error_that_panics_when_dropped_does_not_end_the_task_it_came_from() {
    let harness = Harness::new();
    let (bomb, dropped) = Bomb::new();
    let first = Mutex::new(Some(bomb));
    let body = TaskFn::arc("replaces-its-error", move || {
        let error = first.lock().expect("a lock").take();
        async move {
            match error {
                Some(bomb) => Err(TaskError::fail(bomb)),
                None => Err(TaskError::fail("the second error")),
            }
        }
    });
    let rules = Rules::on_failure().constant_backoff(Duration::from_secs(1)).max_retries(2);
    let spec = harness.spec(rules, body);
    let report = harness.run(vec![spec]).await.expect("in order");
    assert_eq!(report.failures[0].failure.to_string(), "the second error");
    // The story holds on to the first error: nobody may drop it before the process ends.
    std::mem::forget(harness.finish().await);
    assert!(!dropped.is_dropped());
}

/// Nobody but the runtime holds these errors: no event, no handle.
#[test]
fn errors_that_panic_when_dropped_do_not_reach_whoever_drops_the_supervisor() {
    let name = "destructors::errors_that_panic_when_dropped_do_not_reach_whoever_drops_the_supervisor";
    in_a_process_of_its_own(name, || {
        runtime().block_on(async {
            let supervisor = Supervisor::new(Config::default(), Vec::new());
            let failing = |name| TaskFn::arc(name, || async { Err(TaskError::fail(Bomb::new().0)) });
            let spec = |name| Rules::on_failure().without_backoff().max_retries(2).spec(failing(name));
            let until = pending::<()>();
            let report = supervisor.run_until(vec![spec("one"), spec("two"), spec("three")], until).await;
            assert_eq!(report.expect("in order").failed, 3);
            drop(supervisor);
        });
    });
}

#[test]
fn refused_tasks_that_panic_when_dropped_do_not_reach_the_caller_of_run() {
    let name = "destructors::refused_tasks_that_panic_when_dropped_do_not_reach_the_caller_of_run";
    in_a_process_of_its_own(name, || {
        runtime().block_on(async {
            let harness = Harness::new();
            let (good, good_dropped) = unstable("good", Step::Succeed);
            let (bad, bad_dropped) = unstable("bad", Step::Succeed);
            let bad = harness.spec(Rules::never(), bad).with_timeout(Duration::ZERO);
            let refused = harness.run(vec![harness.spec(Rules::never(), good), bad]).await;
            assert!(matches!(refused, Err(RuntimeError::InvalidSpec { .. })), "{refused:?}");
            assert!(good_dropped.is_dropped() && bad_dropped.is_dropped());
            assert!(!harness.is_alive("good"));
            harness.finish().await;
        });
    });
}

#[tokio::test(start_paused = true)]
async fn a_state_that_panics_when_dropped_does_not_reach_whoever_drops_the_supervisor() {
    let trace = Trace::new();
    let (bomb, dropped) = Bomb::new();
    let builder = Supervisor::builder(Config::default()).state(bomb).subscriber(trace.subscriber());
    let supervisor = builder.build();
    supervisor.shutdown().await.expect("in order");
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
    drop(supervisor);
    assert!(dropped.is_dropped());
    trace.check();
}

/// Both would panic, the one while the other's panic unwinds, which ends a process.
#[test]
fn a_future_and_a_value_that_panic_when_their_runtime_is_dropped_do_not_end_the_process() {
    let name =
        "destructors::a_future_and_a_value_that_panic_when_their_runtime_is_dropped_do_not_end_the_process";
    in_a_process_of_its_own(name, || {
        let runtime = runtime();
        let builder = Supervisor::builder(Config::default());
        let supervisor = builder.runtime(runtime.handle().clone()).build();
        let value = Bomb::new().0;
        let body = TaskFn::arc("explosive", move || {
            let _value = &value;
            Explosive(None, Bomb::new().0)
        });
        let task = supervisor.add_task(Rules::never().spec(body)).expect("accepted");
        runtime.block_on(tokio::task::yield_now());
        drop(runtime);
        assert!(parked::now(task.outcome()).is_some_and(|outcome| outcome.is_aborted()));
    });
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime")
}
