//! A panic in a destructor of the user's goes no further, whoever happens to drop the value.

use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use taskvisor::{Config, Outcome, Supervisor, Task, TaskContext, TaskError, TaskFn, TaskRef};
use tests::{Harness, Rules, Script, Step, Trace};

use crate::drops::{Bomb, Dropped};

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
