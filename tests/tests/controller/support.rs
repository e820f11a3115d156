//! Shorthands that most of these tests use.

use std::future::Future;
use std::time::Duration;

use taskvisor::__private::{DeclaredDependencies, RareSettings, Settings};
use taskvisor::Setting;
use taskvisor::{
    Admission, Config, ControllerSpec, JobDescriptor, Location, Outcome, Rejection, Report, RestartPolicy,
    RuntimeError, StopCause, SubmitError, TaskContext, TaskError, TaskFn, TaskHandle, TaskRef,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{sleep, timeout};

pub(crate) use taskvisor::Admission::{DropIfRunning, Latest, Queue, Replace};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const SLOT: &str = "slot";
pub(crate) const ALL: [Admission; 4] = [Queue, Replace, DropIfRunning, Latest];

/// The events of a submission that starts at once and succeeds.
pub(crate) const RAN: [&str; 5] = ["added", "started 1", "succeeded 1", "ended completed", "removed"];
/// The events of a submission that waits for its slot and then succeeds.
pub(crate) const RAN_LATER: [&str; 7] =
    ["added", "queued", "admitted", "started 1", "succeeded 1", "ended completed", "removed"];
pub(crate) const SUPERSEDED: [&str; 4] = ["added", "queued", "ended rejected: superseded", "removed"];
pub(crate) const REPLACED: [&str; 5] =
    ["added", "started 1", "canceled 1", "ended canceled by a replacement", "removed"];

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Runs until its stop request, and then ends as canceled.
pub(crate) fn cooperative(name: &'static str) -> TaskRef {
    Script::task(name, [Step::UntilStopped])
}

/// Succeeds after a second.
pub(crate) fn working(name: &'static str) -> TaskRef {
    Script::task(name, [Step::SucceedAfter(SECOND)])
}

pub(crate) fn one_attempt(name: &'static str) -> TaskRef {
    Script::task(name, [Step::Succeed])
}

/// Takes a second to end after its stop request.
pub(crate) fn slow_to_stop(name: &'static str) -> TaskRef {
    TaskFn::arc(name, |context: TaskContext| async move {
        context.cancelled().await;
        sleep(SECOND).await;
        Err(TaskError::Canceled)
    })
}

/// A supervisor with one slot, which `task` owns and runs in.
pub(crate) async fn owned_slot(task: TaskRef) -> (Harness, TaskHandle) {
    let harness = Harness::new();
    let owner = owns(&harness, task).await;
    (harness, owner)
}

/// Submits `task`, which owns the slot and runs in it.
pub(crate) async fn owns(harness: &Harness, task: TaskRef) -> TaskHandle {
    let owner = harness.submit_to(SLOT, Queue, Rules::never(), task);
    harness.reach(&owner, 1).await;
    owner
}

pub(crate) fn submit(harness: &Harness, admission: Admission, task: TaskRef) -> TaskHandle {
    harness.submit_to(SLOT, admission, Rules::never(), task)
}

pub(crate) fn refused(harness: &Harness, admission: Admission, task: TaskRef) -> SubmitError<ControllerSpec> {
    harness.try_submit_to(SLOT, admission, Rules::never(), task).expect_err("it is refused")
}

/// A submission to the slot, which it shares with others.
pub(crate) fn shared(
    harness: &Harness,
    capacity: usize,
    admission: Admission,
    task: TaskRef,
) -> ControllerSpec {
    harness.submission(SLOT, admission, Rules::never(), task).with_capacity(capacity)
}

/// Submits to the slot, which the submission shares with others.
pub(crate) fn share(harness: &Harness, capacity: usize, admission: Admission, task: TaskRef) -> TaskHandle {
    harness.try_submit(shared(harness, capacity, admission, task)).expect("the submission is accepted")
}

pub(crate) fn limited(per_slot: usize, total: usize) -> Harness {
    Harness::build(Config::default(), |builder| {
        builder.controller(|controller| controller.with_per_slot(per_slot).with_total(total))
    })
}

/// The names of the waiters for the slot, in the order of the queue.
pub(crate) fn waiting(harness: &Harness) -> Vec<String> {
    let slots = harness.slots();
    let slot = slots.iter().find(|status| &*status.key == SLOT);
    slot.map_or_else(Vec::new, |status| status.waiting.iter().map(|waiter| waiter.name.clone()).collect())
}

/// The name of the owner of the slot.
pub(crate) fn owner(harness: &Harness) -> Option<String> {
    let slots = harness.slots();
    slots.iter().find(|status| &*status.key == SLOT).map(|status| status.owner.clone())
}

/// The names of the owners of the slot, oldest first.
pub(crate) fn owners(harness: &Harness) -> Vec<String> {
    let slots = harness.slots();
    let slot = slots.iter().find(|status| &*status.key == SLOT);
    slot.map_or_else(Vec::new, |status| {
        std::iter::once(status.owner.clone())
            .chain(status.more_owners.iter().map(|owner| owner.name.clone()))
            .collect()
    })
}

/// Awaits `future`. If it never completes, the test fails instead of hanging.
pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    timeout(seconds(100 * 24 * 60 * 60), future).await.expect("the future completes")
}

/// Awaits the outcome. If the task never ends, the test fails instead of hanging.
pub(crate) async fn outcome_of(task: &TaskHandle) -> Outcome {
    let ended = timeout(seconds(100 * 24 * 60 * 60), task.outcome()).await;
    ended.unwrap_or_else(|_| panic!("the task never ends: {:?}", task.status()))
}

pub(crate) fn is_rejected(outcome: &Outcome, why: Rejection) -> bool {
    matches!(outcome, Outcome::Rejected(rejection) if *rejection == why)
}

pub(crate) fn is_canceled(outcome: &Outcome, by: StopCause) -> bool {
    matches!(outcome, Outcome::Canceled { cause, .. } if *cause == by)
}

pub(crate) fn is_full(error: &SubmitError<ControllerSpec>) -> bool {
    matches!(error.reason(), RuntimeError::QueueFull { slot, .. } if slot == SLOT)
}

pub(crate) fn is_busy(error: &SubmitError<ControllerSpec>) -> bool {
    matches!(error.reason(), RuntimeError::Busy { slot, .. } if slot == SLOT)
}

/// How a report counts these outcomes.
pub(crate) fn counts<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> [u64; 5] {
    let mut counts = [0; 5];
    for outcome in outcomes {
        counts[match outcome {
            Outcome::Completed => 0,
            Outcome::Canceled { .. } => 1,
            Outcome::Failed(_) => 2,
            Outcome::Aborted => 3,
            Outcome::Rejected(_) => 4,
            other => panic!("{other}"),
        }] += 1;
    }
    counts
}

pub(crate) fn reported(report: &Report) -> [u64; 5] {
    [report.completed, report.canceled, report.failed, report.aborted, report.rejected]
}

/// The description of a job that makes one attempt, with `Queue`.
pub(crate) const fn one_attempt_job(name: &'static str) -> JobDescriptor {
    JobDescriptor {
        name,
        location: Location {
            file: file!(),
            line: line!(),
            column: 1,
            module: module_path!(),
            package: None,
            version: None,
        },
        settings: Settings { restart: Setting::Set(RestartPolicy::Never), ..Settings::INHERIT },
        rare: RareSettings::INHERIT,
        slot: None,
        admission: Admission::Queue,
        queue: None,
        capacity: None,
        parameters: &[],
        dependencies: DeclaredDependencies::NONE,
        needs: |_| {},
    }
}
