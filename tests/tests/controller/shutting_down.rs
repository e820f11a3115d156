//! Shutdown: no waiter starts, and each waiter has an outcome.

use taskvisor::{Config, ControllerSpec, EventName, Rejection, StopCause, Supervisor, TaskContext, TaskFn};
use tests::{Harness, Rules, Script, Step, Trace, report_of};

use crate::support::*;

const REJECTED: [&str; 4] = ["added", "queued", "ended rejected: shutting down", "removed"];

#[tokio::test(start_paused = true)]
async fn a_shutdown_rejects_waiting_and_stops_running_submissions() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let waiting = [(Queue, "one"), (Latest, "two"), (Queue, "three")];
    let waiting = waiting.map(|(admission, name)| submit(&harness, admission, one_attempt(name)));
    harness.settle().await;
    harness.stop();
    assert!(owner.status().stopping);
    assert!(crate::support::waiting(&harness).is_empty());
    harness.settle().await;
    for task in &waiting {
        assert!(is_rejected(&outcome_of(task).await, Rejection::ShuttingDown));
    }
    assert!(
        matches!(owner.status().phase, taskvisor::Phase::Running { .. }),
        "the rejections do not wait for the owner"
    );
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Shutdown));
    let event_log = harness.finish().await;
    for task in &waiting {
        assert_eq!(event_log.of(task), REJECTED);
    }
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_waits_does_not_start_during_a_shutdown() {
    let (harness, owner) = owned_slot(slow_to_stop("owner")).await;
    let replacement = submit(&harness, Replace, one_attempt("replacement"));
    harness.settle().await;
    harness.shutdown().await.expect("in order");
    assert!(is_rejected(&outcome_of(&replacement).await, Rejection::ShuttingDown));
    assert!(
        is_canceled(&outcome_of(&owner).await, StopCause::Replace),
        "the first stop request is the cause"
    );
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&replacement), REJECTED);
}

#[tokio::test(start_paused = true)]
async fn an_owner_aborted_by_the_shutdown_passes_its_slot_to_no_task() {
    let (harness, owner) = owned_slot(Script::task("owner", [Step::Hang])).await;
    let queued = submit(&harness, Queue, one_attempt("queued"));
    harness.settle().await;
    report_of(harness.shutdown().await).expect("nothing is stuck");
    assert!(outcome_of(&owner).await.is_aborted());
    assert!(harness.slots().is_empty());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&queued), REJECTED);
}

#[tokio::test(start_paused = true)]
async fn a_submission_just_before_the_stop_has_an_outcome() {
    let harness = Harness::new();
    let owner = submit(&harness, Queue, one_attempt("owner"));
    let queued = submit(&harness, Queue, one_attempt("queued"));
    harness.stop();
    assert!(is_canceled(&outcome_of(&owner).await, StopCause::Shutdown));
    assert!(is_rejected(&outcome_of(&queued).await, Rejection::ShuttingDown));
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&owner), ["added", "ended canceled by shutdown", "removed"]);
    assert_eq!(event_log.of(&queued), ["added", "queued", "ended rejected: shutting down", "removed"]);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_supervisor_rejects_the_waiters() {
    let trace = Trace::new();
    let supervisor = Supervisor::new(Config::default(), vec![trace.subscriber()]);
    let submission =
        |name| ControllerSpec::queue(trace.spec(Rules::never(), cooperative(name))).with_slot(SLOT);
    let tasks = ["owner", "queued"].map(|name| supervisor.submit(submission(name)).expect("accepted"));
    let handle = supervisor.handle();
    tokio::task::yield_now().await;
    drop(supervisor);
    assert!(is_rejected(&outcome_of(&tasks[1]).await, Rejection::ShuttingDown));
    assert!(is_canceled(&outcome_of(&tasks[0]).await, StopCause::Shutdown));
    handle.shutdown().await.expect("in order");
    trace.check();
}

#[tokio::test(start_paused = true)]
async fn a_run_awaits_queued_submissions_and_counts_their_ends() {
    let harness = Harness::new();
    let seed = TaskFn::arc("seed", |context: TaskContext| async move {
        for name in ["one", "two", "three"] {
            let spec = Rules::never().spec(working(name));
            context.supervisor().submit(ControllerSpec::queue(spec).with_slot(SLOT))?;
        }
        for name in ["superseded", "latest"] {
            let spec = Rules::never().spec(working(name));
            context.supervisor().submit(ControllerSpec::latest(spec).with_slot(SLOT))?;
        }
        Ok(())
    });
    let report = harness.run(vec![harness.spec(Rules::never(), seed)]).await.expect("in order");
    assert_eq!((report.completed, report.rejected), (5, 1), "{report}");
    assert_eq!((report.canceled, report.failed, report.aborted), (0, 0, 0));
    assert_eq!(report.to_string(), "5 completed, 0 canceled, 0 failed, 0 aborted, 1 rejected");
    let event_log = harness.finish().await;
    assert_eq!(event_log.count(EventName::Added), 6);
}

/// Nothing is recorded here, because the recorder is lost with the runtime too.
#[tokio::test(start_paused = true)]
async fn a_lost_runtime_frees_every_slot_and_settles_every_outcome() {
    let lost = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let supervisor = Supervisor::builder(Config::default()).runtime(lost.handle().clone()).build();
    let submission = |number: usize| {
        ControllerSpec::new(Rules::never().spec(cooperative("work")), [Queue, Latest][number % 2])
            .with_slot(SLOT)
    };
    let tasks: Vec<_> =
        (0..6).map(|number| supervisor.submit(submission(number)).expect("accepted")).collect();
    lost.shutdown_background();
    for (number, task) in tasks.iter().enumerate() {
        let outcome = outcome_of(task).await;
        let superseded = number % 2 == 1 && number < 5;
        assert!(outcome.is_aborted() || superseded && outcome.is_rejected(), "{number}: {outcome}");
    }
    assert!(supervisor.slots().is_empty());
    assert!(supervisor.tasks().is_empty());
}
