//! Helpers that most of these tests share.

use std::future::Future;
use std::time::Duration;

use taskvisor::{Config, Failure, Outcome, TaskContext, TaskError, TaskFn, TaskHandle, TaskRef, TaskSpec};
use tests::{EventLog, Harness, Rules, Script, Step};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// The outcome and the events of an ended task.
pub(crate) struct Finished {
    pub(crate) outcome: Outcome,
    pub(crate) task: TaskHandle,
    pub(crate) event_log: EventLog,
}

impl Finished {
    pub(crate) fn trace(&self) -> Vec<String> {
        self.event_log.of(&self.task)
    }

    pub(crate) fn starts(&self) -> Vec<Duration> {
        self.event_log.starts_of(&self.task)
    }

    pub(crate) fn failure(&self) -> &Failure {
        self.outcome.failure().expect("the outcome carries a failure")
    }
}

/// Plays a script until the task ends by itself.
pub(crate) async fn play(rules: Rules, steps: impl Into<Vec<Step>>) -> Finished {
    end(rules, Script::task("work", steps)).await
}

/// Runs a task until it ends by itself.
pub(crate) async fn end(rules: Rules, task: TaskRef) -> Finished {
    let harness = Harness::new();
    let task = harness.add(rules, task);
    let outcome = harness.outcome(&task).await;
    Finished { outcome, task, event_log: harness.finish().await }
}

/// Plays a script until attempt number `attempt` runs, then cancels the task.
pub(crate) async fn play_until(rules: Rules, steps: impl Into<Vec<Step>>, attempt: u64) -> Finished {
    let harness = Harness::new();
    let task = harness.add(rules, Script::task("work", steps));
    harness.reach(&task, attempt).await;
    assert!(harness.cancel(&task), "this is the first stop request");
    let outcome = harness.outcome(&task).await;
    Finished { outcome, task, event_log: harness.finish().await }
}

/// Cancels a task in its first attempt.
pub(crate) async fn stop(rules: Rules, task: TaskRef) -> Finished {
    let harness = Harness::new();
    let task = harness.add(rules, task);
    harness.reach(&task, 1).await;
    assert!(harness.cancel(&task), "this is the first stop request");
    let outcome = harness.outcome(&task).await;
    Finished { outcome, task, event_log: harness.finish().await }
}

/// A task that waits for a stop request and then performs `last`.
pub(crate) fn when_stopped<F>(last: impl Fn() -> F + Clone + Send + Sync + 'static) -> TaskRef
where
    F: Future<Output = Result<(), TaskError>> + Send + 'static,
{
    TaskFn::arc("work", move |context: TaskContext| {
        let last = last.clone();
        async move {
            context.cancelled().await;
            last().await
        }
    })
}

/// A supervisor that runs one attempt at a time.
pub(crate) fn one_at_a_time() -> Harness {
    Harness::with_config(Config::default().with_max_concurrent(1))
}

/// Adds a task with options that the rules do not have, and watches it.
pub(crate) fn add_with(
    harness: &Harness,
    rules: Rules,
    task: TaskRef,
    more: impl FnOnce(TaskSpec) -> TaskSpec,
) -> TaskHandle {
    let spec = more(harness.spec(rules, task));
    let task = harness.add_task(spec).expect("the task is accepted");
    harness.watch(&task);
    task
}

/// A task whose attempts call `body` with their context, and return its result.
pub(crate) fn attempts<F>(body: impl Fn(TaskContext) -> F + Send + Sync + 'static) -> TaskRef
where
    F: Future<Output = Result<(), TaskError>> + Send + 'static,
{
    TaskFn::arc("work", body)
}
