//! A panic in a user's destructor is contained, regardless of which component drops the value.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, EventName, Outcome, RestartPolicy, Supervisor, Task, TaskContext, TaskError,
    TaskFn, TaskRef, TaskSpec,
};
use tests::{Harness, Rules, Script, Step, Trace};
use tokio::time::Instant;

use crate::drops::{Bomb, Dropped};

/// A future that ends with the given result and panics when dropped.
struct Explosive(Option<Result<(), TaskError>>, #[expect(dead_code, reason = "it is dropped")] Bomb);

impl Future for Explosive {
    type Output = Result<(), TaskError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.take().map_or(Poll::Pending, Poll::Ready)
    }
}

/// A task with a single attempt in an explosive future.
fn explosive(name: &'static str, end: Option<Result<(), TaskError>>) -> (TaskRef, Dropped) {
    let (bomb, dropped) = Bomb::new();
    let future = Mutex::new(Some(Explosive(end, bomb)));
    let task = TaskFn::arc(name, move || future.lock().expect("a lock").take().expect("one attempt"));
    (task, dropped)
}

/// Runs the task beside another, which must be unaffected, and returns its outcome.
async fn outcome_of(rules: Rules, (task, dropped): (TaskRef, Dropped), cancels: bool) -> Outcome {
    let harness = Harness::new();
    let other =
        harness.add(Rules::never(), Script::task("other", [Step::SucceedAfter(Duration::from_secs(60))]));
    let task = harness.add(rules, task);
    harness.settle().await;
    if cancels {
        task.cancel_with_grace(Duration::from_secs(1));
    }
    let outcome = task.outcome().await;
    assert!(dropped.is_dropped());
    assert!(other.outcome().await.is_completed());
    harness.finish().await;
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_future_that_panics_in_drop_is_contained() {
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
async fn a_task_value_that_panics_in_drop_keeps_the_outcome() {
    assert!(outcome_of(Rules::never(), unstable("succeeds", Step::Succeed), false).await.is_completed());
    assert!(outcome_of(Rules::never(), unstable("fails", Step::Fail("no")), false).await.is_failed());
    assert!(outcome_of(Rules::never(), unstable("hangs", Step::Hang), true).await.is_aborted());
}

#[tokio::test(start_paused = true)]
async fn a_state_that_panics_in_drop_is_contained() {
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

const SLOW: Duration = Duration::from_millis(80);

/// A value with a slow destructor.
#[derive(Debug)]
struct Slow;

impl Drop for Slow {
    fn drop(&mut self) {
        // `advance` moves the clock in its first poll, which simulates a destructor that blocks the thread.
        let mut moved = pin!(tokio::time::advance(SLOW));
        let _ = moved.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

impl fmt::Display for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("slow")
    }
}

impl Error for Slow {}

#[tokio::test(start_paused = true)]
async fn a_task_ends_after_its_value_and_its_errors_are_dropped() {
    let value = Slow;
    let with_a_value = TaskFn::arc("value", move || {
        let _ = &value;
        async { Ok(()) }
    });
    // The history keeps the errors of the latest 20 attempts: the last attempt evicts the first one.
    let with_an_error = TaskFn::arc("error", |context: TaskContext| async move {
        Err(match context.attempt() {
            1 => TaskError::fail(Slow),
            2..=20 => TaskError::fail("again"),
            _ => TaskError::fatal("enough"),
        })
    });
    for task in [with_a_value, with_an_error] {
        // No subscriber: an event of the failure would keep the error alive.
        let supervisor = Supervisor::new(Config::default(), Vec::new());
        let began = Instant::now();
        let spec = TaskSpec::new(task, RestartPolicy::OnFailure, BackoffPolicy::none(), None);
        let task = supervisor.add_task(spec).expect("the name is free");
        task.outcome().await;
        assert_eq!(task.status().since - began, SLOW, "{}", task.name());
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_event_has_the_time_after_the_value_is_dropped() {
    let harness = Harness::new();
    let value = Slow;
    let task = TaskFn::arc("value", move || {
        let _ = &value;
        async { Ok(()) }
    });
    let task = harness.add(Rules::never(), task);
    assert!(task.outcome().await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Succeeded), [Duration::ZERO]);
    assert_eq!(event_log.times_of(&task, EventName::Ended), [SLOW]);
    assert_eq!(event_log.times_of(&task, EventName::Removed), [SLOW]);
}
